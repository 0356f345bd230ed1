"""The outbox in MongoDB."""

from collections.abc import Collection as Many, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from hub import ports
from hub.store.mongo.calls import among, conditions, insert, read, read_in_order, read_one, touch
from hub.store.mongo.client import Database, Doc, asking
from hub.store.shapes import settled

PLACE = {"_id": 0, "shard": 1, "n": 1, "k": 1}


class MongoOutbox:
    def __init__(self, database: Database) -> None:
        self._rows = database["outbox"]

    async def insert(self, rows: Sequence[Doc]) -> list[int]:
        return await insert(self._rows, rows, ordered=True)

    async def touch(self, keys: Sequence[str]) -> set[str]:
        return await touch(self._rows, keys)

    async def open(self, shards: Many[int]) -> list[Doc]:
        if not shards:
            return []
        where = {"open": True, "shard": among(shards)}
        heads: dict[int, tuple[int, int]] = {}
        for row in await read(self._rows, where, PLACE):
            place = (row["n"], row["k"])
            if place > heads.get(row["shard"], (0, -1)):
                heads[row["shard"]] = place
        if not heads:
            return []
        rows = await read(self._rows, where, {"body": 0})
        rows.sort(key=itemgetter("n", "k", "shard"))
        return [r for r in rows if (r["n"], r["k"]) <= heads.get(r["shard"], (0, -1))]

    async def claim(self, keys: Sequence[str], token: str, at: datetime) -> list[Doc]:
        if not keys:
            return []
        change = {"$set": {"state": "sending", "token": token, "claimed_at": at}}
        with asking():
            result = await self._rows.update_many({"_id": {"$in": keys}, "state": "queued"}, change)
        if not result.matched_count:
            return []
        ours = await read(self._rows, {"_id": {"$in": keys}, "token": token})
        return sorted(ours, key=itemgetter("n", "k", "shard"))

    async def settle(self, key: str, expected: Mapping[str, Any], change: Doc) -> bool:
        with asking():
            result = await self._rows.update_one(
                {"_id": key, **conditions(expected)}, {"$set": settled(change)}
            )
        return result.matched_count == 1

    async def untold(self, shards: Many[int], limit: int) -> list[Doc]:
        if not shards:
            return []
        where = {"told": False, "shard": among(shards), "open": False}
        return await read_in_order(self._rows, where, ("n", "k", "shard"), limit)

    async def told(self, keys: Sequence[str], state: str) -> None:
        if not keys:
            return
        with asking():
            await self._rows.update_many(
                {"_id": {"$in": keys}, "state": state}, {"$set": {"told": True}}
            )

    async def get(self, key: str) -> Doc | None:
        return await read_one(self._rows, key)

    async def by_provider_id(self, channel_id: str, provider_id: str) -> Doc | None:
        where = {"provider_id": provider_id, "channel_id": channel_id}
        found = await read(self._rows, where, limit=1)
        return found[0] if found else None

    async def dead(self, limit: int, after: str = "", *, of: Many[str] | None = None) -> list[Doc]:
        where: Doc = {"dead": True, "_id": {"$gt": after}}
        if of is not None:
            where |= conditions({"body.conversation_id": list(of)})
        return await read(self._rows, where, sort=[("_id", 1)], limit=limit)

    async def places(self, limit: int, after: str = "") -> list[Doc]:
        where = {"_id": {"$gt": after}}
        fields = {"shard": 1, "n": 1}
        return await read(self._rows, where, fields, sort=[("_id", 1)], limit=limit)


def _conforms(outbox: MongoOutbox) -> ports.Outbox:
    return outbox
