"""A whole hub and WeChat's simulator: an account added while both run, and what the channel log
and the program's own log say of all that passes between them."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
import pytest
import structlog
from pydantic import SecretStr

from channels.wechat.simulator.account import Account, CallFault, PushRules, demo_account
from channels.wechat.simulator.deliveries import Deliveries
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.pushes import message_fields
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from hub.app import Hub, build, open_database, run
from hub.config.settings import Http, Outbox, Policy, Settings, Site, Store
from hub.http.sessions import ACCESS
from hub.runtime.clock import SystemClock
from hub.services.access import Role, User
from hub.store.embedded_process import pick_port
from tests.http.described import described
from tests.http.world import compose

CHANNEL = "wechat-added"
PASSWORD = "a bank of many words"
OPERATOR, LEAD = "operator1", "lead1"
WORDS = "我的卡号是6222020000001234567"
ANSWER = "您尾号4567的卡已挂失，密码提示是茉莉花"
THE_PROVIDERS_OWN = "aiohttp.access"
"""The simulator writes down who calls it; the hub has no such log."""
ACCOUNTS = "/api/v1/channel-accounts"


@dataclass(kw_only=True)
class Bank:
    """`http` is signed in as whoever signed in last."""

    hub: Hub
    world: World
    deliveries: Deliveries
    phone: Phone
    http: aiohttp.ClientSession
    simulator: str

    @property
    def account(self) -> Account:
        return self.world.account

    async def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        async with self.http.request(method, path, json=body) as answer:
            text = await answer.text()
            assert answer.status == status, (path, text)
            return orjson.loads(text) if text else None

    async def sign_in(self, username: str) -> None:
        body = {"username": username, "password": PASSWORD}
        await self.call("POST", "/api/v1/session", body, status=201)

    def draft(self, **more: Any) -> dict[str, Any]:
        document = self.account.channel_document(CHANNEL, self.simulator)
        secrets = {name: document.pop(name) for name in ("app_secret", "token", "aes_key")}
        config = {k: v for k, v in document.items() if k not in {"id", "kind"}}
        return {"kind": "wechat", "config": config, "secrets": {**secrets, **more}}

    async def add(self) -> None:
        account = await self.call(
            "PUT", f"{ACCOUNTS}/{CHANNEL}", {**self.draft(), "version": 0, "name": "主号"}
        )
        self.world.hook = account["hook_url"]
        await self.until(lambda: self.state("running"))

    async def state(self, wanted: str) -> bool:
        account = await self.call("GET", f"{ACCOUNTS}/{CHANNEL}")
        return bool(account["state"] == wanted and account["health"].get("state") == "ok")

    async def writes(self, text: str) -> str:
        """The conversation it is in."""
        self.deliveries.message(self.phone, message_fields("text", {"Content": text}))
        return str(await self.until(self.conversation))

    async def conversation(self) -> str:
        docs = await self.hub.stores.reading.page("conversations", {}, limit=5)
        return str(docs[0]["_id"]) if docs else ""

    async def answers(self, conversation: str, text: str) -> None:
        seq = (await self.call("GET", f"/api/v1/conversations/{conversation}"))["seq"]
        body = {"command_id": uuid4().hex, "seen": seq, "text": text}
        await self.call("POST", f"/api/v1/conversations/{conversation}/messages", body, status=201)

    async def push(self, signature: str, stamp: int) -> int:
        """A call of a stranger's, or an old one of the provider's."""
        query = {"signature": "0" * 40, "timestamp": str(stamp), "nonce": "n"}
        query.update(msg_signature=signature, encrypt_type="aes")
        async with self.http.post(
            f"/hooks/{CHANNEL}", params=query, data=f"<xml><Encrypt>{WORDS}</Encrypt></xml>"
        ) as answer:
            return answer.status

    async def rows(self, **asked: str) -> list[Any]:
        async with self.http.get("/api/v1/channel-log", params={"limit": "100", **asked}) as answer:
            assert answer.status == 200, await answer.text()
            items: list[Any] = (await answer.json())["items"]
            return items

    async def until(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        async with asyncio.timeout(15):
            while not (found := await ask()):  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0.05)
        return found

    async def logged(self, count: int = 1, **asked: str) -> list[Any]:
        async def enough() -> list[Any]:
            found = await self.rows(**asked)
            return found if len(found) >= count else []

        found: list[Any] = await self.until(enough)
        return found


@asynccontextmanager
async def bank(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Bank]:
    clock, port, simulator_port = SystemClock(), pick_port(), pick_port()
    base = f"http://127.0.0.1:{port}"
    settings = Settings(
        http=Http(port=port, public_url=base),
        store=Store(
            mongodb_uri=SecretStr(mongo_uri), database=f"run_{uuid4().hex[:8]}", data=tmp_path
        ),
        outbox=Outbox(send_timeout_s=3.0, overdue_s=8.0, backoff_s=0.2),
        policy=Policy(without_bot=frozenset({CHANNEL})),
        site=Site(environment="test"),
    )
    world = World(account=demo_account(), hook="", clock=clock, push_rules=PushRules(patient=True))
    phone = world.add_phone()
    phone.following = True
    ready = asyncio.Event()

    async def set_ready() -> None:
        ready.set()

    async with (
        open_database(settings, clock) as stores,
        running(world, port=simulator_port) as deliveries,
        aiohttp.ClientSession(
            base, headers={"Origin": base}, cookie_jar=aiohttp.CookieJar(unsafe=True)
        ) as http,
        asyncio.TaskGroup() as tasks,
    ):
        hub = await build(settings, clock, stores)
        answers = described(compose().deps)
        hub.web.on_response_prepare.append(answers.hear)
        life = tasks.create_task(run(hub, set_ready))
        await ready.wait()
        access = hub.web[ACCESS]
        for username, role in ((OPERATOR, Role.OPERATOR), (LEAD, Role.SUPERVISOR)):
            user = User(username=username, display_name=username, role=role)
            await access.add_user(user, PASSWORD)
        made = Bank(
            hub=hub,
            world=world,
            deliveries=deliveries,
            phone=phone,
            http=http,
            simulator=f"http://127.0.0.1:{simulator_port}",
        )
        await made.sign_in(OPERATOR)
        yield made
        life.cancel()
    assert answers.wrong == []


async def test_a_hub_that_stopped_leaves_no_thread_of_its_bot(
    mongo_uri: str, tmp_path: Path
) -> None:
    def encoders() -> set[threading.Thread]:
        return {each for each in threading.enumerate() if each.name.startswith("encoder")}

    others = encoders()
    async with bank(mongo_uri, tmp_path) as it:
        if not it.hub.bot.status().encoder:
            pytest.skip("no encoder for this machine")
        await it.hub.knowledge.try_out("转账要不要收费")
        ours = encoders() - others
        assert ours
    for thread in ours:
        await asyncio.to_thread(thread.join, 5)
    assert not encoders() & ours


async def test_an_account_is_tried_added_used_and_nothing_of_anybody_stands_in_a_log(
    mongo_uri: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with structlog.testing.capture_logs() as logs:
        async with bank(mongo_uri, tmp_path) as it:
            wrong = await it.call("POST", "/api/v1/channel-tests", it.draft(app_secret="no such"))
            assert [(c["name"], c["ok"], c["code"]) for c in wrong["checks"]] == [
                ("configuration", True, ""),
                ("reachable", True, ""),
                ("credentials", False, "wrong_app_secret"),
            ]
            right = await it.call("POST", "/api/v1/channel-tests", it.draft())
            assert [(c["name"], c["ok"]) for c in right["checks"]] == [
                ("configuration", True),
                ("reachable", True),
                ("credentials", True),
                ("clock", True),
            ]
            await it.add()
            await it.sign_in(LEAD)
            conversation = await it.writes(WORDS)
            await it.answers(conversation, ANSWER)
            await it.until(lambda: _heard(it, ANSWER))
            await it.sign_in(OPERATOR)
            assert await it.push("f" * 40, 0) == 403
            await _check_rows(it)
            stored = [row async for row in it.hub.stores.database["exchanges"].find()]
            secrets = await _secrets(it)
    ours = [r.getMessage() for r in caplog.records if r.name != THE_PROVIDERS_OWN]
    assert len(stored) > 5
    assert "hook rejected" in {entry["event"] for entry in logs}
    for place in (stored, logs, ours):
        text = str(place)
        assert [name for name, secret in secrets.items() if secret in text] == []


async def _check_rows(it: Bank) -> None:
    length = f"‹{len(ANSWER)} characters›"
    told = await it.logged(operation="message/custom/send", q="send", outcome="ok")
    [sent] = [row for row in told if row["sent"]["text.content"] == length]
    outbox = await it.hub.stores.database["outbox"].find_one({"_id": sent["ref"]})
    assert outbox is not None
    assert (outbox["state"], outbox["kind"]) == ("sent", "message")
    assert await it.rows(ref=sent["ref"]) == [sent]
    [heard] = await it.logged(direction="in", outcome="ok")
    assert (heard["operation"], heard["received"]["Content"]) == (
        "text",
        f"‹{len(WORDS)} characters›",
    )
    [stranger] = await it.logged(direction="in", outcome="refused")
    assert stranger["code"] == "bad_signature"
    refused = await it.logged(outcome="refused", direction="out")
    assert [(row["channel_id"], row["provider_code"]) for row in refused] == [("new", "40125")]


async def _secrets(it: Bank) -> dict[str, str]:
    """All that must stand in no log; the card's and the password's words alone as well."""
    account = it.account
    tokens = await it.hub.stores.database["provider_tokens"].find().to_list()
    return {
        "words": WORDS,
        "card": "6222020000001234567",
        "answer": ANSWER,
        "hint": "茉莉花",
        "openid": it.phone.openid,
        "app secret": account.app_secret,
        "token of pushes": account.token,
        "aes key": account.aes_key,
        "password": PASSWORD,
        **{f"access token {n}": doc["token"] for n, doc in enumerate(tokens)},
    }


async def _heard(it: Bank, text: str) -> bool:
    return any(row["content"].get("content") == text for row in it.world.sends.sent)


FAULTS: list[tuple[dict[str, Any], str, str, int]] = [
    ({"kind": "status"}, "uncertain", "provider_failed", 502),
    ({"kind": "slow", "seconds": 20}, "uncertain", "given_up", 0),
    ({"kind": "garbage"}, "uncertain", "answer_not_readable", 0),
    ({"kind": "cut"}, "uncertain", "answer_cut", 0),
    ({"kind": "errcode", "code": 45047}, "refused", "reply_quota_exhausted", 200),
]


async def test_faults_of_the_provider_stand_in_the_log_with_the_message_they_hit(
    mongo_uri: str, tmp_path: Path
) -> None:
    async with bank(mongo_uri, tmp_path) as it:
        await it.add()
        await it.sign_in(LEAD)
        for fault, outcome, code, status in FAULTS:
            conversation = await it.writes("在吗")
            it.world.call_faults = [CallFault.model_validate({**fault, "call": "send", "times": 1})]
            await it.sign_in(LEAD)
            await it.answers(conversation, "您好")
            await it.sign_in(OPERATOR)
            [row] = await it.logged(outcome=outcome, q=code)
            assert (row["code"], row["status"], row["operation"]) == (
                code,
                status,
                "message/custom/send",
            )
            outbox = await it.hub.stores.database["outbox"].find_one({"_id": row["ref"]})
            assert outbox is not None


async def test_a_paused_account_loses_nothing_and_goes_on(mongo_uri: str, tmp_path: Path) -> None:
    async with bank(mongo_uri, tmp_path) as it:
        await it.add()
        await it.call("POST", f"{ACCOUNTS}/{CHANNEL}/pause")
        await it.sign_in(LEAD)
        conversation = await it.writes("在吗")
        await it.answers(conversation, "您好")
        rows = it.hub.stores.database["outbox"]

        async def held() -> Any:
            return await rows.find_one({"code": "channel_paused", "state": "queued"})

        row = await it.until(held)
        assert row["attempts"] == 0
        assert it.world.sends.sent == []
        await it.sign_in(OPERATOR)
        await it.call("POST", f"{ACCOUNTS}/{CHANNEL}/resume")
        await it.until(lambda: _heard(it, "您好"))
