"""Service notices over the API: templates, values, windows, consent, idempotence."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.http.guards import guards_of
from hub.model.ids import customer_of
from hub.model.message import NoticePart
from hub.model.notices import NoticeField, NoticeFieldType, NoticeKind, NoticeTemplate
from hub.services.keys import Scope
from tests.http.pretend_channel import PretendChannel
from tests.http.scene import BASE, Scene, scene
from tests.http.world import CHANNEL, World, eventually

TEMPLATES = f"/api/v1/channel-accounts/{CHANNEL}/templates"
CUSTOMER = f"/api/v1/customers/{customer_of(CHANNEL, 'o-2')}"


def field(name: str, label: str, kind: NoticeFieldType, most: int) -> NoticeField:
    return NoticeField(name=name, label=label, type=kind, most=most)


LOAN = NoticeTemplate(
    template_id="tm-loan",
    title="贷款还款提醒",
    kind=NoticeKind.TEMPLATE,
    fields=(
        field("thing1", "贷款产品", NoticeFieldType.THING, 20),
        field("amount3", "还款金额", NoticeFieldType.AMOUNT, 16),
    ),
)
NUMBER = NoticeTemplate(
    template_id="sub-number",
    title="网点排号通知",
    kind=NoticeKind.SUBSCRIPTION,
    fields=(field("thing1", "排队号码", NoticeFieldType.THING, 20),),
)
VALUES = {"thing1": "个人住房贷款", "amount3": "￥3200.00"}


@asynccontextmanager
async def bank() -> AsyncIterator[Scene]:
    """The bank allows both templates; one more is approved by the provider only."""
    async with scene() as s:
        s.w.channel.templates = [LOAN, NUMBER, replace(LOAN, template_id="tm-push")]
        s.w.channel.capabilities = replace(
            PretendChannel.capabilities,
            parts=PretendChannel.capabilities.parts | {"NoticePart"},
            notices=frozenset({"tm-loan", "sub-number"}),
        )
        yield s


def order(command: str = "n-1", **more: Any) -> dict[str, Any]:
    return {"command_id": command, "template_id": "tm-loan", "values": VALUES, **more}


async def send(s: Scene, body: dict[str, Any], whose: str = "own") -> tuple[int, dict[str, Any]]:
    answer = await s.w.post(f"{BASE}/{s.of(whose)}/notices", body)
    return answer.status, await answer.json()


async def key_of(w: World, *scopes: Scope) -> dict[str, str]:
    """A program's headers, without anybody signed in."""
    _, text = await guards_of(w.deps).keys.create("core", scopes, by="admin", expires_at=None)
    w.client.session.cookie_jar.clear()
    return {"Authorization": f"Bearer {text}"}


# ---------------------------------------------------------------- templates
async def test_templates_are_read_once_and_again_when_asked() -> None:
    async with bank() as s:
        await s.w.sign_in("agent1")
        first = await s.w.get_json(TEMPLATES)
        assert [(t["id"], t["kind"], t["enabled"]) for t in first["items"]] == [
            ("tm-loan", "template", True),
            ("sub-number", "subscription", True),
            ("tm-push", "template", False),
        ]
        assert first["items"][0]["fields"][0] == {
            "name": "thing1",
            "label": "贷款产品",
            "type": "thing",
            "most": 20,
            "choices": [],
        }
        s.w.channel.templates = [LOAN]
        assert len((await s.w.get_json(TEMPLATES))["items"]) == 3
        await s.w.sign_in("operator1")
        assert (await s.w.client.post(f"{TEMPLATES}/refresh", headers=_origin())).status == 200
        assert len((await s.w.get_json(TEMPLATES))["items"]) == 1


async def test_a_provider_that_tells_none_leaves_what_stands() -> None:
    async with bank() as s:
        await s.w.sign_in("operator1")
        await s.w.get_json(TEMPLATES)
        s.w.channel.templates = "not_authorised"
        answer = await s.w.client.post(f"{TEMPLATES}/refresh", headers=_origin())
        problem = await answer.json()
        assert (answer.status, problem["reason"]) == (409, "not_authorised")
        assert "48001" in problem["detail"]
        assert len((await s.w.get_json(TEMPLATES))["items"]) == 3


async def test_a_channel_without_notices_says_so() -> None:
    async with scene() as s:
        await s.w.sign_in("agent1")
        answer = await s.w.get(TEMPLATES)
        assert (answer.status, (await answer.json())["reason"]) == (409, "part_not_carried")
        missing = await s.w.get("/api/v1/channel-accounts/nowhere/templates")
        assert missing.status == 404


def _origin() -> dict[str, str]:
    return {"Origin": "http://hub.test"}


# ---------------------------------------------------------------- to a conversation
async def test_it_goes_out_with_the_words_of_the_template_and_once() -> None:
    async with bank() as s:
        await s.w.sign_in("agent1")
        status, first = await send(s, order())
        assert (status, len(first["message_ids"])) == (201, 1)
        assert await send(s, order()) == (201, first)
        await eventually(lambda: _taken(s.w))
        part = NoticePart(
            template_id="tm-loan",
            values=VALUES,
            title="贷款还款提醒",
            labels={"thing1": "贷款产品", "amount3": "还款金额"},
        )
        assert s.w.channel.sent_notices == [("o-2", part)]
        messages = (await s.w.get_json(f"{BASE}/{s.own}/messages"))["items"]
        shown = messages[-1]
        assert (shown["author"], shown["parts"][0]["title"]) == ("agent:agent1", "贷款还款提醒")


async def test_the_same_command_with_other_words_is_refused() -> None:
    async with bank() as s:
        await s.w.sign_in("agent1")
        await send(s, order())
        other = order(values={**VALUES, "amount3": "￥1.00"})
        status, problem = await send(s, other)
        assert (status, problem["reason"]) == (409, "command_id_reused")


async def test_it_needs_no_open_window() -> None:
    async with bank() as s:
        s.w.clock.ahead = timedelta(hours=49)
        await s.w.sign_in("supervisor1")
        assert (await send(s, order(), "had"))[0] == 201
        await eventually(lambda: _taken(s.w))
        assert s.w.channel.sent_notices[0][0] == "o-1"


async def test_each_wrong_value_is_named_with_what_would_fit() -> None:
    async with bank() as s:
        await s.w.sign_in("agent1")
        wrong = {"thing1": "贷" * 21, "amount3": "3,200", "remark": "x"}
        status, problem = await send(s, order(values=wrong))
        assert (status, problem["reason"]) == (409, "wrong_value")
        assert {e["pointer"]: e["message"] for e in problem["errors"]} == {
            "/body/values/remark": "is no field of this template",
            "/body/values/thing1": "takes at most 20 characters; 21 were given",
            "/body/values/amount3": "takes an amount like ￥128.50 or 128.50元, at most 10 digits "
            "and no commas",
        }
        status, problem = await send(s, order(values={"thing1": "贷款"}))
        assert problem["errors"] == [{"pointer": "/body/values/amount3", "message": "is missing"}]
        assert s.w.channel.sent_notices == []


async def test_only_templates_the_bank_allows_go_out() -> None:
    async with bank() as s:
        await s.w.sign_in("agent1")
        assert (await send(s, order(template_id="tm-none")))[1]["reason"] == "template_unknown"
        assert (await send(s, order(template_id="tm-push")))[1]["reason"] == "template_not_allowed"


async def test_a_subscription_without_consent_is_refused() -> None:
    async with bank() as s:
        await s.w.sign_in("agent1")
        body = order(template_id="sub-number", values={"thing1": "A012"})
        status, problem = await send(s, body)
        assert (status, problem["reason"]) == (409, "consent_missing")


async def test_an_agent_reaches_only_who_is_served() -> None:
    async with bank() as s:
        await s.w.sign_in("agent1")
        status, problem = await send(s, order(), "had")
        assert (status, problem["reason"]) == (409, "not_yours")
        assert (await send(s, order(), "foreign"))[0] == 404
        await s.w.sign_in("supervisor1")
        assert (await send(s, order(), "foreign"))[0] == 201


# ---------------------------------------------------------------- to a customer
async def test_a_program_reaches_a_customer_by_account() -> None:
    async with bank() as s:
        headers = await key_of(s.w, Scope.WRITE_NOTICES)
        body = order(channel_id=CHANNEL)
        answer = await s.w.client.post(f"{CUSTOMER}/notices", json=body, headers=headers)
        found = await answer.json()
        assert answer.status == 201, found
        assert found["message_ids"][0].startswith(s.own)
        other = order("n-2", channel_id="elsewhere")
        refused = await s.w.client.post(f"{CUSTOMER}/notices", json=other, headers=headers)
        assert (refused.status, (await refused.json())["reason"]) == (409, "no_address")


async def test_a_key_for_replies_sends_no_notices() -> None:
    async with bank() as s:
        headers = await key_of(s.w, Scope.WRITE_MESSAGES)
        body = order(channel_id=CHANNEL)
        answer = await s.w.client.post(f"{CUSTOMER}/notices", json=body, headers=headers)
        assert answer.status == 403


async def _taken(w: World) -> bool:
    return bool(w.channel.sent_notices)
