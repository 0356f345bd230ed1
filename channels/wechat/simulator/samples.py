"""Real files for phones that have none at hand: a picture, a voice, a film, a document."""

import io
import math
from array import array
from collections.abc import Callable, Mapping
from functools import cache

import av
from PIL import Image, ImageDraw

RATE = 8000
SECONDS = 2
FRAMES = 25


@cache
def sample(kind: str) -> bytes:
    """The bytes for "image", "voice", "video" or "file"; made once.

    Raises:
        KeyError: there is none of this kind.
    """
    return MAKERS[kind]()


def _picture() -> bytes:
    picture = Image.new("RGB", (320, 200), (24, 110, 84))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((40, 50, 280, 150), radius=16, fill=(240, 244, 242))
    draw.rectangle((40, 75, 280, 95), fill=(40, 48, 46))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()


def _voice() -> bytes:
    """Two seconds of a rising tone, AMR narrow band as WeChat records it."""
    file = io.BytesIO()
    tone = array(
        "h",
        (
            int(9000 * math.sin(2 * math.pi * (300 + 100 * n / RATE) * n / RATE))
            for n in range(RATE * SECONDS)
        ),
    )
    with av.open(file, "w", format="amr") as container:
        stream = container.add_stream("libopencore_amrnb", rate=RATE)
        stream.layout = "mono"
        stream.bit_rate = 12200
        step = 160
        for start in range(0, len(tone), step):
            frame = av.AudioFrame(format="s16", layout="mono", samples=step)
            frame.sample_rate = RATE
            frame.pts = start
            frame.planes[0].update(tone[start : start + step].tobytes())
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _film() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FRAMES)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for n in range(FRAMES):
            picture = Image.new("RGB", (160, 120), (24, 110, 84))
            ImageDraw.Draw(picture).rectangle((n * 5, 50, n * 5 + 20, 70), fill=(255, 255, 255))
            container.mux(stream.encode(_frame(picture)))
        container.mux(stream.encode(None))
    return file.getvalue()


def _frame(picture: Image.Image) -> av.VideoFrame:
    frame = av.VideoFrame(picture.width, picture.height, "rgb24")
    frame.planes[0].update(picture.tobytes())
    return frame


def _document() -> bytes:
    """One empty page of PDF 1.4."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    )
    found = bytearray(b"%PDF-1.4\n")
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(found))
        found += b"%d 0 obj%sendobj\n" % (number, text)
    start = len(found)
    found += b"xref\n0 4\n0000000000 65535 f \n"
    for place in places:
        found += b"%010d 00000 n \n" % place
    found += b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(found)


MAKERS: Mapping[str, Callable[[], bytes]] = {
    "image": _picture,
    "voice": _voice,
    "video": _film,
    "shortvideo": _film,
    "file": _document,
}
