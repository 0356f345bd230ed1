"""The pretended phone: what it sends and what it sees."""

import asyncio
import json
from typing import Any

import pytest
from wechatpy.parser import parse_message

from tests.channels.simulator_stage import Stage, stage
from tests.channels.support import until


async def events(it: Stage, count: int, **query: str) -> list[tuple[int, dict[str, Any]]]:
    found: list[tuple[int, dict[str, Any]]] = []
    number = 0
    url = f"{it.url}/phone/{it.phone.openid}/stream"
    async with asyncio.timeout(5), it.http.get(url, params=query) as response:
        assert response.content_type == "text/event-stream"
        async for line in response.content:
            text = line.decode().rstrip("\n")
            if text.startswith("id: "):
                number = int(text[4:])
            elif text.startswith("data: "):
                found.append((number, json.loads(text[6:])))
                if len(found) == count:
                    break
    return found


async def test_the_stream_shows_bubble_delivery_and_wire_and_resumes_by_number() -> None:
    async with stage("safe") as it:
        path = f"/phone/{it.phone.openid}/messages"
        answer = await it.call(path, {"type": "text", "text": "信用卡"})
        await until(lambda: it.states() == ["acked"])
        found = await events(it, 4)
        assert [entry["kind"] for _, entry in found] == ["bubble", "delivery", "wire", "delivery"]
        assert [number for number, _ in found] == [1, 2, 3, 4]
        bubble, sending, wire, acked = (entry for _, entry in found)
        assert (bubble["side"], bubble["text"]) == ("customer", "信用卡")
        assert bubble["msg_id"] == sending["msg_id"] == answer["msg_id"]
        assert (sending["state"], acked["state"]) == ("sending", "acked")
        assert wire["direction"] == "to_hub"
        assert wire["response"] == {"status": 200, "body": "success"}
        assert "信用卡" in wire["plain"]
        assert "信用卡" not in wire["request"]["body"]
        assert [number for number, _ in await events(it, 2, after="2")] == [3, 4]


async def test_a_pressed_button_is_a_text_with_its_menu_id() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        menu = {
            "head_content": "?",
            "list": [{"id": "a7", "content": "怎么还款"}],
            "tail_content": "",
        }
        body = {"touser": it.phone.openid, "msgtype": "msgmenu", "msgmenu": menu}
        await it.call("/cgi-bin/message/custom/send", body, access_token=token)
        await it.call(f"/phone/{it.phone.openid}/messages", {"menu_id": "a7"})
        await until(lambda: it.states() == ["acked"] * 2)
        pressed = parse_message(it.hook.bodies[-1])
        assert pressed.content == "怎么还款"
        assert pressed._data["bizmsgmenuid"] == "a7"


@pytest.mark.parametrize(
    "kind", ["image", "voice", "video", "shortvideo", "location", "link", "file", "hologram"]
)
async def test_every_type_can_be_sent_from_a_phone(kind: str) -> None:
    async with stage() as it:
        await it.call(f"/phone/{it.phone.openid}/messages", {"type": kind})
        await until(lambda: it.states() == ["acked"])
        assert f"<MsgType><![CDATA[{kind}]]>" in it.hook.bodies[0]


async def test_wrong_calls_of_a_phone_are_told_what_is_wrong() -> None:
    async with stage() as it:
        assert (await it.call("/phone/nobody/messages", {"text": "x"}))["error"] == "unknown_phone"
        answer = await it.call(f"/phone/{it.phone.openid}/events", {"key": "x"})
        assert (answer["error"], answer["detail"][0]["loc"]) == ("bad_body", ["event"])
        answer = await it.call("/control/faults", {"push": {"attempts": 0}})
        assert answer["detail"][0]["loc"] == ["push", "attempts"]


async def test_state_names_the_account_and_its_phones() -> None:
    async with stage("safe") as it:
        fresh = await it.call("/phone/phones", {"nickname": "王芳"})
        found = await it.call("/phone/state")
        assert found["account"] == {"id": "gh_7d2c90a1b3e4", "name": "联络银行", "mode": "safe"}
        assert fresh in found["phones"]
        assert (fresh["nickname"], fresh["following"], len(fresh["openid"])) == ("王芳", False, 28)
