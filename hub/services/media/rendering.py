"""Pictures and playable sound of strangers' files. Runs in `hub.services.media.child` only."""

import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
from av.audio.resampler import AudioResampler
from av.container import InputContainer, OutputContainer
from PIL import Image, ImageOps

from hub.services.media.types import PLAYABLE_TYPE, PREVIEW_TYPE

PREVIEW = "preview"
PLAYABLE = "playable"
EDGE = 640
QUALITY = 78
PLAYABLE_RATE = 24_000
PLAYABLE_BITS = 48_000
PICTURES = ("JPEG", "PNG", "GIF", "WEBP")
FORMATS = {
    "audio/amr": "amr",
    "audio/amr-wb": "amr",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/mp4": "mov",
    "audio/ogg": "ogg",
    "video/mp4": "mov",
    "video/quicktime": "mov",
}
"""The reader is named by us: a file must not choose one that opens further addresses."""

OPENED = {"protocol_whitelist": "none", "enable_drefs": "0", "use_absolute_path": "0"}
PLAYED = {
    "audio/mpeg": frozenset({"mp3", "mp3float"}),
    "audio/wav": frozenset({"pcm_s16le", "pcm_u8"}),
    "audio/mp4": frozenset({"aac"}),
    "audio/ogg": frozenset({"opus", "vorbis"}),
    "video/mp4": frozenset({"h264"}),
}
"""Codings that browsers play as they are."""


def render(file: Path, content_type: str, *, pixels: int, seconds: int) -> dict[str, Any]:
    """Facts, and the files `preview` and `playable` beside `file` where they can be made.

    `pixels` and `seconds` bound what is decoded. Raises whatever a broken file makes a reader
    raise; what was made before that stands.
    """
    if content_type.startswith("image/"):
        return _picture(file, pixels)
    if content_type not in FORMATS:
        return {}
    reader = FORMATS[content_type]
    with file.open("rb") as source, av.open(source, "r", reader, options=OPENED) as container:
        return _recording(container, file, content_type, pixels, seconds)


def _picture(file: Path, pixels: int) -> dict[str, Any]:
    Image.MAX_IMAGE_PIXELS = pixels
    with Image.open(file, formats=PICTURES) as image:
        width, height = image.size
        if width * height > pixels:
            return {"width": width, "height": height}
        image.draft("RGB", (EDGE * 2, EDGE * 2))
        upright = ImageOps.exif_transpose(image)
        turned = image.getexif().get(ORIENTATION, 1) in SIDEWAYS
        _keep(upright, file.with_name(PREVIEW))
    if turned:
        width, height = height, width
    return {"preview": PREVIEW_TYPE, "width": width, "height": height}


ORIENTATION = 0x0112
SIDEWAYS = frozenset({5, 6, 7, 8})


def _keep(image: Image.Image, file: Path) -> None:
    """Decoded and coded anew: nothing of the giver's bytes is left."""
    small = image.convert("RGBA" if "A" in image.getbands() or image.mode == "P" else "RGB")
    small.thumbnail((EDGE, EDGE))
    small.save(file, "WEBP", quality=QUALITY)


def _recording(
    container: InputContainer, file: Path, content_type: str, pixels: int, seconds: int
) -> dict[str, Any]:
    facts: dict[str, Any] = {"milliseconds": _length(container)}
    if container.streams.video and content_type.startswith("video/"):
        facts |= _film(container, file, content_type, pixels)
    elif container.streams.audio:
        facts |= _sound(container, file, content_type, seconds)
    return facts


def _length(container: InputContainer) -> int:
    return max(0, (container.duration or 0) // 1000)


def _film(container: InputContainer, file: Path, content_type: str, pixels: int) -> dict[str, Any]:
    """The first frame that decodes."""
    stream = container.streams.video[0]
    coding = stream.codec_context
    facts: dict[str, Any] = {"width": coding.width, "height": coding.height}
    if coding.width * coding.height > pixels:
        return facts
    coding.thread_count = 1
    if coding.name in PLAYED.get(content_type, ()):
        facts["playable"] = content_type
    for frame in container.decode(stream):
        picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        _keep(picture, file.with_name(PREVIEW))
        facts["preview"] = PREVIEW_TYPE
        break
    return facts


def _sound(
    container: InputContainer, file: Path, content_type: str, seconds: int
) -> dict[str, Any]:
    """Decoded once, which also tells its true length; coded anew where browsers do not play it."""
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    if stream.codec_context.name in PLAYED.get(content_type, ()):
        return {"playable": content_type}
    target = io.BytesIO()
    with av.open(target, "w", format="mp3") as made:
        milliseconds = _code(container, made, seconds)
    file.with_name(PLAYABLE).write_bytes(target.getvalue())
    return {"playable": PLAYABLE_TYPE, "milliseconds": milliseconds}


def _code(container: InputContainer, made: OutputContainer, seconds: int) -> int:
    coder = made.add_stream("libmp3lame", rate=PLAYABLE_RATE)
    coder.bit_rate = PLAYABLE_BITS
    coder.layout = "mono"
    resampler = AudioResampler(format="s16p", layout="mono", rate=PLAYABLE_RATE)
    samples = 0
    for frame in _frames(container):
        for ready in resampler.resample(frame):
            samples += ready.samples
            made.mux(coder.encode(ready))
        if samples > seconds * PLAYABLE_RATE:
            raise ValueError("longer than may be decoded")
    for ready in resampler.resample(None):
        samples += ready.samples
        made.mux(coder.encode(ready))
    made.mux(coder.encode(None))
    return math.ceil(samples * 1000 / PLAYABLE_RATE)


def _frames(container: InputContainer) -> Iterator[av.AudioFrame]:
    for frame in container.decode(audio=0):
        frame.pts = None
        yield frame
