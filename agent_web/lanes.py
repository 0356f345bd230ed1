"""The acts of one screen: some at work, the others wait; those of one stream keep their order."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from agent_web.protocol import Do

AT_WORK = 8
WAITING = 200

Laid = tuple[str, Do]


class Lanes:
    """`spawn` starts a task that somebody owns; `run` must not raise.

    A worker that has nothing to do stays for the next act until `drop`.
    """

    def __init__(
        self,
        run: Callable[[Do], Awaitable[None]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._run = run
        self._spawn = spawn
        self._waiting: deque[Laid] = deque()
        self._busy: set[str] = set()
        self._resting: list[asyncio.Future[Laid | None]] = []
        self._dropped = False
        self._loop = asyncio.get_running_loop()

    def add(self, lane: str, act: Do) -> bool:
        """False when too many wait."""
        if len(self._waiting) >= WAITING:
            return False
        self._waiting.append((lane, act))
        if len(self._busy) < AT_WORK and (found := self._next()):
            if self._resting:
                self._resting.pop().set_result(found)
            else:
                self._spawn(self._work(found))
        return True

    def drop(self) -> None:
        """Forget what waits; the screen hands it in again when it is back."""
        self._dropped = True
        self._waiting.clear()
        for worker in self._resting:
            worker.set_result(None)
        self._resting.clear()

    def _next(self) -> Laid | None:
        """The first that waits for nothing but a worker."""
        for place, (lane, act) in enumerate(self._waiting):
            if lane not in self._busy:
                del self._waiting[place]
                self._busy.add(lane)
                return lane, act
        return None

    async def _work(self, found: Laid | None) -> None:
        """One act, and then what it kept waiting."""
        while found:
            lane, act = found
            await self._run(act)
            self._busy.discard(lane)
            found = (self._waiting and self._next()) or await self._rest()

    async def _rest(self) -> Laid | None:
        if self._dropped:
            return None
        worker: asyncio.Future[Laid | None] = self._loop.create_future()
        self._resting.append(worker)
        try:
            return await worker
        except asyncio.CancelledError:
            if worker in self._resting:
                self._resting.remove(worker)
            raise
