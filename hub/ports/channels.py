"""What a channel is and can do."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hub.model.ids import ChannelId
from hub.model.inputs import Inbound
from hub.model.message import Address, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRule:
    """After this trigger the provider takes `quota` sends within `valid`."""

    quota: int
    valid: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do; the core reads it and degrades in one place.

    `parts`: class names of `hub.model.message` it can send; `max_text` in characters; `grants` by
    trigger kind, empty when the channel has no reply windows.
    """

    parts: frozenset[str]
    max_text: int
    max_options: int = 0
    grants: Mapping[str, GrantRule] = field(default_factory=dict)
    receipts: bool = False
    typing: bool = False


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
