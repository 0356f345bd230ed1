"""A whole hub and WeChat's simulator: who customers are, what they press and scan, how fast pushes
are answered."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from channels.wechat.simulator.account import Account, CallFault, PushRules
from channels.wechat.simulator.deliveries import Deliveries
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.pushes import event_fields, message_fields
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from hub.store.embedded_process import pick_port
from tests.channels.test_whole_run import ACCOUNTS, CHANNEL, LEAD, Bank, bank

SECOND = "wechat-second"
MENU = f"{ACCOUNTS}/{CHANNEL}/menu"
CODES = f"{ACCOUNTS}/{CHANNEL}/qr-codes"
RATE, SECONDS = 50, 5
PHONES = 10


async def customers(it: Bank) -> list[Any]:
    found: list[Any] = (await it.call("GET", "/api/v1/customers"))["items"]
    return found


@asynccontextmanager
async def second_account(it: Bank) -> AsyncIterator[tuple[World, Deliveries]]:
    """Another account of the same open platform, at a simulator of its own."""
    own = {"id": "gh_second0000", "app_id": "wxsecond0000"}
    account = Account.model_validate({**it.account.model_dump(), **own})
    port = pick_port()
    rules = PushRules(patient=True)
    world = World(account=account, hook="", clock=it.world.clock, push_rules=rules)
    document = account.channel_document(SECOND, f"http://127.0.0.1:{port}")
    secrets = {name: document.pop(name) for name in ("app_secret", "token", "aes_key")}
    config = {name: value for name, value in document.items() if name not in {"id", "kind"}}
    draft = {"kind": "wechat", "config": config, "secrets": secrets, "version": 0}
    async with running(world, port=port) as deliveries:
        added = await it.call("PUT", f"{ACCOUNTS}/{SECOND}", draft)
        world.hook = added["hook_url"]
        yield world, deliveries


async def test_one_person_on_two_accounts_becomes_one_customer(
    mongo_uri: str, tmp_path: Path
) -> None:
    async with bank(mongo_uri, tmp_path) as it:
        await it.add()
        async with second_account(it) as (world, deliveries):
            await it.sign_in(LEAD)
            first = await it.writes("在吗")
            other: Phone = world.add_phone()
            other.following, other.unionid = True, it.phone.unionid
            deliveries.message(other, message_fields("text", {"Content": "我换了个号"}))

            async def planned() -> Any:
                found = await customers(it)
                return [each for each in found if each["merge_planned"]] if len(found) == 2 else 0

            [upper] = await it.until(planned)
            assert first
            body = {"command_id": "close-1"}
            path = f"/api/v1/conversations/{upper['open_conversation_id']}/close"
            await it.call("POST", path, body, status=201)

            async def joined() -> Any:
                found = await it.call("GET", f"/api/v1/customers/{upper['merge_planned']}")
                return found if len(found["profiles"]) == 2 else None

            lower = await it.until(joined)
        assert lower["absorbed"] == [upper["id"]]
        assert {each["channel_id"] for each in lower["addresses"]} == {CHANNEL, SECOND}
        assert {each["union_id"] for each in lower["profiles"]} == {it.phone.unionid}
        assert {each["language"] for each in lower["profiles"]} == {"zh_CN"}


async def test_a_provider_that_is_slow_about_people_keeps_nobody_waiting(
    mongo_uri: str, tmp_path: Path
) -> None:
    async with bank(mongo_uri, tmp_path) as it:
        await it.add()
        it.world.call_faults = [CallFault(call="user", kind="errcode", code=-1, times=1)]
        await it.sign_in(LEAD)
        await it.writes("在吗")

        async def known() -> Any:
            [customer] = await customers(it)
            return customer["profiles"]

        [profile] = await it.until(known)
        assert (profile["union_id"], profile["following"]) == (it.phone.unionid, True)


async def test_a_menu_is_published_pressed_and_brings_a_person(
    mongo_uri: str, tmp_path: Path
) -> None:
    async with bank(mongo_uri, tmp_path) as it:
        await it.add()
        buttons = [
            {
                "name": "服务",
                "kind": "group",
                "entries": [{"name": "人工客服", "kind": "hand_off"}],
            },
            {"name": "官网", "kind": "link", "url": "https://bank.example/"},
        ]
        kept = await it.call("PUT", MENU, {"version": 0, "buttons": buttons})
        live = await it.call("POST", f"{MENU}/publish", {"version": kept["version"]})
        assert live["live"] is True
        assert it.world.menu is not None
        group, page = it.world.menu["button"]
        assert page == {"type": "view", "name": "官网", "url": "https://bank.example/"}
        [person] = group["sub_button"]
        await it.sign_in(LEAD)
        it.deliveries.event(it.phone, event_fields("CLICK", person["key"], {}))
        conversation = str(await it.until(it.conversation))

        async def queued() -> Any:
            found = await it.call("GET", f"/api/v1/conversations/{conversation}")
            return found["state"] == "queued" and found["handed_off_reason"]

        assert await it.until(queued) == "asked_for_person"


async def test_a_code_is_made_scanned_and_named(mongo_uri: str, tmp_path: Path) -> None:
    async with bank(mongo_uri, tmp_path) as it:
        await it.add()
        wanted = {"scene": "branch-7", "label": "浦东支行", "valid_s": 3600}
        await it.call("POST", CODES, wanted, status=201)
        [(ticket, code)] = it.world.qr.open()
        assert code.scene == "branch-7"
        it.phone.following = False
        fields = event_fields("subscribe", f"qrscene_{code.scene}", {"Ticket": ticket})
        it.deliveries.event(it.phone, fields)
        journal = it.hub.stores.database["journal"]

        async def told() -> Any:
            return await journal.find_one({"events.meaning.label": "浦东支行"})

        assert await it.until(told)
        await it.sign_in(LEAD)

        async def known() -> Any:
            found = await customers(it)
            return found[0]["profiles"] if found else None

        [profile] = await it.until(known)
        assert (profile["scene"], profile["source"]) == ("branch-7", "ADD_SCENE_QR_CODE")


async def test_token_and_key_are_rotated_over_the_api(mongo_uri: str, tmp_path: Path) -> None:
    async with bank(mongo_uri, tmp_path) as it:
        await it.add()
        path = f"{ACCOUNTS}/{CHANNEL}/rotate"
        wrong = {"version": 1, "secrets": {"app_secret": "x" * 32}}
        refused = await it.call("POST", path, wrong, status=409)
        assert [each["pointer"] for each in refused["errors"]] == ["/body/secrets/app_secret"]
        new = {"token": "token-of-tomorrow", "aes_key": it.account.aes_key[::-1][:42] + "E"}
        account = await it.call("POST", path, {"version": 1, "secrets": new})
        assert account["version"] == 2
        assert account["secrets"]["previous_token"]["set"] is True
        assert not set(new.values()) & set(str(account).split("'"))
        await it.sign_in(LEAD)
        await it.writes("旧的令牌还在用")
        it.account.token, it.account.aes_key = new["token"], new["aes_key"]
        await it.writes("换成新的了")

        async def both() -> bool:
            return {push["state"] for push in it.world.pushes} == {"acked"}

        await it.until(both)
        assert {push["attempts"] for push in it.world.pushes} == {1}


@pytest.mark.serial
async def test_the_hook_answers_within_a_second_under_load(mongo_uri: str, tmp_path: Path) -> None:
    async with bank(mongo_uri, tmp_path) as it:
        await it.add()
        phones = [it.world.add_phone() for _ in range(PHONES)]
        for phone in phones:
            phone.following = True
        for n in range(RATE * SECONDS):
            words = message_fields("text", {"Content": f"第{n}句"})
            it.deliveries.message(phones[n % PHONES], words)
            await asyncio.sleep(1 / RATE)

        async def answered() -> bool:
            return all(push["state"] == "acked" for push in it.world.pushes)

        await it.until(answered)
        entries = [entry for phone in phones for entry in phone.entries]
        pushes = [entry for entry in entries if entry["kind"] == "wire"]
        to_hub = sorted(each["ms"] for each in pushes if each["direction"] == "to_hub")
        assert len(to_hub) >= RATE * SECONDS
        assert {push["attempts"] for push in it.world.pushes} == {1}
        p99 = to_hub[math.ceil(len(to_hub) * 0.99) - 1]
        assert p99 < 1000, f"p99 {p99} ms, longest {to_hub[-1]} ms"
