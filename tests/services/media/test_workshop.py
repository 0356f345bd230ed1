"""Files are read in a process of their own: what it makes, and that it may die."""

from itertools import pairwise
from pathlib import Path

import av
import pytest
from PIL import Image

from hub.model.message import MediaFile
from hub.services.media.examining import Claim, Limits
from hub.services.media.workshop import Bounds, Workshop
from tests.services.media import samples as s


@pytest.fixture
def workshop() -> Workshop:
    return Workshop(Limits(), Bounds(wall_s=60, cpu_s=30))


async def rendered(
    workshop: Workshop, folder: Path, data: bytes, content_type: str
) -> tuple[MediaFile, set[str]]:
    file = folder / "original"
    file.write_bytes(data)
    made = await workshop.render(file, MediaFile(content_type=content_type, size=len(data)))
    return made, names_in(folder) - {"original"}


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@pytest.mark.parametrize(
    ("form", "content_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("GIF", "image/gif"), ("WEBP", "image/webp")],
)
async def test_a_picture_gets_a_small_one_coded_anew(
    workshop: Workshop, tmp_path: Path, form: str, content_type: str
) -> None:
    data = s.image(form, width=1600, height=800)
    made, files = await rendered(workshop, tmp_path, data, content_type)
    assert (made.width, made.height, made.preview, files) == (1600, 800, True, {"preview"})
    with Image.open(tmp_path / "preview") as preview:
        assert (preview.format, preview.size) == ("WEBP", (640, 320))


async def test_a_picture_stands_upright_as_its_phone_was_held(
    workshop: Workshop, tmp_path: Path
) -> None:
    made, _ = await rendered(workshop, tmp_path, s.turned_jpeg(), "image/jpeg")
    assert (made.width, made.height) == (200, 320)
    with Image.open(tmp_path / "preview") as preview:
        assert preview.size == (200, 320)
        assert not preview.getexif()


@pytest.mark.parametrize(
    ("data", "content_type", "milliseconds"),
    [
        (s.amr(), "audio/amr", 2000),
        (s.amr_wb(), "audio/amr-wb", 3000),
        (s.speex(), "audio/ogg", 2000),
    ],
    ids=["amr", "amr wide band", "speex"],
)
async def test_voice_that_no_browser_plays_is_made_playable(
    workshop: Workshop, tmp_path: Path, data: bytes, content_type: str, milliseconds: int
) -> None:
    made, files = await rendered(workshop, tmp_path, data, content_type)
    assert (made.playable, files) == ("audio/mpeg", {"playable"})
    assert abs(made.milliseconds - milliseconds) <= 40
    with av.open(str(tmp_path / "playable")) as played:
        assert played.streams.audio[0].codec_context.name in {"mp3", "mp3float"}
        assert abs((played.duration or 0) / 1000 - milliseconds) < 150


async def test_a_tone_is_still_that_tone(workshop: Workshop, tmp_path: Path) -> None:
    """440 Hz cross zero 880 times a second."""
    await rendered(workshop, tmp_path, s.amr(), "audio/amr")
    with av.open(str(tmp_path / "playable")) as played:
        waves = [frame.to_ndarray()[0] for frame in played.decode(audio=0)]
    signs = [sample > 0 for wave in waves for sample in wave]
    crossings = sum(a != b for a, b in pairwise(signs))
    assert 1600 < crossings < 1950


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (s.sound("mp3", "libmp3lame", rate=24_000), "audio/mpeg"),
        (s.sound("wav", "pcm_s16le", rate=16_000), "audio/wav"),
        (s.sound("ipod", "aac", rate=24_000), "audio/mp4"),
        (s.sound("ogg", "libopus", rate=48_000), "audio/ogg"),
    ],
    ids=["mp3", "wav", "m4a", "opus"],
)
async def test_what_browsers_play_is_left_as_it_is(
    workshop: Workshop, tmp_path: Path, data: bytes, content_type: str
) -> None:
    made, files = await rendered(workshop, tmp_path, data, content_type)
    assert (made.playable, files) == (content_type, set())
    assert abs(made.milliseconds - 2000) < 100


async def test_a_film_shows_its_first_picture(workshop: Workshop, tmp_path: Path) -> None:
    made, files = await rendered(workshop, tmp_path, s.film(), "video/mp4")
    assert (made.width, made.height, made.milliseconds) == (160, 120, 1000)
    assert (made.playable, made.preview, files) == ("video/mp4", True, {"preview"})


BROKEN = {
    "pixel bomb": (s.pixel_bomb(), "image/png"),
    "cut jpeg": (s.image("JPEG")[:200], "image/jpeg"),
    "empty png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "cut film": (s.film()[:300], "video/mp4"),
    "noise as amr": (b"#!AMR\n" + bytes(range(256)), "audio/amr"),
    "a list of addresses as film": (b"#EXTM3U\nhttp://127.0.0.1:1/x\n", "video/mp4"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_what_cannot_be_decoded_has_no_preview_and_no_error(
    workshop: Workshop, tmp_path: Path, name: str
) -> None:
    data, content_type = BROKEN[name]
    made, _ = await rendered(workshop, tmp_path, data, content_type)
    assert not made.preview
    assert (made.content_type, made.size) == (content_type, len(data))


async def test_a_reader_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    hasty = Workshop(Limits(), Bounds(wall_s=0.01))
    made, files = await rendered(hasty, tmp_path, s.image("PNG"), "image/png")
    assert (made.preview, files) == (False, set())
    assert (await hasty.examine(tmp_path / "original", Claim())).code == "not_readable"


async def test_sound_longer_than_may_be_decoded_has_nothing_to_play(tmp_path: Path) -> None:
    short = Workshop(Limits(), Bounds(wall_s=60, cpu_s=30, seconds=1))
    made, files = await rendered(short, tmp_path, s.amr(), "audio/amr")
    assert (made.playable, files) == ("", set())


async def test_the_child_examines_as_the_hub_would(workshop: Workshop, tmp_path: Path) -> None:
    file = tmp_path / "original"
    file.write_bytes(s.image("GIF") + s.PAGE)
    assert (await workshop.examine(file, Claim(name="x.gif"))).code == "active_content"
    file.write_bytes(s.image("GIF"))
    assert (await workshop.examine(file, Claim(name="x.gif"))).content_type == "image/gif"
