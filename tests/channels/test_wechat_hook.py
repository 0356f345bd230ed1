"""What the hook lets in and what it answers, over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from wechatpy.crypto import WeChatCrypto

from channels.wechat.adapter import WeChatAdapter
from channels.wechat.simulator.account import Account, demo_account
from channels.wechat.simulator.deliveries import Post, make_post
from channels.wechat.simulator.seal import seal, signature
from channels.wechat.simulator.world import World
from hub.errors import InboundRejected, Overloaded, StoreUncertain
from hub.model.inputs import CustomerMessage, CustomerSignal, Inbound
from hub.model.message import TextPart, UnsupportedPart
from hub.ports import WebhookRequest
from tests.channels.support import (
    Inbox,
    ManualClock,
    adapter_of,
    free_port,
    hook_server,
    until,
    world_of,
)
from tests.channels.test_wechat_wire import raw

ALICE = "oAlice00000000000000000000000"[:28]
BOMB = (
    b'<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><xml><Encrypt>&c;</Encrypt></xml>'
)
EXTERNAL = (
    b'<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Encrypt>&f;</Encrypt></xml>'
)


@dataclass(slots=True)
class Bench:
    """A provider that signs, and a hub that listens."""

    world: World
    clock: ManualClock
    inbox: Inbox
    url: str
    http: aiohttp.ClientSession

    def post(self, **own: object) -> Post:
        fields = {
            "ToUserName": self.world.account.id,
            "FromUserName": ALICE,
            "CreateTime": int(self.clock.now().timestamp()),
            "MsgType": "text",
            "Content": "你好😀",
            "MsgId": 7,
            **own,
        }
        return make_post(self.world, ALICE, {k: v for k, v in fields.items() if v != ""})

    async def deliver(self, post: Post) -> tuple[int, str]:
        return await self.call(post.query, post.body)

    async def call(self, query: dict[str, str], body: bytes) -> tuple[int, str]:
        async with self.http.post(self.url, params=query, data=body) as response:
            return response.status, await response.text()


@asynccontextmanager
async def bench(mode: str = "safe", *, accepts: str = "", **more: Any) -> AsyncIterator[Bench]:
    """`mode` is the provider's, `accepts` the hub's setting (the same when left out)."""
    clock, inbox = ManualClock(), Inbox()
    world = world_of(clock, mode=mode)
    adapter = adapter_of(world.account, clock, mode=accepts or mode, **more)
    async with (
        hook_server(adapter, inbox.accept, clock, free_port()) as url,
        aiohttp.ClientSession() as http,
    ):
        yield Bench(world, clock, inbox, url, http)


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_a_message_is_taken_and_answered_success(mode: str) -> None:
    async with bench(mode) as it:
        assert await it.deliver(it.post()) == (200, "success")
        [found] = it.inbox.taken
        assert isinstance(found, CustomerMessage)
        assert found.parts == (TextPart(text="你好😀"),)
        assert found.sent_at == it.clock.now()


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_the_console_gets_its_echo_as_plain_text(mode: str) -> None:
    async with bench(mode) as it:
        stamp = str(int(it.clock.now().timestamp()))
        signed = signature(it.world.account.token, stamp, "n")
        query = {"signature": signed, "timestamp": stamp, "nonce": "n", "echostr": "<b>8231</b>"}
        async with it.http.get(it.url, params=query) as response:
            assert response.status == 200
            assert response.content_type == "text/plain"
            assert await response.text() == "<b>8231</b>"
        async with it.http.get(it.url, params={**query, "signature": "0" * 40}) as response:
            assert (response.status, await response.text()) == (403, "bad_signature")
        del query["echostr"]
        async with it.http.get(it.url, params=query) as response:
            assert (response.status, await response.text()) == (400, "no_echostr")


async def refused(it: Bench, query: dict[str, str], body: bytes) -> tuple[int, str]:
    answer = await it.call(query, body)
    assert it.inbox.calls == 0
    return answer


Change = Callable[[dict[str, str]], dict[str, str]]
FORGED: list[tuple[str, str, Change, str]] = [
    ("unsigned plain", "plain", lambda _: {}, "bad_signature"),
    ("forged plain", "plain", lambda q: {**q, "signature": "0" * 40}, "bad_signature"),
    ("signature not ascii", "plain", lambda q: {**q, "signature": "é" * 40}, "bad_signature"),
    ("other nonce", "plain", lambda q: {**q, "nonce": "1"}, "bad_signature"),
    ("unsigned safe", "safe", lambda q: {"encrypt_type": "aes"}, "bad_signature"),
    ("forged safe", "safe", lambda q: {**q, "msg_signature": "0" * 40}, "bad_signature"),
    (
        "the signature without the body is not enough in safe mode",
        "safe",
        lambda q: {**q, "msg_signature": q["signature"]},
        "bad_signature",
    ),
]


@pytest.mark.parametrize(
    ("mode", "change", "reason"), [row[1:] for row in FORGED], ids=[row[0] for row in FORGED]
)
async def test_a_forged_push_has_no_effect(mode: str, change: Change, reason: str) -> None:
    async with bench(mode) as it:
        post = it.post()
        assert await refused(it, change(post.query), post.body) == (403, reason)


async def test_a_changed_sealed_body_has_no_effect() -> None:
    async with bench() as it:
        post = it.post()
        other = it.post(Content="transfer everything")
        assert await refused(it, post.query, other.body) == (403, "bad_signature")


@pytest.mark.parametrize("mode", ["plain", "safe"])
async def test_a_push_older_than_five_minutes_has_no_effect(mode: str) -> None:
    async with bench(mode) as it:
        post = it.post()
        await it.clock.advance(300)
        assert await it.deliver(post) == (200, "success")
        await it.clock.advance(1)
        assert await it.deliver(post) == (403, "stale_timestamp")
        assert it.inbox.calls == 1


async def test_a_push_from_the_future_has_no_effect() -> None:
    async with bench() as it:
        await it.clock.advance(301)
        post = it.post()
        early = ManualClock()
        adapter = adapter_of(it.world.account, early)
        request = WebhookRequest(
            method="POST", query=post.query, headers={}, body=post.body, received_at=early.now()
        )
        with pytest.raises(InboundRejected, match="stale_timestamp"):
            await adapter.on_webhook(request, it.inbox.accept)


@pytest.mark.parametrize(
    "stamp", ["", "abc", "-1", "99999999999999", "１７６３７１２０００", "1.5"]
)
async def test_a_time_stamp_that_is_no_number_has_no_effect(stamp: str) -> None:
    async with bench("plain") as it:
        query = {"timestamp": stamp, "nonce": "n"}
        query["signature"] = signature(it.world.account.token, stamp, "n")
        assert await refused(it, query, it.post().body) == (403, "bad_timestamp")


@pytest.mark.parametrize("mode", ["plain", "safe"])
async def test_an_oversized_body_has_no_effect(mode: str) -> None:
    async with bench(mode) as it:
        post = it.post(Content="长" * 40_000)
        assert await refused(it, post.query, post.body) == (413, "too_large")
        assert (await it.deliver(it.post(Content="长" * 10_000)))[0] == 200


@pytest.mark.parametrize("body", [BOMB, EXTERNAL], ids=["entity bomb", "external entity"])
@pytest.mark.parametrize("mode", ["plain", "safe"])
async def test_entities_are_refused_before_they_are_expanded(mode: str, body: bytes) -> None:
    async with bench(mode) as it:
        query = it.post().query
        assert await refused(it, query, body) == (400, "doctype_not_allowed")


async def test_entities_inside_the_envelope_are_refused_too() -> None:
    async with bench() as it:
        account, post = it.world.account, it.post()
        sealed = seal(BOMB, account.aes_key, account.app_id)
        body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
        words = (account.token, post.query["timestamp"], post.query["nonce"], sealed)
        query = {**post.query, "msg_signature": signature(*words)}
        assert await refused(it, query, body) == (400, "doctype_not_allowed")


async def test_a_customer_may_write_the_word_doctype() -> None:
    async with bench() as it:
        text = "<!DOCTYPE html> ]]> <!ENTITY a 'b'>"
        assert await it.deliver(it.post(Content=text)) == (200, "success")
        [found] = it.inbox.taken
        assert isinstance(found, CustomerMessage)
        assert found.parts == (TextPart(text=text),)


async def test_a_message_for_another_account_has_no_effect() -> None:
    async with bench() as it:
        post = it.post(ToUserName="gh_another")
        assert await refused(it, post.query, post.body) == (403, "wrong_account")


async def test_a_message_sealed_for_another_app_has_no_effect() -> None:
    async with bench() as it:
        it.world.account.app_id = "wx0000000000000000"
        post = it.post()
        assert await refused(it, post.query, post.body) == (403, "wrong_app_id")


async def test_in_safe_mode_a_plain_body_is_refused() -> None:
    async with bench("plain", accepts="safe") as it:
        post = it.post()
        assert await refused(it, post.query, post.body) == (403, "not_sealed")


async def test_in_plain_mode_a_sealed_body_is_refused() -> None:
    async with bench("safe", accepts="plain") as it:
        post = it.post()
        assert await refused(it, post.query, post.body) == (403, "sealed_in_plain_mode")


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_compatible_mode_takes_every_mode(mode: str) -> None:
    async with bench(mode, accepts="compatible") as it:
        assert await it.deliver(it.post()) == (200, "success")


async def test_of_a_compatible_body_only_the_sealed_part_is_believed() -> None:
    async with bench("compatible") as it:
        post = it.post(Content="original")
        body = post.body.replace(b"original", b"tampered", 1)
        assert await it.call(post.query, body) == (200, "success")
        [found] = it.inbox.taken
        assert isinstance(found, CustomerMessage)
        assert found.parts == (TextPart(text="original"),)


async def test_after_a_key_change_the_previous_key_is_still_taken() -> None:
    old = demo_account().aes_key
    new = "0" * 42 + "A"
    async with bench(aes_key=new, previous_aes_key=old) as it:
        assert await it.deliver(it.post(MsgId=1)) == (200, "success")
        it.world.account.aes_key = new
        assert await it.deliver(it.post(MsgId=2)) == (200, "success")
        it.world.account.aes_key = "1" * 42 + "A"
        post = it.post(MsgId=3)
        assert await it.call(post.query, post.body) == (403, "not_decryptable")
        assert it.inbox.calls == 2


async def test_a_push_repeated_100_times_is_answered_and_changes_nothing() -> None:
    async with bench() as it:
        answers = [await it.deliver(it.post()) for _ in range(100)]
        assert answers == [(200, "success")] * 100
        assert len(it.inbox.taken) == 1


async def test_the_same_msgid_from_two_customers_is_two_messages() -> None:
    async with bench() as it:
        await it.deliver(it.post(FromUserName="oAlice"))
        await it.deliver(it.post(FromUserName="oBob"))
        assert [found.external_id for found in it.inbox.taken] == ["m:oAlice:7", "m:oBob:7"]


@pytest.mark.parametrize("error", [StoreUncertain("x"), Overloaded("x")])
async def test_what_is_not_stored_is_not_acknowledged(error: Exception) -> None:
    async with bench() as it:
        it.inbox.fail = error
        assert (await it.deliver(it.post()))[0] == 503
        it.inbox.fail = None
        assert await it.deliver(it.post()) == (200, "success")


async def test_nothing_is_answered_before_it_is_stored() -> None:
    stored = asyncio.Event()

    async def slow(_: Inbound) -> bool:
        await stored.wait()
        return True

    async with bench() as it:
        clock = it.clock
        adapter: WeChatAdapter = adapter_of(it.world.account, clock)
        post = it.post()
        async with hook_server(adapter, slow, clock, free_port()) as url:
            async with asyncio.TaskGroup() as group:
                call = it.http.post(url, params=post.query, data=post.body)
                answer = group.create_task(_status(call))
                await asyncio.sleep(0.05)
                assert not answer.done()
                stored.set()
            assert answer.result() == 200


async def _status(call: "aiohttp.client._RequestContextManager") -> int:
    async with call as response:
        return response.status


async def test_unknown_types_and_events_are_stored_not_dropped() -> None:
    async with bench() as it:
        await it.deliver(it.post(MsgType="hologram", MsgId=1))
        await it.deliver(it.post(MsgType="event", Event="teleported", MsgId=""))
        message, signal = it.inbox.taken
        assert isinstance(message, CustomerMessage)
        assert isinstance(message.parts[0], UnsupportedPart)
        assert isinstance(signal, CustomerSignal)
        assert (signal.kind, signal.value) == ("unsupported", "teleported")


async def test_other_methods_are_refused() -> None:
    async with bench() as it, it.http.put(it.url, data=b"x") as response:
        assert (response.status, await response.text()) == (405, "method_not_allowed")


async def test_rejected_pushes_are_counted_for_operators() -> None:
    clock = ManualClock()
    adapter = adapter_of(demo_account(), clock)
    request = WebhookRequest(method="POST", query={}, headers={}, body=b"", received_at=clock.now())
    for _ in range(3):
        with pytest.raises(InboundRejected):
            await adapter.on_webhook(request, Inbox().accept)
    assert adapter.health()["rejected_pushes"] == "3"


async def test_the_providers_own_demo_body_is_read() -> None:
    account = Account(
        id="gh_10f6c3c3ac5a",
        app_id="wx2c2769f8efd9abc2",
        app_secret="secret",
        token="spamtest",
        aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    )
    clock, inbox = ManualClock(datetime(2014, 9, 3, 9, 14, 29, tzinfo=UTC)), Inbox()
    query = {
        "encrypt_type": "aes",
        "msg_signature": "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
        "timestamp": "1409735669",
        "nonce": "1320562132",
    }
    request = WebhookRequest(
        method="POST",
        query=query,
        headers={},
        body=raw("sealed_demo"),
        received_at=clock.now(),
    )
    reply = await adapter_of(account, clock).on_webhook(request, inbox.accept)
    assert (reply.status, reply.body) == (200, b"success")
    [found] = inbox.taken
    assert isinstance(found, CustomerMessage)
    assert found.external_id == "m:oyORnuP8q7ou2gfYjqLzSIWZf0rs:6054768590064713728"
    assert found.parts == (TextPart(text="abcdteT"),)


async def test_what_wechatpy_seals_is_read() -> None:
    async with bench() as it:
        account, stamp = it.world.account, str(int(it.clock.now().timestamp()))
        crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)
        outer = crypto.encrypt_message(it.post().plain, "nonce", stamp)
        signed = outer.split("<MsgSignature><![CDATA[")[1].split("]]")[0]
        query = {
            "encrypt_type": "aes",
            "msg_signature": signed,
            "timestamp": stamp,
            "nonce": "nonce",
        }
        assert await it.call(query, outer.encode()) == (200, "success")
        await until(lambda: len(it.inbox.taken) == 1)
