"""Projections in MongoDB: documents and cursors."""

from collections.abc import Collection as Many, Mapping, Sequence

from hub import ports
from hub.errors import StoreUncertain
from hub.store.mongo.calls import read
from hub.store.mongo.client import Collection, Database, Doc, asking
from hub.store.mongo.guarded import save_newer
from hub.store.mongo.indexes import create_indexes, projected
from hub.store.mongo.shards import advance_cursors, read_cursors


def _older(doc: Doc) -> Doc:
    return {"n": {"$lt": doc["n"]}, "shard": doc["shard"]}


class MongoProjections:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._cursors = database["cursors"]

    async def load(self, name: str, ids: Many[str]) -> dict[str, Doc]:
        if not ids:
            return {}
        found = await read(self._database[projected(name)], {"_id": {"$in": list(ids)}})
        return {d["_id"]: d for d in found}

    async def save(self, name: str, docs: Sequence[Doc]) -> None:
        collection = self._database[projected(name)]
        refused = await save_newer(collection, docs, _older)
        if refused:
            await self._confirm(name, collection, refused)

    async def _confirm(self, name: str, collection: Collection, refused: Sequence[Doc]) -> None:
        """A newer document refused ours; a write of our own proves that it will stay."""
        with asking():
            await self._cursors.update_one(
                {"_id": projected(name)}, {"$inc": {"refused": 1}}, upsert=True
            )
        ids = [d["_id"] for d in refused]
        stored = {
            d["_id"]: d for d in await read(collection, {"_id": {"$in": ids}}, {"shard": 1, "n": 1})
        }
        for doc in refused:
            newer = stored.get(doc["_id"])
            if newer is None or (newer["shard"] == doc["shard"] and newer["n"] < doc["n"]):
                raise StoreUncertain("a newer document vanished")

    async def cursors(self, name: str) -> dict[int, int]:
        return await read_cursors(self._cursors, projected(name))

    async def advance(self, name: str, cursors: Mapping[int, int]) -> None:
        await advance_cursors(self._cursors, projected(name), cursors)

    async def drop(self, name: str) -> None:
        with asking():
            await self._cursors.delete_one({"_id": projected(name)})
            await self._database[projected(name)].drop()
            await create_indexes(self._database, projected(name))


def _conforms(projections: MongoProjections) -> ports.ProjectionStore:
    return projections
