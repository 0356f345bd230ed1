"""Seeded faults for the database in memory, on the clock of the running loop.

Every operation is a task of the "server": it goes on when its caller is cut off, frozen or gone.
Same seed and same loop give the same run: all chance comes from one generator, all waiting from
asyncio. Rates are chances an operation.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from hub.errors import StoreUncertain
from hub.store.memory.database import Database
from hub.store.memory.faults import Faults, Operation

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Chances an operation.

    `cut`: the caller gets StoreUncertain somewhere on the way. Of the cut ones the share `lost`
    stops there for ever, `stall` waits long and lands late, the rest goes on at once.
    `fail_over`, `lag` (the majority falls behind) and `freeze` (of a process) begin with it.
    """

    cut: float = 0.02
    lost: float = 0.3
    stall: float = 0.4
    fail_over: float = 0.003
    lag: float = 0.004
    freeze: float = 0.004


CALM = Rates(cut=0.0, fail_over=0.0, lag=0.0, freeze=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """Seconds, each drawn between its two ends."""

    step: tuple[float, float] = (0.0, 0.004)
    replicate: tuple[float, float] = (0.0, 0.004)
    stall: tuple[float, float] = (0.05, 4.0)
    lag: tuple[float, float] = (0.05, 1.0)
    freeze: tuple[float, float] = (0.1, 12.0)


class _Lost(Exception):
    """The rest of the operation never reached the server."""


@dataclass(slots=True, eq=False)
class _Running:
    operation: Operation
    reply: asyncio.Future[Any]
    cut_at: int
    steps: int = 0
    task: asyncio.Task[None] | None = None


class Chaos:
    """`async with Chaos(seed) as chaos`: `chaos.database` is what the processes share."""

    replicated_at_once = False

    def __init__(self, seed: int, rates: Rates | None = None, spans: Spans | None = None) -> None:
        self.random = random.Random(seed)  # noqa: S311 - chance to repeat, not to keep secret
        self.rates = rates or Rates()
        self.spans = spans or Spans()
        self.counts: Counter[str] = Counter()
        self.database = Database(faults=self)
        self._group = asyncio.TaskGroup()
        self._running: dict[Operation, _Running] = {}
        self._frozen: dict[str, asyncio.Event] = {}
        self._processes: dict[str, None] = {}
        self._log_grew = asyncio.Event()
        self._awaiting: list[tuple[int, asyncio.Future[None]]] = []
        self._lag_until = 0.0
        self._replicator: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._replicator = self._group.create_task(self._replicate())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for running in list(self._running.values()):
            if running.task is not None:
                running.task.cancel()
        if self._replicator is not None:
            self._replicator.cancel()
        await self._group.__aexit__(kind, error, trace)

    # ------------------------------------------------------------ processes
    async def gate(self, process: str) -> None:
        """Wait while the process is frozen."""
        while (frozen := self._frozen.get(process)) is not None:
            await frozen.wait()

    def freeze(self, process: str, seconds: float) -> None:
        """Hold back all its calls and all replies to it."""
        if process not in self._frozen:
            self._frozen[process] = asyncio.Event()
            self.counts["freeze"] += 1
            asyncio.get_running_loop().call_later(seconds, self.thaw, process)

    def thaw(self, process: str) -> None:
        frozen = self._frozen.pop(process, None)
        if frozen is not None:
            frozen.set()

    def forget(self, process: str) -> None:
        """The process is gone: never choose it for a freeze again; what it sent goes on."""
        self._processes.pop(process, None)
        self.thaw(process)

    # ------------------------------------------------------------ the database
    def fail_over(self) -> None:
        """Roll back what the majority lacks and end every running operation without an answer."""
        self.counts["fail_over"] += 1
        self.database.fail_over()
        for running in list(self._running.values()):
            self._cut_off(running, "fail-over")
            if running.task is not None:
                running.task.cancel()
        self._running.clear()

    def lag(self, seconds: float) -> None:
        """The majority stands still."""
        self.counts["lag"] += 1
        self._lag_until = asyncio.get_running_loop().time() + seconds

    def catch_up(self) -> None:
        """The majority lags no longer."""
        self._lag_until = 0.0

    def calm(self) -> None:
        """No new faults; what stalls still lands."""
        self.rates = CALM
        self.catch_up()
        for process in list(self._frozen):
            self.thaw(process)

    @property
    def idle(self) -> bool:
        """Nothing runs and the majority has everything."""
        return not self._running and not self.database.pending

    async def _replicate(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._log_grew.wait()
            self._log_grew.clear()
            while self.database.pending:
                await asyncio.sleep(
                    max(self._span(self.spans.replicate), self._lag_until - loop.time())
                )
                self.database.replicate(self.random.randint(1, 4))
                self._tell_replicated()

    def _tell_replicated(self) -> None:
        done = self.database.replicated
        for last, told in self._awaiting:
            if last <= done and not told.done():
                told.set_result(None)
        self._awaiting = [(last, told) for last, told in self._awaiting if not told.done()]

    # ------------------------------------------------------------ Faults
    async def run(self, operation: Operation, work: Callable[[], Awaitable[T]]) -> T:
        await self.gate(operation.process)
        self._processes[operation.process] = None
        self._mischief()
        reply: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        cut_at = self.random.choice((1, 1, 2, 3, 8, 20)) if self._chance(self.rates.cut) else 0
        running = _Running(operation, reply, cut_at)
        self._running[operation] = running
        self.counts["operations"] += 1
        running.task = self._group.create_task(self._serve(running, work, reply))
        try:
            result = await reply
        except StoreUncertain:
            await self.gate(operation.process)
            raise
        await self.gate(operation.process)
        return result

    async def _serve(
        self, running: _Running, work: Callable[[], Awaitable[T]], reply: asyncio.Future[T]
    ) -> None:
        try:
            result = await work()
            if running.steps < running.cut_at:
                self._cut_off(running, "answer cut")
            if not reply.done():
                reply.set_result(result)
        except _Lost:
            pass
        except Exception as error:  # noqa: BLE001 - carried to the caller
            _fail(reply, error)
        finally:
            self._running.pop(running.operation, None)

    async def step(self, operation: Operation) -> None:
        if self.random.random() < 0.5:
            await asyncio.sleep(self._span(self.spans.step))
        running = self._running[operation]
        running.steps += 1
        if running.steps == running.cut_at:
            self._cut_off(running, "cut")
            fate = self.random.random()
            if fate < self.rates.lost:
                self.counts["lost"] += 1
                raise _Lost
            if fate < self.rates.lost + self.rates.stall:
                self.counts["stall"] += 1
                await asyncio.sleep(self._span(self.spans.stall))

    async def acknowledge(self, operation: Operation) -> None:
        if operation.last_write > self.database.replicated:
            told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._awaiting.append((operation.last_write, told))
            await told

    def arrange(self, rows: Sequence[T]) -> Sequence[T]:
        return self.random.sample(rows, len(rows))

    def wrote(self) -> None:
        self._log_grew.set()

    # ------------------------------------------------------------ chance
    def _mischief(self) -> None:
        if self._chance(self.rates.fail_over):
            self.fail_over()
        if self._chance(self.rates.lag):
            self.lag(self._span(self.spans.lag))
        if self._chance(self.rates.freeze):
            self.freeze(self.random.choice(list(self._processes)), self._span(self.spans.freeze))

    def _cut_off(self, running: _Running, why: str) -> None:
        if not running.reply.done():
            self.counts["cut"] += 1
            _fail(running.reply, StoreUncertain(why))

    def _chance(self, rate: float) -> bool:
        return rate > 0 and self.random.random() < rate

    def _span(self, ends: tuple[float, float]) -> float:
        return self.random.uniform(*ends)


def _fail(reply: asyncio.Future[Any], error: Exception) -> None:
    """Answer with an error; nobody may be left to hear it."""
    if not reply.done():
        reply.set_exception(error)
        reply.exception()


def _conforms(chaos: Chaos) -> Faults:
    return chaos
