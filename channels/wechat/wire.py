"""Pushes of WeChat to inputs of the hub. Pure functions; no I/O, no clock."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple

from channels.wechat.events import COMMON, signal_of
from channels.wechat.notices import consents_of
from hub.errors import InboundRejected
from hub.model.ids import ChannelId
from hub.model.inputs import CustomerMessage, CustomerSignal, Inbound, Receipt
from hub.model.message import (
    Address,
    DeliveryState,
    LinkPart,
    LocationPart,
    MediaKind,
    MediaPart,
    Part,
    ReplyGrant,
    TextPart,
    UnsupportedPart,
)
from hub.ports import GrantRule

Fields = Mapping[str, str]
LAST_SECOND = 253_402_300_799  # 9999-12-31, the end of datetime
LONGEST_KEY = 200
NOTICE_RESULT = "templatesendjobfinish"
LONGEST_NUMBER = 20
TELLS_WHO = frozenset({"followed", "scan", "menu_click"})
"""What people do who stand there: WeChat tells who it is when asked."""

SENDER = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What of the configuration a push is read with. `notices`: the templates this hub sends."""

    channel_id: ChannelId
    name: str
    grants: Mapping[str, GrantRule]
    notices: frozenset[str] = frozenset()


def parse_fields(fields: Fields, account: Account) -> Inbound:
    """What a push says whose elements are read.

    `CreateTime` is in seconds. Messages are known by sender and `MsgId`, events by sender, time,
    name and key: WeChat repeats a push that is not answered within 5 s.

    Raises:
        InboundRejected: for another account, or a required element is missing or wrong.
    """
    if fields.get("ToUserName") != account.name:
        raise InboundRejected("wrong_account", status=403)
    sender = fields.get("FromUserName", "")
    if SENDER.fullmatch(sender) is None:
        raise InboundRejected("bad_sender")
    seconds = _number(fields.get("CreateTime", ""))
    if seconds is None or seconds > LAST_SECOND:
        raise InboundRejected("bad_create_time")
    kind = fields.get("MsgType", "")
    if not kind:
        raise InboundRejected("no_message_type")
    head = _Head(
        address=Address(channel_id=account.channel_id, value=sender),
        seconds=seconds,
        sent_at=datetime.fromtimestamp(seconds, UTC),
        grants=account.grants,
    )
    if kind.lower() == "event":
        is_result = fields.get("Event", "").lower() == NOTICE_RESULT and "MsgID" in fields
        if account.notices and is_result:
            return _receipt(fields, head)
        return _event(fields, head)
    return _message(kind, fields, head)


class _Head(NamedTuple):
    address: Address
    seconds: int
    sent_at: datetime
    grants: Mapping[str, GrantRule]

    def order(self, number: int = 0) -> str:
        return f"{self.seconds:012d}.{number:020d}"

    def grant(self, trigger: str) -> ReplyGrant | None:
        rule = self.grants.get(trigger)
        if rule is None:
            return None
        return ReplyGrant(kind=trigger, quota=rule.quota, until=self.sent_at + rule.valid)


def _message(kind: str, fields: Fields, head: _Head) -> CustomerMessage:
    number = _number(fields.get("MsgId", ""))
    own = _digest(fields) if number is None else str(number)
    choice = fields.get("bizmsgmenuid", "")
    read = PARTS.get(kind.lower())
    part = None if read is None else read(fields)
    return CustomerMessage(
        address=head.address,
        external_id=f"m:{head.address.value}:{own}",
        order=head.order(number or 0),
        parts=(part or UnsupportedPart(kind=kind, raw=dict(fields)),),
        sent_at=head.sent_at,
        grant=head.grant("click" if choice else "message"),
        choice=choice,
        has_profile=True,
    )


def _event(fields: Fields, head: _Head) -> CustomerSignal:
    event = fields.get("Event", "")
    external_id = _event_key(event, fields, head)
    signal = signal_of(event, fields)
    return CustomerSignal(
        address=head.address,
        external_id=external_id,
        order=head.order(),
        kind=signal.kind,
        value=signal.value,
        sent_at=head.sent_at,
        raw=tuple(fields.items()) if signal.whole else tuple(_extras(fields).items()),
        grant=head.grant(signal.grant),
        consents=consents_of(fields),
        has_profile=signal.kind in TELLS_WHO,
    )


def _receipt(fields: Fields, head: _Head) -> Receipt:
    """What became of a service notice: "success", "failed:user block", "failed: system failed"."""
    status = fields.get("Status", "")
    taken = status == "success"
    return Receipt(
        channel_id=head.address.channel_id,
        provider_id=fields.get("MsgID", ""),
        external_id=_event_key(fields["Event"], fields, head),
        state=DeliveryState.DELIVERED if taken else DeliveryState.FAILED,
        reported_at=head.sent_at,
        code="" if taken else ("messages_refused" if "block" in status else "provider_failed"),
    )


def _event_key(event: str, fields: Fields, head: _Head) -> str:
    own = fields.get("EventKey", "") or fields.get("MsgID", "") or _digest(_extras(fields))
    found = f"e:{head.address.value}:{head.seconds}:{event}:{own}"
    if len(found) <= LONGEST_KEY:
        return found
    digest = blake2b(f"{event}:{own}".encode(), digest_size=16).hexdigest()
    return f"e:{head.address.value}:{head.seconds}:#{digest}"


def _extras(fields: Fields) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in COMMON}


def _digest(fields: Fields) -> str:
    """Tells pushes without a key of their own apart; the same for every repetition."""
    if not fields:
        return ""
    text = "\0".join(f"{name}\0{fields[name]}" for name in sorted(fields))
    return "#" + blake2b(text.encode(), digest_size=16).hexdigest()


def _number(text: str) -> int | None:
    """Plain ASCII digits only: `int` itself takes " 1_0" and full-width digits too."""
    if 0 < len(text) <= LONGEST_NUMBER and text.isascii() and text.isdigit():
        return int(text)
    return None


# ---------------------------------------------------------------- parts, by MsgType
def _text(fields: Fields) -> Part | None:
    text = fields.get("Content")
    return None if text is None else TextPart(text=text)


def _media(media: MediaKind) -> Callable[[Fields], Part | None]:
    def read(fields: Fields) -> Part | None:
        ref = fields.get("MediaId", "")
        if not ref:
            return None
        return MediaPart(
            media=media,
            provider_ref=ref,
            url=fields.get("PicUrl", ""),
            format=fields.get("Format", ""),
            transcript=fields.get("Recognition", ""),
        )

    return read


def _file(fields: Fields) -> Part | None:
    ref = fields.get("FileKey", "")
    if not ref:
        return None
    return MediaPart(
        media=MediaKind.FILE,
        provider_ref=ref,
        name=fields.get("Title", ""),
        size=_number(fields.get("FileTotalLen", "")) or 0,
    )


def _location(fields: Fields) -> Part | None:
    """`Location_X` is the latitude."""
    try:
        latitude = float(fields.get("Location_X", ""))
        longitude = float(fields.get("Location_Y", ""))
    except ValueError:
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    return LocationPart(latitude=latitude, longitude=longitude, label=fields.get("Label", ""))


def _link(fields: Fields) -> Part | None:
    if not fields.get("Url"):
        return None
    return LinkPart(
        title=fields.get("Title", ""),
        url=fields["Url"],
        description=fields.get("Description", ""),
    )


def _mini_program(fields: Fields) -> Part | None:
    """Opens nowhere but in WeChat: its address names the program and the page in it."""
    app, page = fields.get("AppId", ""), fields.get("PagePath", "")
    if not app:
        return None
    return LinkPart(title=fields.get("Title", ""), url=f"mini-program:{app}/{page}")


PARTS: Mapping[str, Callable[[Fields], Part | None]] = {
    "text": _text,
    "image": _media(MediaKind.IMAGE),
    "voice": _media(MediaKind.VOICE),
    "video": _media(MediaKind.VIDEO),
    "shortvideo": _media(MediaKind.VIDEO),
    "location": _location,
    "link": _link,
    "file": _file,
    "miniprogrampage": _mini_program,
}
