"""Runs projections over the journal, by n, each with its own cursors."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import structlog

from hub.errors import StoreUncertain
from hub.ports import Bus, Clock, Journal, Projection, ProjectionStore
from hub.streams.settings import EngineSettings

Doc = dict[str, Any]
log = structlog.get_logger(__name__)
PAGE = 500
WAITING = 4096
GATHER_S = 0.05
"""Pause before a fold: one write for many commits; lists may be this late."""


class Projector:
    """Keeps one projection up to date for the shards this process owns.

    Live commits come through `hear`; a gap, a shard newly owned or an overflow is read from the
    journal. Nothing is lost with this process: cursors tell where to go on.
    """

    def __init__(
        self,
        projection: Projection,
        store: ProjectionStore,
        journal: Journal,
        owned: Callable[[], Collection[int]],
        bus: Bus,
        clock: Clock,
        settings: EngineSettings,
    ) -> None:
        self._projection = projection
        self._store = store
        self._journal = journal
        self._owned = owned
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._live: deque[Doc] = deque()
        self._cursors: dict[int, int] = {}
        self._work = asyncio.Event()
        self._behind = True
        bus.subscribe("taken:", lambda _: self._catch_up())

    def hear(self, commits: Sequence[Doc]) -> None:
        if len(self._live) + len(commits) > WAITING:
            self._live.clear()
            self._behind = True
        else:
            self._live.extend(commits)
        self._work.set()

    def _catch_up(self) -> None:
        self._behind = True
        self._work.set()

    async def run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._settings.sweep_s):
                    await self._work.wait()
            except TimeoutError:
                self._behind = True
            await self._clock.sleep(GATHER_S)
            self._work.clear()
            try:
                await self._once()
            except StoreUncertain as error:
                log.warning("projection waits", projection=self._projection.name, error=str(error))
                self._behind = True
                self._cursors = {}
                await self._clock.sleep(self._settings.retake_s)
                self._work.set()

    async def _once(self) -> None:
        if self._behind:
            self._behind = False
            await self._read_behind()
        while self._live:
            batch = [self._live.popleft() for _ in range(min(PAGE, len(self._live)))]
            await self._fold(await self._without_gaps(batch))

    async def _read_behind(self) -> None:
        stored = await self._store.cursors(self._projection.name)
        known = {n: max(stored.get(n, 0), self._cursors.get(n, 0)) for n in self._owned()}
        self._cursors = known
        for number in await self._journal.tails(known):
            await self._read_to_end(number)

    async def _read_to_end(self, number: int) -> None:
        while True:
            tail = await self._journal.tail(number, self._cursors.get(number, 0), PAGE)
            if not tail:
                return
            await self._fold(tail)

    async def _without_gaps(self, batch: Sequence[Doc]) -> list[Doc]:
        """Drop what is folded already; read a shard that skips a number from the journal."""
        good: list[Doc] = []
        reached = dict(self._cursors)
        gaps: set[int] = set()
        for commit in batch:
            shard, n = commit["shard"], commit["n"]
            if shard in gaps or n <= reached.get(shard, 0):
                continue
            if n == reached.get(shard, 0) + 1:
                reached[shard] = n
                good.append(commit)
            else:
                gaps.add(shard)
        for number in gaps:
            good = [c for c in good if c["shard"] != number]
            await self._read_to_end(number)
        return good

    async def _fold(self, commits: Sequence[Doc]) -> None:
        if not commits:
            return
        await fold_commits(self._projection, self._store, commits)
        moved = {commit["shard"]: commit["n"] for commit in commits}
        await self._store.advance(self._projection.name, moved)
        self._cursors.update(moved)
        self._bus.publish(f"list:{self._projection.name}")


async def fold_commits(
    projection: Projection, store: ProjectionStore, commits: Sequence[Doc]
) -> None:
    """Fold commits, in order, into the stored documents; repeating changes nothing."""
    touched = [(commit, tuple(projection.ids(commit))) for commit in commits]
    ids = {key for _, keys in touched for key in keys}
    if not ids:
        return
    docs: dict[str, Doc] = dict(await store.load(projection.name, ids))
    changed: set[str] = set()
    for commit, keys in touched:
        for key in keys:
            doc = docs.get(key)
            if doc is not None and doc["n"] >= commit["n"]:
                continue
            docs[key] = projection.fold(key, doc, commit)
            changed.add(key)
    if changed:
        newest_last = sorted((docs[k] for k in changed), key=lambda d: (d["shard"], d["n"]))
        await store.save(projection.name, newest_last)


async def rebuild(
    projection: Projection,
    store: ProjectionStore,
    journal: Journal,
    progress: Callable[[int], None],
    shards: Mapping[int, int],
) -> int:
    """Drop a projection and fold the whole journal again; the number of commits read."""
    await store.drop(projection.name)
    count = 0
    for number in await journal.tails(shards):
        reached = 0
        while tail := await journal.tail(number, reached, PAGE):
            await fold_commits(projection, store, tail)
            reached = tail[-1]["n"]
            count += len(tail)
            progress(count)
        await store.advance(projection.name, {number: reached})
    return count
