"""Files at WeChat: uploaded by the account or sent by a phone, kept three days."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.wechat.simulator.account import Rules
from hub.ports import Clock

KEPT_FILES = 500
SIGNS: tuple[tuple[bytes, int, str, str], ...] = (
    (b"\xff\xd8\xff", 0, "image", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image", "image/png"),
    (b"GIF8", 0, "image", "image/gif"),
    (b"#!AMR", 0, "voice", "audio/amr"),
    (b"ID3", 0, "voice", "audio/mp3"),
    (b"\xff\xfb", 0, "voice", "audio/mp3"),
    (b"\xff\xf3", 0, "voice", "audio/mp3"),
    (b"ftyp", 4, "video", "video/mp4"),
)
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "audio/amr": "amr",
    "audio/mp3": "mp3",
    "video/mp4": "mp4",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    media_id: str
    type: str
    content: bytes
    content_type: str
    name: str
    until: datetime


@dataclass(slots=True)
class Shelf:
    rules: Rules
    clock: Clock
    media: OrderedDict[str, Medium] = field(default_factory=OrderedDict)

    def refuse(self, kind: str, content: bytes) -> int:
        """The error code of an upload, 0 when it is in order."""
        if kind not in self.rules.media_bytes:
            return 40004
        if not content:
            return 44001
        if len(content) > self.rules.media_bytes[kind]:
            return {"image": 40009, "voice": 40010, "video": 40011}.get(kind, 40012)
        found, content_type = recognised(content)
        if kind == "thumb":
            return 0 if content_type == "image/jpeg" else 40005
        return 0 if found == kind else 40005

    def add(self, kind: str, content: bytes, *, name: str = "") -> Medium:
        """Whatever it is: a phone is not as strict as the account's API."""
        known = recognised(content)[1]
        media_id = secrets.token_urlsafe(48)
        medium = Medium(
            media_id=media_id,
            type=kind,
            content=content,
            content_type=known,
            name=name or f"{media_id}.{ENDINGS.get(known, 'bin')}",
            until=self.clock.now() + timedelta(seconds=self.rules.media_s),
        )
        self.media[media_id] = medium
        if len(self.media) > KEPT_FILES:
            self.media.popitem(last=False)
        return medium

    def find(self, media_id: str) -> Medium | None:
        medium = self.media.get(media_id)
        return medium if medium is not None and self.clock.now() < medium.until else None

    def expire_all(self) -> None:
        """Every id is over (40007) from now on."""
        self.media.clear()


def recognised(content: bytes) -> tuple[str, str]:
    """Kind and content type by the first bytes."""
    for sign, start, kind, content_type in SIGNS:
        if content.startswith(sign, start):
            return kind, content_type
    return "file", "application/octet-stream"
