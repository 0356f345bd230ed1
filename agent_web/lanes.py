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
        self._start()
        return True

    def drop(self) -> None:
        """Forget what waits; the screen hands it in again when it is back."""
        self._waiting.clear()

    def _start(self) -> None:
        left: deque[tuple[str, Do]] = deque()
        while self._waiting and len(self._busy) < AT_WORK:
            lane, act = self._waiting.popleft()
            if lane in self._busy:
                left.append((lane, act))
            else:
                self._busy.add(lane)
                self._spawn(self._work(lane, act))
        self._waiting.extendleft(reversed(left))

    async def _work(self, lane: str, act: Do) -> None:
        await self._run(act)
        self._busy.discard(lane)
        self._start()
