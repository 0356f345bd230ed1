"""What follows durability: effects, alarms, marks, cursors, snapshots; one batch at a time."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hub.errors import StoreUncertain
from hub.ports import Clock, HeartStores
from hub.streams.effects import Effects, rows_of
from hub.streams.rows import weight
from hub.streams.shard import Decided, Held, Shard
from hub.streams.snapshots import SnapshotKeeper

Doc = dict[str, Any]

BYTES_A_COMMIT = 4096
"""What snapshots of a large state may cost: it is written the less often the heavier it is."""


class Aftermath:
    """Takes durable commits from the writer. A cursor moves only after effects and marks."""

    def __init__(
        self,
        stores: HeartStores,
        effects: Effects,
        clock: Clock,
        *,
        snapshot_every: int,
        snapshot_weight: int,
        flush_s: float = 1.0,
        batch: int = 256,
    ) -> None:
        self._stores = stores
        self._effects = effects
        self._clock = clock
        self._every = snapshot_every
        self._keeper = SnapshotKeeper(stores.snapshots, snapshot_weight)
        self._flush_s = flush_s
        self._batch = batch
        self._waiting: deque[Decided] = deque()
        self._work = asyncio.Event()
        self._cursors: dict[int, int] = {}
        self._snapshots: dict[str, Doc] = {}
        self._marked: deque[tuple[int, Shard, str]] = deque()
        self._following = False
        self._progress = asyncio.Event()
        self.round = 0

    def take(self, durable: Sequence[Decided]) -> None:
        self._waiting.extend(durable)
        self._work.set()
        for decided in durable:
            held = decided.held
            held.flying -= 1
            if held.frozen is None and self._is_due(held):
                self._freeze(held)
            if held.frozen is not None and held.frozen["seq"] == decided.commit["seq"]:
                self._snapshots[held.stream] = {**held.frozen, "n": decided.commit["n"]}
                held.frozen = None

    def _is_due(self, held: Held) -> bool:
        since = held.state.seq - held.snapshot_seq
        return bool(since >= self._every and since >= held.pace)

    def _freeze(self, held: Held) -> None:
        """A busy stream always has commits in flight: what they made is in this copy of the state,
        and the copy is worth nothing before the last of them is durable."""
        state = held.rules.freeze(held.state)
        held.snapshot_seq = held.state.seq
        held.pace = weight(state) // BYTES_A_COMMIT
        held.frozen = {
            "_id": held.stream,
            "seq": held.state.seq,
            "rules": held.rules.version,
            "state": state,
        }
        if held.parted:
            self._keeper.expect_parts(held.stream)

    @property
    def busy(self) -> bool:
        return self._following or bool(self._waiting)

    async def progress(self) -> None:
        """Wait until some more rows are marked, or a moment where there are none to mark."""
        self._progress.clear()
        try:
            async with asyncio.timeout(self._flush_s):
                await self._progress.wait()
        except TimeoutError:
            pass

    @property
    def backlog(self) -> int:
        return len(self._waiting)

    async def run(self) -> None:
        while True:
            await self._work.wait()
            batch = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
            if not self._waiting:
                self._work.clear()
            if batch:
                self._following = True
                await self._follow(batch)
                self._following = False
                self._progress.set()

    async def _follow(self, batch: list[Decided]) -> None:
        await self._effects.make(*rows_of([(d.commit, d.effects) for d in batch if d.effects]))
        await self._effects.set_alarms(_alarms(batch))
        marked = [d for d in batch if d.key is not None]
        await self._effects.mark([d.key for d in marked if d.key is not None])
        self.round += 1
        for decided in marked:
            self._marked.append((self.round, decided.shard, str(decided.key)))
        for decided in batch:
            if decided.shard.alive:
                self._cursors[decided.shard.number] = decided.commit["n"]

    def forget_marked(self, before: int) -> None:
        """A read that began at round `before` cannot show these rows as open any more."""
        while self._marked and self._marked[0][0] <= before:
            _, shard, key = self._marked.popleft()
            shard.known.discard(key)

    def forget_cursor(self, shard: int) -> None:
        """The shard is no longer ours."""
        self._cursors.pop(shard, None)

    async def flush_for_ever(self) -> None:
        while True:
            await self._clock.sleep(self._flush_s)
            await self.flush()

    async def flush(self) -> None:
        """Write cursors and snapshots; what fails is kept for the next time."""
        cursors, self._cursors = self._cursors, {}
        snapshots, self._snapshots = self._snapshots, {}
        try:
            if cursors:
                await self._stores.shards.advance(cursors)
            if snapshots:
                await self._keeper.save(list(snapshots.values()))
        except StoreUncertain:
            self._cursors = {**cursors, **self._cursors}
            self._snapshots = {**snapshots, **self._snapshots}


def _alarms(batch: Sequence[Decided]) -> dict[str, tuple[int, int, datetime | None]]:
    """Alarm rows to write: an earlier due time, or any after the alarm rang (a timer's commit)."""
    dues: dict[str, tuple[int, int, datetime | None]] = {}
    for decided in batch:
        held, due = decided.held, decided.due
        rang = decided.key is None
        if rang or (due is not None and (held.alarm is None or due < held.alarm)):
            held.alarm = due
            dues[held.stream] = (decided.shard.number, decided.commit["seq"], due)
    return dues
