"""Each queue as screens show it: who waits, in which order, and who could serve."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from agent_web.desk_docs import queue_doc
from agent_web.topics import LEADS
from hub.decisions.desk.estimate import estimate
from hub.decisions.desk.state import DeskState, Work
from hub.model.desk import Medium, Queue, WorkState
from hub.model.ids import AgentId, InteractionId

Doc = dict[str, Any]
Place = tuple[bool, datetime, InteractionId]
NEW = InteractionId("")
FIRST_NEW: tuple[bool] = (True,)
"""Before it stands work that was offered already or moved to the front, after it new work."""


def place_of(work: Work) -> Place:
    """The order within a queue, as the desk serves it."""
    return (not work.first, work.waiting_since, work.interaction_id)


@dataclass(slots=True)
class Line:
    """`order` holds all who wait; `shown` the first of them, as many as screens are given.

    `able` are the signed-in agents with the skills, `ready` those who could take work now,
    `serving` those who are ready or have work in hand.
    """

    queue: Queue
    window: int
    order: list[Place] = field(default_factory=list)
    shown: set[InteractionId] = field(default_factory=set)
    held: Counter[WorkState] = field(default_factory=Counter)
    able: frozenset[str] = frozenset()
    ready: set[AgentId] = field(default_factory=set)
    serving: set[AgentId] = field(default_factory=set)
    audience: frozenset[str] = frozenset({LEADS})

    def add(self, place: Place) -> set[InteractionId]:
        """The interactions that came into the window or left it."""
        insort(self.order, place)
        if len(self.order) > self.window:
            if place > self.order[self.window - 1]:
                return set()
            pushed = self.order[self.window][2]
            self.shown.discard(pushed)
            self.shown.add(place[2])
            return {place[2], pushed}
        self.shown.add(place[2])
        return {place[2]}

    def remove(self, place: Place) -> set[InteractionId]:
        del self.order[bisect_left(self.order, place)]
        if place[2] not in self.shown:
            return set()
        self.shown.discard(place[2])
        if len(self.order) < self.window:
            return {place[2]}
        pulled = self.order[self.window - 1][2]
        self.shown.add(pulled)
        return {place[2], pulled}

    def admit(self, agent_id: AgentId, *, able: bool) -> None:
        self.able = self.able | {agent_id} if able else self.able - {agent_id}
        self.audience = self.able | {LEADS}

    def serves(self, skills: Mapping[str, int]) -> bool:
        return all(skills.get(each.skill, 0) >= each.level for each in self.queue.skills)

    @property
    def oldest(self) -> datetime | None:
        """Both parts of the order are by waiting time, the whole is not."""
        if not self.order:
            return None
        new = bisect_left(self.order, FIRST_NEW)
        heads = [self.order[0][1]]
        if 0 < new < len(self.order):
            heads.append(self.order[new][1])
        return min(heads)

    def doc(self, state: DeskState) -> Doc:
        waiting = len(self.order)
        doc = queue_doc(
            self.queue,
            waiting=waiting,
            held=self.held,
            oldest=self.oldest,
            ready=len(self.ready),
        )
        newcomer = Work(NEW, self.queue.queue_id, datetime.min.replace(tzinfo=UTC), Medium.TEXT)
        served = bool(self.ready) and not waiting
        doc["wait_s"] = 0 if served else estimate(state, newcomer, waiting, len(self.serving))
        return doc
