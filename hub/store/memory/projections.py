"""Projections in memory: documents, cursors and the queries of lists."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub import ports
from hub.model.ids import SHARDS
from hub.store.memory.database import REMOVE, Change, Connection
from hub.store.memory.labels import CURSORS, projected
from hub.store.memory.matching import matches, mentions
from hub.store.memory.shards import advanced, cursors_of
from hub.store.memory.table import EVERY

Doc = dict[str, Any]


def _newer(doc: Doc) -> Change:
    def change(row: Doc | None) -> Doc:
        if row is None or (row["shard"] == doc["shard"] and row["n"] < doc["n"]):
            return doc
        return row  # written again: only so is it certain that the newer one stays

    return change


class MemoryProjections:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def load(self, name: str, ids: Collection[str]) -> dict[str, Doc]:
        return {d["_id"]: d for d in await self._db.get(projected(name), ids)}

    async def save(self, name: str, docs: Sequence[Doc]) -> None:
        await self._db.update(projected(name), [(d["_id"], _newer(d)) for d in docs])

    async def cursors(self, name: str) -> dict[int, int]:
        return cursors_of(await self._db.get_one(CURSORS, projected(name)))

    async def advance(self, name: str, cursors: Mapping[int, int]) -> None:
        key = projected(name)
        await self._db.update(CURSORS, [(key, advanced(key, cursors))])

    async def drop(self, name: str) -> None:
        def remove(row: Doc | None) -> Doc | None:
            return None if row is None else REMOVE

        docs = await self._db.scan(projected(name), [EVERY])
        await self._db.update(projected(name), [(d["_id"], remove) for d in docs])
        await self._db.update(CURSORS, [(projected(name), remove)])


class MemoryReading:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def page(
        self,
        name: str,
        where: Mapping[str, Any],
        *,
        limit: int,
        before: tuple[datetime, str] | None = None,
    ) -> list[Doc]:
        def wanted(doc: Doc) -> bool:
            place = (doc["updated_at"], doc["_id"])
            return (before is None or place < before) and matches(doc, where)

        return await self._newest(name, wanted, limit)

    async def search(
        self, name: str, text: str, where: Mapping[str, Any], *, limit: int
    ) -> list[Doc]:
        def wanted(doc: Doc) -> bool:
            return mentions(doc, text, ports.SEARCHED) and matches(doc, where)

        return await self._newest(name, wanted, limit)

    async def get(self, name: str, key: str) -> Doc | None:
        return await self._db.get_one(projected(name), key)

    async def _newest(self, name: str, wanted: Callable[[Doc], bool], limit: int) -> list[Doc]:
        docs = await self._db.scan(projected(name), [EVERY], wanted)
        docs.sort(key=lambda d: (d["updated_at"], d["_id"]), reverse=True)
        return docs[:limit]

    async def changed(self, name: str, after: Mapping[int, int], limit: int) -> list[Doc]:
        labels = [("shard", s) for s in range(SHARDS)]
        docs = await self._db.scan(
            projected(name), labels, lambda d: bool(d["n"] > after.get(d["shard"], 0))
        )
        docs.sort(key=lambda d: (d["shard"], d["n"], d["_id"]))
        return docs[:limit]


def _conforms(projections: MemoryProjections, reading: MemoryReading) -> None:
    _store: ports.ProjectionStore = projections
    _queries: ports.Reading = reading
