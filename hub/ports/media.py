"""Files of customers and agents: kept by reference, served only after they were examined."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from hub.model.message import MediaFile, MediaKind


class Rendition(StrEnum):
    """The file itself, a picture of it, and a form every browser plays."""

    ORIGINAL = "original"
    PREVIEW = "preview"
    PLAYABLE = "playable"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaMeta:
    """`ready`: examined to the end; what is not ready is served to nobody.

    `author` is "customer" or an author of messages; `conversations` are those it was said in.
    `expires_at` None: kept. `digest` is the SHA-256 of the original in hex.
    """

    media_id: str
    kind: MediaKind
    file: MediaFile
    digest: str
    author: str
    stored_at: datetime
    ready: bool = False
    conversations: tuple[str, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMedia:
    """One rendition being read: bytes `start` to `size` or an earlier end, as `content`."""

    meta: MediaMeta
    content_type: str
    size: int
    content: AsyncIterator[bytes]

    async def read(self) -> bytes:
        return b"".join([chunk async for chunk in self.content])


class MediaReader(Protocol):
    """What a channel reads our files through."""

    async def open(self, media_id: str) -> StoredMedia | None:
        """The original of a file that is ready; None: there is none (any more)."""


class MediaStore(Protocol):
    """Files with their renditions. Every method may raise StoreUncertain."""

    async def get(self, media_id: str) -> MediaMeta | None: ...
    async def put(self, meta: MediaMeta, content: AsyncIterator[bytes]) -> None:
        """A file and its original; whatever stood under the id before is replaced."""

    async def add(
        self, media_id: str, rendition: Rendition, content_type: str, content: AsyncIterator[bytes]
    ) -> None:
        """One more rendition; the same one again is replaced."""

    async def finish(self, media_id: str, file: MediaFile) -> None:
        """The file is ready, and this is known of it."""

    async def keep(self, media_id: str, conversation_id: str) -> bool:
        """It was said in this conversation and expires no more; False: there is no such file."""

    async def open(
        self, media_id: str, rendition: Rendition, *, start: int = 0, end: int | None = None
    ) -> StoredMedia | None:
        """Bytes `start` to before `end` of a rendition, ready or not; None: not there."""

    async def delete(self, media_id: str) -> None:
        """With all renditions, also with what an interrupted write left."""

    async def drop_expired(self, at: datetime, limit: int) -> int:
        """Delete files whose time is over, at most so many; how many there were."""


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    TOO_LARGE = "too_large"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """`name` is the scanner's own word for what it found."""

    verdict: Verdict
    name: str = ""


class Scanner(Protocol):
    async def scan(self, file: Path) -> Scan:
        """Within a time-out of its own; a scanner that cannot answer says UNAVAILABLE, one that
        does not take files of this size TOO_LARGE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedMedia:
    """What a provider gave; `content_type` and `name` are its claims. Bounded by the adapter."""

    content: bytes
    content_type: str = ""
    name: str = ""
