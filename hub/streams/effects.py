"""Effects of durable commits: rows in commit order, then alarms, then marks. All repeatable."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.errors import StoreUncertain
from hub.ports import Bus, Clock, HeartStores
from hub.streams.rows import effect_rows

Doc = dict[str, Any]

KEEP_DONE = timedelta(days=30)
"""How long a done inbox row still answers a duplicate."""

MARKS = 64
"""Rows a mark update takes at most (the embedded database slows down beyond)."""


async def until_sure(clock: Clock, work: Callable[[], Awaitable[None]]) -> None:
    """Repeat idempotent work until the store has answered."""
    wait = 0.05
    while True:
        try:
            await work()
            return
        except StoreUncertain:
            await clock.sleep(wait)
            wait = min(wait * 2, 2.0)


async def insert_in_order(
    rows: Sequence[Doc],
    insert: Callable[[Sequence[Doc]], Awaitable[list[int]]],
    touch: Callable[[Sequence[str]], Awaitable[set[str]]],
) -> None:
    """Ordered insert; a key found taken is confirmed by a touch, then passed, never reordered."""
    rest = list(rows)
    while rest:
        stood = await insert(rest)
        if not stood:
            return
        first = stood[0]
        key = rest[first]["_id"]
        stands = key in await touch([key])
        rest = rest[first + 1 :] if stands else rest[first:]


class Effects:
    """Makes the effects of commits that are durable, of one process, one batch at a time."""

    def __init__(self, stores: HeartStores, bus: Bus, clock: Clock) -> None:
        self._stores = stores
        self._bus = bus
        self._clock = clock

    async def make(self, jobs: Sequence[Doc], tells: Sequence[Doc]) -> None:
        stores = self._stores
        if jobs:
            await until_sure(
                self._clock,
                lambda: insert_in_order(jobs, stores.outbox.insert, stores.outbox.touch),
            )
            for shard in {r["shard"] for r in jobs}:
                self._bus.publish(f"outbox:{shard}")
        if tells:
            await until_sure(
                self._clock,
                lambda: insert_in_order(tells, self._insert_tells, stores.inbox.touch),
            )
            for shard in {r["shard"] for r in tells}:
                self._bus.publish(f"inbox:{shard}")

    async def _insert_tells(self, rows: Sequence[Doc]) -> list[int]:
        return await self._stores.inbox.insert(rows, ordered=True)

    async def set_alarms(self, dues: dict[str, tuple[int, int, datetime | None]]) -> None:
        if dues:
            await until_sure(self._clock, lambda: self._stores.alarms.put(dues))

    async def mark(self, keys: Sequence[str]) -> None:
        """The inputs are consumed: close their rows, lazily dropped after 30 days."""
        expire_at = self._clock.now() + KEEP_DONE
        for i in range(0, len(keys), MARKS):
            part = keys[i : i + MARKS]
            await until_sure(self._clock, lambda p=part: self._stores.inbox.done(p, expire_at))  # type: ignore[misc]


def rows_of(commits: Sequence[tuple[Doc, list[Any]]]) -> tuple[list[Doc], list[Doc]]:
    """Outbox and inbox rows of commits with their effects, in commit order."""
    jobs: list[Doc] = []
    tells: list[Doc] = []
    for commit, effects in commits:
        if effects:
            more_jobs, more_tells = effect_rows(commit, effects)
            jobs += more_jobs
            tells += more_tells
    return jobs, tells
