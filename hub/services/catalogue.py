"""Plain documents that people edit: version, compare-and-set, and who changed them when.

A removed entry stays as a mark, so that its versions go on and a first start is told from an
emptied catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from hub.model.codec import plain, unpack_as
from hub.ports import Clock, Doc, Documents
from hub.services.commands import Missing, Refusal

T = TypeVar("T")
KEPT_CHANGES = 20
MOST = 1000
"""Entries of one catalogue."""

SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    version: int
    at: datetime
    by: str
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[T]):
    key: str
    version: int
    value: T
    changes: tuple[Change, ...]


class Catalogue(Generic[T]):
    """One collection of values of one dataclass."""

    def __init__(self, collection: str, kind: type[T], documents: Documents, clock: Clock) -> None:
        self._collection = collection
        self._kind = kind
        self._documents = documents
        self._clock = clock

    async def all(self) -> list[Entry[T]]:
        """By key."""
        docs = await self._documents.page(self._collection, {"deleted": False}, limit=MOST)
        return [self._entry(doc) for doc in docs]

    async def get(self, key: str) -> Entry[T] | None:
        doc = await self._documents.get(self._collection, key)
        return None if doc is None or doc["deleted"] else self._entry(doc)

    async def put(self, key: str, value: T, *, version: int, author: str) -> Entry[T] | Refusal:
        """Write over the version the author saw, 0 for a new entry.

        The same call again (its answer was lost) finds its own entry and changes nothing.
        """
        doc = await self._documents.get(self._collection, key)
        if doc is not None and _is_repeated(doc, plain(value), version + 1, author):
            return self._entry(doc)
        stands = 0 if doc is None or doc["deleted"] else int(doc["version"])
        if version != stands:
            return _stale(stands)
        if stands == 0 and len(await self.all()) >= MOST:
            return Refusal(reason="catalogue_full")
        new = self._changed(key, doc, plain(value), author, deleted=False)
        if not await self._write(doc, new):
            return _stale(await self._version_of(key))
        return self._entry(new)

    async def remove(self, key: str, *, version: int, author: str) -> Missing | Refusal | None:
        doc = await self._documents.get(self._collection, key)
        if doc is None or doc["deleted"]:
            return Missing()
        if doc["version"] != version:
            return _stale(doc["version"])
        new = self._changed(key, doc, doc["value"], author, deleted=True)
        if not await self._write(doc, new):
            return _stale(await self._version_of(key))
        return None

    async def seed(self, values: Mapping[str, T]) -> None:
        """The first entries, where nobody ever made one."""
        if await self._documents.page(self._collection, {}, limit=1):
            return
        for key, value in values.items():
            new = self._changed(key, None, plain(value), SYSTEM, deleted=False)
            await self._documents.create(self._collection, new)

    async def _version_of(self, key: str) -> int:
        entry = await self.get(key)
        return 0 if entry is None else entry.version

    def _changed(self, key: str, doc: Doc | None, value: Doc, author: str, *, deleted: bool) -> Doc:
        version = 1 if doc is None else doc["version"] + 1
        change = {"version": version, "at": self._clock.now(), "by": author}
        if deleted:
            change["deleted"] = True
        earlier = () if doc is None else doc["changes"]
        return {
            "_id": key,
            "version": version,
            "deleted": deleted,
            "value": value,
            "changes": [*earlier, change][-KEPT_CHANGES:],
        }

    async def _write(self, doc: Doc | None, new: Doc) -> bool:
        if doc is None:
            return await self._documents.create(self._collection, new)
        return await self._documents.replace(self._collection, new, version=doc["version"])

    def _entry(self, doc: Doc) -> Entry[T]:
        return Entry(
            key=doc["_id"],
            version=doc["version"],
            value=unpack_as(doc["value"], self._kind),
            changes=tuple(unpack_as(change, Change) for change in doc["changes"]),
        )


def _is_repeated(doc: Doc, value: Doc, version: int, author: str) -> bool:
    last = doc["changes"][-1]
    mine = doc["version"] == version and last["by"] == author
    return bool(mine and not doc["deleted"] and doc["value"] == value)


def _stale(version: int) -> Refusal:
    return Refusal(reason="stale_version", detail=f"It stands at version {version}.")
