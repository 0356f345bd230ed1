"""Plain documents in memory."""

from collections.abc import Mapping
from typing import Any

from hub import ports
from hub.store.memory.database import REMOVE, Connection
from hub.store.memory.matching import matches
from hub.store.memory.table import EVERY

Doc = dict[str, Any]


class MemoryDocuments:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def get(self, collection: str, key: str) -> Doc | None:
        return await self._db.get_one(collection, key)

    async def create(self, collection: str, doc: Doc) -> bool:
        return not await self._db.insert(collection, [doc])

    async def replace(self, collection: str, doc: Doc, *, version: int) -> bool:
        def change(row: Doc | None) -> Doc | None:
            return None if row is None or row["version"] != version else doc

        return bool(await self._db.update(collection, [(doc["_id"], change)]))

    async def delete(self, collection: str, key: str) -> bool:
        def change(row: Doc | None) -> Doc | None:
            return None if row is None else REMOVE

        return bool(await self._db.update(collection, [(key, change)]))

    async def page(
        self, collection: str, where: Mapping[str, Any], *, limit: int, after: str = ""
    ) -> list[Doc]:
        return await self._db.scan(
            collection, [EVERY], lambda d: matches(d, where), after=after, limit=limit
        )


def _conforms(documents: MemoryDocuments) -> ports.Documents:
    return documents
