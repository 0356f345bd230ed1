"""Calls that several stores make alike."""

from collections.abc import Collection as Many, Mapping, Sequence
from operator import itemgetter
from typing import Any

from pymongo.errors import BulkWriteError

from hub.ports import Above
from hub.store.mongo.client import Collection, Doc, asking, duplicates

LARGEST_BATCH = 10_000


async def insert(collection: Collection, rows: Sequence[Doc], *, ordered: bool) -> list[int]:
    """Places of rows whose key stood already; an ordered insert stops at the first."""
    if not rows:
        return []
    with asking():
        try:
            await collection.insert_many(rows, ordered=ordered)
        except BulkWriteError as error:
            return duplicates(error)
    return []


async def read(
    collection: Collection,
    where: Mapping[str, Any],
    fields: Mapping[str, Any] | None = None,
    *,
    sort: Sequence[tuple[str, int]] | None = None,
    limit: int = 0,
) -> list[Doc]:
    """All documents found, in one answer of the server where they fit; `limit` 0 = all."""
    with asking():
        cursor = collection.find(
            where, fields, sort=sort, limit=limit, batch_size=limit or LARGEST_BATCH
        )
        return await cursor.to_list()


async def read_in_order(
    collection: Collection,
    where: Mapping[str, Any],
    order: Sequence[str],
    limit: int,
    fields: Mapping[str, Any] | None = None,
) -> list[Doc]:
    """The first `limit` documents by ascending fields; where all fit, they are sorted here.

    The embedded server sorts slowly; MongoDB reads the index in this order anyway.
    """
    found = await read(collection, where, fields, limit=limit)
    if len(found) < limit:
        found.sort(key=itemgetter(*order))
        return found
    return await read(collection, where, fields, sort=[(o, 1) for o in order], limit=limit)


async def read_one(collection: Collection, key: object) -> Doc | None:
    with asking():
        return await collection.find_one({"_id": key})


async def touch(collection: Collection, keys: Sequence[str]) -> set[str]:
    """The keys that stand by the majority, proved by a write of our own to each."""
    if not keys:
        return set()
    with asking():
        result = await collection.update_many({"_id": {"$in": keys}}, {"$inc": {"seen": 1}})
        if result.matched_count == len(set(keys)):
            return set(keys)
        standing = set()
        for key in keys:
            single = await collection.update_one({"_id": key}, {"$inc": {"seen": 1}})
            if single.matched_count:
                standing.add(key)
        return standing


def among(shards: Many[int]) -> object:
    """The condition on a shard: a plain range where it says the same as a long list."""
    lowest, highest = min(shards, default=0), max(shards, default=-1)
    if lowest == highest:
        return lowest
    if highest - lowest + 1 == len(shards):
        return {"$gte": lowest, "$lte": highest}
    return {"$in": list(shards)}


def conditions(where: Mapping[str, Any]) -> Doc:
    """Equality conditions; a list of values means any of them, `Above` a larger number."""
    return {path: _condition(value) for path, value in where.items()}


def _condition(value: Any) -> Any:
    if isinstance(value, Above):
        return {"$gt": value.number}
    return {"$in": list(value)} if isinstance(value, list | tuple | set | frozenset) else value
