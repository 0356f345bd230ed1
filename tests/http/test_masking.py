"""Planted numbers: no answer and no log shows them, and whoever asks for them is written down."""

from typing import Any

import pytest

from tests.http.scene import scene
from tests.http.world import World, world

CARD = "4111111111111111"
PHONE = "13812345678"
IDENTITY = "11010519491231002X"
CANARIES = (CARD, PHONE, IDENTITY)
TEXT = f"卡{CARD}，电话{PHONE}，身份证{IDENTITY}"
SHOWN = "卡****1111，电话138****5678，身份证****002X"


async def _everything(w: World, conversation: str) -> str:
    customer = conversation.partition(".")[0]
    paths = (
        "/api/v1/conversations",
        "/api/v1/conversations?q=" + CARD,
        f"/api/v1/conversations/{conversation}",
        f"/api/v1/conversations/{conversation}/messages",
        f"/api/v1/conversations/{conversation}/journal",
        "/api/v1/customers",
        f"/api/v1/customers/{customer}",
        "/api/v1/dead-letters",
        "/metrics",
    )
    return "\n".join([await (await w.get(path)).text() for path in paths])


async def test_no_answer_shows_a_planted_number(capsys: pytest.CaptureFixture[str]) -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", TEXT)
        await w.sign_in("supervisor1")
        shown = await _everything(w, conversation)
        assert SHOWN in shown
        assert [canary for canary in CANARIES if canary in shown] == []
        messages = await w.get_json(f"/api/v1/conversations/{conversation}/messages")
        assert messages["items"][0]["parts"][0]["text"] == SHOWN
    logged = capsys.readouterr()
    assert [canary for canary in CANARIES if canary in logged.out + logged.err] == []


async def test_an_unmasked_number_is_audited_with_its_reason() -> None:
    async with world() as w:
        await w.at_the_desk("agent1")
        conversation = await w.customer_says("o-1", TEXT)
        await w.accepts("agent1", conversation)
        customer = conversation.partition(".")[0]
        await w.sign_in("agent1")
        answer = await w.post(f"/api/v1/customers/{customer}/unmask", {"reason": "fraud"})
        found: Any = await answer.json()
        assert answer.status == 200
        assert [(i["kind"], i["masked"], i["value"]) for i in found["items"]] == [
            ("card", "****1111", CARD),
            ("phone", "138****5678", PHONE),
            ("identity", "****002X", IDENTITY),
        ]
        assert found["items"][0]["message_id"]
        await w.sign_in("admin")
        rows = (await w.get_json("/api/v1/audit?act=customer.unmasked&outcome=done"))["items"]
        assert [(r["actor"], r["object"], r["detail"]) for r in rows] == [
            ("agent:agent1", customer, {"reason": "fraud", "numbers": 3})
        ]
        assert CARD not in str(rows)


async def test_an_unmasking_without_reason_or_right_reveals_nothing() -> None:
    async with scene() as s:
        foreign = s.foreign.partition(".")[0]
        own = s.own.partition(".")[0]
        await s.w.sign_in("agent1")
        path = "/api/v1/customers/{}/unmask"
        assert (await s.w.post(path.format(foreign), {"reason": "fraud"})).status == 404
        assert (await s.w.post(path.format(own), {"reason": "curiosity"})).status == 422
        assert (await s.w.post(path.format(own), {})).status == 422
        for who in ("admin", "operator1"):
            await s.w.sign_in(who)
            assert (await s.w.post(path.format(own), {"reason": "fraud"})).status == 403
