"""Snapshots in MongoDB."""

from collections.abc import Collection as Many, Sequence

from hub import ports
from hub.store.mongo.calls import read, read_one
from hub.store.mongo.client import Database, Doc, asking
from hub.store.mongo.guarded import save_newer


def _older(snapshot: Doc) -> Doc:
    return {"seq": {"$lt": snapshot["seq"]}}


class MongoSnapshots:
    def __init__(self, database: Database) -> None:
        self._snapshots = database["snapshots"]
        self._parts = database["snapshot_parts"]

    async def load(self, streams: Many[str]) -> dict[str, Doc]:
        if not streams:
            return {}
        found = await read(self._snapshots, {"_id": {"$in": list(streams)}})
        return {d["_id"]: d for d in found}

    async def save(self, snapshots: Sequence[Doc]) -> None:
        await save_newer(self._snapshots, snapshots, _older)

    async def put_part(self, part: Doc) -> None:
        with asking():
            await self._parts.replace_one({"_id": part["_id"]}, part, upsert=True)

    async def part(self, key: str) -> Doc | None:
        return await read_one(self._parts, key)

    async def drop_parts(self, stream: str, below: int) -> None:
        with asking():
            await self._parts.delete_many({"stream": stream, "seq": {"$lt": below}})

    async def places(self, limit: int, after: str = "") -> list[Doc]:
        where = {"_id": {"$gt": after}}
        return await read(self._snapshots, where, {"seq": 1}, sort=[("_id", 1)], limit=limit)


def _conforms(snapshots: MongoSnapshots) -> ports.Snapshots:
    return snapshots
