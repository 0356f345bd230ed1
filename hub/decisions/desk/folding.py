"""Each event folded into the state, in place. Knows no settings: what was decided stands."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hub.decisions.desk.estimate import measure
from hub.decisions.desk.showing import count_agent, rebuild, show_agent, show_work
from hub.decisions.desk.state import Agent, DeskState, Work, skills_of
from hub.decisions.desk.timers import BAR, bar_timer, grace_timer, offer_timer
from hub.model import desk_events as d, events as e
from hub.model.desk import AgentProfile, Presence, WorkState
from hub.model.ids import AgentId, InteractionId


def _nothing(state: DeskState, event: Any, at: datetime) -> None:
    """Events that only tell what happened."""


def _configured(state: DeskState, event: d.DeskConfigured, at: datetime) -> None:
    state.queues = {queue.queue_id: queue for queue in event.queues}
    rebuild(state)


# ---------------------------------------------------------------- agents
def _connected(state: DeskState, event: d.AgentConnected, at: datetime) -> None:
    agent_id = event.agent.agent_id
    agent = state.agents.get(agent_id)
    if agent is None:
        agent = Agent(event.agent, Presence.NOT_READY, at, skills=skills_of(event.agent))
        state.agents[agent_id] = agent
        count_agent(state, agent, 1)
    agent.connections.append(event.connection_id)
    _profile(state, agent, event.agent)


def _disconnected(state: DeskState, event: d.AgentDisconnected, at: datetime) -> None:
    agent = state.agents[event.agent_id]
    agent.connections.remove(event.connection_id)
    _keep(state, event.agent_id, agent)


def _updated(state: DeskState, event: d.AgentUpdated, at: datetime) -> None:
    _profile(state, state.agents[event.agent.agent_id], event.agent)


def _presence(state: DeskState, event: d.PresenceChanged, at: datetime) -> None:
    agent = state.agents[event.agent_id]
    count_agent(state, agent, -1 if agent.signed_in else 0)
    if event.presence is Presence.READY and agent.presence is not Presence.READY:
        agent.idle_since = at
    agent.presence, agent.reason = event.presence, event.reason
    count_agent(state, agent, 1 if agent.signed_in else 0)
    if not agent.signed_in:
        state.timers.disarm(grace_timer(event.agent_id))
    _keep(state, event.agent_id, agent)


def _profile(state: DeskState, agent: Agent, profile: AgentProfile) -> None:
    if profile != agent.profile:
        sign = 1 if agent.signed_in else 0
        count_agent(state, agent, -sign)
        agent.profile, agent.skills = profile, skills_of(profile)
        count_agent(state, agent, sign)
    show_agent(state, profile.agent_id, agent)


def _keep(state: DeskState, agent_id: AgentId, agent: Agent) -> None:
    """Who is signed out and has no screen left is nobody the desk knows."""
    if not agent.signed_in and not agent.connections:
        del state.agents[agent_id]
    show_agent(state, agent_id, agent)


# ---------------------------------------------------------------- work
def _queued(state: DeskState, event: d.Queued, at: datetime) -> None:
    work = Work(event.interaction_id, event.queue_id, event.waiting_since, event.medium)
    state.works[event.interaction_id] = work
    show_work(state, work)


def _offered(state: DeskState, event: d.Offered, at: datetime) -> None:
    work = state.works[event.interaction_id]
    work.state, work.agent_id, work.epoch = WorkState.OFFERED, event.agent_id, event.epoch
    show_work(state, work)
    state.hands.setdefault(event.agent_id, set()).add(event.interaction_id)
    state.timers.arm(offer_timer(event.interaction_id), event.epoch, event.until)
    show_agent(state, event.agent_id, state.agents[event.agent_id])


def _accepted(state: DeskState, event: d.Accepted, at: datetime) -> None:
    work = state.works[event.interaction_id]
    _drop_timers(state, work)
    work.state, work.began_at = WorkState.ACTIVE, at


def _returned(state: DeskState, event: d.Returned, at: datetime) -> None:
    work = state.works[event.interaction_id]
    state.timers.disarm(offer_timer(event.interaction_id))
    _let_go(state, work, at)
    work.state, work.queue_id, work.first = WorkState.QUEUED, event.queue_id, event.first
    work.began_at = None
    if event.agent_id is not None and event.barred_until is not None:
        if event.agent_id not in work.barred:
            work.barred += (event.agent_id,)
        name = bar_timer(event.interaction_id, event.agent_id)
        state.timers.arm(name, event.epoch, event.barred_until)
    show_work(state, work)


def _wrapping_up(state: DeskState, event: d.WrappingUp, at: datetime) -> None:
    state.works[event.interaction_id].state = WorkState.WRAP_UP


def _resumed(state: DeskState, event: d.Resumed, at: datetime) -> None:
    state.works[event.interaction_id].state = WorkState.ACTIVE


def _released(state: DeskState, event: d.Released, at: datetime) -> None:
    work = state.works.pop(event.interaction_id)
    measure(state, work, at)
    _drop_timers(state, work)
    state.board.remove_work(event.interaction_id)
    _let_go(state, work, at)


def _let_go(state: DeskState, work: Work, at: datetime) -> None:
    agent_id, work.agent_id = work.agent_id, None
    if agent_id is None:
        return
    hand = state.hands[agent_id]
    hand.discard(work.interaction_id)
    if not hand:
        del state.hands[agent_id]
    agent = state.agents.get(agent_id)
    if agent is not None:
        agent.idle_since = at
        show_agent(state, agent_id, agent)


def _drop_timers(state: DeskState, work: Work) -> None:
    """Of the offer and of whoever was barred."""
    state.timers.disarm(offer_timer(work.interaction_id))
    for agent_id in work.barred:
        state.timers.disarm(bar_timer(work.interaction_id, agent_id))
    work.barred = ()


# ---------------------------------------------------------------- timers
def _armed(state: DeskState, event: e.TimerArmed, at: datetime) -> None:
    state.generation = event.generation
    state.timers.arm(event.name, event.generation, event.due)


def _disarmed(state: DeskState, event: e.TimerDisarmed, at: datetime) -> None:
    state.timers.disarm(event.name)
    kind, _, rest = event.name.partition(":")
    if kind == BAR:
        interaction, _, agent_id = rest.partition(":")
        work = state.works[InteractionId(interaction)]
        work.barred = tuple(other for other in work.barred if other != agent_id)
        if work.state is WorkState.QUEUED:
            show_work(state, work)


FOLDS: Mapping[type, Callable[[DeskState, Any, datetime], None]] = {
    e.Ignored: _nothing,
    e.Refused: _nothing,
    e.Failed: _nothing,
    e.TimerArmed: _armed,
    e.TimerDisarmed: _disarmed,
    d.DeskConfigured: _configured,
    d.AgentConnected: _connected,
    d.AgentDisconnected: _disconnected,
    d.AgentUpdated: _updated,
    d.PresenceChanged: _presence,
    d.Queued: _queued,
    d.Offered: _offered,
    d.Accepted: _accepted,
    d.Returned: _returned,
    d.WrappingUp: _wrapping_up,
    d.Resumed: _resumed,
    d.Released: _released,
}
