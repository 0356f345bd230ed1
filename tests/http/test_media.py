"""`/api/v1/media` behind the real engine: who may give and see files, and how they are served."""

import asyncio
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import av
import pytest
from aiohttp import ClientResponse

from hub.ports import FetchedMedia
from tests.http.world import HEADERS, ORIGIN, World, world
from tests.services.media import samples

MEDIA = "/api/v1/media"
PNG = samples.image("PNG")
JPEG = samples.image("JPEG")


async def upload(w: World, data: bytes, *, name: str = "", kind: str = "") -> ClientResponse:
    headers = {**HEADERS, "Content-Type": kind} if kind else HEADERS
    return await w.client.post(MEDIA, params={"name": name}, data=BytesIO(data), headers=headers)


async def uploaded(w: World, data: bytes, *, name: str = "") -> str:
    answer = await upload(w, data, name=name)
    assert answer.status == 201, await answer.text()
    media_id: str = (await answer.json())["media_id"]
    return media_id


async def look(w: World, media_id: str, form: str = "", **headers: str) -> ClientResponse:
    return await w.client.get(f"{MEDIA}/{media_id}{form}", headers=headers)


# ---------------------------------------------------------------- giving
async def test_a_file_is_answered_with_what_it_is() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        answer = await upload(w, PNG, name="截图.png", kind="image/png")
        assert answer.status == 201
        shape = await answer.json()
        assert len(shape.pop("media_id")) == 32
        assert shape == {
            "kind": "image",
            "content_type": "image/png",
            "size": len(PNG),
            "name": "截图.png",
            "preview": True,
            "playable": "",
            "width": 320,
            "height": 200,
            "milliseconds": 0,
        }


@pytest.mark.parametrize(
    ("data", "name", "status", "reason"),
    [
        (samples.EICAR, "eicar.txt", 422, "virus_found"),
        (samples.image("GIF") + samples.PAGE, "x.gif", 422, "active_content"),
        (JPEG + samples.archive({"x.js": b"x"}), "x.jpg", 422, "polyglot"),
        (samples.PAGE, "x.html", 422, "type_mismatch"),
        (b"MZ\x90\0" + bytes(99), "x.exe", 422, "type_not_allowed"),
        (samples.pdf(), "x.jpg", 422, "type_mismatch"),
        (b"", "x.txt", 422, "empty"),
        (PNG + bytes(21 * 1024 * 1024), "x.png", 413, "media_too_large"),
    ],
)
async def test_a_refused_file_says_why(data: bytes, name: str, status: int, reason: str) -> None:
    async with world() as w:
        await w.sign_in("agent1")
        answer = await upload(w, data, name=name)
        problem = await answer.json()
        assert (answer.status, problem["reason"]) == (status, reason)
        assert problem["detail"]


async def test_a_length_told_beforehand_is_refused_before_a_byte_is_read() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        cookie = "; ".join(f"{c.key}={c.value}" for c in w.client.session.cookie_jar)
        port = w.client.server.port
        assert port is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"POST {MEDIA} HTTP/1.1\r\nHost: hub.test\r\nOrigin: {ORIGIN}\r\nCookie: {cookie}\r\n"
        )
        writer.write(f"{head}Content-Length: 999999999\r\n\r\n".encode())
        assert (await reader.readline()).split()[1] == b"413"
        writer.close()
        await writer.wait_closed()


# ---------------------------------------------------------------- looking
async def test_a_picture_is_shown_in_place_and_can_do_nothing() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        media_id = await uploaded(w, PNG, name="截 图.png")
        answer = await look(w, media_id)
        assert (answer.status, await answer.read()) == (200, PNG)
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Content-Disposition"] == (
            "inline; filename=\"_ _.png\"; filename*=UTF-8''%E6%88%AA%20%E5%9B%BE.png"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        preview = await look(w, media_id, "/preview")
        assert (preview.status, preview.headers["Content-Type"]) == (200, "image/webp")
        assert (await look(w, media_id, "/playable")).status == 404


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (samples.pdf(), "x.pdf"),
        (b"hello", "x.txt"),
        (samples.docx(), "x.docx"),
        (PNG[:90], "x.png"),
    ],
)
async def test_what_is_no_picture_sound_or_film_is_only_saved(data: bytes, name: str) -> None:
    """Nor is a picture shown that did not decode."""
    async with world() as w:
        await w.sign_in("agent1")
        answer = await look(w, await uploaded(w, data, name=name))
        assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{name}"')
        assert await answer.read() == data


async def test_voice_plays_in_a_form_browsers_know() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        media_id = await uploaded(w, samples.amr(), name="a.amr")
        original, playable = await look(w, media_id), await look(w, media_id, "/playable")
        assert original.headers["Content-Type"] == "audio/amr"
        assert playable.headers["Content-Type"] == "audio/mpeg"
        assert playable.headers["Content-Disposition"].startswith('inline; filename="a.mp3"')
        with av.open(BytesIO(await playable.read())) as played:
            assert played.format.name == "mp3"
        wav = samples.sound("wav", "pcm_s16le", rate=16_000)
        same = await look(w, await uploaded(w, wav), "/playable")
        assert await same.read() == wav


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=10-", 206, 10, len(PNG)),
        ("bytes=-10", 206, len(PNG) - 10, len(PNG)),
        ("bytes=5-999999999", 206, 5, len(PNG)),
        ("bytes=0-", 200, 0, len(PNG)),
        ("bytes=0-1,4-5", 200, 0, len(PNG)),
        ("bytes=9-5", 200, 0, len(PNG)),
        ("items=0-9", 200, 0, len(PNG)),
        ("bytes=-", 200, 0, len(PNG)),
    ],
)
async def test_a_range_is_answered_alone(asked: str, status: int, start: int, end: int) -> None:
    async with world() as w:
        await w.sign_in("agent1")
        answer = await look(w, await uploaded(w, PNG), Range=asked)
        assert (answer.status, await answer.read()) == (status, PNG[start:end])
        assert answer.headers["Content-Length"] == str(end - start)
        told = f"bytes {start}-{end - 1}/{len(PNG)}" if status == 206 else None
        assert answer.headers.get("Content-Range") == told


@pytest.mark.parametrize("asked", [f"bytes={len(PNG)}-", "bytes=-0"])
async def test_a_range_behind_the_end_is_refused(asked: str) -> None:
    async with world() as w:
        await w.sign_in("agent1")
        answer = await look(w, await uploaded(w, PNG), Range=asked)
        assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{len(PNG)}")


async def test_a_file_seen_before_is_asked_for_and_not_sent_again() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        media_id = await uploaded(w, PNG)
        tag = (await look(w, media_id)).headers["ETag"]
        again = await look(w, media_id, **{"If-None-Match": tag})
        assert (again.status, await again.read()) == (304, b"")
        changed = await look(w, media_id, Range="bytes=0-9", **{"If-Range": '"another"'})
        assert changed.status == 200


# ---------------------------------------------------------------- whose it is
async def test_an_unsent_file_is_its_givers_alone() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        media_id = await uploaded(w, PNG)
        for other in ("agent2", "supervisor1", "admin"):
            await w.sign_in(other)
            assert (await look(w, media_id)).status == 404
            assert (await look(w, media_id, "/preview")).status == 404


async def test_a_customers_file_is_seen_by_who_sees_the_conversation() -> None:
    async with world() as w:
        w.channel.files["m1"] = FetchedMedia(content=PNG, content_type="image/png")
        conversation = await w.customer_says("ann", "", file="m1", media="image")
        part = await first_part(w, conversation)
        assert (part["media_state"], part["file"]["width"]) == ("stored", 320)
        await w.sign_in("supervisor1")
        assert await (await look(w, part["media_id"])).read() == PNG
        await w.sign_in("agent1")
        assert (await look(w, part["media_id"])).status == 404
        await w.sign_in("operator1")
        assert (await look(w, part["media_id"])).status == 403


async def test_a_refused_file_of_a_customer_stays_to_be_seen_as_refused() -> None:
    async with world() as w:
        w.channel.files["m1"] = FetchedMedia(content=JPEG + samples.PAGE)
        conversation = await w.customer_says("ann", "", file="m1", media="image")
        part = await first_part(w, conversation)
        assert (part["media_state"], part["media_code"]) == ("refused", "active_content")
        gone = await w.customer_says("bob", "", file="never", media="voice")
        part = await first_part(w, gone)
        assert (part["media_state"], part["media_code"]) == ("refused", "media_gone")


async def first_part(w: World, conversation: str) -> Mapping[str, Any]:
    await w.sign_in("supervisor1")
    page = await w.get_json(f"/api/v1/conversations/{conversation}/messages")
    part: Mapping[str, Any] = page["items"][0]["parts"][0]
    return part


# ---------------------------------------------------------------- sending
async def test_a_given_file_is_sent_and_then_everybodys_who_sees_the_conversation() -> None:
    async with world() as w:
        conversation = await w.customer_says("ann", "你好")
        await w.sign_in("supervisor1")
        media_id = await uploaded(w, PNG, name="指引.png")
        answer = await send(w, conversation, media_ids=[media_id], text="请看")
        assert answer.status == 201, await answer.text()
        await w.customer_says("ann", "谢谢")
        [sent] = w.channel.sent_files
        assert (sent.media_id, sent.name, sent.format) == (media_id, "指引.png", "image/png")
        await w.sign_in("admin")
        assert await (await look(w, media_id)).read() == PNG
        await w.sign_in("agent1")
        assert (await look(w, media_id)).status == 404


@pytest.mark.parametrize(
    ("data", "reason", "detail"),
    [
        (samples.pdf(), "media_not_carried", "This channel takes: image, voice."),
        (
            samples.image("WEBP"),
            "media_type_not_carried",
            "This channel takes: image/jpeg, image/png.",
        ),
        (samples.image("PNG", width=900, height=900, compress_level=0), "media_too_large", "0.0"),
        (
            samples.sound("mp3", "libmp3lame", rate=24_000),
            "media_too_long",
            "This channel takes 1 seconds.",
        ),
    ],
    ids=["kind", "type", "size", "length"],
)
async def test_what_the_channel_does_not_take_is_refused_clearly(
    data: bytes, reason: str, detail: str
) -> None:
    async with world() as w:
        conversation = await w.customer_says("ann", "你好")
        await w.sign_in("supervisor1")
        answer = await send(w, conversation, media_ids=[await uploaded(w, data)])
        problem = await answer.json()
        assert (answer.status, problem["reason"]) == (409, reason)
        assert detail in problem["detail"]
        assert w.channel.sent_files == []


async def test_nobody_sends_a_file_he_may_not_see_and_nobody_sends_nothing() -> None:
    async with world() as w:
        conversation = await w.customer_says("ann", "你好")
        await w.sign_in("agent1")
        media_id = await uploaded(w, PNG)
        await w.sign_in("supervisor1")
        foreign = await send(w, conversation, media_ids=[media_id])
        assert (foreign.status, (await foreign.json())["reason"]) == (409, "media_unknown")
        nothing = await send(w, conversation)
        assert (nothing.status, (await nothing.json())["reason"]) == (409, "empty")


async def send(w: World, conversation: str, **body: object) -> ClientResponse:
    seen = (await w.get_json(f"/api/v1/conversations/{conversation}"))["seq"]
    command = {"command_id": w.command_id(), "seen": seen, **body}
    return await w.post(f"/api/v1/conversations/{conversation}/messages", command)
