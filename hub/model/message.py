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
class MediaFile:
    """What an examination found out. `content_type` is of the bytes, whatever was claimed.

    `preview`: there is a picture of it; `playable`: a form every browser plays ("" = none, else
    its content type). `width` and `height` in pixels, `milliseconds` of sound or film; 0 = unknown.
    """

    content_type: str
    size: int
    name: str = ""
    preview: bool = False
    playable: str = ""
    width: int = 0
    height: int = 0
    milliseconds: int = 0


class MediaState(StrEnum):
    """What became of a customer's file: held back (not examined to the end), stored, refused."""

    HELD = "held"
    STORED = "stored"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPart:
    """Media by reference: `provider_ref` is the provider's handle, `url` its link if it has one.

    `media_id` is our own file: what a customer sent is stored under it once it was fetched, what
    we send stands there before, with `file`.
    """

    media: MediaKind
    provider_ref: str
    url: str = ""
    name: str = ""
    format: str = ""
    size: int = 0
    transcript: str = ""
    media_id: str = ""
    file: MediaFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationPart:
    """Degrees, WGS-like as the provider gives them. `address` is the street, `label` its name."""

    latitude: float
    longitude: float
    label: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPart:
    """`media_id`: our own picture on the card; `picture_url` stands where a channel fetches it,
    made when the message leaves and never kept."""

    title: str
    url: str
    description: str = ""
    media_id: str = ""
    picture_url: str = ""


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
class NoticePart:
    """A service notice by a template the provider approved; it needs no reply window.

    `values` fill the template's fields; a press on the notice opens `url`. `consent`: the customer
    agreed to this one beforehand (WeChat: 订阅通知), else it is a template message (模板消息);
    `lasting`: that word holds until it is taken back, else it is good for one notice. `title` and
    `labels` (by field) are the template's words when it was sent.
    """

    template_id: str
    values: Mapping[str, str]
    url: str = ""
    consent: bool = False
    lasting: bool = False
    title: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedPart:
    """Content we cannot show, kept whole. `kind` is the provider's word for it."""

    kind: str
    raw: Mapping[str, str] = field(default_factory=dict)


Part = TextPart | MediaPart | LocationPart | LinkPart | MenuPart | NoticePart | UnsupportedPart


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyGrant:
    """What the provider lets us send after the customer acted: `quota` sends until `until`.

    `kind` names the trigger ("message", "click", "follow", "scan"); a new grant replaces
    the one of the same kind.
    """

    kind: str
    quota: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeConsent:
    """A customer's word about notices by one template: given once more, or taken back for good."""

    template_id: str
    given: bool


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
