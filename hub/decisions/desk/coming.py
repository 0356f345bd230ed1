"""Agents come, go, are lost and say what they are ready for."""

from hub.decisions.desk.draft import Draft
from hub.decisions.desk.matching import match
from hub.decisions.desk.timers import grace_timer
from hub.model.desk import Presence, WorkState
from hub.model.desk_events import (
    AgentConnected,
    AgentDisconnected,
    AgentUpdated,
    PresenceChanged,
)
from hub.model.desk_inputs import ConnectAgent, LoseConnection, SetPresence, UpdateAgent
from hub.model.ids import AgentId

LEASED = (WorkState.OFFERED, WorkState.ACTIVE)


def connect(draft: Draft, command: ConnectAgent) -> None:
    agent_id = command.agent.agent_id
    agent = draft.state.agents.get(agent_id)
    if agent is not None and command.connection_id in agent.connections:
        draft.ignore("known_connection")
        return
    draft.add(AgentConnected(agent=command.agent, connection_id=command.connection_id))
    if agent is None:
        return
    draft.disarm(grace_timer(agent_id))
    if agent.presence is Presence.OFFLINE:
        draft.add(PresenceChanged(agent_id=agent_id, presence=Presence.NOT_READY))
    elif agent.presence is Presence.READY and agent.profile != command.agent:
        draft.arm_match()
    elif not agent.connections:
        draft.connects(agent_id)
        match(draft)


def lose(draft: Draft, command: LoseConnection) -> None:
    agent = draft.state.agents.get(command.agent_id)
    if agent is None or command.connection_id not in agent.connections:
        draft.ignore("unknown_connection")
        return
    draft.add(AgentDisconnected(agent_id=command.agent_id, connection_id=command.connection_id))
    if agent.signed_in and len(agent.connections) == 1:
        draft.arm(grace_timer(command.agent_id), draft.at + draft.settings.agent_grace)


def grace_over(draft: Draft, agent_id: AgentId) -> None:
    """What is in wrap-up stays: the conversation ends it."""
    for work in draft.state.in_hand(agent_id):
        if work.state in LEASED:
            draft.take_back(work, "agent_lost")
    draft.add(PresenceChanged(agent_id=agent_id, presence=Presence.OFFLINE, reason="lost"))
    draft.becomes(agent_id, Presence.OFFLINE)
    match(draft)


def update(draft: Draft, command: UpdateAgent) -> None:
    agent = draft.state.agents.get(command.agent.agent_id)
    if agent is None:
        draft.ignore("not_signed_in")
    elif agent.profile == command.agent:
        draft.ignore("no_change")
    else:
        draft.add(AgentUpdated(agent=command.agent))
        if agent.presence is Presence.READY:
            draft.arm_match()


def set_presence(draft: Draft, command: SetPresence) -> None:
    agent_id, presence = command.agent_id, command.presence
    agent = draft.state.agents.get(agent_id)
    if agent is None:
        draft.refuse("not_signed_in")
        return
    leaves = presence is Presence.OFFLINE
    if leaves and any(work.state in LEASED for work in draft.state.in_hand(agent_id)):
        draft.refuse("work_in_hand")
        return
    reason = command.reason or ("signed_out" if leaves else "")
    if presence is agent.presence and reason == agent.reason:
        draft.ignore("no_change")
        return
    draft.add(PresenceChanged(agent_id=agent_id, presence=presence, reason=reason))
    if presence is Presence.READY:
        draft.becomes(agent_id, presence)
        match(draft)
