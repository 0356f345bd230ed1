"""Files as people send them, and files made to hurt. All real bytes, made here."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from itertools import chain

import av
import numpy as np
from PIL import Image

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file of the anti-virus makers (eicar.org): harmless, and found by every scanner."""

PAGE = b"<html><body onload=alert(1)><script>alert(document.cookie)</script></body></html>"
PHP = b"<?php system($_GET['c']); __HALT_COMPILER(); ?>"


def image(form: str, *, width: int = 320, height: int = 200, **options: object) -> bytes:
    shades = np.linspace(0, 255, width * height * 3, dtype=np.uint8).reshape(height, width, 3)
    target = io.BytesIO()
    picture = Image.fromarray(shades)
    (picture.convert("P") if form == "GIF" else picture).save(target, form, **options)
    return target.getvalue()


def turned_jpeg() -> bytes:
    """A phone held upright: the sensor's picture lies, the EXIF tag says how to turn it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return image("JPEG", exif=exif)


def film(*, form: str = "mp4", codec: str = "libx264", frames: int = 25) -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format=form) as made:
        stream = made.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for n in range(frames):
            shade = np.full((120, 160, 3), n * 9 % 256, dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")):
                made.mux(packet)
        made.mux(stream.encode(None))
    return target.getvalue()


def sound(form: str, codec: str, *, rate: int, seconds: float = 2.0, layout: str = "mono") -> bytes:
    """A tone of 440 Hz."""
    target = io.BytesIO()
    with av.open(target, "w", format=form) as made:
        stream = made.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        wave = np.sin(np.arange(int(rate * seconds)) * 2 * np.pi * 440 / rate) * 12_000
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None, :], "s16", layout)
        frame.sample_rate = rate
        resampler = av.AudioResampler(
            format=stream.format, layout=layout, rate=rate, frame_size=stream.frame_size or None
        )
        for ready in chain(resampler.resample(frame), resampler.resample(None)):
            made.mux(stream.encode(ready))
        made.mux(stream.encode(None))
    return target.getvalue()


def amr() -> bytes:
    return sound("amr", "libopencore_amrnb", rate=8000)


def amr_wb() -> bytes:
    """Three seconds of 6.60 kbit/s frames (3GPP TS 26.201): 17 bytes behind each head of type 0."""
    frame = b"\x04" + bytes(17)
    return b"#!AMR-WB\n" + frame * 150


def ogg_page(packets: list[bytes], *, number: int, flags: int, granule: int) -> bytes:
    """RFC 3533; each packet shorter than 255 bytes."""
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, 7, number, 0)
    body = bytes([len(packets)]) + bytes(map(len, packets)) + b"".join(packets)
    page = head + body
    return page[:22] + struct.pack("<I", ogg_sum(page)) + page[26:]


def ogg_sum(page: bytes) -> int:
    """CRC of polynomial 0x04c11db7, not reflected."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 1 << 31 else value << 1) & 0xFFFFFFFF
    return value


def speex(*, seconds: int = 2) -> bytes:
    """Ogg Speex wide band, 16 kHz: frames of 20 ms in the highest quality, all bits 0."""
    head = struct.pack(
        "<8s20siiiiiiiiiiiii",
        *(b"Speex   ", b"1.2.0".ljust(20, b"\0")),
        *(1, 80, 16_000, 1, 4, 1, -1, 320, 0, 1, 0, 0, 0),
    )
    note = struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)
    frames = [bytes([0x0C, *([0] * 4)])] * (50 * seconds)
    pages = [
        ogg_page([head], number=0, flags=2, granule=0),
        ogg_page([note], number=1, flags=0, granule=0),
        ogg_page(frames, number=2, flags=4, granule=320 * len(frames)),
    ]
    return b"".join(pages)


def pdf(*, extra: bytes = b"") -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R" + extra + b">>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def archive(entries: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return target.getvalue()


def docx(**more: bytes) -> bytes:
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": b"<Relationships/>",
        "word/document.xml": b"<w:document/>",
    }
    return archive({**parts, **{f"word/{name}.bin": content for name, content in more.items()}})


def odt() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        made.writestr("content.xml", b"<office:document-content/>", zipfile.ZIP_DEFLATED)
    return target.getvalue()


def ole(*streams: str) -> bytes:
    """The head of a compound file and a directory with these streams ([MS-CFB] 2.6)."""
    head = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)).ljust(512, b"\0")
    entries = []
    for kind, name in ((5, "Root Entry"), *((2, each) for each in streams)):
        raw = name.encode("utf-16-le") + b"\0\0"
        entry = raw.ljust(64, b"\0") + len(raw).to_bytes(2, "little") + bytes([kind])
        entries.append(entry.ljust(128, b"\0"))
    return head + b"".join(entries) + bytes(1024)


def pixel_bomb() -> bytes:
    """40,000 × 40,000 pixels of one colour in a few kilobytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        total = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", total)

    packer = zlib.compressobj(9)
    row = b"\0" + bytes(5000)
    rows = b"".join([packer.compress(row) for _ in range(40_000)]) + packer.flush()
    head = struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
