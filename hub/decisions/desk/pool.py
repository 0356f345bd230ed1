"""One need: the work that waits with it, and the agents who can serve it, best first."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush, heapreplace
from operator import itemgetter
from typing import Any

from hub.decisions.desk.line import Line
from hub.decisions.desk.ranking import Need, Rank
from hub.model.desk import Medium
from hub.model.ids import AgentId

SLACK = 64
"""A heap may hold this many stale entries beside as many as it has valid ones."""

FEW = 64
"""So many agents are looked through one by one; a heap would cost more than it saves."""

Key = tuple[Any, ...]


@dataclass(slots=True, eq=False)
class Seat:
    """What the board knows of an agent. `index` is the number of their bit in every mask.

    `open` are the media they can take work of now. `shown` is what the masks say of them: ready,
    connected, media with a free slot. `key` is made when it is needed, ends with the seat itself
    and is a new object whenever it changes; no tier has a higher entry than `settled`, and None
    says that one may have none at all. `pools` are those whose need the agent satisfies, `heads`
    reads the firsts of their lines, `tiers` are where the agent stands in those that have any.
    """

    agent_id: AgentId
    index: int
    skills: Mapping[str, int]
    idle_since: datetime
    load: int = 0
    ready: bool = False
    connected: bool = False
    free: Mapping[Medium, int] = field(default_factory=dict)
    open: tuple[Medium, ...] = ()
    shown: tuple[bool, bool, tuple[Medium, ...]] = (False, False, ())
    key: Key = ()
    settled: Key | None = None
    pools: dict[Medium, list["Pool"]] = field(default_factory=dict)
    tiers: list["Tier"] = field(default_factory=list)
    heads: dict[Medium, Callable[[list[Rank]], tuple[Rank, ...]]] = field(default_factory=dict)

    def __lt__(self, other: "Seat") -> bool:
        """Reached by two entries of one agent only, who signed out and in again."""
        return self.index < other.index

    def firsts(self, medium: Medium, heads: list[Rank]) -> tuple[Rank, ...]:
        """The first of every line the agent can serve."""
        read = self.heads.get(medium)
        if read is None:
            places = [pool.line.place for pool in self.pools.get(medium, ())]
            read = self.heads[medium] = itemgetter(0, 0, *places)
        return read(heads)

    def settle(self) -> None:
        """See that no tier takes the agent for worse than they are."""
        key = self.key
        if self.settled is not None and key >= self.settled:
            return
        for tier in self.tiers:
            known = tier.known.get(self)
            if known is None or key < known:
                tier.enter(self)
        self.settled = key


class Tier:
    """Agents who fit a need equally well, in a heap of their keys.

    An entry says "not better than this". Who got worse keeps the entry until it comes to the top
    and is put right there; who got better is entered anew. `known` names the one valid entry of
    each agent; whoever was found unable to take work has none until they can again.
    """

    __slots__ = ("heap", "known")

    def __init__(self) -> None:
        self.heap: list[Key] = []
        self.known: dict[Seat, Key] = {}

    def enter(self, seat: Seat) -> None:
        """Of an agent without an entry or with a higher one."""
        self.known[seat] = seat.key
        heappush(self.heap, seat.key)
        if len(self.heap) > 2 * len(self.known) + SLACK:
            self.heap = list(self.known.values())
            heapify(self.heap)

    def best(self, n: int, medium: Medium, without: Collection[AgentId]) -> list[Seat]:
        """The n best who can take work now."""
        heap, known = self.heap, self.known
        found: list[Seat] = []
        passed: list[Key] = []
        while heap and len(found) < n:
            key = heap[0]
            seat = key[-1]
            if known.get(seat) is not key:
                heappop(heap)
            elif medium not in seat.open:
                heappop(heap)
                del known[seat]
                seat.settled = None
            elif seat.key is not key:
                known[seat] = seat.key
                heapreplace(heap, seat.key)
                if seat.settled is not None:
                    seat.settled = seat.key
            else:
                passed.append(heappop(heap))
                if seat.agent_id not in without:
                    found.append(seat)
        for key in passed:
            heappush(heap, key)
        return found


class Pool:
    """`able` is the mask of its members, who have the skills; `members` says how well they fit.

    `tiers` are kept from the first question on, where the members are not few.
    """

    __slots__ = ("able", "line", "members", "need", "tiers")

    def __init__(self, need: Need, heads: list[Rank]) -> None:
        self.need = need
        self.able = 0
        self.line = Line(heads)
        self.members: dict[Seat, int] = {}
        self.tiers: dict[int, Tier] = {}

    def join(self, seat: Seat, fit: int) -> None:
        self.able |= 1 << seat.index
        self.members[seat] = fit
        seat.pools.setdefault(self.need.medium, []).append(self)
        seat.heads.pop(self.need.medium, None)
        if self.tiers:
            self._place(seat, fit)

    def leave(self, seat: Seat) -> None:
        self.able &= ~(1 << seat.index)
        del self.members[seat]

    def best(self, n: int, without: Collection[AgentId]) -> list[Seat]:
        """The n best who can take work now, the better fits first."""
        medium = self.need.medium
        if not self.tiers:
            if len(self.members) <= FEW:
                able = [(f, s.key) for s, f in self.members.items() if medium in s.open]
                seats = [key[-1] for _, key in sorted(able)]
                return [seat for seat in seats if seat.agent_id not in without][:n]
            for seat, fit in self.members.items():
                self._place(seat, fit)
        found: list[Seat] = []
        for fit in sorted(self.tiers):
            found += self.tiers[fit].best(n - len(found), medium, without)
        return found

    def _place(self, seat: Seat, fit: int) -> None:
        tier = self.tiers.setdefault(fit, Tier())
        seat.tiers.append(tier)
        seat.settled = None
        if seat.key:
            tier.enter(seat)
