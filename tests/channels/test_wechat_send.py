"""Sending: what goes out, and what every answer of the provider means for the message."""

import json
from typing import Any

import pytest

from channels.wechat.outgoing import send_body
from channels.wechat.simulator.account import FaultPlan
from channels.wechat.simulator.server import running
from hub.errors import PermanentSendError, RetryableSendError, UncertainSendError
from hub.model.message import (
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
from tests.channels.sending_line import HELLO, line, to
from tests.channels.support import ManualClock, adapter_of, free_port, world_of

MENU = MenuPart(
    head="您是想问：",
    options=(Option(id="a1", title="怎么查额度"), Option(id="a2", title="怎么还款")),
    tail="都不是？请直接输入",
)


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
