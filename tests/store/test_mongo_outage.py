"""A database that dies under the stores: uncertain while it is away, everything there when back."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from pymongo.errors import InvalidOperation

from hub.errors import StoreUncertain
from hub.runtime.clock import SystemClock
from hub.store.embedded import EmbeddedMongo
from hub.store.embedded_folder import EmbeddedSettings
from hub.store.mongo.client import Timeouts, close, connect
from hub.store.mongo.stores import MongoStores, open_stores
from tests.fakes.clock import NOON

SHORT = Timeouts(connect=500, select_server=500, socket=5_000)


async def store(stores: MongoStores, key: str) -> None:
    row = {"shard": 1, "stream": "s", "source": "x", "order": "1", "body": {}, "open": True}
    assert await stores.heart.inbox.insert([{"_id": key, "at": NOON, **row}], ordered=False) == []


async def until_it_answers(stores: MongoStores) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await stores.ping()
            except StoreUncertain:
                await asyncio.sleep(0.1)
            else:
                return


async def test_what_was_acknowledged_stands_after_a_kill(tmp_path: Path) -> None:
    settings = EmbeddedSettings(data=tmp_path, cache_size="64M")
    async with (
        EmbeddedMongo(settings, SystemClock()) as mongo,
        asyncio.TaskGroup() as tasks,
    ):
        stores = await open_stores(mongo.uri, "outage", SystemClock(), timeouts=SHORT)
        try:
            await store(stores, "before")
            assert mongo.pid is not None
            os.kill(mongo.pid, signal.SIGKILL)
            with pytest.raises(StoreUncertain):
                await store(stores, "during")
            with pytest.raises(StoreUncertain):
                await stores.heart.journal.tails({1: 0})
            keeper = tasks.create_task(mongo.run())
            await until_it_answers(stores)
            assert await stores.heart.inbox.touch(["before", "never"]) == {"before"}
            await store(stores, "after")
            keeper.cancel()
        finally:
            await stores.close()


@pytest.mark.parametrize("steps", [1, 3, 10])
async def test_closing_goes_to_its_end_though_cancelled_and_the_server_is_gone(
    tmp_path: Path, steps: int
) -> None:
    settings = EmbeddedSettings(data=tmp_path, cache_size="64M")
    async with EmbeddedMongo(settings, SystemClock()) as mongo:
        client = connect(mongo.uri, Timeouts())
        await client.admin.command("ping")
        assert mongo.pid is not None
        os.kill(mongo.pid, signal.SIGKILL)
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            closing = tasks.create_task(close(client))
            for _ in range(2 * steps):
                await asyncio.sleep(0)
                closing.cancel()
        assert closing.cancelled()
        with pytest.raises(InvalidOperation):
            await client.admin.command("ping")
