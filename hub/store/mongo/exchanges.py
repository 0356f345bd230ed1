"""The channel log in MongoDB."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hub import ports
from hub.ports import Clock, Doc, ExchangeQuery
from hub.store.mongo.calls import insert, read
from hub.store.mongo.client import Database
from hub.store.shapes import EXCHANGE_FIELDS, EXCHANGE_TEXTS

WINDOWS = (timedelta(minutes=10), timedelta(hours=6), timedelta(days=3))
"""A page is looked for in the newest minutes first: the embedded server sorts all it finds."""

NEWEST_FIRST = [("at", -1), ("_id", -1)]


class MongoExchanges:
    """A row that is a fault is marked, so that the few among many are found by an index."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._rows = database["exchanges"]
        self._clock = clock

    async def add(self, rows: Sequence[Doc]) -> None:
        marked = [row if row["outcome"] == "ok" else {**row, "fault": True} for row in rows]
        await insert(self._rows, marked, ordered=False)

    async def page(self, query: ExchangeQuery, *, limit: int, before: str = "") -> list[Doc]:
        where, below, found = _where(query), query.until, list[Doc]()
        if before:
            seen = datetime.fromtimestamp(int(before[:13]) / 1000, UTC)
            if below is None or seen < below:
                below = seen
                tied = {**where, "at": seen, "_id": {"$lt": before}}
                found = await self._read(tied, limit)
        start = below or self._clock.now()
        for window in WINDOWS:
            floor = start - window
            if len(found) >= limit or (query.since is not None and floor <= query.since):
                break
            found += await self._between(where, floor, below, limit - len(found))
            below = floor
        if len(found) < limit:
            found += await self._between(where, query.since, below, limit - len(found))
        return found

    async def _between(
        self, where: Doc, floor: datetime | None, below: datetime | None, limit: int
    ) -> list[Doc]:
        bounds = {"$gte": floor, "$lt": below}
        span = {name: bound for name, bound in bounds.items() if bound is not None}
        return await self._read({**where, "at": span} if span else where, limit)

    async def _read(self, where: Doc, limit: int) -> list[Doc]:
        return await read(self._rows, where, {"fault": 0}, sort=NEWEST_FIRST, limit=limit)


def _where(query: ExchangeQuery) -> Doc:
    where: Doc = {name: value for name in EXCHANGE_FIELDS if (value := getattr(query, name))}
    if query.outcome and query.outcome != "ok":
        where["fault"] = True
    if query.text:
        pattern = {"$regex": re.escape(query.text), "$options": "i"}
        where["$or"] = [{name: pattern} for name in EXCHANGE_TEXTS]
    return where


def _conforms(exchanges: MongoExchanges) -> ports.ExchangeStore:
    return exchanges
