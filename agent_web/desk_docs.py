"""The documents of the topic "desk", made of the desk's state; without their numbers."""

from collections import Counter
from datetime import datetime
from typing import Any

from hub.decisions.desk.cards import Card
from hub.decisions.desk.state import Agent, DeskState, Work
from hub.model.desk import Medium, OfferReasons, Queue, Skill, WorkState
from hub.model.ids import AgentId, conversation_of_interaction, customer_of_conversation

Doc = dict[str, Any]


def work_doc(work: Work, card: Card, queue_id: str, rules: str) -> Doc:
    """The note of a transfer is for who gets the work, not for all who see it wait."""
    conversation = conversation_of_interaction(work.interaction_id)
    queued = work.state is WorkState.QUEUED
    return {
        "kind": "work",
        "id": work.interaction_id,
        "conversation_id": conversation,
        "customer_id": customer_of_conversation(conversation),
        "queue_id": queue_id,
        "state": work.state.value,
        "medium": work.medium.value,
        "channel_id": card.channel_id,
        "display_name": card.display_name,
        "reason": card.reason,
        "language": card.language,
        "agent_id": work.agent_id or "",
        "epoch": work.epoch,
        "waiting_since": work.waiting_since,
        "since": card.since,
        "offer_until": card.until,
        "first": work.first,
        "returns": card.returns,
        "returned_because": card.returned_because,
        "target": card.target or "",
        "note": "" if queued else card.note,
        "why": None if card.reasons is None else _why(card.reasons, rules),
    }


def _why(reasons: OfferReasons, rules: str) -> Doc:
    return {
        "strategy": reasons.strategy,
        "candidates": [
            {"agent_id": each.agent_id, "load": each.load, "idle_s": each.idle_s}
            for each in reasons.candidates
        ],
        "refused": [{"reason": each.reason, "count": each.count} for each in reasons.refused],
        "eligible": reasons.eligible,
        "waited_s": reasons.waited_s,
        "rules": rules,
    }


def colleague_doc(state: DeskState, agent_id: AgentId, agent: Agent) -> Doc:
    return {
        "kind": "colleague",
        "id": agent_id,
        "display_name": agent.profile.display_name,
        "presence": agent.presence.value,
        "free": max(0, state.free(agent_id)[Medium.TEXT]),
    }


def agent_doc(state: DeskState, agent_id: AgentId, agent: Agent) -> Doc:
    load = Counter(
        state.works[interaction].medium.value for interaction in state.hands.get(agent_id, ())
    )
    capacity: Counter[str] = Counter()
    for slots in agent.profile.capacity:
        capacity[slots.medium.value] += slots.count
    return {
        "kind": "agent",
        "id": agent_id,
        "display_name": agent.profile.display_name,
        "presence": agent.presence.value,
        "presence_reason": agent.reason,
        "since": state.cards.presences[agent_id],
        "connected": bool(agent.connections),
        "screens": len(agent.connections),
        "skills": _skills(agent.profile.skills),
        "load": dict(sorted(load.items())),
        "capacity": dict(capacity),
    }


def queue_doc(
    queue: Queue, *, waiting: int, held: Counter[WorkState], oldest: datetime | None, ready: int
) -> Doc:
    """Without `wait_s`, which depends on more than the queue."""
    return {
        "kind": "queue",
        "id": queue.queue_id,
        "name": queue.name,
        "name_en": queue.name_en,
        "skills": _skills(queue.skills),
        "waiting": waiting,
        "offered": held[WorkState.OFFERED],
        "active": held[WorkState.ACTIVE],
        "oldest": oldest,
        "ready": ready,
        "target_s": int(queue.target.total_seconds()),
    }


def _skills(skills: tuple[Skill, ...]) -> list[Doc]:
    return [{"skill": each.skill, "level": each.level} for each in skills]
