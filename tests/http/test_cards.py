"""Link cards and places in replies: what is taken, what leaves, and what stands in the talk."""

from dataclasses import replace
from typing import Any

import pytest

from hub.model.message import LinkPart, MediaKind
from hub.ports import LinkRule
from tests.http.test_media import JPEG, PNG, look, send, uploaded
from tests.http.world import ORIGIN, World, eventually, world
from tests.services.media import samples

LINK = {"kind": "link", "url": "https://bank.example/loan?a=1#b", "title": "还款说明"}
PLACE = {
    "kind": "place",
    "latitude": 31.230416,
    "longitude": 121.473701,
    "name": "黄浦支行",
    "address": "南京东路 1 号",
}


def shows_cards(w: World, **more: Any) -> None:
    can = w.channel.capabilities
    picture = replace(can.media_rules[MediaKind.IMAGE], content_types=frozenset({"image/png"}))
    w.channel.capabilities = replace(
        can,
        parts=can.parts | {"LinkPart"},
        link=LinkRule(title=20, description=30, picture=picture),
        **more,
    )


async def spoken(w: World) -> list[dict[str, Any]]:
    """The parts of our last message, as the API shows them."""
    [conversation] = (await w.get_json("/api/v1/conversations"))["items"]
    page = await w.get_json(f"/api/v1/conversations/{conversation['id']}/messages")
    parts: list[dict[str, Any]] = page["items"][-1]["parts"]
    return parts


async def left(w: World) -> LinkPart:
    async def arrived() -> Any:
        return w.channel.sent_links

    [link] = await eventually(arrived)
    assert isinstance(link, LinkPart)
    return link


async def test_a_link_goes_out_after_the_words_with_a_picture_the_channel_can_fetch() -> None:
    async with world() as w:
        shows_cards(w)
        conversation = await w.customer_says("ann", "你好")
        await w.sign_in("supervisor1")
        media_id = await uploaded(w, PNG)
        card = {**LINK, "description": "三步", "media_id": media_id}
        answer = await send(w, conversation, text="请看", card=card)
        assert answer.status == 201, await answer.text()
        link = await left(w)
        assert (link.title, link.description, link.url) == (LINK["title"], "三步", LINK["url"])
        assert link.picture_url.startswith(f"{ORIGIN}/files/")
        picture = await w.get(link.picture_url.removeprefix(ORIGIN))
        assert (await picture.read(), picture.headers["Content-Type"]) == (PNG, "image/png")
        assert await spoken(w) == [
            {"is": "TextPart", "text": "请看"},
            {
                "is": "LinkPart",
                "title": LINK["title"],
                "url": LINK["url"],
                "description": "三步",
                "media_id": media_id,
            },
        ]
        await w.sign_in("admin")

        async def kept() -> bool:
            return (await look(w, media_id)).status == 200

        assert await eventually(kept)


async def test_a_place_stays_a_place_and_leaves_as_a_card_to_the_map() -> None:
    async with world() as w:
        shows_cards(w, map_url="https://map.example/{latitude},{longitude}")
        conversation = await w.customer_says("ann", "在哪里")
        await w.sign_in("supervisor1")
        answer = await send(w, conversation, card=PLACE)
        assert answer.status == 201, await answer.text()
        assert await left(w) == LinkPart(
            title="黄浦支行",
            description="南京东路 1 号",
            url="https://map.example/31.230416,121.473701",
        )
        assert await spoken(w) == [
            {
                "is": "LocationPart",
                "latitude": 31.230416,
                "longitude": 121.473701,
                "label": "黄浦支行",
                "address": "南京东路 1 号",
            }
        ]


async def test_a_channel_without_cards_gets_both_as_text() -> None:
    async with world() as w:
        conversation = await w.customer_says("ann", "你好")
        await w.sign_in("supervisor1")
        for card in (LINK, PLACE):
            assert (await send(w, conversation, card=card)).status == 201

        async def arrived() -> bool:
            return len(w.channel.sent) == 2

        assert await eventually(arrived)
        assert [text for _, text in w.channel.sent] == [
            "还款说明\nhttps://bank.example/loan?a=1#b",
            "黄浦支行 (31.230416, 121.473701)\n南京东路 1 号",
        ]


async def test_the_same_command_again_sends_one_card() -> None:
    async with world() as w:
        shows_cards(w)
        conversation = await w.customer_says("ann", "你好")
        await w.sign_in("supervisor1")
        seen = (await w.get_json(f"/api/v1/conversations/{conversation}"))["seq"]
        body = {"command_id": "once", "seen": seen, "card": LINK}
        path = f"/api/v1/conversations/{conversation}/messages"
        first, second = await w.post(path, body), await w.post(path, body)
        assert (await first.json())["commit"] == (await second.json())["commit"]
        await left(w)


async def test_numbers_on_a_card_are_masked_and_a_stale_view_is_refused() -> None:
    async with world() as w:
        shows_cards(w)
        conversation = await w.customer_says("ann", "你好")
        seen_before = 1
        await w.customer_says("ann", "在吗")
        await w.sign_in("supervisor1")
        path = f"/api/v1/conversations/{conversation}/messages"
        card = {**PLACE, "address": "卡号 6222021234567890128"}
        stale = await w.post(path, {"command_id": "c1", "seen": seen_before, "card": card})
        assert (stale.status, (await stale.json())["reason"]) == (409, "stale_view")
        assert (await send(w, conversation, card=card)).status == 201
        [part] = await spoken(w)
        assert part["address"] == "卡号 ****0128"


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "javascript:alert(1)"},
        {"url": "ftp://bank.example/a"},
        {"url": "https://bank.example@evil.example/"},
        {"url": "https://"},
        {"url": "https://bank.example/还款"},
        {"url": "https://bank.example/a b"},
        {"title": ""},
        {"title": "\u200b\u3000"},
        {"title": "a\nb"},
        {"media_id": "https://elsewhere.example/a.png"},
        {"kind": "place"},
        {"picurl": "https://elsewhere.example/a.png"},
    ],
)
async def test_a_link_that_is_none_is_refused_at_its_field(wrong: dict[str, str]) -> None:
    async with world() as w:
        await w.sign_in("supervisor1")
        await refused_at(w, {**LINK, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": 90.01},
        {"longitude": -180.01},
        {"latitude": "31.2"},
        {"latitude": None},
        {"name": " "},
        {"address": "a\u0000"},
    ],
)
async def test_a_place_that_is_nowhere_is_refused_at_its_field(wrong: dict[str, Any]) -> None:
    async with world() as w:
        await w.sign_in("supervisor1")
        await refused_at(w, {**PLACE, **wrong})


async def refused_at(w: World, card: dict[str, Any]) -> None:
    body = {"command_id": "c1", "seen": 1, "card": card}
    answer = await w.post("/api/v1/conversations/1f0a2b3c4d5e6f708192.1/messages", body)
    problem = await answer.json()
    assert answer.status == 422, problem
    assert problem["errors"]
    assert all(each["pointer"].startswith("/body/card") for each in problem["errors"])


@pytest.mark.parametrize(
    ("given", "picture", "reason", "detail"),
    [
        ({"title": "字" * 21}, None, "link_title_too_long", "20 characters"),
        ({"description": "字" * 31}, None, "link_description_too_long", "30 characters"),
        ({}, JPEG, "media_type_not_carried", "image/png"),
        ({}, samples.pdf(), "media_type_not_carried", "image/png"),
        (
            {},
            samples.image("PNG", width=900, height=900, compress_level=0),
            "media_too_large",
            "MiB",
        ),
        ({"media_id": "f" * 32}, None, "media_unknown", ""),
    ],
    ids=["title", "description", "type", "kind", "size", "unknown"],
)
async def test_what_the_channel_does_not_show_on_a_card_is_refused_clearly(
    given: dict[str, str], picture: bytes | None, reason: str, detail: str
) -> None:
    async with world() as w:
        shows_cards(w)
        conversation = await w.customer_says("ann", "你好")
        await w.sign_in("supervisor1")
        if picture is not None:
            given = {"media_id": await uploaded(w, picture)}
        answer = await send(w, conversation, card={**LINK, **given})
        problem = await answer.json()
        assert (answer.status, problem["reason"]) == (409, reason)
        assert detail in problem["detail"]
        assert w.channel.sent_links == []


async def test_a_picture_is_refused_where_cards_have_none() -> None:
    async with world() as w:
        conversation = await w.customer_says("ann", "你好")
        await w.sign_in("supervisor1")
        answer = await send(w, conversation, card={**LINK, "media_id": await uploaded(w, PNG)})
        assert (answer.status, (await answer.json())["reason"]) == (409, "media_not_carried")


async def test_the_bounds_of_cards_stand_with_the_channel() -> None:
    async with world() as w:
        shows_cards(w, map_url="https://map.example/{latitude},{longitude}")
        await w.sign_in("agent1")
        [channel] = (await w.get_json("/api/v1/channels"))["items"]
        assert channel["capabilities"]["map_url"] == "https://map.example/{latitude},{longitude}"
        assert channel["capabilities"]["link"] == {
            "title": 20,
            "description": 30,
            "picture": {"max_bytes": 50_000, "max_seconds": 0, "content_types": ["image/png"]},
        }
