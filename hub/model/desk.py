"""The desk's values: what is routed, to whom, and why."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hub.model.ids import AgentId, QueueId

TOP_LEVEL = 5
"""Skill levels run from 1 to this."""


class Medium(StrEnum):
    TEXT = "text"
    VOICE = "voice"
    VIDEO = "video"
    MAIL = "mail"


class Presence(StrEnum):
    OFFLINE = "offline"
    READY = "ready"
    NOT_READY = "not_ready"
    BREAK = "break"


class WorkState(StrEnum):
    QUEUED = "queued"
    OFFERED = "offered"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """A level somebody has, or the least one a queue asks for; 1 to 5."""

    skill: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """`priority` 0 is served first; `offer_for`: how long an offer waits for its answer.

    `target`: the waiting time that should not be exceeded; `decline_pause`: how long a declined
    interaction is not offered to the same agent again.
    """

    queue_id: QueueId
    name: str
    name_en: str = ""
    skills: tuple[Skill, ...] = ()
    priority: int = 5
    offer_for: timedelta = timedelta(seconds=20)
    target: timedelta = timedelta(seconds=60)
    decline_pause: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """How many interactions of a medium an agent takes at once."""

    medium: Medium
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    agent_id: AgentId
    display_name: str
    skills: tuple[Skill, ...] = ()
    capacity: tuple[Slots, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredAgent:
    """A candidate as the strategy saw it: `load` at work now, idle for `idle_s` seconds."""

    agent_id: AgentId
    load: int
    idle_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAgents:
    """How many agents could not take the work, by reason: "missing_skill", "not_ready",
    "at_capacity", "disconnected", "declined"."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferReasons:
    """Why this agent: the strategy, the best five with their scores, the others by reason.

    The full list is made by replay of the commit. `waited_s` is the waiting time so far.
    """

    strategy: str
    candidates: tuple[ScoredAgent, ...] = ()
    refused: tuple[RefusedAgents, ...] = ()
    eligible: int = 0
    waited_s: int = 0
