"""Replacing documents only by newer ones."""

from collections.abc import Callable, Sequence

from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError

from hub.store.mongo.calls import insert
from hub.store.mongo.client import Collection, Doc, asking, duplicates


async def save_newer(
    collection: Collection, docs: Sequence[Doc], older: Callable[[Doc], Doc]
) -> list[Doc]:
    """Store what is new, replace what `older(doc)` matches; returns the documents refused.

    New ones are inserted first, which costs a tenth of an upsert. A refused upsert shows as a
    duplicate key: the stored document did not match.
    """
    stood = [docs[i] for i in await insert(collection, docs, ordered=False)]
    if not stood:
        return []
    changes = [ReplaceOne({"_id": d["_id"], **older(d)}, d, upsert=True) for d in stood]
    with asking():
        try:
            await collection.bulk_write(changes, ordered=False)
        except BulkWriteError as error:
            return [stood[i] for i in duplicates(error)]
    return []
