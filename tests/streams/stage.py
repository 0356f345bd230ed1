"""Hand-made schedules: the real engine, and a database whose operations are held where wanted."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hub.errors import Overloaded, StoreUncertain
from hub.store.memory.faults import Operation
from hub.streams.rows import input_row
from tests.streams.chaos import CALM, Chaos, Spans, _Lost
from tests.streams.checker import Checker
from tests.streams.loop import VirtualClock, run_virtual, until
from tests.streams.scene import Node, Scene, counted_tokens
from tests.streams.toy import DESK

Doc = dict[str, Any]
T = TypeVar("T")

A = "customer:00a"
B = "customer:00b"
"""Two customers of shard 0."""


@dataclass(eq=False)
class Hold:
    """Operations of one place on one collection stop before their row number `at`, counted over
    all of them, until released. `cut`: the caller is told StoreUncertain when it stops."""

    place: str
    kind: str
    collection: str
    at: int
    cut: bool
    lost: bool
    seen: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    def meets(self, operation: Operation) -> bool:
        if (operation.kind, operation.collection) != (self.kind, self.collection):
            return False
        return operation.process.startswith(self.place)

    def release(self) -> None:
        self.go.set()


@dataclass(frozen=True, eq=False)
class Afterwards:
    """What to do once, when such an operation is through with such a result."""

    hold: Hold
    when: Callable[[Any], bool]
    act: Callable[[], None]


class HeldChaos(Chaos):
    """No chance at all: faults only where a hold or the schedule puts them."""

    def __init__(self) -> None:
        super().__init__(1, CALM, Spans(step=(0.0, 0.001), replicate=(0.0, 0.001)))
        self.holds: list[Hold] = []
        self.afterwards: list[Afterwards] = []

    async def step(self, operation: Operation) -> None:
        await super().step(operation)
        for hold in list(self.holds):
            if not hold.meets(operation):
                continue
            hold.seen += 1
            if hold.seen != hold.at:
                continue
            hold.reached.set()
            if hold.cut:
                self._cut_off(self._running[operation], "held")
            if hold.lost:
                raise _Lost
            await hold.go.wait()

    async def run(self, operation: Operation, work: Callable[[], Awaitable[T]]) -> T:
        async def watched() -> T:
            result = await work()
            for wanted in list(self.afterwards):
                if wanted.hold.meets(operation) and wanted.when(result):
                    self.afterwards.remove(wanted)
                    asyncio.get_running_loop().call_soon(wanted.act)
            return result

        return await super().run(operation, watched)


class Stage(Scene):
    chaos: HeldChaos

    def __init__(self, chaos: HeldChaos, tasks: asyncio.TaskGroup) -> None:
        super().__init__(1, chaos, tasks)
        self.clock = VirtualClock()

    # ------------------------------------------------------------ faults
    def hold(
        self,
        place: str,
        kind: str,
        collection: str,
        *,
        at: int = 1,
        cut: bool = False,
        lost: bool = False,
    ) -> Hold:
        hold = Hold(place, kind, collection, at, cut, lost)
        self.chaos.holds.append(hold)
        return hold

    def after(
        self,
        place: str,
        kind: str,
        collection: str,
        act: Callable[[], None],
        when: Callable[[Any], bool] = lambda _: True,
    ) -> None:
        """Once, as soon as such an operation is through and its answer on the way."""
        hold = Hold(place, kind, collection, 0, cut=False, lost=False)
        self.chaos.afterwards.append(Afterwards(hold, when, act))

    def freeze(self, place: str) -> None:
        self.chaos.freeze(self.nodes[place].name, 1e9)

    def thaw(self, place: str) -> None:
        self.chaos.thaw(self.nodes[place].name)

    # ------------------------------------------------------------ processes
    async def owning(self, place: str, shard: int = 0, *, skew_ms: int = 0) -> Node:
        """A process that owns the shard."""
        node = self.nodes.get(place) or self.start(place, skew_ms=skew_ms)
        await until(lambda: node.owns(shard))
        return node

    def commits(self, stream: str = "") -> int:
        return sum(stream in ("", c["stream"]) for c in self.tables()["journal"].values())

    async def committed(self, key: str) -> None:
        await until(
            lambda: any(c["input"]["key"] == key for c in self.tables()["journal"].values())
        )

    def row(self, reply: str) -> Doc:
        """The outbox row of a reply, as the primary has it; empty when there is none."""
        rows = self.chaos.database.primary("outbox").rows.values()
        return next((r for r in rows if r["body"]["reply"] == reply), {})

    def reports(self) -> list[str]:
        """What the customers' streams were told of their sends, in commit order."""
        journal = sorted(self.tables()["journal"].values(), key=lambda c: c["_id"])
        bodies = [c["input"]["body"] for c in journal]
        return [b["state"] for b in bodies if b.get("is") == "DeliveryReport"]

    # ------------------------------------------------------------ inputs
    async def hand_in(
        self, places: str, key: str, stream: str, source: str, order: str, body: Doc
    ) -> None:
        """Repeat until acknowledged, at the places in turn, as a provider does."""
        row = input_row(key, stream, source, order, body, self.clock.now())
        turn = 0
        while True:
            node = self.nodes[places[turn % len(places)]]
            turn += 1
            try:
                async with asyncio.timeout(1.0):
                    await node.heart.acceptor.add(row)
                break
            except (StoreUncertain, Overloaded, TimeoutError):
                await asyncio.sleep(0.05)
        self.history.acked[key] = row

    async def message(
        self, places: str, key: str, stream: str, *, source: str = "x", order: str = "1"
    ) -> None:
        await self.hand_in(places, key, stream, source, order, {"kind": "msg", "text": key})

    async def assigned(self, places: str, stream: str, *, work: int = 0, epoch: int = 1) -> None:
        """As if the desk had given the work to agent a."""
        body = {"kind": "assigned", "work": f"{stream}/{work}", "agent": "a", "epoch": epoch}
        key = f"assigned{work}{epoch}"
        await self.hand_in(places, key, stream, "given", "1", body)
        await self.committed(key)

    async def reply(self, places: str, key: str, stream: str, *, order: str = "1") -> None:
        body = {"kind": "reply", "work": f"{stream}/0", "agent": "a", "epoch": 1}
        await self.hand_in(places, key, stream, "agent", order, body)

    async def desk(self, places: str, key: str, kind: str, work: str) -> None:
        """A work is placed at the desk or released."""
        body = {"kind": kind, "work": work, "conv": A}
        await self.hand_in(places, key, DESK, key, "", body)
        await self.committed(key)

    async def talking(self, places: str, stream: str) -> None:
        """A customer that agent a may answer."""
        await self.message(places, f"hello:{stream}", stream)
        await self.assigned(places, stream)

    # ------------------------------------------------------------ the end
    async def heal(self) -> bool:
        """Let everything go on; True when nothing waits any more."""
        self.chaos.afterwards.clear()
        for hold in self.chaos.holds:
            hold.release()
        self.chaos.holds.clear()
        for node in self.nodes.values():
            if not self.lives[node.name[0]].done():
                self.chaos.thaw(node.name)
        self.chaos.catch_up()
        calm = 0
        for _ in range(40):
            await asyncio.sleep(0.5)
            calm = calm + 1 if self.quiet() else 0
            if calm == 4:
                return True
        return False

    def quiet(self) -> bool:
        tables = self.tables()
        return not (
            any(r["open"] and r["shard"] >= 0 for r in tables["inbox"].values())
            or any(r["open"] or r.get("told") is False for r in tables["outbox"].values())
        )


Schedule = Callable[[Stage], Awaitable[None]]


async def _perform(schedule: Schedule) -> list[str]:
    failed: Exception | None = None
    healed = True
    async with HeldChaos() as chaos, asyncio.TaskGroup() as tasks:
        stage = Stage(chaos, tasks)
        try:
            await schedule(stage)
            healed = await stage.heal()
        except (AssertionError, TimeoutError) as error:
            failed = error
        for life in stage.lives.values():
            life.cancel()
        bad = Checker(stage.tables(), stage.history).check(stage.clock.now())
    if failed is not None:
        raise failed
    return bad if healed else [*bad, "stuck: not quiet after healing"]


def perform(schedule: Schedule) -> list[str]:
    """Play a hand-made schedule and let the world heal; what is wrong afterwards."""
    with counted_tokens():
        return run_virtual(lambda: _perform(schedule))
