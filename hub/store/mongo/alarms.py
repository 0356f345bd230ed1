"""Alarms in MongoDB, one row a stream for ever."""

from collections.abc import Collection as Many, Mapping
from datetime import datetime

from hub import ports
from hub.store.mongo.calls import among, read_in_order
from hub.store.mongo.client import Database, Doc
from hub.store.mongo.guarded import save_newer


class MongoAlarms:
    def __init__(self, database: Database) -> None:
        self._alarms = database["alarms"]

    async def put(self, dues: Mapping[str, tuple[int, int, datetime | None]]) -> None:
        rows: list[Doc] = [
            {"_id": stream, "shard": shard, "seq": seq, "due": due}
            for stream, (shard, seq, due) in dues.items()
        ]
        await save_newer(self._alarms, rows, lambda row: {"seq": {"$lte": row["seq"]}})

    async def due(self, shards: Many[int], at: datetime, limit: int) -> list[str]:
        if not shards:
            return []
        where = {"due": {"$lte": at}, "shard": among(shards)}
        fields = {"_id": 1, "due": 1}
        rows = await read_in_order(self._alarms, where, ("due", "_id"), limit, fields)
        return [r["_id"] for r in rows]


def _conforms(alarms: MongoAlarms) -> ports.Alarms:
    return alarms
