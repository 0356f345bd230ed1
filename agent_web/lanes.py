"""The acts of one screen: some at work, the others wait; those of one stream keep their order."""

from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from agent_web.protocol import Do

AT_WORK = 8
WAITING = 200


class Lanes:
    """`spawn` starts a task that somebody owns; `run` must not raise."""

    def __init__(
        self,
        run: Callable[[Do], Awaitable[None]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._run = run
        self._spawn = spawn
        self._waiting: deque[tuple[str, Do]] = deque()
        self._busy: set[str] = set()

    def add(self, lane: str, act: Do) -> bool:
        """False when too many wait."""
        if len(self._waiting) >= WAITING:
            return False
        self._waiting.append((lane, act))
        if len(self._busy) < AT_WORK and (found := self._next()):
            self._spawn(self._work(*found))
        return True

    def drop(self) -> None:
        """Forget what waits; the screen hands it in again when it is back."""
        self._waiting.clear()

    def _next(self) -> tuple[str, Do] | None:
        """The first that waits for nothing but a worker."""
        for place, (lane, act) in enumerate(self._waiting):
            if lane not in self._busy:
                del self._waiting[place]
                self._busy.add(lane)
                return lane, act
        return None

    async def _work(self, lane: str, act: Do) -> None:
        """One act, and then what it kept waiting."""
        found: tuple[str, Do] | None = (lane, act)
        while found:
            lane, act = found
            await self._run(act)
            self._busy.discard(lane)
            found = self._next()
