"""The desk's board beside a scan of plain lists: CPU a decision, growth, the same answers.

"An agent frees": a slot is given back, the best-ranked work is found and taken, the slot is full
again. "Work arrives": the five best agents are found, the first takes it. "… while an agent frees"
adds what the scan has no trouble with, an agent who becomes free while nothing waits.
All changes of the board a decision brings are counted in, on both sides. A round of the board is
long, so that it does not only pay for the cache the scan of the round before has emptied.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import uvloop

from hub.decisions.desk.board import Board
from hub.decisions.desk.ranking import Candidate, Need, Rank
from hub.model.desk import Medium
from hub.model.ids import AgentId, InteractionId
from tests.bench.desk_rules import whole_decisions
from tests.bench.measure import Comparison, as_json, compare
from tests.decisions.desk.naive import NaiveBoard
from tests.decisions.desk.twins import Twins

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SKILLS = [f"s{n:03d}" for n in range(200)]
ZIPF = [1 / (n + 1) ** 0.7 for n in range(200)]
NEEDS = 5_260
"""Different sets of required skills, whatever the size."""

CAPACITY = 3
FREE = [{Medium.TEXT: CAPACITY - load} for load in range(CAPACITY + 1)]
ANYBODY = Need(Medium.TEXT)
NEEDED = {"an agent frees": 300, "work arrives": 30}
"""How many times less CPU than the scan."""

GROWN = {f"{name}, 10×" for name in NEEDED}
GROWTH = 2.0
"""Most CPU a decision at ten times the size."""

ROUND, ARRIVALS = 10_000, 3_000
COMPARED = 20
EVENTS = 100_000


@dataclass(frozen=True, slots=True)
class World:
    """What both boards are filled with; drawn once, so both see the same."""

    skills: dict[AgentId, dict[str, int]]
    waiting: list[tuple[Rank, Need]]

    @classmethod
    def drawn(cls, agents: int, waiting: int) -> "World":
        random = Random(7)  # noqa: S311 - a repeatable run
        needs: list[Need] = []
        while len(set(needs)) < NEEDS:
            needs += [_need(random) for _ in range(100)]
        skills = {AgentId(f"a{n:06d}"): _skills(random, 3, 8) for n in range(agents)}
        works = [(_rank(random, n), random.choice(needs)) for n in range(waiting)]
        return cls(skills, works)


def _skills(random: Random, least: int, most: int) -> dict[str, int]:
    count = random.randint(least, most)
    found: dict[str, int] = {}
    while len(found) < count:
        found[random.choices(SKILLS, ZIPF)[0]] = random.randint(1, 5)
    return found


def _need(random: Random) -> Need:
    return Need(Medium.TEXT, frozenset((skill, 1) for skill in _skills(random, 1, 2)))


def _rank(random: Random, n: int) -> Rank:
    return Rank(1, random.randint(0, 4), START + n * SECOND, InteractionId(f"i{n:07d}"))


class Frees:
    """Everybody is full and much waits; agents free one slot, one after the other."""

    def __init__(self, board: Board | NaiveBoard, world: World, count: int) -> None:
        self._board = board
        self._order = Random(8).choices(list(world.skills.items()), k=count)  # noqa: S311 - same
        self._works = {rank.interaction_id: (rank, need) for rank, need in world.waiting}
        self.decided: list[InteractionId] = []
        for agent_id, skills in world.skills.items():
            board.put_agent(agent_id, skills, {}, CAPACITY, START)
        for rank, need in world.waiting:
            board.add_work(rank, need)

    def prepare(self) -> None:
        for interaction_id in self.decided:
            self._board.add_work(*self._works[interaction_id])
        self.decided.clear()

    async def __call__(self) -> int:
        board, full, one = self._board, FREE[CAPACITY], FREE[CAPACITY - 1]
        now = START
        for agent_id, skills in self._order:
            now += SECOND
            board.put_agent(agent_id, skills, one, CAPACITY - 1, now)
            found = board.next_work(agent_id)
            if found:
                board.remove_work(found[0])
                self.decided.append(found[0])
            board.put_agent(agent_id, skills, full, CAPACITY, now)
        return len(self._order)


@dataclass(slots=True)
class Hands:
    """One agent of the world and what they have at work."""

    agent_id: AgentId
    skills: dict[str, int]
    load: int = 0
    idle_since: datetime = START


class Arrives:
    """Half of all slots are free at first; each work that arrives is given to the best agent."""

    def __init__(self, board: Board | NaiveBoard, world: World, count: int) -> None:
        draws = Random(10)  # noqa: S311 - a repeatable run
        self._board = board
        self._draws = [
            (draws.choice(world.waiting)[1], draws.randrange(10**9)) for _ in range(count)
        ]
        self._hands = {a: Hands(a, skills) for a, skills in world.skills.items()}
        self._busy: list[Hands] = []
        self._now = START
        self.decided: list[AgentId] = []
        self._begin()

    def prepare(self) -> None:
        self._begin()

    async def __call__(self) -> int:
        for need, _ in self._draws:
            self._give(self._board.best_agents(need))
        return len(self._draws)

    def _begin(self) -> None:
        """As at first; a question lets the board follow before anything is measured."""
        random = Random(9)  # noqa: S311 - a repeatable run
        self._busy.clear()
        self.decided.clear()
        for hands in self._hands.values():
            hands.load = random.randint(0, CAPACITY)
            hands.idle_since = START - random.randrange(3600) * SECOND
            self._busy += [hands] * hands.load
            self._put(hands)
        self._board.tally(ANYBODY)

    def _give(self, found: Sequence[Candidate]) -> None:
        if found:
            best = self._hands[found[0].agent_id]
            self.decided.append(best.agent_id)
            self._busy.append(best)
            best.load += 1
            self._put(best)

    def _put(self, hands: Hands) -> None:
        self._board.put_agent(
            hands.agent_id, hands.skills, FREE[hands.load], hands.load, hands.idle_since
        )


class ArrivesWithReasons(Arrives):
    """Who could not take the work is counted by reason too."""

    async def __call__(self) -> int:
        for need, _ in self._draws:
            self._board.tally(need)
            self._give(self._board.best_agents(need))
        return len(self._draws)


class ComesAndGoes(Arrives):
    """For each work that arrives some agent frees; a round goes on where the last one ended."""

    def prepare(self) -> None:
        pass

    async def __call__(self) -> int:
        busy = self._busy
        for need, draw in self._draws:
            self._now += SECOND
            self._give(self._board.best_agents(need))
            place = draw % len(busy)
            busy[place], busy[-1] = busy[-1], busy[place]
            gone = busy.pop()
            gone.load -= 1
            gone.idle_since = self._now
            self._put(gone)
        return len(self._draws)


async def beside_the_scan(world: World, rounds: int) -> list[Comparison]:
    """The first decisions of both must be the same."""
    found = []
    for name, make, many, few in (
        ("an agent frees", Frees, ROUND, 20),
        ("work arrives", Arrives, ARRIVALS, 150),
        ("… with reasons", ArrivesWithReasons, ARRIVALS, 80),
        ("… while an agent frees", ComesAndGoes, ROUND, 150),
    ):
        subject, control = make(Board(), world, many), make(NaiveBoard(), world, few)
        found.append(await compare(name, subject, control, rounds=rounds))
        if subject.decided[:COMPARED] != control.decided[:COMPARED]:
            raise AssertionError(f"{name}: not the decisions of the scan")
    return found


async def grown(world: World, rounds: int) -> list[Comparison]:
    """Ten times the agents, work and decisions (the subject) beside `world` (the control)."""
    large = World.drawn(10 * len(world.skills), 10 * len(world.waiting))
    return [
        await compare(
            f"{name}, 10×",
            make(Board(), large, 10 * count),
            make(Board(), world, count),
            rounds=rounds,
        )
        for name, make, count in (
            ("an agent frees", Frees, ARRIVALS),
            ("work arrives", Arrives, ARRIVALS),
            ("… while an agent frees", ComesAndGoes, ARRIVALS),
        )
    ]


def same_answers(events: int) -> int:
    """How many questions were compared; raises at the first difference."""
    asked = 0
    for seed in range(10):
        twins = Twins(seed, agents=8 + 8 * seed, works=30 * (seed + 1))
        twins.run(events // 10)
        asked += twins.asked
    return asked


def shown(rows: Sequence[Comparison], growth: Sequence[Comparison]) -> None:
    print(f"{'':28}{'board µs':>12}{'scan µs':>12}{'times':>10}{'at least':>10}")
    for row in rows:
        print(
            f"{row.name:28}{row.subject_cpu_us:>12.2f}{row.control_cpu_us:>12.1f}"
            f"{1 / row.cpu_ratio:>10.0f}{NEEDED.get(row.name, ''):>10}"
        )
    print(f"\n{'':28}{'large µs':>12}{'small µs':>12}{'times':>10}{'at most':>10}")
    for row in growth:
        print(
            f"{row.name:28}{row.subject_cpu_us:>12.2f}{row.control_cpu_us:>12.2f}"
            f"{row.cpu_ratio:>10.2f}{GROWTH if row.name in GROWN else '':>10}"
        )


async def measure(options: list[str]) -> bool:
    world = World.drawn(5_000, 50_000)
    rows = await beside_the_scan(world, rounds=7)
    growth = await grown(world, rounds=5)
    if "--json" in options:
        print(as_json([*rows, *growth]))
    else:
        shown(rows, growth)
        needs = [need for _, need in world.waiting]
        print("\nwhole decisions of the rules, judge and apply (no gate):")
        for name, micros in whole_decisions(world.skills, needs, len(needs), CAPACITY).items():
            print(f"  {name:26}{micros:>12.1f} µs")
    asked = same_answers(EVENTS)
    print(f"{EVENTS} random events: {asked} questions answered as by the scan", file=sys.stderr)
    return all(1 / r.cpu_ratio >= NEEDED.get(r.name, 0) for r in rows) and all(
        r.cpu_ratio <= GROWTH for r in growth if r.name in GROWN
    )


def main(options: list[str]) -> int:
    """Exit 1 when a ratio is missed."""
    return 0 if uvloop.run(measure(options)) else 1
