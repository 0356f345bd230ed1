"""Link cards and places on the wire: one article, its picture, the map of the account."""

import json
from typing import Any

import pytest

from channels.wechat.outgoing import send_body
from channels.wechat.simulator.account import demo_account
from hub.model.message import LinkPart, LocationPart
from hub.services.fitting import fit_part
from tests.channels.sending_line import line
from tests.channels.support import ManualClock, adapter_of


async def test_a_link_arrives_as_a_card_of_one_article() -> None:
    async with line() as it:
        await it.send(LinkPart(title="还款说明", url="https://bank.example/r", description="三步"))
        assert it.sent == [
            {
                "articles": [
                    {"title": "还款说明", "description": "三步", "url": "https://bank.example/r"}
                ]
            }
        ]


async def test_a_card_shows_the_picture_that_wechat_is_told_to_fetch() -> None:
    picture = "https://hub.bank.example/files/AAAA"
    card = LinkPart(title="理财", url="https://bank.example/r", media_id="0", picture_url=picture)
    body = send_body("o1", card, max_text=600, max_options=10)
    assert json.loads(body) == {
        "touser": "o1",
        "msgtype": "news",
        "news": {
            "articles": [
                {
                    "title": "理财",
                    "description": "",
                    "url": "https://bank.example/r",
                    "picurl": picture,
                }
            ]
        },
    }


async def test_the_longest_card_the_account_promises_is_taken_and_a_longer_one_is_not() -> None:
    async with line() as it:
        rule = it.adapter.capabilities.link
        assert rule is not None
        words = {"title": "字" * rule.title, "description": "字" * rule.description}
        await it.send(LinkPart(url="https://bank.example", **words))
        assert [len(it.sent[0]["articles"][0][name]) for name in words] == [64, 512]
        it.world.rules.article_title = 63
        failed = await it.fails(LinkPart(url="https://bank.example", **words))
        assert (failed.code, failed.provider_code) == ("content_too_large", "45003")


PLACE = LocationPart(
    latitude=31.230416, longitude=121.473701, label="黄浦支行", address="南京东路 1 号"
)


@pytest.mark.parametrize(
    ("map_url", "sent"),
    [
        (
            None,
            {
                "articles": [
                    {
                        "title": "黄浦支行",
                        "description": "南京东路 1 号",
                        "url": "https://uri.amap.com/marker?position=121.473701,31.230416"
                        "&name=%E9%BB%84%E6%B5%A6%E6%94%AF%E8%A1%8C&coordinate=gaode",
                    }
                ]
            },
        ),
        (
            "https://apis.map.qq.com/uri/v1/marker?marker=coord:{latitude},{longitude};addr:{address}",
            {
                "articles": [
                    {
                        "title": "黄浦支行",
                        "description": "南京东路 1 号",
                        "url": "https://apis.map.qq.com/uri/v1/marker?marker=coord:31.230416,"
                        "121.473701;addr:%E5%8D%97%E4%BA%AC%E4%B8%9C%E8%B7%AF%201%20%E5%8F%B7",
                    }
                ]
            },
        ),
        ("", {"content": "黄浦支行 (31.230416, 121.473701)\n南京东路 1 号"}),
    ],
)
async def test_a_place_goes_out_as_a_card_to_the_map_of_the_account(
    map_url: str | None, sent: dict[str, Any]
) -> None:
    more = {} if map_url is None else {"map_url": map_url}
    async with line(**more) as it:
        await it.send(fit_part(PLACE, it.adapter.capabilities))
        assert it.sent == [sent]


@pytest.mark.parametrize(
    "map_url",
    [
        "https://map.example/{latitude}",
        "https://map.example/{latitude},{longitude}?{city}",
        "https://map.example/{latitude.real},{longitude}",
        "https://map.example/{latitude!r},{longitude}",
        "https://map.example/{latitude:.1f},{longitude}",
        "https://map.example/{latitude},{longitude}{",
        "javascript:{latitude},{longitude}",
    ],
)
def test_a_map_that_could_not_be_filled_in_is_a_wrong_setting(map_url: str) -> None:
    with pytest.raises(ValueError, match="map_url"):
        adapter_of(demo_account(), ManualClock(), map_url=map_url)
