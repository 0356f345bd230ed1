"""What people say to each other: parts, addresses, reply grants, delivery states."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.model.ids import ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One person's identity on one channel account (WeChat: the openid)."""

    channel_id: ChannelId
    value: str

    @property
    def key(self) -> str:
        return f"{self.channel_id}|{self.value}"


class MediaKind(StrEnum):
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPart:
    """Media by reference: `provider_ref` is the provider's handle, `url` its link if it has one."""

    media: MediaKind
    provider_ref: str
    url: str = ""
    name: str = ""
    format: str = ""
    size: int = 0
    transcript: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationPart:
    """Degrees, WGS-like as the provider gives them."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPart:
    title: str
    url: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuPart:
    """A question with buttons; a channel without buttons shows a numbered text."""

    head: str
    options: tuple[Option, ...]
    tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedPart:
    """Content we cannot show, kept whole. `kind` is the provider's word for it."""

    kind: str
    raw: Mapping[str, str] = field(default_factory=dict)


Part = TextPart | MediaPart | LocationPart | LinkPart | MenuPart | UnsupportedPart


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyGrant:
    """What the provider lets us send after the customer acted: `quota` sends until `until`.

    `kind` names the trigger ("message", "click", "follow", "scan"); a new grant replaces
    the one of the same kind.
    """

    kind: str
    quota: int
    until: datetime


class DeliveryState(StrEnum):
    """States only climb; `UNCERTAIN` is resolved by an answer, a receipt or a person."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    DISCARDED = "discarded"
