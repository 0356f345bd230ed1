"""The inbox in MongoDB."""

from collections.abc import Collection as Many, Mapping, Sequence
from datetime import datetime

from hub import ports
from hub.store.mongo.calls import among, insert, read, read_in_order, touch
from hub.store.mongo.client import Database, Doc, asking
from hub.store.shapes import distinct_heads

UNROUTED = -1
HEAD = {"_id": 0, "shard": 1, "source": 1, "order": 1}
KEY = {"_id": 1, "shard": 1, "source": 1, "order": 1}
PLACE = ("shard", "source", "order")


class MongoInbox:
    def __init__(self, database: Database) -> None:
        self._rows = database["inbox"]

    async def insert(self, rows: Sequence[Doc], *, ordered: bool) -> list[int]:
        return await insert(self._rows, rows, ordered=ordered)

    async def touch(self, keys: Sequence[str]) -> set[str]:
        return await touch(self._rows, keys)

    async def exists(self, key: str) -> bool:
        return bool(await read(self._rows, {"_id": key}, {"_id": 1}, limit=1))

    async def sources(self, shards: Many[int], limit: int) -> dict[tuple[int, str], str]:
        if not shards:
            return {}
        where = {"open": True, "shard": among(shards)}
        return distinct_heads(await read_in_order(self._rows, where, PLACE, limit, HEAD))

    async def keys(self, heads: Mapping[tuple[int, str], str], limit: int) -> list[tuple[int, str]]:
        """The same stretch of the index as `sources` saw; a long list of sources costs more."""
        if not heads:
            return []
        where = {"open": True, "shard": among({shard for shard, _ in heads})}
        keys = []
        for row in await read_in_order(self._rows, where, PLACE, limit, KEY):
            head = heads.get((row["shard"], row["source"]))
            if head is not None and row["order"] <= head:
                keys.append((row["shard"], row["_id"]))
        return keys

    async def fetch(self, keys: Sequence[str]) -> dict[str, Doc]:
        if not keys:
            return {}
        found = await read(self._rows, {"_id": {"$in": keys}, "open": True})
        return {row["_id"]: row for row in found}

    async def done(self, keys: Sequence[str], expire_at: datetime) -> None:
        if not keys:
            return
        change = {"$set": {"open": False, "expire_at": expire_at}, "$unset": {"body": ""}}
        with asking():
            await self._rows.update_many({"_id": {"$in": keys}}, change)

    async def unrouted(self, limit: int, after: tuple[datetime, str] | None = None) -> list[Doc]:
        where: Doc = {"open": True, "shard": UNROUTED}
        if after is not None:
            at, key = after
            where["at"] = {"$gte": at}
            where["$or"] = [{"at": {"$gt": at}}, {"_id": {"$gt": key}}]
        return await read_in_order(self._rows, where, ("at", "_id"), limit)

    async def route(self, key: str, shard: int, stream: str, body: Doc) -> bool:
        where = {"_id": key, "shard": UNROUTED, "open": True}
        change = {"$set": {"shard": shard, "stream": stream, "body": body}}
        with asking():
            result = await self._rows.update_one(where, change)
        return result.matched_count == 1

    async def bury(self, key: str, reason: str, at: datetime) -> None:
        change = {"$set": {"open": False, "dead": True, "reason": reason, "buried_at": at}}
        with asking():
            await self._rows.update_one({"_id": key, "open": True}, change)

    async def dead(self, limit: int, after: str = "") -> list[Doc]:
        where = {"dead": True, "_id": {"$gt": after}}
        return await read(self._rows, where, sort=[("_id", 1)], limit=limit)

    async def done_rows(self, limit: int, after: str = "") -> list[Doc]:
        where = {"_id": {"$gt": after}, "open": False, "dead": {"$ne": True}}
        return await read(self._rows, where, {"stream": 1}, sort=[("_id", 1)], limit=limit)


def _conforms(inbox: MongoInbox) -> ports.Inbox:
    return inbox
