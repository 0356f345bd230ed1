"""QR codes of channel accounts: each brings a scene back, and a scene has a label and a queue."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from hub.model.codec import plain, unpack_as
from hub.model.ids import ChannelId, QueueId
from hub.model.meanings import Meaning
from hub.ports import ChannelAdapter, Clock, Doc, Documents, SupportsQr
from hub.services.catalogues import catalogues
from hub.services.commands import Missing, Refusal
from hub.services.provider_words import told

COLLECTION = "qr_codes"


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneCode:
    """`url` is what the picture says; `expires_at` None: it holds for ever."""

    channel_id: ChannelId
    scene: str
    label: str
    url: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    queue_id: QueueId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCode:
    """`valid` None: for ever; providers count those."""

    scene: str
    label: str
    valid: timedelta | None
    queue_id: QueueId | None


class QrCodes:
    def __init__(
        self, documents: Documents, clock: Clock, channels: Mapping[ChannelId, ChannelAdapter]
    ) -> None:
        self._documents = documents
        self._queues = catalogues(documents, clock).queues
        self._clock = clock
        self._channels = channels

    async def meaning(self, channel_id: ChannelId, scene: str) -> Meaning | None:
        """Of a scan; also of a code that is over. Raises StoreUncertain."""
        code = await self.get(channel_id, scene)
        return None if code is None else Meaning(label=code.label, queue_id=code.queue_id)

    async def get(self, channel_id: ChannelId, scene: str) -> SceneCode | None:
        doc = await self._documents.get(COLLECTION, _key(channel_id, scene))
        return None if doc is None else unpack_as(doc, SceneCode)

    async def page(self, channel_id: ChannelId, *, limit: int, after: str) -> list[SceneCode]:
        """By scene, after the one named last."""
        docs = await self._documents.page(
            COLLECTION, {"channel_id": channel_id}, limit=limit, after=_key(channel_id, after)
        )
        return [unpack_as(doc, SceneCode) for doc in docs]

    async def create(
        self, channel_id: ChannelId, wanted: WantedCode, *, author: str
    ) -> SceneCode | Missing | Refusal:
        """A code that is over may be made anew under its scene."""
        if channel_id not in self._channels:
            return Missing()
        adapter = self._channels[channel_id]
        if not hasattr(adapter, "create_qr"):
            return Refusal(reason="codes_not_carried", detail="This channel has no QR codes.")
        if refusal := await self._unknown_queue(wanted.queue_id):
            return refusal
        doc = await self._documents.get(COLLECTION, _key(channel_id, wanted.scene))
        if doc is not None and not self._is_over(unpack_as(doc, SceneCode)):
            return Refusal(reason="scene_taken", detail="This scene has a code already.")
        made = await told(cast(SupportsQr, adapter).create_qr(wanted.scene, valid=wanted.valid))
        if isinstance(made, Refusal):
            return made
        code = SceneCode(
            channel_id=channel_id,
            scene=wanted.scene,
            label=wanted.label,
            url=made.url,
            created_at=self._clock.now(),
            created_by=author,
            expires_at=made.expires_at,
            queue_id=wanted.queue_id,
        )
        return await self._write(code, doc)

    async def change(
        self, channel_id: ChannelId, scene: str, label: str, queue_id: QueueId | None
    ) -> SceneCode | Missing | Refusal:
        doc = await self._documents.get(COLLECTION, _key(channel_id, scene))
        if doc is None:
            return Missing()
        if refusal := await self._unknown_queue(queue_id):
            return refusal
        changed = replace(unpack_as(doc, SceneCode), label=label, queue_id=queue_id)
        return await self._write(changed, doc)

    async def forget(self, channel_id: ChannelId, scene: str) -> bool:
        """Scans of it are told by scene from now on: no provider takes a code back."""
        return await self._documents.delete(COLLECTION, _key(channel_id, scene))

    async def _write(self, code: SceneCode, doc: Doc | None) -> SceneCode | Refusal:
        version = 0 if doc is None else int(doc["version"])
        new = {"_id": _key(code.channel_id, code.scene), "version": version + 1, **plain(code)}
        if doc is None:
            written = await self._documents.create(COLLECTION, new)
        else:
            written = await self._documents.replace(COLLECTION, new, version=version)
        return code if written else Refusal(reason="stale_version", detail="Look at it again.")

    async def _unknown_queue(self, queue_id: QueueId | None) -> Refusal | None:
        if queue_id is None or await self._queues.get(queue_id) is not None:
            return None
        return Refusal(reason="unknown_queue", detail=queue_id)

    def _is_over(self, code: SceneCode) -> bool:
        return code.expires_at is not None and code.expires_at <= self._clock.now()


def _key(channel_id: ChannelId, scene: str) -> str:
    return f"{channel_id}|{scene}"
