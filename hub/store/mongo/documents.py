"""Plain documents in MongoDB."""

from collections.abc import Mapping
from typing import Any

from hub import ports
from hub.store.mongo.calls import conditions, insert, read, read_one
from hub.store.mongo.client import Database, Doc, asking


class MongoDocuments:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, collection: str, key: str) -> Doc | None:
        return await read_one(self._database[collection], key)

    async def create(self, collection: str, doc: Doc) -> bool:
        return not await insert(self._database[collection], [doc], ordered=True)

    async def replace(self, collection: str, doc: Doc, *, version: int) -> bool:
        with asking():
            result = await self._database[collection].replace_one(
                {"_id": doc["_id"], "version": version}, doc
            )
        return result.matched_count == 1

    async def delete(self, collection: str, key: str) -> bool:
        with asking():
            result = await self._database[collection].delete_one({"_id": key})
        return result.deleted_count == 1

    async def page(
        self, collection: str, where: Mapping[str, Any], *, limit: int, after: str = ""
    ) -> list[Doc]:
        query = {**conditions(where), "_id": {"$gt": after}}
        return await read(self._database[collection], query, sort=[("_id", 1)], limit=limit)


def _conforms(documents: MongoDocuments) -> ports.Documents:
    return documents
