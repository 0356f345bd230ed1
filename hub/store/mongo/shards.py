"""Ownership, cursors and beats in MongoDB. Cursors of many shards are one document, one write."""

from collections.abc import Mapping
from datetime import timedelta

from pymongo import ReplaceOne

from hub import ports
from hub.store.mongo.calls import insert, read, read_one
from hub.store.mongo.client import Collection, Database, Doc, asking

OWNERS = "owners"
KEEP_BEAT = timedelta(days=1)


async def advance_cursors(collection: Collection, key: str, cursors: Mapping[int, int]) -> None:
    """Cursors of one document up to the given ones; none moves back."""
    if not cursors:
        return
    highest = {f"at.{shard}": n for shard, n in cursors.items()}
    with asking():
        await collection.update_one({"_id": key}, {"$max": highest}, upsert=True)


async def read_cursors(collection: Collection, key: str) -> dict[int, int]:
    doc = await read_one(collection, key)
    return {} if doc is None else {int(s): n for s, n in doc.get("at", {}).items()}


class MongoShards:
    def __init__(self, database: Database, clock: ports.Clock) -> None:
        self._shards = database["shards"]
        self._cursors = database["cursors"]
        self._processes = database["processes"]
        self._clock = clock

    async def all(self) -> dict[int, Doc]:
        cursors = await read_cursors(self._cursors, OWNERS)
        rows = await read(self._shards, {})
        return {r["_id"]: {**r, "cursor": cursors.get(r["_id"], 0)} for r in rows}

    async def take(self, shard: int, *, held: str | None, process: str, token: str) -> bool:
        return bool(await self.take_all({shard: held}, process, token))

    async def take_all(self, held: Mapping[int, str | None], process: str, token: str) -> set[int]:
        rows = [
            {"_id": shard, "process": process, "token": token}
            for shard, seen in held.items()
            if seen is None
        ]
        await insert(self._shards, rows, ordered=False)
        swaps = [
            ReplaceOne(
                {"_id": shard, "token": seen}, {"_id": shard, "process": process, "token": token}
            )
            for shard, seen in held.items()
            if seen is not None
        ]
        if swaps:
            with asking():
                await self._shards.bulk_write(swaps, ordered=False)
        return {r["_id"] for r in await read(self._shards, {"token": token}, {"_id": 1})}

    async def advance(self, cursors: Mapping[int, int]) -> None:
        await advance_cursors(self._cursors, OWNERS, cursors)

    async def beat(self, process: str) -> None:
        change = {"$inc": {"beat": 1}, "$set": {"expire_at": self._clock.now() + KEEP_BEAT}}
        with asking():
            await self._processes.update_one({"_id": process}, change, upsert=True)

    async def beats(self) -> dict[str, int]:
        return {r["_id"]: r["beat"] for r in await read(self._processes, {})}

    async def leave(self, process: str) -> None:
        with asking():
            await self._shards.update_many({"process": process}, {"$set": {"process": ""}})
            await self._processes.delete_one({"_id": process})


def _conforms(shards: MongoShards) -> ports.Shards:
    return shards
