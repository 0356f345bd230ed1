"""Who is signed in, by agent, by skill and by need."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from hub.decisions.desk.line import NOTHING
from hub.decisions.desk.masks import Masks
from hub.decisions.desk.pool import Pool, Seat
from hub.decisions.desk.ranking import Need, Strategy
from hub.model.desk import Medium
from hub.model.ids import AgentId

POOLS_KEPT = 8192
"""Needs nothing waits with are forgotten when there are this many more of them."""

Taken = Mapping[AgentId, Mapping[Medium, int]]
"""Slots a decision has given away already: agent → medium → count."""


class Floor:
    """`changed` are seats that masks and tiers do not follow yet; `heads` are of all lines."""

    def __init__(self, strategy: Strategy) -> None:
        self.strategy = strategy
        self.masks = Masks()
        self.seats: dict[AgentId, Seat] = {}
        self.pools: dict[Need, Pool] = {}
        self.heads = [NOTHING]
        self.changed: dict[Seat, None] = {}
        self._pool_limit = POOLS_KEPT
        self._by_skill: defaultdict[str, list[Pool]] = defaultdict(list)
        self._by_index: list[Seat | None] = []
        self._spare: list[int] = []

    def sit(self, agent_id: AgentId, skills: Mapping[str, int], idle_since: datetime) -> Seat:
        if not self._spare:
            self._spare.append(len(self._by_index))
            self._by_index.append(None)
        index = self._spare.pop()
        seat = Seat(agent_id, index, skills, idle_since)
        self._by_index[index] = self.seats[agent_id] = seat
        self.masks.sit(1 << index, skills)
        for skill in ("", *skills):
            for pool in self._by_skill.get(skill, ()):
                if has_skills(seat, pool.need):
                    self._join(seat, pool)
        return seat

    def catch_up(self) -> None:
        """Let masks and tiers follow what was put since the last question that needs them."""
        for seat in self.changed:
            room = tuple(medium for medium, slots in seat.free.items() if slots > 0)
            now = (seat.ready, seat.connected, room)
            if now != seat.shown:
                self.masks.show(seat.index, seat.shown, now)
                seat.shown = now
            if seat.open:
                if not seat.key:
                    seat.key = (*self.strategy.key(seat, seat.load), seat)
                seat.settle()
        self.changed.clear()

    def leave(self, seat: Seat) -> None:
        del self.seats[seat.agent_id]
        self.changed.pop(seat, None)
        self._by_index[seat.index] = None
        self._spare.append(seat.index)
        self.masks.leave(~(1 << seat.index), seat.skills)
        for pools in seat.pools.values():
            for pool in pools:
                pool.leave(seat)
        for tier in seat.tiers:
            tier.known.pop(seat, None)

    def pool(self, need: Need) -> Pool:
        """The pool of a need, made when it is new."""
        pool = self.pools.get(need)
        if pool is None:
            if len(self.pools) >= self._pool_limit:
                self._forget_pools()
            pool = self.pools[need] = Pool(need, self.heads)
            self._by_skill[_anchor(need)].append(pool)
            for seat in self._seats_of(self.masks.able(need)):
                self._join(seat, pool)
        return pool

    def able(self, need: Need) -> int:
        """The mask of who has the skills."""
        pool = self.pools.get(need)
        return self.masks.able(need) if pool is None else pool.able

    def open(self, medium: Medium, barred: Collection[AgentId], taken: Taken) -> int:
        """The mask of who can take work of this medium, without the barred and the filled up."""
        found = self.masks.open(medium)
        for agent_id in barred:
            seat = self.seats.get(agent_id)
            if seat is not None:
                found &= ~(1 << seat.index)
        for agent_id, slots in taken.items():
            seat = self.seats.get(agent_id)
            if seat is not None and seat.free.get(medium, 0) <= slots.get(medium, 0):
                found &= ~(1 << seat.index)
        return found

    def _join(self, seat: Seat, pool: Pool) -> None:
        pool.join(seat, self.strategy.fit(seat.skills, pool.need))

    def _seats_of(self, mask: int) -> list[Seat]:
        seats = []
        while mask:
            lowest = mask & -mask
            seat = self._by_index[lowest.bit_length() - 1]
            if seat is not None:
                seats.append(seat)
            mask ^= lowest
        return seats

    def _forget_pools(self) -> None:
        """All nothing waits with; the next one is made from the masks when it is asked for."""
        self.pools = {need: pool for need, pool in self.pools.items() if pool.line}
        self._pool_limit = 2 * len(self.pools) + POOLS_KEPT
        self._by_skill.clear()
        self.heads = [NOTHING]
        for seat in self.seats.values():
            seat.pools.clear()
            seat.heads.clear()
            seat.tiers.clear()
        for pool in self.pools.values():
            self._by_skill[_anchor(pool.need)].append(pool)
            pool.line.enlist(self.heads)
            pool.tiers.clear()
            for seat in pool.members:
                self._join(seat, pool)


def has_skills(seat: Seat, need: Need) -> bool:
    return all(seat.skills.get(skill, 0) >= level for skill, level in need.skills)


def _anchor(need: Need) -> str:
    """The one skill a pool is found by when somebody signs in."""
    return min(need.skills)[0] if need.skills else ""
