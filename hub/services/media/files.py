"""Files as people give and see them: whose they are, who may look, what a channel takes."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from secrets import token_hex

from hub.errors import Overloaded
from hub.model.ids import customer_of_conversation
from hub.model.message import MediaFile, MediaKind, MediaPart
from hub.ports import (
    Capabilities,
    Clock,
    MediaMeta,
    MediaRule,
    MediaStore,
    Reading,
    Rendition,
    StoredMedia,
)
from hub.services.access import User
from hub.services.commands import Refusal
from hub.services.media.examining import Claim
from hub.services.media.intake import NOT_CHECKED, Intake, Taken
from hub.services.visibility import Visibility

CONVERSATIONS = "conversations"
UNSAID = timedelta(days=1)
"""How long an upload lies here that nobody sends."""


class ReadyMedia:
    """`MediaReader`: what channels read our files through."""

    def __init__(self, store: MediaStore) -> None:
        self._store = store

    async def open(self, media_id: str) -> StoredMedia | None:
        stored = await self._store.open(media_id, Rendition.ORIGINAL)
        return stored if stored is not None and stored.meta.ready else None


class Files:
    def __init__(
        self, intake: Intake, reading: Reading, visibility: Visibility, clock: Clock
    ) -> None:
        self._intake = intake
        self._store = intake.store
        self._reading = reading
        self._visibility = visibility
        self._clock = clock

    @property
    def largest(self) -> int:
        """Bytes an upload may have at most, whatever it is."""
        return self._intake.largest

    async def upload(self, viewer: User, claim: Claim, content: AsyncIterator[bytes]) -> Taken:
        """Raises Overloaded while nothing can check it; then nothing was kept."""
        now = self._clock.now()
        blank = MediaMeta(
            media_id=token_hex(16),
            kind=MediaKind.FILE,
            file=MediaFile(content_type="", size=0),
            digest="",
            author=viewer.author,
            stored_at=now,
            expires_at=now + UNSAID,
        )
        taken = await self._intake.take(blank, claim, content, hold=False)
        if taken.code == NOT_CHECKED:
            raise Overloaded("the virus scanner does not answer")
        return taken

    async def open(
        self,
        viewer: User,
        media_id: str,
        rendition: Rendition,
        *,
        start: int = 0,
        end: int | None = None,
    ) -> StoredMedia | None:
        """None: there is none, or it is none of the viewer's business."""
        meta = await self._seen(viewer, media_id)
        if meta is None:
            return None
        if rendition is Rendition.PLAYABLE and meta.file.playable == meta.file.content_type:
            rendition = Rendition.ORIGINAL
        return await self._store.open(media_id, rendition, start=start, end=end)

    async def parts(
        self, viewer: User, media_ids: Sequence[str], capabilities: Capabilities
    ) -> tuple[MediaPart, ...] | Refusal:
        """What the viewer sends by these ids, or why the channel does not take it."""
        parts = []
        for media_id in media_ids:
            meta = await self._seen(viewer, media_id)
            if meta is None:
                return Refusal(reason="media_unknown", detail=media_id)
            if refusal := not_carried(meta, capabilities):
                return refusal
            parts.append(part_of(meta))
        return tuple(parts)

    async def unfit_picture(
        self, viewer: User, media_id: str, rule: MediaRule | None
    ) -> Refusal | None:
        """Why this file of the viewer is not the picture of a link card."""
        meta = await self._seen(viewer, media_id)
        if meta is None:
            return Refusal(reason="media_unknown", detail=media_id)
        if rule is None:
            return Refusal(reason="media_not_carried", detail="Its link cards have no picture.")
        return _breaks(rule, meta.file)

    async def _seen(self, viewer: User, media_id: str) -> MediaMeta | None:
        meta = await self._store.get(media_id)
        if meta is None or not meta.ready:
            return None
        if meta.author == viewer.author:
            return meta
        for conversation in meta.conversations:
            if await self._may_see(viewer, conversation):
                return meta
        return None

    async def _may_see(self, viewer: User, conversation_id: str) -> bool:
        """A conversation the desk gave to somebody may be newer than the list."""
        doc = await self._reading.get(CONVERSATIONS, conversation_id)
        if doc is None:
            doc = {"customer_id": customer_of_conversation(conversation_id)}
        return await self._visibility.of_conversation(viewer, doc)


def part_of(meta: MediaMeta) -> MediaPart:
    file = meta.file
    return MediaPart(
        media=meta.kind,
        provider_ref="",
        name=file.name,
        format=file.content_type,
        size=file.size,
        media_id=meta.media_id,
        file=file,
    )


def not_carried(meta: MediaMeta, capabilities: Capabilities) -> Refusal | None:
    """`detail` says what the channel would take."""
    rule = capabilities.media_rules.get(meta.kind)
    if capabilities.is_linked(meta.kind, meta.file.size):
        return _wrong_type(rule, meta.file) if rule else None
    if rule is None or MediaPart.__name__ not in capabilities.parts:
        kinds = ", ".join(sorted(kind.value for kind in capabilities.media_rules)) or "no files"
        return Refusal(reason="media_not_carried", detail=f"This channel takes: {kinds}.")
    return _breaks(rule, meta.file)


def _breaks(rule: MediaRule, file: MediaFile) -> Refusal | None:
    if refusal := _wrong_type(rule, file):
        return refusal
    if file.size > rule.max_bytes:
        most = rule.max_bytes / (1024 * 1024)
        return Refusal(reason="media_too_large", detail=f"This channel takes {most:.1f} MiB.")
    if rule.max_seconds and file.milliseconds > rule.max_seconds * 1000:
        most_s = rule.max_seconds
        return Refusal(reason="media_too_long", detail=f"This channel takes {most_s} seconds.")
    return None


def _wrong_type(rule: MediaRule, file: MediaFile) -> Refusal | None:
    if file.content_type in rule.content_types:
        return None
    taken = ", ".join(sorted(rule.content_types))
    return Refusal(reason="media_type_not_carried", detail=f"This channel takes: {taken}.")
