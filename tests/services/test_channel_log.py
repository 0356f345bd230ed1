"""The writer of the channel log: bounded, in batches, and honest about what it could not write."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from hub.errors import StoreUncertain
from hub.model.ids import ChannelId
from hub.ports import Direction, Doc, Exchange, ExchangeQuery, Outcome
from hub.services import channel_log
from hub.services.channel_log import BATCH, ChannelLog
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import NOON, ManualClock


class Slow:
    """A store in memory that can be stopped and broken; keeps the sizes of its batches."""

    def __init__(self) -> None:
        self.kept = MemoryStores(Database(), ManualClock()).exchanges
        self.sizes: list[int] = []
        self.failures = 0
        self.go = asyncio.Event()
        self.go.set()

    async def add(self, rows: Sequence[Doc]) -> None:
        await self.go.wait()
        await self.kept.add(rows)
        self.sizes.append(len(rows))
        if self.failures:
            self.failures -= 1
            raise StoreUncertain("cut")

    async def page(self, query: ExchangeQuery, *, limit: int, before: str = "") -> list[Doc]:
        return await self.kept.page(query, limit=limit, before=before)

    async def refs(self) -> list[str]:
        rows = await self.page(ExchangeQuery(), limit=100_000)
        return sorted(row["ref"] for row in rows if "ref" in row)


def exchange(number: int = 0, channel: str = "wx", **more: Any) -> Exchange:
    return Exchange(
        channel_id=ChannelId(channel),
        at=NOON,
        direction=Direction.TO_PROVIDER,
        operation="message/custom/send",
        outcome=Outcome.OK,
        ref=f"{number:06d}",
        **more,
    )


@asynccontextmanager
async def writing(log: ChannelLog) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        writer = tasks.create_task(log.run())
        yield
        writer.cancel()


async def until(log: ChannelLog, written: int) -> None:
    async with asyncio.timeout(5):
        while log.written < written:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.002)


async def test_what_is_recorded_is_written_in_batches_each_once() -> None:
    store = Slow()
    log = ChannelLog(store, ManualClock())
    for number in range(BATCH + 20):
        log.record(exchange(number))
    async with writing(log):
        await until(log, BATCH + 20)
    assert store.sizes == [BATCH, 20]
    assert await store.refs() == [f"{n:06d}" for n in range(BATCH + 20)]


async def test_a_row_holds_the_exchange_and_when_it_may_go() -> None:
    store = Slow()
    log = ChannelLog(store, ManualClock(), keep=timedelta(days=7))
    log.record(
        exchange(
            1,
            code="reply_window_closed",
            provider_code="45047",
            status=200,
            milliseconds=31,
            sent={"touser": "…ab"},
        )
    )
    async with writing(log):
        await until(log, 1)
    [row] = await store.page(ExchangeQuery(), limit=5)
    assert row.pop("_id").startswith("1795262400000-")
    assert row == {
        "channel_id": "wx",
        "at": NOON,
        "direction": "to_provider",
        "operation": "message/custom/send",
        "outcome": "ok",
        "status": 200,
        "milliseconds": 31,
        "code": "reply_window_closed",
        "provider_code": "45047",
        "ref": "000001",
        "sent": [["touser", "…ab"]],
        "received": [],
        "expire_at": NOON + timedelta(days=7),
    }


async def test_a_lost_answer_of_the_store_writes_nothing_twice() -> None:
    store = Slow()
    store.failures = 3
    log = ChannelLog(store, ManualClock())
    log.record(exchange(1))
    async with writing(log):
        await until(log, 1)
    assert store.sizes == [1, 1, 1, 1]
    assert await store.refs() == ["000001"]


async def test_a_full_line_drops_the_oldest_and_says_how_many() -> None:
    """Recording never waits: the way of a message is not the log's."""
    store = Slow()
    store.go.clear()
    log = ChannelLog(store, ManualClock(), room=10)
    for number in range(25):
        log.record(exchange(number, channel="wx" if number < 12 else "other"))
    assert log.dropped == 15
    async with writing(log):
        store.go.set()
        await until(log, 12)
    rows = await store.page(ExchangeQuery(operation="channel_log"), limit=9)
    told = {row["channel_id"]: (row["outcome"], row["code"], row["received"]) for row in rows}
    assert told == {
        "wx": ("failed", "not_written", [["exchanges", "12"]]),
        "other": ("failed", "not_written", [["exchanges", "3"]]),
    }
    assert await store.refs() == [f"{n:06d}" for n in range(15, 25)]


async def test_what_waits_when_the_hub_stops_is_still_written() -> None:
    store = Slow()
    log = ChannelLog(store, ManualClock())
    async with writing(log):
        await asyncio.sleep(0)
        log.record(exchange(1))
        log.record(exchange(2))
    assert await store.refs() == ["000001", "000002"]


async def test_a_store_that_hangs_holds_up_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_log, "STOP_S", 0.02)
    store = Slow()
    store.go.clear()
    log = ChannelLog(store, ManualClock())
    log.record(exchange(1))
    async with asyncio.timeout(2), writing(log):
        await asyncio.sleep(0.01)
    assert log.written == 0
