"""Numbered events for screens: everything after a number, then everything as it happens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any

from hub.errors import StoreUncertain
from hub.ports import Bus, Clock, Journal, Reading

Doc = dict[str, Any]
PAGE = 200


class JournalFeed:
    """Implements `hub.ports.Feed`: hints wake it, a sweep repairs lost ones, nothing is kept."""

    def __init__(
        self, journal: Journal, reading: Reading, bus: Bus, clock: Clock, *, sweep_s: float = 2.0
    ) -> None:
        self._journal = journal
        self._reading = reading
        self._bus = bus
        self._clock = clock
        self._sweep_s = sweep_s

    async def stream(self, stream: str, after: int) -> AsyncIterator[Doc]:
        wake = asyncio.Event()
        undo = self._bus.subscribe(f"journal:{stream}", lambda _: wake.set())
        try:
            while True:
                wake.clear()
                commits = await self._read(self._journal.of_stream(stream, after, PAGE))
                for commit in commits:
                    after = commit["seq"]
                    yield commit
                if len(commits) < PAGE:
                    await self._wait(wake)
        finally:
            undo()

    async def documents(self, projection: str, after: Mapping[int, int]) -> AsyncIterator[Doc]:
        numbers = dict(after)
        wake = asyncio.Event()
        undo = self._bus.subscribe(f"list:{projection}", lambda _: wake.set())
        try:
            while True:
                wake.clear()
                docs = await self._read(self._changed(projection, numbers))
                for doc in docs:
                    numbers[doc["shard"]] = max(numbers.get(doc["shard"], 0), doc["n"])
                    yield doc
                if not docs:
                    await self._wait(wake)
        finally:
            undo()

    async def _changed(self, projection: str, after: Mapping[int, int]) -> list[Doc]:
        """Two reads, because a cursor is no snapshot: it may miss a document and see a later one.

        A full page may end within a commit; that commit is left for the next one.
        """
        heads: dict[int, int] = {}
        for doc in await self._reading.changed(projection, after, PAGE):
            heads[doc["shard"]] = max(heads.get(doc["shard"], 0), doc["n"])
        if not heads:
            return []
        page = await self._reading.changed(projection, after, PAGE)
        docs = [d for d in page if d["n"] <= heads.get(d["shard"], 0)]
        if len(page) < PAGE:
            return docs
        last = (page[-1]["shard"], page[-1]["n"])
        return [d for d in docs if (d["shard"], d["n"]) != last] or docs

    async def _read(self, read: Awaitable[list[Doc]]) -> list[Doc]:
        try:
            return await read
        except StoreUncertain:
            await self._clock.sleep(0.5)
            return []

    async def _wait(self, wake: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._sweep_s):
                await wake.wait()
        except TimeoutError:
            pass
