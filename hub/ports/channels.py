"""What a channel is and can do."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hub.model.ids import ChannelId
from hub.model.inputs import Inbound
from hub.model.menu import Menu, MenuLimits
from hub.model.message import Address, LinkPart, MediaKind, MediaPart, Part
from hub.model.notices import NoticeTemplate
from hub.model.profile import Profile
from hub.ports.media import FetchedMedia


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRule:
    """After this trigger the provider takes `quota` sends within `valid`."""

    quota: int
    valid: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRule:
    """A file this channel sends: at most `max_bytes`, one of `content_types`, and at most
    `max_seconds` of sound or film (0 = any length)."""

    max_bytes: int
    content_types: frozenset[str]
    max_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRule:
    """A link card this channel shows: characters of its words, and the picture it takes."""

    title: int
    description: int
    picture: MediaRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do; the core reads it and degrades in one place.

    `parts`: class names of `hub.model.message` it can send; `max_text` in characters; `grants` by
    trigger kind, empty when the channel has no reply windows. A file of a kind without a rule in
    `media_rules`, or larger than its rule, goes out as a link where links can be sent, and
    otherwise not at all. `notices`:
    ids of the templates the bank allows here. `link` is None where a card has no bounds. `map_url`:
    a place that cannot be sent goes out with this address, `{latitude}`, `{longitude}`, `{name}`
    and `{address}` filled in; "" = without one.
    """

    parts: frozenset[str]
    max_text: int
    max_options: int = 0
    grants: Mapping[str, GrantRule] = field(default_factory=dict)
    receipts: bool = False
    typing: bool = False
    media_rules: Mapping[MediaKind, MediaRule] = field(default_factory=dict)
    notices: frozenset[str] = frozenset()
    link: LinkRule | None = None
    map_url: str = ""

    def is_linked(self, kind: MediaKind, size: int) -> bool:
        """Whether a file of this kind, of so many bytes, goes out as a link to it."""
        rule = self.media_rules.get(kind)
        return (rule is None or size > rule.max_bytes) and LinkPart.__name__ in self.parts


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReceipt:
    """The provider took the message; `provider_id` is empty where it gives none."""

    provider_id: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """`received_at` is ours, aware UTC."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReply:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


Accept = Callable[[Inbound], Awaitable[bool]]
"""Store durably; True = new, False = stood already. Raises StoreUncertain, Overloaded."""


class ChannelAdapter(Protocol):
    """One configured account on one channel."""

    @property
    def id(self) -> ChannelId: ...
    @property
    def kind(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...
    async def run(self, accept: Accept) -> None:
        """Serve until cancelled (poll, keep tokens fresh). Returns only by raising."""

    async def send(self, to: Address, part: Part, *, key: str) -> SendReceipt:
        """One call to the provider; `key` is the outbox row's id (for providers that de-duplicate).

        Raises:
            RetryableSendError: certainly not taken, may work later.
            PermanentSendError: certainly not taken.
            UncertainSendError: no readable answer after the request left.
        """

    def health(self) -> Mapping[str, str]:
        """Facts for operators: "state" is "ok", "degraded" or "down"; no secrets."""


class SupportsWebhook(Protocol):
    """A channel whose provider calls `/hooks/{channel_id}`."""

    async def on_webhook(self, request: WebhookRequest, accept: Accept) -> WebhookReply:
        """Authenticate, parse, accept; answers only after everything is stored.

        Raises:
            InboundRejected: not authentic or not readable; nothing was stored.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAt:
    """The provider names an address instead of giving the bytes; it is fetched with the same care
    as any address a stranger names."""

    url: str
    name: str = ""


class SupportsMedia(Protocol):
    """A channel whose provider keeps files for a while.

    `media_origins`: base addresses of the provider. An address it names there is fetched although
    it is not public; any other one has to be.
    """

    @property
    def media_origins(self) -> Collection[str]: ...
    async def fetch_media(self, part: MediaPart) -> FetchedMedia | MediaAt:
        """The file behind `part.provider_ref`; asking again does no harm.

        Raises:
            RetryableSendError: may come later.
            PermanentSendError: "media_gone", "media_too_large", or the provider's refusal.
        """


class SupportsTyping(Protocol):
    """A channel that can show "is typing"."""

    async def show_typing(self, to: Address, *, on: bool) -> bool:
        """False: the provider shows it at other times only. Never repeated, never urgent.

        Raises:
            SendError: as for `send`; nobody needs to know.
        """


class SupportsProfiles(Protocol):
    async def fetch_profile(self, address: Address) -> Profile:
        """Raises RetryableSendError, PermanentSendError ("bad_address")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """`url` is what the picture says; `picture_url` the provider's picture of it."""

    ticket: str
    url: str
    picture_url: str
    expires_at: datetime | None = None


class SupportsQr(Protocol):
    """A channel with codes that tell where a customer came from (a branch, a letter)."""

    async def create_qr(self, scene: str, *, valid: timedelta | None) -> QrCode:
        """`valid` None: for ever (providers count those).

        Raises:
            RetryableSendError, PermanentSendError: "scene_not_allowed", "too_many_codes"…
        """


class SupportsMenu(Protocol):
    """A channel with a fixed menu."""

    @property
    def menu_limits(self) -> MenuLimits: ...
    async def publish_menu(self, menu: Menu) -> None:
        """Replaces the one there is; an empty one takes it away.

        Raises:
            RetryableSendError, PermanentSendError: the provider's word about what is wrong.
        """


class SupportsNotices(Protocol):
    """A channel whose provider approves templates of service notices."""

    async def read_templates(self) -> Sequence[NoticeTemplate]:
        """All of the account, allowed by the bank or not.

        Raises:
            RetryableSendError, PermanentSendError: the account may have none…
        """


class SupportsAccount(Protocol):
    """What the page of an account shows beside `health`."""

    async def test(self) -> Mapping[str, str]:
        """Proves the credentials by one harmless call; facts to show, and as "provider_time" what
        the provider's clock says (ISO 8601) where it is told.

        Raises:
            RetryableSendError, PermanentSendError: why they do not work.
        """

    async def quota(self) -> Mapping[str, Mapping[str, int]]:
        """Calls of today by operation: "daily_limit", "used", "remain" where they are told."""
