"""Files both ways: fetched whole or not at all, sent within the account's rules or refused."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from channels.wechat.simulator.samples import sample
from hub.errors import PermanentSendError, RetryableSendError, StoreUncertain
from hub.model.message import MediaKind, MediaPart
from hub.ports import FetchedMedia, MediaAt
from tests.channels.line import Line, line
from tests.channels.support import until

MB = 1024 * 1024
PICTURE = MediaPart(media=MediaKind.IMAGE, provider_ref="", media_id="p1")
VOICE = MediaPart(media=MediaKind.VOICE, provider_ref="", media_id="v1")
FILM = MediaPart(media=MediaKind.VIDEO, provider_ref="", media_id="f1", name="开户指引")


def received(it: Line, kind: str, content: bytes) -> MediaPart:
    """What a phone sent, as the push names it."""
    medium = it.world.shelf.add(kind, content)
    known = MediaKind.VIDEO if kind == "shortvideo" else MediaKind(kind)
    return MediaPart(media=known, provider_ref=medium.media_id)


def stock(it: Line) -> None:
    it.files.add("p1", MediaKind.IMAGE, sample("image"), "image/jpeg")
    it.files.add("v1", MediaKind.VOICE, sample("voice"), "audio/amr", seconds=2)
    it.files.add("f1", MediaKind.VIDEO, sample("video"), "video/mp4", seconds=1)


# ---------------------------------------------------------------- from the customer
@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("image", "image/jpeg"), ("voice", "audio/amr"), ("file", "application/octet-stream")],
)
async def test_a_received_file_is_fetched_byte_for_byte(kind: str, content_type: str) -> None:
    async with line() as it:
        part = received(it, kind, sample(kind))
        found = await it.adapter.fetch_media(part)
        assert isinstance(found, FetchedMedia)
        assert found.content == sample(kind)
        assert found.content_type == content_type
        assert found.name.startswith(part.provider_ref)


@pytest.mark.parametrize("kind", ["video", "shortvideo"])
async def test_a_film_is_named_by_the_address_it_stands_at(kind: str) -> None:
    async with line() as it:
        part = received(it, kind, sample("video"))
        assert await it.adapter.fetch_media(part) == MediaAt(
            url=f"{it.url}/mmbiz/{part.provider_ref}"
        )


async def test_after_three_days_a_file_is_gone() -> None:
    async with line() as it:
        part = received(it, "voice", sample("voice"))
        await it.clock.advance(3 * 24 * 3600 - 1)
        assert isinstance(await it.adapter.fetch_media(part), FetchedMedia)
        await it.clock.advance(2)
        with pytest.raises(PermanentSendError) as caught:
            await it.adapter.fetch_media(part)
        assert (caught.value.code, caught.value.provider_code) == ("media_gone", "40007")


async def test_a_picture_whose_id_is_over_is_looked_for_at_its_address() -> None:
    part = MediaPart(media=MediaKind.IMAGE, provider_ref="over", url="http://mmbiz.qpic.cn/1")
    async with line() as it:
        assert await it.adapter.fetch_media(part) == MediaAt(url="http://mmbiz.qpic.cn/1")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "half", "taken": True}, "answer_cut"),
        ({"kind": "cut", "times": 2}, "answer_cut"),  # the client itself asks twice
        ({"kind": "status"}, "provider_failed"),
        ({"kind": "garbage"}, "answer_not_readable"),
        ({"kind": "errcode", "code": -1}, "provider_busy"),
    ],
)
async def test_half_a_file_is_no_file_and_is_asked_for_again(
    fault: dict[str, Any], code: str
) -> None:
    async with line() as it:
        part = received(it, "image", sample("image"))
        it.fault(**{"call": "media", "times": 1, **fault})
        with pytest.raises(RetryableSendError) as caught:
            await it.adapter.fetch_media(part)
        assert caught.value.code == code
        found = await it.adapter.fetch_media(part)
        assert isinstance(found, FetchedMedia)
        assert found.content == sample("image")


async def test_a_file_larger_than_allowed_is_not_read_to_its_end() -> None:
    async with line(received_bytes=2048) as it:
        with pytest.raises(PermanentSendError) as caught:
            await it.adapter.fetch_media(received(it, "image", sample("image")))
        assert caught.value.code == "media_too_large"


# ---------------------------------------------------------------- to the customer
@pytest.mark.parametrize(
    ("part", "kind", "title"),
    [(PICTURE, "image", ""), (VOICE, "voice", ""), (FILM, "video", "开户指引")],
)
async def test_our_file_arrives_on_the_phone(part: MediaPart, kind: str, title: str) -> None:
    async with line() as it:
        stock(it)
        await it.send(part)
        [sent] = it.sent
        medium = it.world.shelf.find(sent["media_id"])
        assert medium is not None
        assert (medium.type, medium.content) == (kind, sample(kind))
        assert sent.get("title", "") == title


async def test_one_upload_serves_many_messages() -> None:
    async with line() as it:
        stock(it)
        await it.send(PICTURE)
        await it.send(PICTURE)
        assert len(it.sent) == 2
        assert (it.count("media/upload"), it.files.opened) == (1, 1)


async def test_an_upload_is_made_anew_before_the_provider_forgets_it() -> None:
    async with line() as it:
        stock(it)
        await it.send(PICTURE)
        await it.clock.advance(71 * 3600)
        it.world.windows.grant(it.phone.openid, "message")
        await it.send(PICTURE)
        assert it.count("media/upload") == 2


async def test_an_upload_the_provider_lost_is_made_anew_at_once() -> None:
    async with line() as it:
        stock(it)
        await it.send(PICTURE)
        it.world.shelf.expire_all()
        await it.send(PICTURE)
        assert (len(it.sent), it.count("media/upload")) == (2, 2)


async def test_a_provider_that_knows_no_upload_is_not_asked_for_ever() -> None:
    async with line() as it:
        stock(it)
        it.fault(kind="errcode", code=40007)
        error = await it.fails(PICTURE)
        assert (type(error), error.code) == (PermanentSendError, "media_gone")
        assert it.count("message/custom/send") == 2


REFUSED = [
    ("a film as a picture", MediaKind.IMAGE, "video/mp4", 100, 0, "media_type_not_sent"),
    ("a bitmap", MediaKind.IMAGE, "image/webp", 100, 0, "media_type_not_sent"),
    ("a large picture", MediaKind.IMAGE, "image/png", 2 * MB + 1, 0, "media_too_large"),
    ("a large voice", MediaKind.VOICE, "audio/amr", 2 * MB + 1, 5, "media_too_large"),
    ("61 seconds", MediaKind.VOICE, "audio/amr", 100, 61, "media_too_long"),
    ("a wave", MediaKind.VOICE, "audio/wav", 100, 5, "media_type_not_sent"),
    ("a large film", MediaKind.VIDEO, "video/mp4", 10 * MB + 1, 5, "media_too_large"),
]


@pytest.mark.parametrize(
    ("kind", "content_type", "size", "seconds", "code"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
async def test_a_wrong_type_or_size_is_refused_without_a_call(
    kind: MediaKind, content_type: str, size: int, seconds: int, code: str
) -> None:
    async with line() as it:
        it.files.add("x", kind, b"x", content_type, size=size, seconds=seconds)
        error = await it.fails(MediaPart(media=kind, provider_ref="", media_id="x"))
        assert (type(error), error.code) == (PermanentSendError, code)
        assert sum(it.world.calls.values()) == 0


async def test_60_seconds_and_2_megabytes_are_still_sent() -> None:
    async with line() as it:
        voice = b"#!AMR\n" + bytes(2 * MB - 6)
        it.files.add("v1", MediaKind.VOICE, voice, "audio/amr", seconds=60)
        await it.send(VOICE)
        assert len(it.sent) == 1


async def test_what_the_provider_itself_finds_wrong_is_final() -> None:
    """The claimed type passes here; WeChat looks at the bytes."""
    async with line() as it:
        it.files.add("p1", MediaKind.IMAGE, b"%PDF-1.4", "image/jpeg")
        error = await it.fails(PICTURE)
        assert (type(error), error.code, error.provider_code) == (
            PermanentSendError,
            "media_type_not_sent",
            "40005",
        )
        assert it.sent == []


async def test_a_file_that_is_not_there_is_refused() -> None:
    async with line() as it:
        assert (await it.fails(PICTURE)).code == "media_missing"


async def test_a_store_that_does_not_answer_is_asked_again() -> None:
    async with line() as it:
        it.files.fail = StoreUncertain("no answer")
        error = await it.fails(PICTURE)
        assert (type(error), error.code) == (RetryableSendError, "media_unavailable")


@pytest.mark.parametrize("kind", ["cut", "half", "status"])
async def test_a_failed_upload_is_never_uncertain(kind: str) -> None:
    """Nothing was said to the customer yet."""
    async with line() as it:
        stock(it)
        it.fault(call="upload", kind=kind, taken=True, times=1)
        error = await it.fails(PICTURE)
        assert isinstance(error, RetryableSendError)
        assert it.sent == []
        await it.send(PICTURE)
        assert len(it.sent) == 1


async def test_after_a_slow_upload_the_message_waits_for_its_own_time() -> None:
    async def release() -> None:
        await until(lambda: it.count("media/upload") == 1)
        await asyncio.sleep(0.5)  # the bound of a call is real time
        await it.clock.advance(1)

    async with line(call_timeout_s=0.8) as it, asyncio.TaskGroup() as tasks:
        stock(it)
        await it.adapter.show_typing(it.to, on=True)
        it.fault(call="upload", kind="slow", seconds=1, times=1)
        tasks.create_task(release())
        error = await it.fails(PICTURE)
        assert isinstance(error, RetryableSendError)
        assert (error.code, error.retry_after) == ("upload_took_long", timedelta(seconds=1))
        await it.send(PICTURE)
        assert (len(it.sent), it.count("media/upload")) == (1, 1)
