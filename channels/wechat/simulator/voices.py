"""Voice as phones have it: recorded in any form, sent as AMR, heard as WAV in every browser."""

import io
from collections.abc import Iterator

import av
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError

AMR_RATE = 8000
AMR_STEP = 160
AMR_BITS = 12_200
LONGEST_S = 60
OPENED = {"protocol_whitelist": "none"}


def as_amr(content: bytes) -> bytes:
    """What a phone sends of a recording, a minute at most; what cannot be read stays as it is."""
    if content.startswith((b"#!AMR", b"Speex")):
        return content
    target = io.BytesIO()
    try:
        with (
            av.open(io.BytesIO(content), "r", options=OPENED) as source,
            av.open(target, "w", format="amr") as made,
        ):
            stream = made.add_stream("libopencore_amrnb", rate=AMR_RATE)
            stream.layout = "mono"
            stream.bit_rate = AMR_BITS
            for frame in _samples(source, AMR_STEP):
                made.mux(stream.encode(frame))
            made.mux(stream.encode(None))
    except (FFmpegError, ValueError, IndexError):
        return content
    return target.getvalue()


def as_wav(content: bytes) -> bytes:
    """Raises ValueError: no sound that can be read."""
    target = io.BytesIO()
    try:
        with (
            av.open(io.BytesIO(content), "r", options=OPENED) as source,
            av.open(target, "w", format="wav") as made,
        ):
            stream = made.add_stream("pcm_s16le", rate=AMR_RATE)
            stream.layout = "mono"
            for frame in _samples(source, 0):
                made.mux(stream.encode(frame))
            made.mux(stream.encode(None))
    except (FFmpegError, IndexError) as exc:
        raise ValueError("no sound that can be read") from exc
    return target.getvalue()


def _samples(source: InputContainer, step: int) -> Iterator[av.AudioFrame]:
    """Mono frames of `step` samples, 0 = as they come; what does not fill the last one is left."""
    resampler = AudioResampler("s16", "mono", AMR_RATE, frame_size=step or None)
    left = AMR_RATE * LONGEST_S
    for decoded in source.decode(source.streams.audio[0]):
        for frame in resampler.resample(decoded):
            if frame.samples == step or not step:
                yield frame
            left -= frame.samples
        if left <= 0:
            return
