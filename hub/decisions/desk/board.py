"""Who may take what: the index behind the desk's decisions, derived from its state.

An agent frees: the heads of the lines they can serve are compared. Work arrives: the order of all
who can take work is walked, past whole blocks without the skills. Bit masks count who cannot. Every
answer depends on what stands on the board alone, not on the order of putting; questions change
nothing anybody can see.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from hub.decisions.desk.floor import Floor, Taken, has_skills
from hub.decisions.desk.line import NOTHING, Line
from hub.decisions.desk.pool import Seat
from hub.decisions.desk.ranking import Candidate, LongestIdle, Need, Rank, Strategy
from hub.model.desk import Medium
from hub.model.ids import AgentId, InteractionId

NOTHING_TAKEN: Taken = {}

REASONS = ("missing_skill", "disconnected", "not_ready", "at_capacity", "declined")
"""In the order in which they are looked for."""


class Tally(NamedTuple):
    """Signed-in agents: who could take the work, the others by the first reason that applies."""

    eligible: int
    refused: Mapping[str, int]


class Staff(NamedTuple):
    """Signed-in agents with the skills: all, the ready, and those ready or with work in hand."""

    able: int
    ready: int
    serving: int


class Waiting(NamedTuple):
    rank: Rank
    need: Need
    target: AgentId | None
    barred: frozenset[AgentId]
    line: Line


class Board:
    def __init__(self, strategy: Strategy | None = None) -> None:
        """The strategy is longest idle where none is given."""
        self._floor = Floor(strategy or LongestIdle())
        self._works: dict[InteractionId, Waiting] = {}
        self._meant: dict[AgentId, Line] = {}

    # ------------------------------------------------------------ what stands on the board
    def put_agent(
        self,
        agent_id: AgentId,
        skills: Mapping[str, int],
        free: Mapping[Medium, int],
        load: int,
        idle_since: datetime,
        *,
        ready: bool = True,
        connected: bool = True,
    ) -> None:
        """All that is known of a signed-in agent, in place of what was known before.

        `free`: slots left by medium (0 or absent = none). Keep handing in the same `skills`
        object while they do not change: then this is cheap. `skills` must not be mutated.
        """
        seat = self._floor.seats.get(agent_id)
        if seat is not None and skills is not seat.skills and skills != seat.skills:
            self.drop_agent(agent_id)
            seat = None
        if seat is None:
            seat = self._floor.sit(agent_id, skills, idle_since)
        if seat.ready != ready or seat.connected != connected or seat.free != free:
            seat.ready, seat.connected, seat.free = ready, connected, dict(free)
            seat.room = tuple([medium for medium, slots in free.items() if slots > 0])
            seat.open = seat.room if ready and connected else ()
        if load != seat.load or idle_since != seat.idle_since:
            seat.load, seat.idle_since, seat.key = load, idle_since, ()
        self._floor.changed[seat] = None

    def drop_agent(self, agent_id: AgentId) -> None:
        """Signed out; of no effect when unknown."""
        seat = self._floor.seats.get(agent_id)
        if seat is not None:
            self._floor.leave(seat)

    def add_work(
        self,
        rank: Rank,
        need: Need,
        *,
        target: AgentId | None = None,
        barred: Collection[AgentId] = (),
    ) -> None:
        """Waiting work, in place of what was known of it; `rank.interaction_id` names it.

        Work with a `target` is served by that agent only, whatever their skills are. `barred`
        agents are not offered it: when a bar ends, add it again without them.
        """
        self.remove_work(rank.interaction_id)
        if target is None:
            line = self._floor.pool(need).line
        else:
            line = self._meant.setdefault(target, Line([]))
        line.add(rank)
        work = Waiting(rank, need, target, frozenset(barred), line)
        self._works[rank.interaction_id] = work

    def remove_work(self, interaction_id: InteractionId) -> None:
        """Offered, claimed or released; of no effect when unknown."""
        work = self._works.pop(interaction_id, None)
        if work is not None:
            work.line.remove(work.rank)
            if work.target is not None and not work.line:
                del self._meant[work.target]

    # ------------------------------------------------------------ work arrives
    def best_agents(
        self,
        need: Need,
        n: int = 5,
        *,
        barred: Collection[AgentId] = (),
        taken: Taken = NOTHING_TAKEN,
    ) -> list[Candidate]:
        """The n best who are ready, connected, skilled and have a free slot; best first."""
        floor = self._floor
        floor.catch_up()
        pool = floor.pool(need)
        best = floor.best(pool, n, {*barred, *taken} if taken else barred)
        found = [Candidate(seat.agent_id, seat.load, seat.idle_since) for seat in best]
        if not taken:
            return found
        for agent_id in taken.keys() - {*barred}:
            seat = floor.seats.get(agent_id)
            if seat in pool.members and self.takes(agent_id, need.medium, taken=taken):
                load = seat.load + sum(taken[agent_id].values())
                found.append(Candidate(agent_id, load, seat.idle_since))
        return sorted(found, key=partial(self._merit, need))[:n]

    def tally(
        self, need: Need, *, barred: Collection[AgentId] = (), taken: Taken = NOTHING_TAKEN
    ) -> Tally:
        """Eligible and refused ("missing_skill", "disconnected", "not_ready", "at_capacity",
        "declined"; zero counts are left out)."""
        self._floor.catch_up()
        masks = self._floor.masks
        able = self._floor.able(need)
        connected = able & masks.connected
        ready = connected & masks.ready
        free = ready & self._floor.open(need.medium, (), taken)
        eligible = (free & self._floor.open(need.medium, barred, taken)).bit_count()
        counts = [
            masks.present.bit_count(),
            able.bit_count(),
            connected.bit_count(),
            ready.bit_count(),
            free.bit_count(),
            eligible,
        ]
        lost = zip(REASONS, counts, counts[1:], strict=False)
        return Tally(eligible, {reason: a - b for reason, a, b in lost if a > b})

    def staff(self, need: Need) -> Staff:
        self._floor.catch_up()
        masks, able = self._floor.masks, self._floor.able(need)
        return Staff(
            able.bit_count(), (able & masks.ready).bit_count(), (able & masks.serving).bit_count()
        )

    def ahead(self, rank: Rank, need: Need) -> int:
        """How many waiting with the same need are served before this rank, targeted work apart."""
        pool = self._floor.pools.get(need)
        return 0 if pool is None else pool.line.before(rank)

    # ------------------------------------------------------------ an agent frees
    def next_work(
        self,
        agent_id: AgentId,
        n: int = 1,
        *,
        placed: Collection[InteractionId] = (),
        taken: Taken = NOTHING_TAKEN,
    ) -> list[InteractionId]:
        """The n best-ranked interactions this agent could be offered now, each on its own.

        `placed` are those this decision has given away already (pass a set or dict). Empty when
        the agent is not ready, not connected or has no free slot.
        """
        seat = self._floor.seats.get(agent_id)
        if seat is None:
            return []
        media = seat.open
        if agent_id in taken:
            media = tuple(m for m in media if seat.free[m] > taken[agent_id].get(m, 0))
        meant = self._meant.get(agent_id, ())
        if n == 1 and not meant:
            first = NOTHING
            for medium in media:
                first = min(first, *seat.firsts(medium, self._floor.heads))
            if first is NOTHING:
                return []
            found = first.interaction_id
            if found not in placed and agent_id not in self._works[found].barred:
                return [found]
        return self._search(seat, n, media, placed)

    def servable(
        self,
        n: int,
        *,
        placed: Collection[InteractionId] = (),
        taken: Taken = NOTHING_TAKEN,
    ) -> list[InteractionId]:
        """The n best-ranked interactions somebody could be offered now, each on its own.

        Looks at every need something waits with: for changes of the whole desk, not of one agent.
        """
        self._floor.catch_up()
        lines = [
            pool.line
            for pool in self._floor.pools.values()
            if pool.line and pool.able & self._floor.masks.open(pool.need.medium)
        ]
        lines += [line for agent_id, line in self._meant.items() if agent_id in self._floor.seats]

        def suits(rank: Rank) -> bool:
            if rank.interaction_id in placed:
                return False
            work = self._works[rank.interaction_id]
            if work.target is not None:
                return work.target not in work.barred and self.takes(
                    work.target, work.need.medium, taken=taken
                )
            open_now = self._floor.open(work.need.medium, work.barred, taken)
            return self._floor.pools[work.need].able & open_now != 0

        return [rank.interaction_id for rank in islice(filter(suits, merge(*lines)), n)]

    # ------------------------------------------------------------ one agent
    def takes(self, agent_id: AgentId, medium: Medium, *, taken: Taken = NOTHING_TAKEN) -> bool:
        """Whether the agent is ready, connected and has a free slot."""
        seat = self._floor.seats.get(agent_id)
        if seat is None or medium not in seat.open:
            return False
        return seat.free[medium] > taken.get(agent_id, {}).get(medium, 0)

    def skilled(self, agent_id: AgentId, need: Need) -> bool:
        """Whether the agent is signed in and has the skills."""
        seat = self._floor.seats.get(agent_id)
        return seat is not None and has_skills(seat, need)

    def _search(
        self,
        seat: Seat,
        n: int,
        media: tuple[Medium, ...],
        placed: Collection[InteractionId],
    ) -> list[InteractionId]:
        lines = [pool.line for m in media for pool in seat.pools.get(m, ()) if pool.line]
        found: list[InteractionId] = []
        for rank in merge(self._meant.get(seat.agent_id, ()), *lines):
            work = self._works[rank.interaction_id]
            if (
                rank.interaction_id not in placed
                and seat.agent_id not in work.barred
                and work.need.medium in media
            ):
                found.append(rank.interaction_id)
                if len(found) == n:
                    break
        return found

    def _merit(self, need: Need, candidate: Candidate) -> tuple[int, tuple[Any, ...]]:
        strategy, seat = self._floor.strategy, self._floor.seats[candidate.agent_id]
        return strategy.fit(seat.skills, need), strategy.key(seat, candidate.load)
