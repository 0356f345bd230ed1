"""Numbered events for screens: everything after a number, then everything as it happens."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from hub.errors import StoreUncertain
from hub.model.ids import shard_of
from hub.ports import Bus, Clock, Journal, Reading

Doc = dict[str, Any]
PAGE = 200

WAITING = 256
"""Commits kept for one follower; one that is slower goes on from the journal."""

OWNED_SWEEPS = 5
"""A stream of a shard this process owns is heard directly: it is swept so much more rarely."""


@dataclass(slots=True, eq=False)
class _Follower:
    """What one reader of a stream, which has it up to `seq`, has still to take.

    `behind`: the journal must be asked. `take`: how to hand on at once what a reader waits for.
    """

    shard: int
    seq: int
    take: Callable[[Doc], None] | None = None
    commits: deque[Doc] = field(default_factory=deque)
    behind: bool = True
    sweep: asyncio.TimerHandle | None = None
    _heard: bool = False
    _turn: asyncio.Future[None] | None = None

    def hear(self, commit: Doc) -> None:
        self._heard = True
        waits = self._turn is not None and not self._turn.done()
        if waits and self.take is not None and commit["seq"] == self.seq + 1:
            self.seq += 1
            try:
                self.take(commit)
            except Exception as error:  # noqa: BLE001  # raised in `turn`, to whoever follows
                self._wake(error)
            return
        if len(self.commits) >= WAITING:
            self.commits.clear()
            self.behind = True
        self.commits.append(commit)
        self._wake()

    def hint(self, _topic: str) -> None:
        """A hint that follows what was heard is that commit's own; the sweep repairs the rest."""
        if self._heard:
            self._heard = False
        else:
            self.fall_behind()

    def fall_behind(self) -> None:
        self.behind = True
        self._wake()

    async def turn(self) -> None:
        """Wait until there is something to take. Raises what `take` raised."""
        while not (self.behind or self.commits):
            self._turn = asyncio.get_running_loop().create_future()
            await self._turn

    def _wake(self, error: Exception | None = None) -> None:
        if self._turn is None or self._turn.done():
            return
        if error is None:
            self._turn.set_result(None)
        else:
            self._turn.set_exception(error)

    def next(self) -> Doc | None:
        """The commit that goes on, if memory holds it; a gap makes it `behind`."""
        while self.commits:
            commit = self.commits[0]
            if commit["seq"] > self.seq + 1:
                self.behind = True
                return None
            self.commits.popleft()
            if commit["seq"] == self.seq + 1:
                self.seq += 1
                return commit
        return None


class JournalFeed:
    """Implements `hub.ports.Feed`. Commits of this process are handed on from memory (`hear` must
    be called with them); hints wake it for those of others, a sweep repairs lost ones.

    Followers share the commits: nobody changes them.
    """

    def __init__(
        self,
        journal: Journal,
        reading: Reading,
        bus: Bus,
        clock: Clock,
        *,
        owned: Callable[[int], bool] = lambda _: False,
        sweep_s: float = 2.0,
    ) -> None:
        self._journal = journal
        self._reading = reading
        self._bus = bus
        self._clock = clock
        self._owned = owned
        self._sweep_s = sweep_s
        self._followers: dict[str, list[_Follower]] = {}
        bus.subscribe("taken:", self._on_taken)

    def hear(self, commits: Sequence[Doc]) -> None:
        for commit in commits:
            for follower in self._followers.get(commit["stream"], ()):
                follower.hear(commit)

    def stream(self, stream: str, after: int) -> AsyncGenerator[Doc, None]:
        return self._commits(stream, _Follower(shard_of(stream), after))

    async def follow(self, stream: str, after: int, hear: Callable[[Doc], None]) -> None:
        commits = self._commits(stream, _Follower(shard_of(stream), after, hear))
        async with aclosing(commits):
            async for commit in commits:
                hear(commit)

    async def _commits(self, stream: str, follower: _Follower) -> AsyncGenerator[Doc, None]:
        self._followers.setdefault(stream, []).append(follower)
        undo = self._bus.subscribe(f"journal:{stream}", follower.hint)
        self._sweep_later(follower)
        try:
            while True:
                if follower.behind:
                    follower.behind = False
                    read = self._journal.of_stream(stream, follower.seq, PAGE)
                    commits = await self._read(read)
                    follower.behind |= commits is None or len(commits) == PAGE
                    for commit in commits or ():
                        follower.seq = commit["seq"]
                        yield commit
                while (heard := follower.next()) is not None:
                    yield heard
                await follower.turn()
        finally:
            undo()
            self._forget(stream, follower)

    def _on_taken(self, topic: str) -> None:
        """What was written before a shard was taken nobody here may have heard."""
        shard = int(topic.partition(":")[2])
        for followers in self._followers.values():
            for follower in followers:
                if follower.shard == shard:
                    follower.fall_behind()

    def _sweep_later(self, follower: _Follower) -> None:
        pause = self._sweep_s * (OWNED_SWEEPS if self._owned(follower.shard) else 1)
        loop = asyncio.get_running_loop()
        follower.sweep = loop.call_later(pause, self._sweep, follower)

    def _sweep(self, follower: _Follower) -> None:
        """Repair lost hints; a timer that runs on costs less than one a commit."""
        follower.fall_behind()
        self._sweep_later(follower)

    def _forget(self, stream: str, follower: _Follower) -> None:
        if follower.sweep is not None:
            follower.sweep.cancel()
        rest = [f for f in self._followers[stream] if f is not follower]
        if rest:
            self._followers[stream] = rest
        else:
            del self._followers[stream]

    async def documents(self, projection: str, after: Mapping[int, int]) -> AsyncIterator[Doc]:
        numbers = dict(after)
        wake = asyncio.Event()
        undo = self._bus.subscribe(f"list:{projection}", lambda _: wake.set())
        try:
            while True:
                wake.clear()
                docs = await self._read(self._changed(projection, numbers)) or []
                for doc in docs:
                    numbers[doc["shard"]] = max(numbers.get(doc["shard"], 0), doc["n"])
                    yield doc
                if not docs:
                    await self._woken(wake, self._sweep_s)
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

    async def _read(self, read: Awaitable[list[Doc]]) -> list[Doc] | None:
        """None, after a pause, when the store did not answer."""
        try:
            return await read
        except StoreUncertain:
            await self._clock.sleep(0.5)
            return None

    async def _woken(self, wake: asyncio.Event, within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                await wake.wait()
        except TimeoutError:
            return False
        return True
