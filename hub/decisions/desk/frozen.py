"""The state as a document and back, exactly. What follows from the rest is made anew."""

from collections.abc import Mapping
from typing import Any

from hub.decisions.desk import cards
from hub.decisions.desk.showing import rebuild
from hub.decisions.desk.state import Agent, DeskState, Work, skills_of
from hub.model.codec import plain, unpack_as
from hub.model.desk import AgentProfile, Medium, Presence, Queue, WorkState

Doc = dict[str, Any]


def freeze(state: DeskState) -> Doc:
    return {
        "desk": state.desk,
        "seq": state.seq,
        "generation": state.generation,
        "queues": [plain(queue) for queue in state.queues.values()],
        "agents": [_agent_row(agent) for agent in state.agents.values()],
        "works": [_work_row(work) for work in state.works.values()],
        "handling_ms": [list(item) for item in state.handling_ms.items()],
        "timers": [[name, *timer] for name, timer in state.timers.armed.items()],
        "cards": state.cards.freeze(),
    }


def thaw(doc: Mapping[str, Any]) -> DeskState:
    queues = [unpack_as(item, Queue) for item in doc["queues"]]
    agents = [_agent(row) for row in doc["agents"]]
    works = [_work(row) for row in doc["works"]]
    state = DeskState(
        desk=doc["desk"],
        seq=doc["seq"],
        generation=doc["generation"],
        queues={queue.queue_id: queue for queue in queues},
        agents={agent.profile.agent_id: agent for agent in agents},
        works={work.interaction_id: work for work in works},
        handling_ms=dict(doc["handling_ms"]),
        cards=cards.thaw(doc["cards"]),
    )
    for name, generation, due in doc["timers"]:
        state.timers.arm(name, generation, due)
    rebuild(state)
    return state


def _agent_row(agent: Agent) -> list[Any]:
    return [
        plain(agent.profile),
        agent.presence.value,
        agent.idle_since,
        agent.reason,
        list(agent.connections),
    ]


def _agent(row: list[Any]) -> Agent:
    profile = unpack_as(row[0], AgentProfile)
    return Agent(profile, Presence(row[1]), row[2], row[3], list(row[4]), skills_of(profile))


def _work_row(work: Work) -> list[Any]:
    return [
        work.interaction_id,
        work.queue_id,
        work.waiting_since,
        work.medium.value,
        work.state.value,
        work.agent_id,
        work.epoch,
        work.first,
        list(work.barred),
        work.began_at,
    ]


def _work(row: list[Any]) -> Work:
    interaction, queue, since, medium, standing, agent, epoch, first, barred, began = row
    return Work(
        interaction,
        queue,
        since,
        Medium(medium),
        WorkState(standing),
        agent,
        epoch,
        first,
        tuple(barred),
        began,
    )
