"""What the desk remembers: what its next decisions need, and the `cards` screens show."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.decisions.desk.board import Board
from hub.decisions.desk.cards import Cards
from hub.decisions.desk.ranking import Need, Rank, need_of
from hub.decisions.desk.timers import Timers
from hub.model.desk import AgentProfile, Medium, Presence, Queue, WorkState
from hub.model.ids import GENERAL_QUEUE, AgentId, InteractionId, QueueId

NO_QUEUE = Queue(queue_id=GENERAL_QUEUE, name="综合", name_en="General")
"""Where work waits while no queue is configured: anybody may take it."""


@dataclass(slots=True)
class Agent:
    """Somebody with an open screen, or in grace after the last one closed.

    OFFLINE while a screen is open is signed out. `idle_since`: when the last work left the agent,
    or the agent became ready. `skills` follow from the profile.
    """

    profile: AgentProfile
    presence: Presence
    idle_since: datetime
    reason: str = ""
    connections: list[str] = field(default_factory=list)
    skills: Mapping[str, int] = field(default_factory=dict)

    @property
    def signed_in(self) -> bool:
        return self.presence is not Presence.OFFLINE


@dataclass(slots=True)
class Work:
    """One interaction; `epoch` counts its offers, `agent_id` holds a slot in all states but QUEUED.

    `barred` agents declined it or gave it away; `began_at`: when it was last accepted.
    """

    interaction_id: InteractionId
    queue_id: QueueId
    waiting_since: datetime
    medium: Medium
    state: WorkState = WorkState.QUEUED
    agent_id: AgentId | None = None
    epoch: int = 0
    first: bool = False
    barred: tuple[AgentId, ...] = ()
    began_at: datetime | None = None


@dataclass(slots=True)
class DeskState:
    """`handling_ms`: moving average a queue of how long a slot is held.

    The last four follow from the others: who has what, the slots of all who are signed in.
    """

    desk: str
    seq: int = 0
    generation: int = 0
    queues: dict[QueueId, Queue] = field(default_factory=dict)
    agents: dict[AgentId, Agent] = field(default_factory=dict)
    works: dict[InteractionId, Work] = field(default_factory=dict)
    handling_ms: dict[QueueId, int] = field(default_factory=dict)
    timers: Timers = field(default_factory=Timers)
    cards: Cards = field(default_factory=Cards)
    board: Board = field(default_factory=Board)
    hands: dict[AgentId, set[InteractionId]] = field(default_factory=dict)
    slots: Counter[Medium] = field(default_factory=Counter)
    signed_in: int = 0

    def queue(self, queue_id: QueueId) -> Queue:
        """The queue, or where its work goes when there is none of this name."""
        found = self.queues.get(queue_id) or self.queues.get(GENERAL_QUEUE)
        return found or next(iter(self.queues.values()), NO_QUEUE)

    def need(self, work: Work) -> Need:
        return need_of(self.queue(work.queue_id), work.medium)

    def rank(self, work: Work) -> Rank:
        priority = self.queue(work.queue_id).priority
        turn = 0 if work.first else 1
        return Rank(turn, priority, work.waiting_since, work.interaction_id)

    def in_hand(self, agent_id: AgentId) -> list[Work]:
        """What the agent has, best rank first."""
        works = [self.works[i] for i in self.hands.get(agent_id, ())]
        return sorted(works, key=self.rank)

    def free(self, agent_id: AgentId) -> Counter[Medium]:
        """Slots left; below zero when the capacity was lowered under work in hand."""
        free: Counter[Medium] = Counter()
        for slots in self.agents[agent_id].profile.capacity:
            free[slots.medium] += slots.count
        for interaction in self.hands.get(agent_id, ()):
            free[self.works[interaction].medium] -= 1
        return free


def skills_of(profile: AgentProfile) -> Mapping[str, int]:
    skills: dict[str, int] = {}
    for skill in profile.skills:
        skills[skill.skill] = max(skill.level, skills.get(skill.skill, 0))
    return skills
