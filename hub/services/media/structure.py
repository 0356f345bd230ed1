"""Where a file ends by its own structure. What follows there belongs to something else."""

import struct
from collections.abc import Callable, Mapping

from hub.services.media.sniffing import mp3_frame

End = Callable[[bytes], int]
"""The place behind the last byte that belongs to the format, or `BROKEN`."""

BROKEN = -1
JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
AMR_FRAMES = (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1)
AMR_WB_FRAMES = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1)


def _jpeg(data: bytes) -> int:
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return BROKEN
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF or marker in JPEG_ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            at = _after_scan(data, at)
    return at + 2 if data[at : at + 2] == b"\xff\xd9" else BROKEN


def _after_scan(data: bytes, at: int) -> int:
    """The next marker behind the coded picture."""
    while (at := data.find(b"\xff", at)) != BROKEN and at + 1 < len(data):
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
    return len(data)


def _png(data: bytes) -> int:
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        at += 12 + length
        if name == b"IEND":
            return at if at <= len(data) else BROKEN
    return BROKEN


def _gif(data: bytes) -> int:
    if len(data) < 13:
        return BROKEN
    at = 13 + _colours(data[10])
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            return at + 1
        if kind == 0x21:
            at = _blocks(data, at + 2)
        elif kind == 0x2C and at + 10 < len(data):
            at = _blocks(data, at + 11 + _colours(data[at + 9]))
        else:
            return BROKEN
    return BROKEN


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def _riff(data: bytes) -> int:
    """A length of nothing or all ones is what recorders write that could not go back."""
    length = int.from_bytes(data[4:8], "little")
    if length in (0, 0xFFFFFFFF) and data[8:12] == b"WAVE":
        return len(data)
    end = 8 + length + length % 2
    return min(end, len(data)) if end <= len(data) + 1 else BROKEN


def _mp4(data: bytes) -> int:
    """Boxes one after the other; the last may reach to the end of the file."""
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if not all(0x20 <= c < 0x7F or c == 0xA9 for c in data[at + 4 : at + 8]):
            return at
        if length == 0:
            return len(data)
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length < 8:
            return at
        at += length
    return min(at, len(data))


def _ogg(data: bytes) -> int:
    at = 0
    while data[at : at + 4] == b"OggS" and at + 27 <= len(data):
        segments = data[at + 26]
        at += 27 + segments + sum(data[at + 27 : at + 27 + segments])
    return at if at <= len(data) else BROKEN


def _amr(data: bytes, head: int, frames: tuple[int, ...]) -> int:
    at = head
    while at < len(data):
        length = frames[data[at] >> 3 & 15]
        if not length or data[at] & 0x83:
            return at
        at += length
    return len(data)


def _mp3(data: bytes) -> int:
    at = 0
    if data[:3] == b"ID3" and len(data) > 10:
        a, b, c, d = struct.unpack("4B", data[6:10])
        at = 10 + (a << 21 | b << 14 | c << 7 | d)
        while at < len(data) and not data[at]:
            at += 1
    if not mp3_frame(data, at):
        return BROKEN
    while length := mp3_frame(data, at):
        at += length
    return min(at, len(data))


ENDS: Mapping[str, End] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _riff,
    "audio/wav": _riff,
    "audio/ogg": _ogg,
    "audio/amr": lambda data: _amr(data, 6, AMR_FRAMES),
    "audio/amr-wb": lambda data: _amr(data, 9, AMR_WB_FRAMES),
    "audio/mpeg": _mp3,
    "audio/mp4": _mp4,
    "video/mp4": _mp4,
    "video/quicktime": _mp4,
}

TAILS: Mapping[str, int] = {
    "image/jpeg": 1 << 30,
    "image/png": 64,
    "image/gif": 64,
    "image/webp": 64,
    "audio/wav": 4096,
    "audio/mpeg": 64 * 1024,
}
"""Bytes that may follow: cameras append thumbnails and films to a JPEG, players tags to sound.
What they are is looked at in `hub.services.media.hidden`."""


def tail_of(content_type: str, data: bytes) -> int:
    """Bytes behind the end of the file's own structure; 0 where that is broken or has no end."""
    end = ENDS.get(content_type)
    place = BROKEN if end is None else end(data)
    return 0 if place == BROKEN else max(0, len(data) - place)
