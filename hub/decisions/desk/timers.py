"""Armed timers by name, and which of them is due first."""

from collections.abc import Iterator
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import NamedTuple

MATCH, OFFER, BAR, GRACE = "match", "offer", "bar", "agent"


def offer_timer(interaction_id: str) -> str:
    """Its generation is the epoch of the offer."""
    return f"{OFFER}:{interaction_id}"


def bar_timer(interaction_id: str, agent_id: str) -> str:
    """Its generation is the epoch that was taken from the agent."""
    return f"{BAR}:{interaction_id}:{agent_id}"


def grace_timer(agent_id: str) -> str:
    return f"{GRACE}:{agent_id}"


class Timer(NamedTuple):
    generation: int
    due: datetime


class Timers:
    """A dict beside a heap; entries of the heap that no longer hold are dropped when met."""

    __slots__ = ("_heap", "armed")

    def __init__(self) -> None:
        self.armed: dict[str, Timer] = {}
        self._heap: list[tuple[datetime, str, int]] = []

    def arm(self, name: str, generation: int, due: datetime) -> None:
        self.armed[name] = Timer(generation, due)
        heappush(self._heap, (due, name, generation))
        if len(self._heap) > 2 * len(self.armed) + 64:
            self._heap = [(t.due, n, t.generation) for n, t in self.armed.items()]
            heapify(self._heap)

    def disarm(self, name: str) -> None:
        self.armed.pop(name, None)

    def holds(self, name: str, generation: int) -> bool:
        timer = self.armed.get(name)
        return timer is not None and timer.generation == generation

    def due(self) -> datetime | None:
        while self._heap:
            due, name, generation = self._heap[0]
            if self.holds(name, generation):
                return due
            heappop(self._heap)
        return None

    def late(self, at: datetime) -> list[tuple[datetime, str, int]]:
        """`(due, name, generation)` of what is due at `at`, earliest first."""
        return sorted(entry for entry in self._walk(at) if self.holds(entry[1], entry[2]))

    def _walk(self, at: datetime) -> Iterator[tuple[datetime, str, int]]:
        """Entries up to `at`; below one that is later, a heap holds only later ones."""
        places = [0]
        while places:
            place = places.pop()
            if place < len(self._heap) and self._heap[place][0] <= at:
                yield self._heap[place]
                places += (2 * place + 1, 2 * place + 2)
