"""Who is signed in, by agent, by skill and by need."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from hub.decisions.desk.line import NOTHING
from hub.decisions.desk.masks import Masks, indexes
from hub.decisions.desk.order import Order
from hub.decisions.desk.pool import Pool, Seat
from hub.decisions.desk.ranking import Need, Strategy
from hub.model.desk import Medium
from hub.model.ids import AgentId

POOLS_KEPT = 8192
"""Needs nothing waits with are forgotten when there are this many more of them."""

Taken = Mapping[AgentId, Mapping[Medium, int]]
"""Slots a decision has given away already: agent → medium → count."""

FEW = 32
"""So many agents are looked through, however many stand before them in the order."""


class Floor:
    """`changed` are seats that masks and order do not follow yet; `heads` are of all lines."""

    def __init__(self, strategy: Strategy) -> None:
        self.strategy = strategy
        self.masks = Masks()
        self.seats: dict[AgentId, Seat] = {}
        self.pools: dict[Need, Pool] = {}
        self.heads = [NOTHING]
        self.changed: dict[Seat, None] = {}
        self._order = Order()
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
                    pool.join(seat, self.strategy.fit(skills, pool.need))
        return seat

    def leave(self, seat: Seat) -> None:
        del self.seats[seat.agent_id]
        self.changed.pop(seat, None)
        self._order.put(seat, ())
        self._by_index[seat.index] = None
        self._spare.append(seat.index)
        self.masks.leave(~(1 << seat.index), seat.skills)
        for pools in seat.pools.values():
            for pool in pools:
                pool.leave(seat)

    def catch_up(self) -> None:
        """Let masks and order follow what was put since the last question that needs them."""
        for seat in self.changed:
            now = (seat.ready, seat.connected, seat.room, seat.ready or seat.load > 0)
            if now != seat.shown:
                self.masks.show(seat.index, seat.shown, now)
                seat.shown = now
            if seat.open and not seat.key:
                seat.key = (*self.strategy.key(seat, seat.load), seat)
            stands = seat.key if seat.open else ()
            if stands is not seat.stands:
                self._order.put(seat, stands)
        self.changed.clear()

    def best(self, pool: Pool, n: int, without: Collection[AgentId]) -> list[Seat]:
        """The n best of a pool who can take work now, the better fits first."""
        members, medium = pool.members, pool.need.medium
        if len(members) <= FEW:
            keys = sorted(
                [
                    seat.key
                    for seat in members
                    if medium in seat.open and seat.agent_id not in without
                ]
            )
            if len(pool.fits) > 1:
                keys.sort(key=lambda key: members[key[-1]])
            return [key[-1] for key in keys[:n]]
        found: list[Seat] = []
        for fit in sorted(pool.fits):
            for seat in self._order.walk(pool.skills):
                if (
                    members.get(seat) == fit
                    and medium in seat.open
                    and seat.agent_id not in without
                ):
                    found.append(seat)
                    if len(found) == n:
                        return found
        return found

    def pool(self, need: Need) -> Pool:
        """The pool of a need, made when it is new."""
        pool = self.pools.get(need)
        if pool is None:
            if len(self.pools) >= self._pool_limit:
                self._forget_pools()
            pool = self.pools[need] = Pool(need, self.heads)
            self._by_skill[_anchor(need)].append(pool)
            self._fill(pool, self.masks.able(need))
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

    def _fill(self, pool: Pool, able: int) -> None:
        for index in indexes(able):
            seat = self._by_index[index]
            if seat is not None:
                pool.join(seat, self.strategy.fit(seat.skills, pool.need))

    def _forget_pools(self) -> None:
        """All nothing waits with; the next one is made from the masks when it is asked for."""
        self.pools = {need: pool for need, pool in self.pools.items() if pool.line}
        self._pool_limit = 2 * len(self.pools) + POOLS_KEPT
        self._by_skill.clear()
        self.heads = [NOTHING]
        for seat in self.seats.values():
            seat.pools.clear()
            seat.heads.clear()
        for pool in self.pools.values():
            self._by_skill[_anchor(pool.need)].append(pool)
            pool.line.enlist(self.heads)
            self._fill(pool, pool.able)


def has_skills(seat: Seat, need: Need) -> bool:
    return all(seat.skills.get(skill, 0) >= level for skill, level in need.skills)


def _anchor(need: Need) -> str:
    """The one skill a pool is found by when somebody signs in."""
    return min(need.skills)[0] if need.skills else ""
