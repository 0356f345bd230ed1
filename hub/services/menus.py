"""The fixed menus of channel accounts: kept here, published to the provider, understood on a press.

A press is known by its key. Customers see an old menu for a while after a new one is out, so what
was published before stays understood.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import cast

from hub.model.ids import ChannelId
from hub.model.meanings import Act, Meaning
from hub.model.menu import Menu, MenuEntry, MenuGroup, MenuKind, MenuLimits
from hub.ports import ChannelAdapter, Clock, Documents, SupportsMenu
from hub.services.catalogue import Catalogue, Entry
from hub.services.catalogues import catalogues
from hub.services.commands import Missing, Refusal
from hub.services.menu_rules import WrongButton, wrong_buttons
from hub.services.provider_words import told

COLLECTION = "channel_menus"
UNDERSTOOD = 200
"""Keys of one account that are still understood; the oldest are forgotten first."""

ACTS: Mapping[MenuKind, Act] = {MenuKind.QUESTION: Act.ASK, MenuKind.HAND_OFF: Act.HAND_OFF}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMenu:
    """`live` is what the provider took last."""

    buttons: tuple[MenuEntry | MenuGroup, ...] = ()
    live: tuple[MenuEntry | MenuGroup, ...] = ()
    published_at: datetime | None = None
    meanings: tuple[tuple[str, Meaning], ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongMenu:
    errors: tuple[WrongButton, ...]


Found = Entry[AccountMenu] | Missing | Refusal


class Menus:
    def __init__(
        self, documents: Documents, clock: Clock, channels: Mapping[ChannelId, ChannelAdapter]
    ) -> None:
        self._stored = Catalogue(COLLECTION, AccountMenu, documents, clock)
        self._queues = catalogues(documents, clock).queues
        self._clock = clock
        self._channels = channels

    async def meaning(self, channel_id: ChannelId, key: str) -> Meaning | None:
        """What a press that names this key was published to mean. Raises StoreUncertain."""
        entry = await self._stored.get(channel_id)
        return None if entry is None else dict(entry.value.meanings).get(key)

    def limits(self, channel_id: ChannelId) -> MenuLimits | None:
        """None: there is no such account, or it has no menu."""
        channel = self._channel(channel_id)
        return None if channel is None else channel.menu_limits

    async def get(self, channel_id: ChannelId) -> Found:
        if refusal := self._refusal(channel_id):
            return refusal
        entry = await self._stored.get(channel_id)
        return entry or Entry(key=channel_id, version=0, value=AccountMenu(), changes=())

    async def put(
        self, channel_id: ChannelId, menu: Menu, *, version: int, author: str
    ) -> Found | WrongMenu:
        """Keep a menu; customers see it when it is published."""
        limits = self.limits(channel_id)
        if limits is None:
            return self._refusal(channel_id) or Missing()
        queues = {each.key for each in await self._queues.all()}
        if errors := wrong_buttons(menu, limits, queues):
            return WrongMenu(errors=errors)
        entry = await self._stored.get(channel_id)
        stands = AccountMenu() if entry is None else entry.value
        new = replace(stands, buttons=tuple(map(_with_keys, menu)))
        return await self._stored.put(channel_id, new, version=version, author=author)

    async def publish(self, channel_id: ChannelId, *, version: int, author: str) -> Found:
        """What its keys mean is stored first: the first press may come before our own answer."""
        channel = self._channel(channel_id)
        if channel is None:
            return self._refusal(channel_id) or Missing()
        entry = await self._stored.get(channel_id)
        if entry is None or entry.version != version:
            stands = 0 if entry is None else entry.version
            return Refusal(reason="stale_version", detail=f"It stands at version {stands}.")
        known = replace(entry.value, meanings=_understood(entry.value))
        ready = await self._stored.put(channel_id, known, version=version, author=author)
        if isinstance(ready, Refusal):
            return ready
        if refusal := await told(channel.publish_menu(known.buttons)):
            return refusal
        live = replace(known, live=known.buttons, published_at=self._clock.now())
        return await self._stored.put(channel_id, live, version=ready.version, author=author)

    def _channel(self, channel_id: ChannelId) -> SupportsMenu | None:
        adapter = self._channels.get(channel_id)
        return cast(SupportsMenu, adapter) if hasattr(adapter, "publish_menu") else None

    def _refusal(self, channel_id: ChannelId) -> Missing | Refusal | None:
        if channel_id not in self._channels:
            return Missing()
        if self._channel(channel_id) is None:
            return Refusal(reason="menu_not_carried", detail="This channel has no menu.")
        return None


def _entries(menu: Menu) -> Collection[MenuEntry]:
    return [
        entry
        for button in menu
        for entry in (button.entries if isinstance(button, MenuGroup) else (button,))
    ]


def _with_keys(button: MenuEntry | MenuGroup) -> MenuEntry | MenuGroup:
    """An entry without a key of its own gets one that means what it does for ever."""
    if isinstance(button, MenuGroup):
        return replace(button, entries=tuple(_with_key(entry) for entry in button.entries))
    return _with_key(button)


def _with_key(entry: MenuEntry) -> MenuEntry:
    if entry.key or entry.kind not in ACTS:
        return entry
    said = f"{entry.kind.value}\0{entry.name}\0{entry.question}\0{entry.queue_id or ''}"
    return replace(entry, key="k-" + blake2b(said.encode(), digest_size=10).hexdigest())


def _understood(menu: AccountMenu) -> tuple[tuple[str, Meaning], ...]:
    known = dict(menu.meanings)
    for entry in _entries(menu.buttons):
        if entry.kind in ACTS:
            known.pop(entry.key, None)
            known[entry.key] = Meaning(
                label=entry.name,
                act=ACTS[entry.kind],
                question=entry.question,
                queue_id=entry.queue_id,
            )
    return tuple(known.items())[-UNDERSTOOD:]
