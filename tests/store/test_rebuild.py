"""`lianluo rebuild` keeps its hands off a database a hub works on."""

from datetime import timedelta

import pytest

from hub.config.settings import Settings
from hub.maintenance import rebuild_all
from hub.store.mongo.stores import MongoStores
from tests.fakes.clock import NOON, ManualClock

DOC = {"_id": "c1", "shard": 1, "n": 1, "updated_at": NOON}


class BeatingClock(ManualClock):
    """While somebody sleeps, a hub beats."""

    def __init__(self, stores: MongoStores) -> None:
        super().__init__()
        self._stores = stores

    async def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))
        await self._stores.heart.shards.beat("hub-1")


async def test_while_a_hub_runs_a_rebuild_is_refused_and_changes_nothing(
    mongo_stores: MongoStores, capsys: pytest.CaptureFixture[str]
) -> None:
    heart = mongo_stores.heart
    await heart.projections.save("conversations", [DOC])
    await heart.shards.beat("hub-1")
    await heart.shards.beat("hub-2, killed")
    clock = BeatingClock(mongo_stores)
    assert await rebuild_all(mongo_stores, Settings(), clock) == 2
    assert clock.at - NOON > timedelta(seconds=Settings().engine.lease_s / 3)
    said = capsys.readouterr().err
    assert "a hub works on this database: hub-1. Nothing was changed; stop it first" in said
    assert await heart.projections.load("conversations", ["c1"]) == {"c1": DOC}


async def test_when_the_hub_is_gone_the_lists_are_made_anew(mongo_stores: MongoStores) -> None:
    heart = mongo_stores.heart
    await heart.projections.save("conversations", [DOC])
    await heart.shards.beat("hub-1")
    assert await rebuild_all(mongo_stores, Settings(), ManualClock()) == 0
    assert await heart.projections.load("conversations", ["c1"]) == {}
