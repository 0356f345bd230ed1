"""Files in MongoDB: a row a file, its renditions in GridFS.

A key is noted in the row before its bytes are written, so that whatever a killed process left is
found and deleted with the row.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from gridfs.asynchronous import AsyncGridFSBucket
from gridfs.errors import NoFile

from hub import ports
from hub.model.codec import plain, unpack_as
from hub.model.message import MediaFile
from hub.ports import MediaMeta, Rendition, StoredMedia
from hub.store.mongo.calls import insert, read, read_one
from hub.store.mongo.client import Database, Doc, asking

BUCKET = "media_files"
READ_AT_ONCE = 256 * 1024
UNFINISHED = timedelta(days=1)
"""How long a file may lie here whose writing never came to its end."""


class MongoMedia:
    def __init__(self, database: Database) -> None:
        self._rows = database["media"]
        self._bucket = AsyncGridFSBucket(database, bucket_name=BUCKET)

    async def get(self, media_id: str) -> MediaMeta | None:
        row = await read_one(self._rows, media_id)
        return None if row is None or not _stands(row) else _meta(row)

    async def put(self, meta: MediaMeta, content: AsyncIterator[bytes]) -> None:
        await self.delete(meta.media_id)
        key = ObjectId()
        row = _row(meta)
        unfinished = {**row, "expires_at": meta.stored_at + UNFINISHED, "keys": [key]}
        await insert(self._rows, [unfinished], ordered=True)
        size = await self._write(key, meta.media_id, content)
        blob = {"key": key, "content_type": meta.file.content_type, "size": size}
        change: Doc = {"$set": {"blobs.original": blob}}
        if meta.expires_at is None:
            change["$unset"] = {"expires_at": ""}
        else:
            change["$set"]["expires_at"] = meta.expires_at
        with asking():
            await self._rows.update_one({"_id": meta.media_id}, change)

    async def add(
        self, media_id: str, rendition: Rendition, content_type: str, content: AsyncIterator[bytes]
    ) -> None:
        key = ObjectId()
        with asking():
            await self._rows.update_one({"_id": media_id}, {"$push": {"keys": key}})
        size = await self._write(key, media_id, content)
        blob = {"key": key, "content_type": content_type, "size": size}
        with asking():
            await self._rows.update_one(
                {"_id": media_id}, {"$set": {f"blobs.{rendition.value}": blob}}
            )

    async def finish(self, media_id: str, file: MediaFile) -> None:
        with asking():
            await self._rows.update_one(
                {"_id": media_id}, {"$set": {"ready": True, "file": plain(file)}}
            )

    async def keep(self, media_id: str, conversation_id: str) -> bool:
        with asking():
            result = await self._rows.update_one(
                {"_id": media_id, "blobs.original.size": {"$gte": 0}, "gone": False},
                {"$addToSet": {"conversations": conversation_id}, "$unset": {"expires_at": ""}},
            )
        return result.matched_count == 1

    async def open(
        self, media_id: str, rendition: Rendition, *, start: int = 0, end: int | None = None
    ) -> StoredMedia | None:
        row = await read_one(self._rows, media_id)
        blob = row["blobs"].get(rendition.value) if row is not None and _stands(row) else None
        if row is None or blob is None:
            return None
        last = blob["size"] if end is None else min(end, blob["size"])
        return StoredMedia(
            meta=_meta(row),
            content_type=blob["content_type"],
            size=blob["size"],
            content=self._read(blob["key"], start, last),
        )

    async def delete(self, media_id: str) -> None:
        row = await read_one(self._rows, media_id)
        if row is None:
            return
        with asking():
            for key in row["keys"]:
                with suppress(NoFile):
                    await self._bucket.delete(key)
            await self._rows.delete_one({"_id": media_id})

    async def drop_expired(self, at: datetime, limit: int) -> int:
        over = {"expires_at": {"$lte": at}}
        rows = await read(self._rows, over, {"_id": 1}, sort=[("expires_at", 1)], limit=limit)
        for row in rows:
            with asking():
                result = await self._rows.update_one(
                    {"_id": row["_id"], **over}, {"$set": {"gone": True}}
                )
            if result.matched_count:
                await self.delete(row["_id"])
        return len(rows)

    async def _write(self, key: ObjectId, name: str, content: AsyncIterator[bytes]) -> int:
        size = 0
        with asking():
            grid = self._bucket.open_upload_stream_with_id(key, name)
            async for chunk in content:
                await grid.write(chunk)
                size += len(chunk)
            await grid.close()
        return size

    async def _read(self, key: ObjectId, start: int, end: int) -> AsyncIterator[bytes]:
        left = end - start
        if left <= 0:
            return
        with asking():
            grid = await self._bucket.open_download_stream(key)
            await grid.seek(start)
            while left > 0 and (chunk := await grid.read(min(left, READ_AT_ONCE))):
                left -= len(chunk)
                yield chunk


def _stands(row: Doc) -> bool:
    return Rendition.ORIGINAL.value in row["blobs"] and not row["gone"]


def _row(meta: MediaMeta) -> Doc:
    doc = plain(meta)
    doc.update(conversations=list(meta.conversations), blobs={}, gone=False, ready=meta.ready)
    doc["_id"] = doc.pop("media_id")
    return doc


def _meta(row: dict[str, Any]) -> MediaMeta:
    return unpack_as({**row, "media_id": row["_id"]}, MediaMeta)


def _conforms(media: MongoMedia) -> ports.MediaStore:
    return media
