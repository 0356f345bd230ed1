"""Files in memory: a row a file with the bytes of its renditions."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from hub import ports
from hub.model.codec import plain, unpack_as
from hub.model.message import MediaFile
from hub.ports import MediaMeta, Rendition, StoredMedia
from hub.store.memory.database import REMOVE, Change, Connection, Doc
from hub.store.memory.table import EVERY

MEDIA = "media"
READ_AT_ONCE = 256 * 1024


class MemoryMedia:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def get(self, media_id: str) -> MediaMeta | None:
        row = await self._db.get_one(MEDIA, media_id)
        return None if row is None else unpack_as(row["meta"], MediaMeta)

    async def put(self, meta: MediaMeta, content: AsyncIterator[bytes]) -> None:
        blob = await _blob(meta.file.content_type, content)
        row = {"meta": plain(meta), "blobs": {Rendition.ORIGINAL.value: blob}}
        await self._db.update(MEDIA, [(meta.media_id, lambda _: row)])

    async def add(
        self, media_id: str, rendition: Rendition, content_type: str, content: AsyncIterator[bytes]
    ) -> None:
        blob = await _blob(content_type, content)

        def change(row: Doc) -> Doc:
            return {**row, "blobs": {**row["blobs"], rendition.value: blob}}

        await self._change(media_id, change)

    async def finish(self, media_id: str, file: MediaFile) -> None:
        known = {"ready": True, "file": plain(file)}
        await self._change(media_id, lambda row: {**row, "meta": {**row["meta"], **known}})

    async def keep(self, media_id: str, conversation_id: str) -> bool:
        def change(row: Doc) -> Doc:
            meta = {name: value for name, value in row["meta"].items() if name != "expires_at"}
            said = dict.fromkeys([*meta.get("conversations", ()), conversation_id])
            return {**row, "meta": {**meta, "conversations": list(said)}}

        return await self._change(media_id, change)

    async def open(
        self, media_id: str, rendition: Rendition, *, start: int = 0, end: int | None = None
    ) -> StoredMedia | None:
        row = await self._db.get_one(MEDIA, media_id)
        blob = row["blobs"].get(rendition.value) if row is not None else None
        if row is None or blob is None:
            return None
        content: bytes = blob["content"]
        return StoredMedia(
            meta=unpack_as(row["meta"], MediaMeta),
            content_type=blob["content_type"],
            size=len(content),
            content=_pieces(content[start:end]),
        )

    async def delete(self, media_id: str) -> None:
        await self._db.update(MEDIA, [(media_id, lambda _: REMOVE)])

    async def drop_expired(self, at: datetime, limit: int) -> int:
        def is_over(row: Doc) -> bool:
            expires_at = row["meta"].get("expires_at")
            return expires_at is not None and expires_at <= at

        rows = await self._db.scan(MEDIA, (EVERY,), is_over)
        rows.sort(key=lambda row: row["meta"]["expires_at"])
        ids = [row["meta"]["media_id"] for row in rows[:limit]]
        changes: list[tuple[str | int, Change]] = [
            (media_id, lambda row: REMOVE if row is not None and is_over(row) else None)
            for media_id in ids
        ]
        await self._db.update(MEDIA, changes)
        return len(ids)

    async def _change(self, media_id: str, change: Callable[[dict[str, Any]], Doc]) -> bool:
        def of_row(row: Doc | None) -> Doc | None:
            return None if row is None else change(row)

        return bool(await self._db.update(MEDIA, [(media_id, of_row)]))


async def _blob(content_type: str, content: AsyncIterator[bytes]) -> Doc:
    joined = b"".join([chunk async for chunk in content])
    return {"content_type": content_type, "content": joined}


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), READ_AT_ONCE):
        yield content[at : at + READ_AT_ONCE]


def _conforms(media: MemoryMedia) -> ports.MediaStore:
    return media
