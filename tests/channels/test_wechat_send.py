"""Sending: what goes out, and what every answer of the provider means for the message."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.wechat.adapter import WeChatAdapter
from channels.wechat.errors import CODES, until_midnight
from channels.wechat.outgoing import send_body
from channels.wechat.simulator.account import CallFault, FaultPlan
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from hub.errors import PermanentSendError, RetryableSendError, SendError, UncertainSendError
from hub.model.ids import ChannelId
from hub.model.message import (
    Address,
    LinkPart,
    LocationPart,
    MediaKind,
    MediaPart,
    MenuPart,
    Option,
    Part,
    TextPart,
    UnsupportedPart,
)
from hub.services.fitting import fit_part
from tests.channels.support import CHANNEL, ManualClock, adapter_of, free_port, world_of

HELLO = TextPart(text="您好，我们 24 小时内回复您😀")
MENU = MenuPart(
    head="您是想问：",
    options=(Option(id="a1", title="怎么查额度"), Option(id="a2", title="怎么还款")),
    tail="都不是？请直接输入",
)


def to(openid: str) -> Address:
    return Address(channel_id=ChannelId(CHANNEL), value=openid)


@dataclass(slots=True)
class Line:
    """An adapter, the provider it talks to, and one customer who has just written."""

    adapter: WeChatAdapter
    world: World
    clock: ManualClock
    openid: str

    async def send(self, part: Part = HELLO) -> None:
        await self.adapter.send(to(self.openid), part, key="00:000000000001#0")

    async def fails(self, part: Part = HELLO) -> SendError:
        with pytest.raises(SendError) as caught:
            await self.send(part)
        return caught.value

    def fault(self, **fault: Any) -> None:
        self.world.call_faults = [CallFault.model_validate(fault)]

    @property
    def sent(self) -> list[Any]:
        return [row["content"] for row in self.world.sends.sent]


@asynccontextmanager
async def line(**more: Any) -> AsyncIterator[Line]:
    clock, port = ManualClock(), free_port()
    world = world_of(clock)
    openid = world.add_phone().openid
    world.windows.grant(openid, "message")
    adapter = adapter_of(world.account, clock, base_url=f"http://127.0.0.1:{port}", **more)
    async with running(world, port=port):
        try:
            yield Line(adapter, world, clock, openid)
        finally:
            await adapter._api.close()


async def test_a_text_arrives_letter_by_letter() -> None:
    async with line() as it:
        await it.send(HELLO)
        assert it.sent == [{"content": "您好，我们 24 小时内回复您😀"}]


async def test_a_menu_arrives_as_msgmenu() -> None:
    async with line() as it:
        await it.send(MENU)
        assert it.sent == [
            {
                "head_content": "您是想问：",
                "list": [
                    {"id": "a1", "content": "怎么查额度"},
                    {"id": "a2", "content": "怎么还款"},
                ],
                "tail_content": "都不是？请直接输入",
            }
        ]


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


async def test_a_file_with_an_address_goes_out_as_its_link() -> None:
    file = MediaPart(
        media=MediaKind.FILE, provider_ref="", name="合同.pdf", url="https://bank.example/f/1"
    )
    async with line() as it:
        await it.send(file)
        assert it.sent == [
            {
                "articles": [
                    {"title": "合同.pdf", "description": "", "url": "https://bank.example/f/1"}
                ]
            }
        ]


async def test_a_place_goes_out_as_text() -> None:
    place = LocationPart(latitude=31.230416, longitude=121.473701, label="黄浦支行")
    async with line() as it:
        await it.send(fit_part(place, it.adapter.capabilities))
        assert it.sent == [{"content": "黄浦支行 (31.230416, 121.473701)"}]


def test_the_body_is_utf_8_without_escapes() -> None:
    body = send_body("o1", TextPart(text="你好\n😀"), max_text=600, max_options=10)
    assert body == '{"touser":"o1","msgtype":"text","text":{"content":"你好\\n😀"}}'.encode()


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (MediaPart(media=MediaKind.IMAGE, provider_ref="m"), "media_missing"),
        (MediaPart(media=MediaKind.FILE, provider_ref="", media_id="f1"), "link_not_sendable"),
        (LocationPart(latitude=1, longitude=2), "part_not_supported"),
        (LinkPart(title="t", url="javascript:alert(1)"), "link_not_sendable"),
        (UnsupportedPart(kind="x"), "part_not_supported"),
        (TextPart(text=""), "text_empty"),
        (TextPart(text="字" * 601), "text_too_long"),
        (TextPart(text="\ud800"), "text_not_encodable"),
        (MenuPart(head="h", options=()), "too_many_options"),
        (
            MenuPart(head="h", options=tuple(Option(id=str(i), title="t") for i in range(11))),
            "too_many_options",
        ),
    ],
)
async def test_what_cannot_be_sent_is_refused_without_a_call(part: Part, code: str) -> None:
    async with line() as it:
        error = await it.fails(part)
        assert isinstance(error, PermanentSendError)
        assert error.code == code
        assert it.world.tokens.counts["stable_token"] == 0


async def test_600_characters_are_sent() -> None:
    async with line() as it:
        await it.send(TextPart(text="字" * 600))
        assert it.sent == [{"content": "字" * 600}]


CODE_TABLE = [
    (-1, RetryableSendError, "provider_busy", "degraded"),
    (40003, PermanentSendError, "bad_address", "ok"),
    (40007, PermanentSendError, "media_gone", "ok"),
    (40008, PermanentSendError, "part_not_supported", "ok"),
    (40013, PermanentSendError, "wrong_app_id", "down"),
    (40125, PermanentSendError, "wrong_app_secret", "down"),
    (40164, PermanentSendError, "address_not_allowed", "down"),
    (41001, PermanentSendError, "call_incomplete", "down"),
    (41002, PermanentSendError, "call_incomplete", "down"),
    (41004, PermanentSendError, "call_incomplete", "down"),
    (40004, PermanentSendError, "media_type_not_sent", "ok"),
    (40005, PermanentSendError, "media_type_not_sent", "ok"),
    *((n, PermanentSendError, "media_too_large", "ok") for n in (40006, *range(40009, 40013))),
    (40037, PermanentSendError, "template_unknown", "ok"),
    (40053, PermanentSendError, "scene_not_allowed", "ok"),
    (41005, PermanentSendError, "content_empty", "ok"),
    (43004, PermanentSendError, "not_following", "ok"),
    (43019, PermanentSendError, "blocked", "ok"),
    (43101, PermanentSendError, "consent_refused", "ok"),
    (43117, RetryableSendError, "too_frequent", "degraded"),
    (44001, PermanentSendError, "content_empty", "ok"),
    (44004, PermanentSendError, "content_empty", "ok"),
    *((n, PermanentSendError, "content_too_large", "ok") for n in range(45001, 45009)),
    (45009, RetryableSendError, "daily_quota_reached", "degraded"),
    (45011, RetryableSendError, "rate_limited", "degraded"),
    (45015, PermanentSendError, "reply_window_closed", "ok"),
    (45029, PermanentSendError, "too_many_codes", "ok"),
    (45047, PermanentSendError, "reply_quota_exhausted", "ok"),
    (45067, PermanentSendError, "key_too_long", "ok"),
    (45072, PermanentSendError, "body_refused", "ok"),
    (45080, PermanentSendError, "typing_not_now", "ok"),
    (45081, PermanentSendError, "typing_already", "ok"),
    (46003, PermanentSendError, "no_menu", "ok"),
    (47001, PermanentSendError, "body_refused", "ok"),
    (47003, PermanentSendError, "body_refused", "ok"),
    (48001, PermanentSendError, "not_authorised", "down"),
    (48002, PermanentSendError, "messages_refused", "ok"),
    (48004, PermanentSendError, "banned", "down"),
    (50002, PermanentSendError, "limited", "ok"),
    (61004, PermanentSendError, "address_not_allowed", "down"),
    (99999, PermanentSendError, "refused", "ok"),
]


@pytest.mark.parametrize(("errcode", "kind", "code", "state"), CODE_TABLE)
async def test_every_error_code_has_its_meaning(
    errcode: int, kind: type[SendError], code: str, state: str
) -> None:
    async with line() as it:
        it.fault(kind="errcode", code=errcode)
        error = await it.fails()
        assert type(error) is kind
        assert (error.code, error.provider_code) == (code, str(errcode))
        assert error.request_id.count("-") == 2
        assert "rid" not in error.detail
        assert it.adapter.health()["state"] == state
        assert it.sent == []


def test_every_code_of_the_table_is_tested_here_or_beside() -> None:
    renewing, known_already = {40001, 40014, 42001}, {45065}
    assert {row[0] for row in CODE_TABLE} - {99999} == set(CODES) - renewing - known_already


@pytest.mark.parametrize(
    ("errcode", "wait"),
    [
        (-1, None),
        (45011, timedelta(seconds=60)),
        (43117, timedelta(seconds=60)),
        (45009, timedelta(hours=7)),  # 17:00 in China
    ],
)
async def test_the_wait_of_a_retry_is_the_providers(errcode: int, wait: timedelta | None) -> None:
    async with line() as it:
        it.fault(kind="errcode", code=errcode)
        error = await it.fails()
        assert isinstance(error, RetryableSendError)
        assert error.retry_after == wait


def test_the_day_of_a_quota_ends_at_midnight_in_china() -> None:
    assert until_midnight(datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)) == timedelta(seconds=1)
    assert until_midnight(datetime(2026, 11, 21, 16, 0, tzinfo=UTC)) == timedelta(days=1)


async def test_a_message_the_provider_knows_already_counts_as_sent() -> None:
    async with line() as it:
        it.fault(kind="errcode", code=45065)
        await it.send()
        call = it.world.phones[it.openid].entries[-1]
        assert json.loads(call["response"]["body"])["errcode"] == 45065
        assert it.adapter.health()["state"] == "ok"


async def test_the_alarm_ends_with_the_next_message_that_goes_out() -> None:
    async with line() as it:
        it.fault(kind="errcode", code=48001, times=1)
        await it.fails()
        assert it.adapter.health()["state"] == "down"
        await it.send()
        assert it.adapter.health()["state"] == "ok"


UNCERTAIN = [
    ("502 after it was taken", {"kind": "status", "taken": True}, "provider_failed"),
    ("502 before it was taken", {"kind": "status"}, "provider_failed"),
    ("cut after it was taken", {"kind": "cut", "taken": True}, "answer_cut"),
    ("cut before it was taken", {"kind": "cut"}, "answer_cut"),
    ("half a body", {"kind": "half", "taken": True}, "answer_cut"),
    ("no JSON", {"kind": "garbage"}, "answer_not_readable"),
    ("no object", {"kind": "garbage", "body": "[]"}, "answer_not_readable"),
    ("no error code", {"kind": "garbage", "body": "{}"}, "answer_not_readable"),
    ("a code in words", {"kind": "garbage", "body": '{"errcode":"0"}'}, "answer_not_readable"),
    ("an endless answer", {"kind": "garbage", "body": " " * 70_000}, "answer_too_large"),
]


@pytest.mark.parametrize(
    ("fault", "code"), [row[1:] for row in UNCERTAIN], ids=[row[0] for row in UNCERTAIN]
)
async def test_without_a_readable_answer_nobody_knows(fault: dict[str, Any], code: str) -> None:
    async with line() as it:
        it.fault(**fault)
        error = await it.fails()
        assert isinstance(error, UncertainSendError)
        assert error.code == code
        assert len(it.sent) == (1 if fault.get("taken") else 0)


async def test_no_answer_in_time_is_uncertain() -> None:
    async with line(call_timeout_s=0.3) as it:
        await it.send()
        it.fault(kind="slow", seconds=3600, taken=True)
        error = await it.fails()
        assert isinstance(error, UncertainSendError)
        assert error.code == "no_answer_in_time"
        assert len(it.sent) == 2


async def test_a_refused_connection_may_be_tried_again() -> None:
    clock, port = ManualClock(), free_port()
    world = world_of(clock)
    openid = world.add_phone().openid
    world.windows.grant(openid, "message")
    adapter = adapter_of(world.account, clock, base_url=f"http://127.0.0.1:{port}")
    try:
        async with running(world, port=port):
            await adapter.send(to(openid), HELLO, key="k")
        with pytest.raises(RetryableSendError) as caught:
            await adapter.send(to(openid), HELLO, key="k")
        assert caught.value.code == "connection_failed"
        assert adapter.health()["state"] == "degraded"
    finally:
        await adapter._api.close()


async def test_an_address_that_is_not_wechat_is_an_alarm() -> None:
    clock, port = ManualClock(), free_port()
    world = world_of(clock)
    adapter = adapter_of(world.account, clock, base_url=f"http://127.0.0.1:{port}/elsewhere")
    async with running(world, port=port):
        try:
            with pytest.raises(PermanentSendError) as caught:
                await adapter.send(to("o1"), HELLO, key="k")
        finally:
            await adapter._api.close()
    assert (caught.value.code, caught.value.provider_code) == ("unexpected_status", "404")
    assert adapter.health()["state"] == "down"


async def test_the_sixth_reply_in_the_window_is_refused_with_its_reason() -> None:
    async with line() as it:
        for _ in range(5):
            await it.send()
        error = await it.fails()
        assert (error.code, error.provider_code) == ("reply_quota_exhausted", "45047")
        assert len(it.sent) == 5


async def test_a_reply_after_47_59_59_is_sent_and_after_48_00_01_refused() -> None:
    async with line() as it:
        await it.clock.advance(48 * 3600 - 1)
        await it.send()
        await it.clock.advance(2)
        error = await it.fails()
        assert (error.code, error.provider_code) == ("reply_window_closed", "45015")


async def test_secrets_and_text_stay_out_of_errors_and_health() -> None:
    async with line() as it:
        it.world.plan(FaultPlan(revoke_tokens=True))
        it.fault(kind="errcode", code=48001)
        error = await it.fails(TextPart(text="我的卡号是"))
        told = json.dumps([str(error), repr(error.__dict__), dict(it.adapter.health())])
        for secret in (it.world.account.app_secret, it.world.account.token, "卡号"):
            assert secret not in told
