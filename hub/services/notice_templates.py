"""Templates of service notices: read from the provider, kept with the channel account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from hub.model.ids import ChannelId
from hub.model.notices import NoticeTemplate
from hub.ports import ChannelAdapter, Clock, Documents, SupportsNotices
from hub.services.catalogue import SYSTEM, Catalogue, Entry
from hub.services.commands import Missing, Refusal
from hub.services.provider_words import told

COLLECTION = "notice_templates"
CARRIED = "NoticePart"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTemplates:
    templates: tuple[NoticeTemplate, ...]
    read_at: datetime


class NoticeTemplates:
    def __init__(
        self, documents: Documents, clock: Clock, channels: Mapping[ChannelId, ChannelAdapter]
    ) -> None:
        self._stored = Catalogue(COLLECTION, AccountTemplates, documents, clock)
        self._clock = clock
        self._channels = channels

    def allowed(self, channel_id: ChannelId) -> frozenset[str]:
        """Ids the bank allows on this account now."""
        adapter = self._channels.get(channel_id)
        return frozenset() if adapter is None else adapter.capabilities.notices

    async def of(self, channel_id: ChannelId) -> AccountTemplates | Missing | Refusal:
        """As they were read last; never read yet, they are read now. Raises StoreUncertain."""
        if channel_id not in self._channels:
            return Missing()
        entry = await self._stored.get(channel_id)
        return await self._read(channel_id, SYSTEM, None) if entry is None else entry.value

    async def refresh(
        self, channel_id: ChannelId, *, author: str
    ) -> AccountTemplates | Missing | Refusal:
        """Read them again; what stands stays when the provider does not tell."""
        if channel_id not in self._channels:
            return Missing()
        return await self._read(channel_id, author, await self._stored.get(channel_id))

    async def _read(
        self, channel_id: ChannelId, author: str, entry: Entry[AccountTemplates] | None
    ) -> AccountTemplates | Refusal:
        adapter = self._channels[channel_id]
        if CARRIED not in adapter.capabilities.parts or not hasattr(adapter, "read_templates"):
            return Refusal(reason="part_not_carried", detail="This channel has no service notices.")
        read = await told(cast(SupportsNotices, adapter).read_templates())
        if isinstance(read, Refusal):
            return read
        found = AccountTemplates(templates=tuple(read), read_at=self._clock.now())
        version = 0 if entry is None else entry.version
        written = await self._stored.put(channel_id, found, version=version, author=author)
        if isinstance(written, Refusal):
            newer = await self._stored.get(channel_id)
            return written if newer is None else newer.value
        return written.value
