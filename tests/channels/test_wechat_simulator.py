"""The simulator behaves as the provider's documents say; wechatpy is the independent side."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings, strategies as st
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.parser import parse_message
from wechatpy.utils import check_signature

from channels.wechat.simulator.account import PushRules, demo_account
from channels.wechat.simulator.deliveries import SERVICE_BROKEN, Deliveries, make_post
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.pushes import message_fields
from channels.wechat.simulator.seal import key_of, seal, signature, unseal
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from tests.channels.support import ManualClock, free_port, until, world_of

ACCOUNT = demo_account()


# ------------------------------------------------------------ against wechatpy, both ways
@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=300))
def test_what_the_simulator_seals_wechatpy_opens_and_the_other_way_round(text: str) -> None:
    theirs = PrpCrypto(key_of(ACCOUNT.aes_key))
    sealed = seal(text.encode(), ACCOUNT.aes_key, ACCOUNT.app_id)
    assert theirs.decrypt(sealed, ACCOUNT.app_id) == text
    back = theirs.encrypt(text, ACCOUNT.app_id).decode()
    assert unseal(back, ACCOUNT.aes_key) == (text.encode(), ACCOUNT.app_id)


@pytest.mark.parametrize("mode", ["compatible", "safe"])
def test_wechatpy_accepts_a_sealed_post(mode: str) -> None:
    world = world_of(ManualClock(), mode=mode)
    fields = {"ToUserName": ACCOUNT.id, "MsgType": "text", "Content": "你好😀", "MsgId": 1}
    post = make_post(world, "o1", fields)
    crypto = WeChatCrypto(ACCOUNT.token, ACCOUNT.aes_key, ACCOUNT.app_id)
    query = post.query
    plain = crypto.decrypt_message(
        post.body.decode(), query["msg_signature"], query["timestamp"], query["nonce"]
    )
    assert parse_message(plain).content == "你好😀"
    check_signature(ACCOUNT.token, query["signature"], query["timestamp"], query["nonce"])
    assert (b"<Content>" in post.body) is (mode == "compatible")


def test_wechatpy_accepts_a_plain_post() -> None:
    post = make_post(
        world_of(ManualClock(), mode="plain"), "o1", {"MsgType": "text", "Content": "x"}
    )
    query = post.query
    check_signature(ACCOUNT.token, query["signature"], query["timestamp"], query["nonce"])
    assert "encrypt_type" not in query
    assert parse_message(post.body.decode()).content == "x"


# ------------------------------------------------------------ callbacks
@dataclass(slots=True)
class Hook:
    """A hub of three lines; answers what it is told, in turn, then `success`."""

    answers: list[tuple[int, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    stuck: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.text())
        if self.stuck is not None:
            await self.stuck.wait()
        status, text = self.answers.pop(0) if self.answers else (200, "success")
        return web.Response(status=status, text=text)

    def numbers(self) -> list[str]:
        """MsgIds in the order they came, in plain mode."""
        return [body.split("<MsgId>")[1].split("<")[0] for body in self.bodies]


@dataclass(slots=True)
class Stage:
    world: World
    clock: ManualClock
    hook: Hook
    deliveries: Deliveries
    http: aiohttp.ClientSession
    url: str
    phone: Phone

    def write(self, text: str = "你好") -> str:
        return self.deliveries.message(self.phone, message_fields("text", {"Content": text}))

    def states(self) -> list[str]:
        return [row["state"] for row in self.world.pushes]

    def bubbles(self, side: str) -> list[str]:
        entries = [e for e in self.phone.entries if e["kind"] == "bubble"]
        return [e["text"] for e in entries if e["side"] == side]

    async def call(self, path: str, body: Any = None, **query: str) -> Any:
        raw = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        async with self.http.request(
            "GET" if body is None else "POST", self.url + path, params=query, data=raw
        ) as response:
            return json.loads(await response.text())

    async def token(self, *, force: bool = False) -> str:
        answer = await self.call("/cgi-bin/stable_token", stable(force=force))
        return str(answer["access_token"])

    async def text(self, token: str, text: str = "您好", openid: str = "") -> int:
        body = {
            "touser": openid or self.phone.openid,
            "msgtype": "text",
            "text": {"content": text},
        }
        answer = await self.call("/cgi-bin/message/custom/send", body, access_token=token)
        return int(answer["errcode"])


def stable(*, force: bool = False) -> dict[str, Any]:
    return {
        "grant_type": "client_credential",
        "appid": ACCOUNT.app_id,
        "secret": ACCOUNT.app_secret,
        "force_refresh": force,
    }


@asynccontextmanager
async def stage(mode: str = "plain", **rules: Any) -> AsyncIterator[Stage]:
    clock, hook = ManualClock(), Hook()
    app = web.Application()
    app.router.add_route("*", "/hook", hook.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    hook_port, port = free_port(), free_port()
    await web.TCPSite(runner, "127.0.0.1", hook_port).start()
    world = world_of(clock, f"http://127.0.0.1:{hook_port}/hook", mode)
    world.push_rules = PushRules.model_validate(rules)
    url = f"http://127.0.0.1:{port}"
    try:
        async with running(world, port=port) as deliveries, aiohttp.ClientSession() as http:
            yield Stage(world, clock, hook, deliveries, http, url, world.add_phone())
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("answer", ["success", ""])
async def test_success_or_nothing_with_200_ends_a_delivery(answer: str) -> None:
    async with stage() as it:
        it.hook.answers = [(200, answer)]
        it.write()
        await until(lambda: it.states() == ["acked"])
        assert len(it.hook.bodies) == 1


@pytest.mark.parametrize("answer", [(201, "success"), (500, ""), (200, "ok"), (503, "success")])
async def test_any_other_answer_is_repeated_three_times_then_shown_as_broken(
    answer: tuple[int, str],
) -> None:
    async with stage() as it:
        it.hook.answers = [answer] * 9
        it.write()
        for _ in range(200):
            await it.clock.advance(0.25)
            await asyncio.sleep(0.002)
            if it.states() == ["failed"]:
                break
        assert len(it.hook.bodies) == 3
        assert it.bubbles("account") == [SERVICE_BROKEN]


async def test_no_answer_in_time_is_a_failed_try() -> None:
    async with stage(timeout_s=0.05, attempts=1) as it:
        it.hook.stuck = asyncio.Event()
        it.write()
        await until(lambda: it.states() == ["failed"])
        it.hook.stuck.set()


async def test_a_patient_delivery_outlives_a_hub_that_is_down() -> None:
    async with stage(patient=True) as it:
        it.hook.answers = [(503, "")] * 7
        it.write()
        for _ in range(200):
            await it.clock.advance(0.2)
            await asyncio.sleep(0.002)
            if it.states() == ["acked"]:
                break
        assert len(it.hook.bodies) == 8
        assert it.bubbles("account") == []


async def test_copies_are_posted_as_often_as_asked_and_listed_once() -> None:
    async with stage(copies=3, seed=5) as it:
        for n in range(20):
            it.write(str(n))
        wanted = sum(row["copies"] for row in it.world.pushes)
        await until(lambda: len(it.hook.bodies) == wanted)
        assert 20 < wanted < 60
        assert len(set(it.hook.numbers())) == len(it.world.pushes) == 20
        await until(lambda: it.states() == ["acked"] * 20)


async def test_reordered_pushes_arrive_in_another_order() -> None:
    async with stage(reorder_ms=500, seed=3) as it:
        sent = [it.write(str(n)) for n in range(12)]
        for _ in range(60):
            await it.clock.advance(0.01)
            await asyncio.sleep(0.001)
        await until(lambda: len(it.hook.bodies) == 12)
        assert it.hook.numbers() != sent
        assert sorted(it.hook.numbers()) == sent


async def test_in_order_the_next_push_waits_for_the_acknowledgement() -> None:
    async with stage(in_order=True) as it:
        it.hook.stuck = asyncio.Event()
        sent = [it.write(str(n)) for n in range(5)]
        await until(lambda: len(it.hook.bodies) == 1)
        await asyncio.sleep(0.02)
        assert len(it.hook.bodies) == 1
        it.hook.stuck.set()
        await until(lambda: it.states() == ["acked"] * 5)
        assert it.hook.numbers() == sent


async def test_the_console_check_asks_for_the_echo() -> None:
    async with stage() as it:
        assert await it.call("/control/verify", {}) == {"ok": False}


# ------------------------------------------------------------ tokens
async def test_stable_token_repeats_the_same_until_five_minutes_before_its_end() -> None:
    async with stage() as it:
        first = await it.token()
        await it.clock.advance(6899)
        assert await it.token() == first
        await it.clock.advance(2)
        second = await it.token()
        assert second != first
        it.world.windows.grant(it.phone.openid, "message")
        assert await it.text(first) == 0
        assert await it.text(second) == 0
        await it.clock.advance(300)
        assert await it.text(first) == 42001


async def test_force_refresh_ends_the_old_token_and_is_limited() -> None:
    async with stage() as it:
        first = await it.token()
        second = await it.token(force=True)
        assert await it.text(first) == 40001
        assert second != first
        answer = await it.call("/cgi-bin/stable_token", stable(force=True))
        assert answer["errcode"] == 45011
        for _ in range(19):
            await it.clock.advance(30)
            await it.token(force=True)
        await it.clock.advance(30)
        answer = await it.call("/cgi-bin/stable_token", stable(force=True))
        assert answer["errcode"] == 45009


async def test_token_makes_a_new_one_each_time_apart_from_the_stable_one() -> None:
    async with stage() as it:
        query = {
            "grant_type": "client_credential",
            "appid": ACCOUNT.app_id,
            "secret": ACCOUNT.app_secret,
        }
        one = await it.call("/cgi-bin/token", **query)
        two = await it.call("/cgi-bin/token", **query)
        steady = await it.token()
        assert len({one["access_token"], two["access_token"], steady}) == 3
        assert one["expires_in"] == 7200
        wrong = await it.call("/cgi-bin/token", **{**query, "secret": "x"})
        assert wrong["errcode"] == 40125
        wrong = await it.call("/cgi-bin/token", **{**query, "appid": "x"})
        assert wrong["errcode"] == 40013


async def test_expired_unknown_and_missing_tokens_have_their_codes() -> None:
    async with stage() as it:
        token = await it.token()
        assert await it.text("") == 41001
        assert await it.text("invented") == 40001
        await it.call("/control/faults", {"expire_tokens": True})
        assert await it.text(token) == 42001


# ------------------------------------------------------------ customer-service messages
async def test_five_replies_after_a_message_and_three_after_a_click() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        assert [await it.text(token) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
        await it.call(f"/phone/{it.phone.openid}/events", {"event": "CLICK", "key": "k"})
        assert [await it.text(token) for _ in range(4)] == [0, 0, 0, 45047]
        it.write()
        assert [await it.text(token) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


async def test_the_window_that_ends_first_is_charged_first() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        await it.call(f"/phone/{it.phone.openid}/events", {"event": "CLICK", "key": "k"})
        assert [await it.text(token) for _ in range(2)] == [0, 0]
        await it.clock.advance(61)
        assert [await it.text(token) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


async def test_windows_close_after_48_hours_and_after_one_minute() -> None:
    async with stage() as it:
        it.phone.following = True
        token = await it.token()
        assert await it.text(token) == 45015
        await it.call(f"/phone/{it.phone.openid}/events", {"event": "subscribe"})
        await it.clock.advance(61)
        assert await it.text(token) == 45015
        it.write()
        await it.clock.advance(48 * 3600 - 1)
        token = await it.token()
        assert await it.text(token) == 0
        await it.clock.advance(2)
        assert await it.text(token) == 45015


async def test_who_does_not_follow_and_who_is_unknown_is_refused() -> None:
    async with stage() as it:
        token = await it.token()
        assert await it.text(token) == 43004
        assert await it.text(token, openid="o" + "x" * 27) == 43004
        assert await it.text(token, openid="short") == 40003
        it.write()
        assert await it.text(token) == 0
        await it.call(f"/phone/{it.phone.openid}/events", {"event": "unsubscribe"})
        assert await it.text(token) == 43004


async def test_the_account_can_lose_the_right_to_send() -> None:
    async with stage() as it:
        token = await it.token()
        await it.call("/control/faults", {"send_authorised": False})
        assert await it.text(token) == 48001


async def test_wrong_bodies_are_refused_and_charge_nothing() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        path = "/cgi-bin/message/custom/send"
        for body, code in [
            ([], 47001),
            ({"touser": it.phone.openid, "msgtype": "hologram"}, 40008),
            ({"touser": it.phone.openid, "msgtype": "text", "text": {"content": ""}}, 44004),
            (
                {"touser": it.phone.openid, "msgtype": "text", "text": {"content": "长" * 700}},
                45002,
            ),
            ({"touser": it.phone.openid, "msgtype": "msgmenu", "msgmenu": {"list": []}}, 44004),
        ]:
            answer = await it.call(path, body, access_token=token)
            assert answer["errcode"] == code
            assert "rid: " in answer["errmsg"]
        assert [await it.text(token) for _ in range(5)] == [0] * 5


async def test_an_escaped_character_is_shown_as_it_was_written() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        body = json.dumps({"touser": it.phone.openid, "msgtype": "text", "text": {"content": "您"}})
        url = f"{it.url}/cgi-bin/message/custom/send"
        async with it.http.post(url, params={"access_token": token}, data=body) as response:
            assert json.loads(await response.text())["errcode"] == 0
        assert it.bubbles("account") == ["\\u60a8"]


async def test_every_accepted_message_is_listed_once() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        for n in range(7):
            await it.text(token, f"答{n}")
        books = await it.call("/control/books")
        assert [row["content"]["content"] for row in books["sent"]] == [f"答{n}" for n in range(5)]
        assert [row["n"] for row in books["sent"]] == [1, 2, 3, 4, 5]
        assert books["refused"] == {"45047": 2}
        assert books["windows"][it.phone.openid]["message"]["left"] == 0
        assert len((await it.call("/control/books", after="3"))["sent"]) == 2


async def test_typing_needs_an_exchange_and_ends_with_a_message() -> None:
    async with stage() as it:
        token = await it.token()

        async def typing(command: str) -> int:
            body = {"touser": it.phone.openid, "command": command}
            path = "/cgi-bin/message/custom/typing"
            return int((await it.call(path, body, access_token=token))["errcode"])

        assert await typing("Typing") == 45080
        it.write()
        assert await typing("Dance") == 45072
        assert await typing("Typing") == 0
        assert await typing("Typing") == 45081
        assert await it.text(token) == 0
        assert await typing("Typing") == 0
        assert await typing("CancelTyping") == 0
        await it.clock.advance(31)
        assert await typing("Typing") == 45080


# ------------------------------------------------------------ the phone
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


def test_signature_is_sha1_of_the_sorted_words() -> None:
    assert signature("b", "a", "c") == hashlib.sha1(b"abc", usedforsecurity=False).hexdigest()
