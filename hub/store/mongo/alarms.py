"""Alarms in MongoDB. Most are new: what stood already is replaced in a second step."""

from collections.abc import Collection as Many, Mapping
from datetime import datetime

from pymongo import DeleteOne, ReplaceOne

from hub import ports
from hub.store.mongo.calls import among, insert, read
from hub.store.mongo.client import Database, Doc, asking


class MongoAlarms:
    def __init__(self, database: Database) -> None:
        self._alarms = database["alarms"]

    async def put(self, dues: Mapping[str, tuple[int, datetime | None]]) -> None:
        rows: list[Doc] = []
        changes: list[ReplaceOne[Doc] | DeleteOne] = []
        for stream, (shard, due) in dues.items():
            if due is None:
                changes.append(DeleteOne({"_id": stream}))
            else:
                rows.append({"_id": stream, "shard": shard, "due": due})
        for i in await insert(self._alarms, rows, ordered=False):
            changes.append(ReplaceOne({"_id": rows[i]["_id"]}, rows[i], upsert=True))
        if changes:
            with asking:
                await self._alarms.bulk_write(changes, ordered=False)

    async def due(self, shards: Many[int], at: datetime, limit: int) -> list[str]:
        if not shards:
            return []
        where = {"shard": among(shards), "due": {"$lte": at}}
        rows = await read(
            self._alarms, where, {"_id": 1}, sort=[("due", 1), ("_id", 1)], limit=limit
        )
        return [r["_id"] for r in rows]


def _conforms(alarms: MongoAlarms) -> ports.Alarms:
    return alarms
