"""An event loop whose time jumps: whole days of waiting in milliseconds, the same every time."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class _NeverWaits(selectors.SelectSelector):
    """Instead of sleeping, moves the loop's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _NeverWaits()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


class VirtualClock:
    """Implements `hub.ports.Clock` on the loop's time; `skew` shifts the calendar of a process."""

    START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __init__(self, skew: timedelta = timedelta()) -> None:
        self.skew = skew

    def now(self) -> datetime:
        ms = int(asyncio.get_running_loop().time() * 1000)
        return self.START + timedelta(milliseconds=ms) + self.skew

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def until(true: Callable[[], bool], within_s: float = 600.0) -> None:
    """Look often at what nobody signals; virtual time makes it cheap."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def run_virtual(body: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine to its end on a fresh loop in virtual time."""

    async def main() -> T:
        return await body()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())
