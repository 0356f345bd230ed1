"""Queries of the projections for lists and search."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub import ports
from hub.model.ids import SHARDS
from hub.store.mongo.calls import conditions, read, read_one
from hub.store.mongo.client import Collection, Database, Doc
from hub.store.mongo.indexes import projected
from hub.store.mongo.shards import read_cursors

WINDOWS = (timedelta(hours=1), timedelta(days=1), timedelta(days=30))
"""A page is looked for in the newest hour first: the embedded server sorts all it finds."""

NEWEST_FIRST = [("updated_at", -1), ("_id", -1)]


class MongoReading:
    def __init__(self, database: Database, clock: ports.Clock) -> None:
        self._database = database
        self._cursors = database["cursors"]
        self._clock = clock
        self._empty: dict[tuple[str, int], tuple[int, int]] = {}

    async def page(
        self,
        name: str,
        where: Mapping[str, Any],
        *,
        limit: int,
        before: tuple[datetime, str] | None = None,
    ) -> list[Doc]:
        return await self._newest(name, conditions(where), limit, before)

    async def search(
        self, name: str, text: str, where: Mapping[str, Any], *, limit: int
    ) -> list[Doc]:
        pattern = {"$regex": re.escape(text), "$options": "i"}
        mentioned = {"$or": [{field: pattern} for field in ports.SEARCHED]}
        return await self._newest(name, {**conditions(where), **mentioned}, limit, None)

    async def _newest(
        self, name: str, wanted: Doc, limit: int, before: tuple[datetime, str] | None
    ) -> list[Doc]:
        collection = self._database[projected(name)]
        found: list[Doc] = []
        if before is not None:
            tied = {**wanted, "updated_at": before[0], "_id": {"$lt": before[1]}}
            found = await read(collection, tied, sort=[("_id", -1)], limit=limit)
        below = None if before is None else before[0]
        start = below or self._clock.now()
        for window in WINDOWS:
            if len(found) >= limit:
                return found
            floor = start - window
            found += await _between(collection, wanted, floor, below, limit - len(found))
            below = floor
        if len(found) < limit:
            found += await _between(collection, wanted, None, below, limit - len(found))
        return found

    async def get(self, name: str, key: str) -> Doc | None:
        return await read_one(self._database[projected(name)], key)

    async def changed(self, name: str, after: Mapping[int, int], limit: int) -> list[Doc]:
        """Up to the projection's cursor only: below it every save of a fold is complete."""
        collection = self._database[projected(name)]
        cursors = await read_cursors(self._cursors, projected(name))
        found: list[Doc] = []
        for shard in range(SHARDS):
            floor, cursor = after.get(shard, 0), cursors.get(shard, 0)
            if cursor <= floor or self._is_empty(name, shard, floor, cursor):
                continue
            where = {"shard": shard, "n": {"$gt": floor, "$lte": cursor}}
            docs = await read(
                collection, where, sort=[("n", 1), ("_id", 1)], limit=limit - len(found)
            )
            if not docs:
                self._empty[name, shard] = (floor, cursor)
            found += docs
            if len(found) >= limit:
                break
        return found

    def _is_empty(self, name: str, shard: int, floor: int, cursor: int) -> bool:
        """Commits between these numbers are known to have touched no document."""
        known = self._empty.get((name, shard))
        return known is not None and known[0] <= floor and cursor <= known[1]


async def _between(
    collection: Collection, where: Doc, floor: datetime | None, below: datetime | None, limit: int
) -> list[Doc]:
    """Newest first; from `floor` on, and before `below`."""
    span: Doc = {}
    if floor is not None:
        span["$gte"] = floor
    if below is not None:
        span["$lt"] = below
    query = {**where, "updated_at": span} if span else where
    return await read(collection, query, sort=NEWEST_FIRST, limit=limit)


def _conforms(reading: MongoReading) -> ports.Reading:
    return reading
