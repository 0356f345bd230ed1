"""What the board shows of agents and work: always what the state says."""

from collections import Counter

from hub.decisions.desk.board import Board
from hub.decisions.desk.state import Agent, DeskState, Work
from hub.model.desk import Medium, Presence, WorkState
from hub.model.ids import AgentId

NOTHING: Counter[Medium] = Counter()


def show_agent(
    state: DeskState, agent_id: AgentId, agent: Agent | None, freed: Counter[Medium] = NOTHING
) -> None:
    """`freed` are slots the agent has besides those the state says."""
    if agent is None or not agent.signed_in:
        state.board.drop_agent(agent_id)
        return
    free = state.free(agent_id)
    free.update(freed)
    state.board.put_agent(
        agent_id,
        agent.skills,
        free,
        len(state.hands.get(agent_id, ())) - freed.total(),
        agent.idle_since,
        ready=agent.presence is Presence.READY,
        connected=bool(agent.connections),
    )


def show_work(state: DeskState, work: Work) -> None:
    if work.state is WorkState.QUEUED:
        state.board.add_work(state.rank(work), state.need(work), barred=work.barred)
    else:
        state.board.remove_work(work.interaction_id)


def rebuild(state: DeskState) -> None:
    """All that follows from the rest, from nothing."""
    state.board = Board()
    state.hands.clear()
    for work in state.works.values():
        if work.agent_id is not None:
            state.hands.setdefault(work.agent_id, set()).add(work.interaction_id)
        if work.state is WorkState.QUEUED:
            show_work(state, work)
    state.slots.clear()
    state.signed_in = 0
    for agent_id, agent in state.agents.items():
        if agent.signed_in:
            count_agent(state, agent, 1)
            show_agent(state, agent_id, agent)


def count_agent(state: DeskState, agent: Agent, sign: int) -> None:
    """A signed-in agent comes (1) or goes (-1)."""
    state.signed_in += sign
    for slots in agent.profile.capacity:
        state.slots[slots.medium] += sign * slots.count
