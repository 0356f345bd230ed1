"""What a file is, by its bytes alone. A file of no known type is of none."""

import re
from collections.abc import Callable
from itertools import islice

from hub.services.media.office import ole_type, zip_type
from hub.services.media.types import CSV, PDF, TEXT

TEXT_LOOKED_AT = 1 << 20
MP4_BRANDS = re.compile(rb"isom|iso[2-9]|mp4[12]|avc1|M4V[ HP]|MSNV|dash|f4v |mmp4")
M4A_BRANDS = re.compile(rb"M4A |M4B |F4A ")
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def sniff(data: bytes, name: str = "") -> str:
    """The content type, or "" when it is none of `hub.services.media.types.TYPES`.

    `name` only tells a table from a text.
    """
    for test in (_picture, _sound, _film, _document):
        if found := test(data):
            return found
    return (CSV if name.lower().endswith((".csv", ".tsv")) else TEXT) if is_text(data) else ""


def _picture(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def _sound(data: bytes) -> str:
    if data.startswith(b"#!AMR\n"):
        return "audio/amr"
    if data.startswith(b"#!AMR-WB\n"):
        return "audio/amr-wb"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "audio/wav"
    if data.startswith(b"OggS\x00"):
        return "audio/ogg" if any(mark in data[:128] for mark in OGG_SOUND) else ""
    return "audio/mpeg" if data[:3] == b"ID3" or is_mp3(data) else ""


OGG_SOUND = (b"Speex   ", b"OpusHead", b"\x01vorbis")


def _film(data: bytes) -> str:
    if data[4:8] != b"ftyp":
        return ""
    brand = data[8:12]
    if brand == b"qt  ":
        return "video/quicktime"
    if M4A_BRANDS.fullmatch(brand):
        return "audio/mp4"
    return "video/mp4" if MP4_BRANDS.fullmatch(brand) else ""


def _document(data: bytes) -> str:
    if data.startswith(b"%PDF-"):
        return PDF
    containers: tuple[tuple[bytes, Callable[[bytes], str]], ...] = (
        (b"PK\x03\x04", zip_type),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ole_type),
    )
    return next((read(data) for mark, read in containers if data.startswith(mark)), "")


# ---------------------------------------------------------------- MP3
BITRATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
BITRATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
SAMPLES = (44_100, 48_000, 32_000)


def mp3_frame(data: bytes, at: int) -> int:
    """The length in bytes of a layer III frame that begins here, 0 when none does."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, sample = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or sample == 3:
        return 0
    first = version == 3
    bits = (BITRATES_1 if first else BITRATES_2)[rate] * 1000
    hertz = SAMPLES[sample] // (1 if first else 2 if version == 2 else 4)
    return (144 if first else 72) * bits // hertz + (head[2] >> 1 & 1)


def is_mp3(data: bytes) -> bool:
    """Three frames, one after the other, or all there are of a shorter file."""
    at = 0
    for _ in islice(iter(int, 1), 3):
        length = mp3_frame(data, at)
        if not length:
            return False
        at += length
        if at >= len(data):
            break
    return True


# ---------------------------------------------------------------- text
def is_text(data: bytes) -> bool:
    """Characters people read, in UTF-8, UTF-16 with its mark, or GB 18030."""
    return bool(data) and as_text(data) is not None


def as_text(data: bytes) -> str | None:
    """The beginning of the text, None when these bytes are none."""
    head = data[:TEXT_LOOKED_AT]
    marked = next((code for mark, code in MARKS.items() if head.startswith(mark)), "")
    for code in (marked,) if marked else ("utf-8", "gb18030"):
        text = _decoded(head, code, cut=len(data) > len(head))
        if text is not None and CONTROLS.search(text) is None:
            return text
    return None


def _decoded(head: bytes, code: str, *, cut: bool) -> str | None:
    """`cut`: the last character may be half there."""
    for dropped in range(4 if cut else 1):
        try:
            return head[: len(head) - dropped].decode(code)
        except UnicodeDecodeError:
            continue
    return None
