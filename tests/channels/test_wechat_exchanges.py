"""The channel log: every exchange once, and nothing in it that is nobody's business."""

import asyncio
import json
from dataclasses import asdict

import pytest

from channels.wechat.redaction import person, redacted
from channels.wechat.simulator.account import BRANCH_NOTICE, CARD_NOTICE
from channels.wechat.simulator.pushes import message_fields
from channels.wechat.simulator.samples import sample
from hub.model.menu import MenuEntry, MenuKind
from hub.model.message import MediaKind, MediaPart, NoticePart, TextPart
from hub.ports import Direction, Exchange, Outcome, WebhookRequest
from tests.channels.line import Line, line
from tests.channels.support import Inbox, free_port, hook_server, until

CANARY = "我的卡号是6222020000001234567"


def last(it: Line, operation: str) -> Exchange:
    return [x for x in it.log.kept if x.operation == operation][-1]


async def test_a_message_out_is_one_exchange_with_its_row_and_outcome() -> None:
    async with line() as it:
        await it.send(TextPart(text=CANARY), "2a:000000000001#0")
        found = last(it, "message/custom/send")
        assert (found.channel_id, found.direction) == ("wechat-main", Direction.TO_PROVIDER)
        assert (found.outcome, found.status, found.provider_code) == (Outcome.OK, 200, "")
        assert found.ref == "2a:000000000001#0"
        assert found.sent == {
            "touser": person(it.phone.openid),
            "msgtype": "text",
            "text.content": "‹24 characters›",
        }
        assert found.received == {"errcode": "0", "errmsg": "ok"}


async def test_the_token_is_in_neither_half_of_its_exchange() -> None:
    async with line() as it:
        await it.send(TextPart(text="1"))
        found = last(it, "stable_token")
        assert found.sent["secret"] == "‹64 characters›"
        assert found.sent["grant_type"] == "client_credential"
        assert found.received["access_token"].endswith(" characters›")
        assert found.received["expires_in"] == "7200"


async def test_a_refusal_names_its_code_and_the_providers_request() -> None:
    async with line() as it:
        it.fault(kind="errcode", code=45047)
        error = await it.fails(TextPart(text="1"))
        found = last(it, "message/custom/send")
        assert found.outcome is Outcome.REFUSED
        assert (found.code, found.provider_code) == ("reply_quota_exhausted", "45047")
        assert found.request_id == error.request_id != ""


@pytest.mark.parametrize(
    ("fault", "outcome", "status", "code"),
    [
        ({"kind": "status", "status": 502}, Outcome.UNCERTAIN, 502, "provider_failed"),
        ({"kind": "status", "status": 429}, Outcome.FAILED, 429, "rate_limited"),
        ({"kind": "half"}, Outcome.UNCERTAIN, 0, "answer_cut"),
    ],
)
async def test_a_call_without_an_answer_is_written_down_too(
    fault: dict[str, object], outcome: Outcome, status: int, code: str
) -> None:
    async with line() as it:
        it.fault(**fault)
        await it.fails(TextPart(text="1"))
        found = last(it, "message/custom/send")
        assert (found.outcome, found.status, found.code) == (outcome, status, code)


async def test_a_call_the_hub_gives_up_is_written_down_as_uncertain() -> None:
    async with line() as it, asyncio.TaskGroup() as tasks:
        it.fault(kind="slow", seconds=60)
        task = tasks.create_task(it.send(TextPart(text="1")))
        await until(lambda: it.count("message/custom/send") == 1)
        task.cancel()
        await asyncio.wait([task])
        found = last(it, "message/custom/send")
        assert (found.outcome, found.code) == (Outcome.UNCERTAIN, "given_up")


async def test_a_push_is_one_exchange_with_the_key_it_stands_under() -> None:
    inbox, port = Inbox(), free_port()
    async with line() as it, hook_server(it.adapter, inbox.accept, it.clock, port) as hook:
        it.world.hook = hook
        number = it.deliveries.message(it.phone, message_fields("text", {"Content": CANARY}))
        await until(lambda: len(it.log.kept) == 1)
        [found] = it.log.kept
        assert (found.direction, found.operation) == (Direction.FROM_PROVIDER, "text")
        assert found.ref == f"m:{person(it.phone.openid)}:{number}"
        assert found.received["Content"] == "‹24 characters›"
        assert found.received["MsgId"] == number
        assert it.phone.openid not in json.dumps(asdict(found), default=str)


async def test_strangers_do_not_fill_the_log() -> None:
    async with line() as it:
        request = WebhookRequest(
            method="POST", query={}, headers={}, body=b"<xml/>", received_at=it.clock.now()
        )
        for _ in range(100):
            with pytest.raises(Exception, match="not_sealed"):
                await it.adapter.on_webhook(request, Inbox().accept)
        [found] = it.log.kept
        assert (found.outcome, found.code) == (Outcome.REFUSED, "not_sealed")
        assert it.adapter.health()["rejected_pushes"] == "100"


async def test_no_word_no_number_and_no_secret_of_any_exchange_is_kept() -> None:
    """Everything the account can do, with a canary wherever content goes."""
    inbox, port = Inbox(), free_port()
    async with line() as it, hook_server(it.adapter, inbox.accept, it.clock, port) as hook:
        it.world.hook = hook
        it.files.add("p1", MediaKind.IMAGE, sample("image"), "image/jpeg")
        notice = NoticePart(
            template_id=CARD_NOTICE, values={"a": CANARY}, url="https://b/" + CANARY
        )
        consent = NoticePart(template_id=BRANCH_NOTICE, values={"a": CANARY}, consent=True)
        picture = MediaPart(media=MediaKind.IMAGE, provider_ref="", media_id="p1")
        for part in (TextPart(text=CANARY), picture, notice):
            await it.send(part)
        await it.fails(consent)
        await it.adapter.show_typing(it.to, on=True)
        await it.adapter.fetch_profile(it.to)
        await it.adapter.create_qr(CANARY, valid=None)
        await it.adapter.publish_menu((MenuEntry(name="k", kind=MenuKind.QUESTION, key=CANARY),))
        await it.adapter.test()
        it.deliveries.message(it.phone, message_fields("location", {"Label": CANARY}))
        it.deliveries.event(it.phone, {"MsgType": "event", "Event": "CLICK", "EventKey": CANARY})
        await until(lambda: len(inbox.taken) == 2)
        kept = json.dumps([asdict(x) for x in it.log.kept], default=str, ensure_ascii=False)
        account = it.world.account
        tokens = list(it.world.tokens.usable)
        people = [it.phone.openid, it.phone.unionid]
        words = [CANARY, CANARY[6:], "31.230416", account.app_secret, account.token]
        assert [w for w in (*words, *tokens, *people) if w in kept] == []
        assert len(it.log.kept) >= 14


def test_an_unknown_field_is_never_readable() -> None:
    answer = {"new_field": "x", "list": [1, 2], "n": 3, "ok": True, "deep": {"errcode": 1}}
    assert redacted(answer) == {
        "new_field": "‹1 characters›",
        "list": "‹2 items›",
        "n": "‹number›",
        "ok": "true",
        "deep.errcode": "1",
    }


def test_a_large_answer_makes_a_short_record() -> None:
    found = redacted({f"f{n}": "x" for n in range(500)})
    assert len(found) == 41
    assert found["…"] == "‹more›"
