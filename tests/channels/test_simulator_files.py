"""The phone sends and shows every kind; what it sends comes to the hub as its push names it."""

import io
from functools import partial
from typing import Any

import aiohttp
import pytest
from PIL import Image

from channels.wechat.simulator.account import FaultPlan
from channels.wechat.simulator.samples import sample
from hub.model.inputs import CustomerMessage, CustomerSignal
from hub.model.message import LinkPart, LocationPart, MediaKind, MediaPart
from hub.ports import FetchedMedia, MediaAt
from tests.channels.line import Line, line
from tests.channels.support import Inbox, free_port, hook_server, until


def came(inbox: Inbox, count: int) -> bool:
    return len(inbox.taken) == count


async def post(it: Line, path: str, body: dict[str, Any]) -> dict[str, Any]:
    async with aiohttp.ClientSession() as http, http.post(it.url + path, json=body) as answer:
        found = await answer.json(content_type=None)
        return {"status": answer.status, **found}


async def get(it: Line, path: str) -> bytes:
    async with aiohttp.ClientSession() as http, http.get(it.url + path) as answer:
        assert answer.status == 200
        return await answer.read()


async def said(it: Line, body: dict[str, Any]) -> CustomerMessage:
    """What the hub makes of one message of the phone."""
    inbox, port = Inbox(), free_port()
    async with hook_server(it.adapter, inbox.accept, it.clock, port) as hook:
        it.world.hook = hook
        await post(it, f"/phone/{it.phone.openid}/messages", body)
        await until(lambda: len(inbox.taken) == 1)
    [found] = inbox.taken
    assert isinstance(found, CustomerMessage)
    return found


@pytest.mark.parametrize(
    ("kind", "media"),
    [
        ("image", MediaKind.IMAGE),
        ("voice", MediaKind.VOICE),
        ("video", MediaKind.VIDEO),
        ("shortvideo", MediaKind.VIDEO),
        ("file", MediaKind.FILE),
    ],
)
async def test_a_phone_without_a_file_at_hand_sends_a_real_one(kind: str, media: MediaKind) -> None:
    async with line() as it:
        [part] = (await said(it, {"type": kind})).parts
        assert isinstance(part, MediaPart)
        assert part.media is media
        found = await it.adapter.fetch_media(part)
        if isinstance(found, MediaAt):
            content = await get(it, found.url.removeprefix(it.url))
        else:
            assert isinstance(found, FetchedMedia)
            content = found.content
        assert content == sample(kind)


async def test_a_phone_sends_the_file_it_was_given() -> None:
    async with line() as it:
        path = f"/phone/{it.phone.openid}/media?type=file&name=%E6%B5%81%E6%B0%B4.csv"
        async with aiohttp.ClientSession() as http, http.post(it.url + path, data=b"a,b") as given:
            medium = await given.json()
        body = {"type": "file", "media_id": medium["media_id"]}
        [part] = (await said(it, body)).parts
        assert isinstance(part, MediaPart)
        assert (part.name, part.size) == ("流水.csv", 3)
        found = await it.adapter.fetch_media(part)
        assert isinstance(found, FetchedMedia)
        assert found.content == b"a,b"


async def test_a_voice_carries_what_wechat_heard() -> None:
    async with line() as it:
        [part] = (await said(it, {"type": "voice", "text": "我要挂失"})).parts
        assert isinstance(part, MediaPart)
        assert (part.format, part.transcript) == ("amr", "我要挂失")


async def test_a_place_and_a_link_arrive_as_they_were_sent() -> None:
    async with line() as it:
        place = {"type": "location", "latitude": 39.9, "longitude": 116.4, "label": "东城"}
        assert (await said(it, place)).parts == (
            LocationPart(latitude=39.9, longitude=116.4, label="东城"),
        )
        link = {"type": "link", "title": "公告", "url": "https://b.example/1"}
        assert (await said(it, link)).parts == (LinkPart(title="公告", url="https://b.example/1"),)


async def test_what_the_account_sent_can_be_seen_on_the_phone() -> None:
    async with line() as it:
        it.files.add("p1", MediaKind.IMAGE, sample("image"), "image/jpeg")
        await it.send(MediaPart(media=MediaKind.IMAGE, provider_ref="", media_id="p1"))
        shown = it.phone.entries[-2 if it.phone.entries[-1]["kind"] == "wire" else -1]
        assert shown["msgtype"] == "image"
        assert await get(it, shown["media"]["url"]) == sample("image")


async def test_a_file_nobody_keeps_any_more_is_not_sent() -> None:
    async with line() as it:
        it.world.plan(FaultPlan(expire_media=True))
        body = {"type": "image", "media_id": "gone"}
        answer = await post(it, f"/phone/{it.phone.openid}/messages", body)
        assert (answer["status"], answer["error"]) == (404, "media_gone")


async def test_a_scanned_code_is_a_follow_first_and_a_scan_later() -> None:
    inbox, port = Inbox(), free_port()
    async with line() as it, hook_server(it.adapter, inbox.accept, it.clock, port) as hook:
        it.world.hook = hook
        it.phone.following = False
        code = await it.adapter.create_qr("branch-7", valid=None)
        for count in (1, 2):
            body = {"event": "SCAN", "ticket": code.ticket}
            await post(it, f"/phone/{it.phone.openid}/events", body)
            await until(partial(came, inbox, count))
        found = [(x.kind, x.value) for x in inbox.taken if isinstance(x, CustomerSignal)]
        assert found == [("followed", "branch-7"), ("scan", "branch-7")]


async def test_the_picture_of_a_code_is_a_picture() -> None:
    async with line() as it:
        code = await it.adapter.create_qr("branch-7", valid=None)
        picture = await get(it, code.picture_url.removeprefix(it.url))
        assert Image.open(io.BytesIO(picture)).format == "PNG"
