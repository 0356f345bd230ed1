"""The words of the board: what work needs, which work goes first, which agent is preferred."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from hub.model.desk import Medium, Queue
from hub.model.ids import AgentId, InteractionId


class Need(NamedTuple):
    """A medium and the skills with their least levels; a higher level serves every lower one."""

    medium: Medium
    skills: frozenset[tuple[str, int]] = frozenset()


class Rank(NamedTuple):
    """The lowest is served first: `turn` 0 is work that was offered before, 1 is new work."""

    turn: int
    priority: int
    waiting_since: datetime
    interaction_id: InteractionId


class Candidate(NamedTuple):
    """`load` counts what the agent has at work, what this decision gave them included."""

    agent_id: AgentId
    load: int
    idle_since: datetime


class Standing(Protocol):
    """What a strategy sees of an agent."""

    @property
    def agent_id(self) -> AgentId: ...
    @property
    def skills(self) -> Mapping[str, int]: ...
    @property
    def idle_since(self) -> datetime: ...


class Strategy(Protocol):
    """Which agent is preferred: the lowest `fit`, then the lowest `key`."""

    def fit(self, skills: Mapping[str, int], need: Need) -> int:
        """What does not change while the agent works."""

    def key(self, agent: Standing, load: int) -> tuple[Any, ...]:
        """Its last item is the agent's id."""


class LongestIdle:
    """The least loaded; of these who has been idle longest."""

    def fit(self, skills: Mapping[str, int], need: Need) -> int:
        return 0

    def key(self, agent: Standing, load: int) -> tuple[Any, ...]:
        return (load, agent.idle_since.timestamp(), agent.agent_id)


def need_of(queue: Queue, medium: Medium) -> Need:
    return Need(medium, frozenset((s.skill, s.level) for s in queue.skills))
