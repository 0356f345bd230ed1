"""Commands of people and programs: stored, decided, and answered with the durable commit."""

import asyncio
from collections.abc import Sequence
from typing import Any

from hub.model.ids import COMMAND
from hub.ports import Clock, Journal
from hub.streams.accepting import Acceptor
from hub.streams.rows import input_row

Doc = dict[str, Any]


class CommandDesk:
    """Implements `hub.ports.Commands`; `hear` must be called with every durable commit."""

    POLL_S = 0.5
    LONGEST_POLL_S = 4.0

    def __init__(self, acceptor: Acceptor, journal: Journal, clock: Clock) -> None:
        self._acceptor = acceptor
        self._journal = journal
        self._clock = clock
        self._waiting: dict[str, list[asyncio.Future[Doc]]] = {}

    def hear(self, commits: Sequence[Doc]) -> None:
        if not self._waiting:
            return
        for commit in commits:
            for waiting in self._waiting.pop(commit["input"]["key"], ()):
                if not waiting.done():
                    waiting.set_result(commit)

    async def submit(
        self, stream: str, command_id: str, author: str, body: Doc, *, wait: float
    ) -> Doc | None:
        key = f"{COMMAND}{author}:{stream}:{command_id}"
        told: asyncio.Future[Doc] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(told)
        try:
            row = input_row(key, stream, key, "", body, self._clock.now())
            fresh = await self._acceptor.add(row)
            return await self._outcome(key, stream, told, fresh=fresh, wait=wait)
        finally:
            left = [f for f in self._waiting.pop(key, []) if f is not told]
            if left:
                self._waiting[key] = left

    async def _outcome(
        self, key: str, stream: str, told: asyncio.Future[Doc], *, fresh: bool, wait: float
    ) -> Doc | None:
        """The commit from whoever decides it; another process' is found by asking the journal."""
        deadline = self._clock.monotonic() + wait
        pause = self.POLL_S
        while True:
            if not fresh:
                found = await self._journal.find(stream, key)
                if found is not None:
                    return found
            left = deadline - self._clock.monotonic()
            if left <= 0:
                return None
            try:
                async with asyncio.timeout(min(left, pause)):
                    return await asyncio.shield(told)
            except TimeoutError:
                if not fresh:
                    pause = min(pause * 2, self.LONGEST_POLL_S)
                fresh = False
