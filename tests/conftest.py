"""What all tests share: the embedded database, one server a test process, and the stores."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest

from hub.runtime.clock import SystemClock
from hub.store.embedded import EmbeddedMongo
from hub.store.embedded_folder import EmbeddedSettings
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.store.mongo.stores import MongoStores, open_stores
from tests.fakes.clock import ManualClock
from tests.fakes.stores import Stores

MONGOD = "LIANLUO_TEST_MONGODB_URI"


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running embedded database; every test takes a database name of its own."""
    mongo = EmbeddedMongo(
        EmbeddedSettings(data=tmp_path_factory.mktemp("mongo"), cache_size="128M"), SystemClock()
    )
    with asyncio.Runner() as runner:
        runner.run(mongo.start())
        try:
            yield mongo.uri
        finally:
            runner.run(mongo.stop())


@pytest.fixture
def manual_clock() -> ManualClock:
    return ManualClock()


def kinds_of_store() -> list[Any]:
    """A true MongoDB takes part wherever its address is given."""
    true_one = [pytest.param("mongod", marks=pytest.mark.needs_mongod)]
    return ["memory", "embedded", *(true_one if MONGOD in os.environ else [])]


@pytest.fixture(params=kinds_of_store())
def store_uri(request: pytest.FixtureRequest) -> str:
    """Where the stores under contract are: empty = in memory."""
    if request.param == "memory":
        return ""
    if request.param == "embedded":
        return str(request.getfixturevalue("mongo_uri"))
    return os.environ[MONGOD]


@pytest.fixture
async def stores(store_uri: str, manual_clock: ManualClock) -> AsyncIterator[Stores]:
    """Each kind of store in turn, empty, on the manual clock."""
    if not store_uri:
        yield MemoryStores(Database(), manual_clock)
        return
    async for mongo in fresh_mongo(store_uri, manual_clock):
        yield mongo


@pytest.fixture
async def mongo_stores(mongo_uri: str, manual_clock: ManualClock) -> AsyncIterator[MongoStores]:
    """Stores on the embedded server, empty, on the manual clock."""
    async for mongo in fresh_mongo(mongo_uri, manual_clock):
        yield mongo


async def fresh_mongo(uri: str, clock: ManualClock) -> AsyncIterator[MongoStores]:
    mongo = await open_stores(uri, f"test_{uuid4().hex[:12]}", clock)
    try:
        yield mongo
    finally:
        await mongo.client.drop_database(mongo.database.name)
        await mongo.close()
