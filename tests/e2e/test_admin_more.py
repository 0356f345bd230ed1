"""What people do on the pages of the administration, each act with what it does elsewhere."""

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar
from playwright.async_api import Browser, Locator, Page, expect

import tests.services.webhook_receiver
from tests.e2e.admin_steps import at, call, control, phone
from tests.e2e.colleague import SOON_MS
from tests.e2e.hostile import push
from tests.e2e.office import API, SOON_S, Demo, Office

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

PHONE = "13812345678"
CARD = "6222021234567890128"
KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
SECRETS = {"app_secret": "nobody-knows-it", "token": "token123", "aes_key": KEY}


@pytest_asyncio.fixture(loop_scope="session")
async def bank(browser: Browser, demo: Demo) -> AsyncIterator[Office]:
    """Whoever came is gone afterwards. Refused calls are part of what is tested here."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        office = Office(browser, demo, http)
        await office.clear()
        yield office
        await office.leave()


# ---------------------------------------------------------------- hidden numbers
async def test_a_number_is_shown_for_a_reason_and_the_audit_log_says_who_saw_it(
    bank: Office,
) -> None:
    customer = await bank.waiting_customer()
    agent = await bank.ready("agent1")
    await agent.accept()
    await push(bank, await customer.phone(), type="text", text=f"卡号{CARD}，电话{PHONE}")
    await expect(agent.says("customer").last).to_contain_text("138****5678", timeout=SOON_MS)
    page = agent.page
    assert PHONE not in await page.content()
    assert CARD not in await page.content()

    await page.get_by_test_id("unmask").click()
    ask = page.get_by_test_id("ask")
    await expect(ask).to_contain_text("审计")
    await page.get_by_test_id("ask-go").click()
    await expect(page.get_by_test_id("revealed")).to_have_count(0)
    await page.get_by_test_id("reason-identity_check").check()
    await agent.shoot("unmask-asked")
    await page.get_by_test_id("ask-go").click()
    revealed = page.get_by_test_id("revealed")
    await expect(revealed).to_have_count(2, timeout=SOON_MS)
    shown = " ".join(await revealed.all_inner_texts())
    assert PHONE in shown
    assert CARD in shown
    await agent.shoot("unmask-shown")
    await page.get_by_test_id("unmask-hide").click()
    await expect(revealed).to_have_count(0)
    assert PHONE not in await page.content()

    audit = await at(bank, "admin", "/audit")
    await audit.get_by_test_id("audit-act").fill("customer.unmasked")
    row = audit.get_by_test_id("audit").locator("tbody tr").first
    await expect(row).to_contain_text("agent:agent1", timeout=SOON_MS)
    await expect(row).to_contain_text(agent.conversation_id.partition(".")[0])
    await expect(row).to_contain_text("identity_check")
    assert not [number for number in (PHONE, CARD) if number in await audit.content()]


# ---------------------------------------------------------------- webhooks
@dataclass
class Receiver:
    """A server of an integrator; `book` holds what it was told."""

    book: Path

    def told(self) -> list[dict[str, Any]]:
        lines = self.book.read_text("utf-8").splitlines() if self.book.exists() else []
        return [json.loads(json.loads(line)["body"]) for line in lines]

    def ids(self) -> list[str]:
        return [each["id"] for each in self.told() if each["type"] == "message.received"]

    async def has(self, count: int) -> list[str]:
        async with asyncio.timeout(SOON_S):
            while len(self.ids()) < count:  # noqa: ASYNC110 - another process writes
                await asyncio.sleep(0.05)
        return self.ids()


@asynccontextmanager
async def receiving(office: Office, book: Path) -> AsyncIterator[Receiver]:
    program, port = tests.services.webhook_receiver.__file__, urlsplit(office.demo.receiver).port
    process = await asyncio.create_subprocess_exec(
        sys.executable, program, str(port), str(book), stdout=PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(SOON_S):
            assert await process.stdout.readline() == b"ready\n"
        yield Receiver(book)
    finally:
        process.kill()
        await process.wait()


async def test_a_webhook_is_tried_paused_resumed_and_replayed(bank: Office, tmp_path: Path) -> None:
    openid = await phone(bank)
    page = await at(bank, "admin", "/webhooks")
    async with receiving(bank, tmp_path / "book") as receiver:
        card = await _subscribed(page, f"{bank.demo.receiver}/{uuid4().hex[:6]}")
        await card.get_by_test_id("ping").click()
        await expect(_toast(page, "204")).to_be_visible(timeout=SOON_MS)
        assert [each["type"] for each in receiver.told()] == ["ping"]

        await push(bank, openid, type="text", text="你好")
        (first,) = await receiver.has(1)
        await card.get_by_test_id("webhook-pause").click()
        await expect(card).to_contain_text("已暂停", timeout=SOON_MS)
        await push(bank, openid, type="text", text="暂停时说的")
        await card.get_by_test_id("ping").click()
        await expect(_toast(page, "204")).to_be_visible(timeout=SOON_MS)
        assert receiver.ids() == [first]
        await card.get_by_test_id("webhook-resume").click()
        ids = await receiver.has(2)
        assert ids[0] == first != ids[1]

        await card.get_by_test_id("replay").click()
        await page.get_by_test_id("ask-go").click()
        await expect(page.get_by_test_id("ask")).to_be_visible()
        await page.locator("input[type=datetime-local]").fill("2026-01-01T00:00")
        await page.get_by_test_id("ask-go").click()
        async with asyncio.timeout(SOON_S):
            while not set(ids) <= set(receiver.ids()[2:]):  # noqa: ASYNC110 - as in `has`
                await asyncio.sleep(0.05)
    await card.get_by_test_id("ping").click()
    await expect(_toast(page, "没有应答")).to_be_visible(timeout=SOON_MS)
    await card.get_by_role("button", name="移除").click()
    await page.get_by_test_id("ask-go").click()
    await expect(card).to_have_count(0, timeout=SOON_MS)


async def _subscribed(page: Page, url: str) -> Locator:
    await page.get_by_test_id("add-webhook").click()
    await page.locator("input[name=webhook-url]").fill(url)
    await page.get_by_test_id("tick-message.received").check()
    await page.get_by_test_id("make-webhook").click()
    await expect(page.get_by_test_id("secret")).to_contain_text("whsec_", timeout=SOON_MS)
    await page.get_by_test_id("secret-kept").check()
    await page.get_by_test_id("secret-done").click()
    return page.locator("article").filter(has_text=url)


def _toast(page: Page, words: str) -> Locator:
    return page.locator(".toast").filter(has_text=words).last


# ---------------------------------------------------------------- accounts
async def test_an_account_is_edited_paused_and_its_log_is_one_click_away(bank: Office) -> None:
    account = f"wechat-{uuid4().hex[:6]}"
    config = {
        "account": f"gh_{uuid4().hex[:12]}",
        "app_id": f"wx{uuid4().hex[:16]}",
        "base_url": bank.demo.simulator,
    }
    body = {"kind": "wechat", "name": "信用卡中心", "config": config, "secrets": SECRETS}
    await call(bank, "operator1", "PUT", f"/channel-accounts/{account}", {"version": 0, **body})
    page = await at(bank, "operator1", "/accounts")
    card = page.get_by_test_id(f"card-{account}")
    await card.get_by_test_id("edit").click()
    sheet = page.get_by_test_id("sheet")
    await expect(sheet.locator("input[name=name]")).to_have_value("信用卡中心")
    await sheet.locator("input[name=name]").fill("信用卡中心（新）")
    await sheet.get_by_test_id("sheet-save").click()
    await expect(card.locator("h3")).to_have_text("信用卡中心（新）", timeout=SOON_MS)
    await expect(card).to_contain_text("operator1")
    await card.get_by_test_id("edit").click()
    await expect(sheet.get_by_test_id("field-app_secret")).to_contain_text("已设置 · ")
    await page.keyboard.press("Escape")

    state = page.get_by_test_id(f"state-{account}")
    await card.get_by_test_id("pause").click()
    await page.get_by_test_id("ask-go").click()
    await expect(state).to_have_text("已暂停", timeout=SOON_MS)
    await page.reload()
    await expect(state).to_have_text("已暂停", timeout=SOON_MS)
    await card.get_by_test_id("resume").click()
    await expect(state).not_to_have_text("已暂停", timeout=SOON_MS)
    await card.get_by_role("link").click()
    await expect(page.locator("#log-channel")).to_have_value(account)
    rows = page.get_by_test_id("log-rows").locator("tbody tr")
    await expect(rows.first).to_contain_text("stable_token", timeout=SOON_MS)

    await page.get_by_test_id("admin-accounts").click()
    await card.get_by_test_id("remove").click()
    await page.get_by_test_id("ask-go").click()
    await page.get_by_test_id("ask-go").click()
    await expect(card).to_have_count(0, timeout=SOON_MS)


async def test_health_and_quotas_are_shown_as_the_provider_tells_them(bank: Office) -> None:
    page = await at(bank, "operator1", "/accounts")
    card = page.get_by_test_id("card-wechat-demo")
    await expect(page.get_by_test_id("state-wechat-demo")).to_have_text("运行中", timeout=SOON_MS)
    meters = card.get_by_role("meter")
    await expect(meters.first).to_be_visible(timeout=SOON_MS)
    (listed,) = [
        each
        for each in (await call(bank, "operator1", "GET", "/channel-accounts"))["items"]
        if each["id"] == "wechat-demo"
    ]
    limited = [quota for quota in listed["quota"] if quota["limit"]]
    await expect(meters).to_have_count(len(limited))
    for place, quota in enumerate(limited):
        assert await meters.nth(place).get_attribute("aria-valuemax") == str(quota["limit"])
    await bank.people[-1].shoot("accounts-health")

    await control(bank, ip_allowed=False, expire_tokens=True)
    try:
        customer = bank.visitor()
        await customer.open()
        await customer.say("你好")
        await expect(page.get_by_test_id("state-wechat-demo")).not_to_have_text(
            "运行中", timeout=60_000
        )
        await expect(card).to_contain_text("IP 白名单")
        await bank.people[-1].shoot("accounts-trouble")
    finally:
        await control(bank, ip_allowed=True)
    await expect(page.get_by_test_id("state-wechat-demo")).to_have_text("运行中", timeout=150_000)
    await expect(card).not_to_contain_text("IP 白名单")


# ---------------------------------------------------------------- the log
async def test_the_log_follows_live_and_its_filters_stand_in_the_address(bank: Office) -> None:
    openid = await phone(bank)
    page = await at(bank, "operator1", "/channel-log")
    rows = page.get_by_test_id("log-rows").locator("tbody tr")
    await expect(rows.first).to_be_visible(timeout=SOON_MS)
    await page.locator("#log-direction").select_option("in")
    await expect(page).to_have_url(re.compile("direction=in"))
    await page.mouse.move(5, 5)
    await page.get_by_test_id("live").click()
    before = await rows.first.inner_text()
    await push(bank, openid, type="text", text="看得到吗")
    await expect(rows.first).not_to_have_text(before, timeout=SOON_MS)
    await expect(rows.first).to_contain_text("收")

    await rows.nth(1).hover()
    held = await rows.first.inner_text()
    await push(bank, openid, type="text", text="还在看")
    await expect(page.get_by_test_id("waiting")).to_contain_text("条新记录", timeout=SOON_MS)
    assert await rows.first.inner_text() == held
    await page.get_by_test_id("waiting").click()
    await expect(page.get_by_test_id("waiting")).to_have_count(0)

    await page.get_by_test_id("live").click()
    await page.get_by_test_id("filter-outcome").select_option("ok")
    await expect(page).to_have_url(re.compile("outcome=ok"))
    await page.reload()
    await expect(page.locator("#log-direction")).to_have_value("in")
    await expect(rows.first).to_be_visible(timeout=SOON_MS)
    for outcome in await rows.locator("td:nth-child(2)").all_inner_texts():
        assert outcome.strip() == "成功"
    await page.locator("#log-since").fill("2035-01-01T00:00")
    await expect(page.get_by_test_id("list-empty")).to_be_visible(timeout=SOON_MS)
    await page.get_by_role("button", name="清除条件").click()
    await expect(rows.first).to_be_visible(timeout=SOON_MS)
    assert "?" not in page.url


# ---------------------------------------------------------------- users
async def test_who_is_locked_out_is_let_in_and_gets_a_new_password(bank: Office) -> None:
    username = f"u{uuid4().hex[:6]}"
    user = {"username": username, "display_name": "钱敏", "role": "agent"}
    await call(bank, "admin", "POST", "/users", user)
    for _ in range(12):
        wrong = {"username": username, "password": "not my password"}
        async with bank.http.post(f"{bank.demo.url}{API}/session", json=wrong) as answer:
            if answer.status == 429:
                break
            assert answer.status == 401
    else:
        pytest.fail("nobody is locked out")

    page = await at(bank, "admin", "/users")
    row = page.get_by_test_id(f"user-{username}")
    await expect(row).to_contain_text("锁", timeout=SOON_MS)
    await row.get_by_test_id("unlock").click()
    await expect(_toast(page, username)).to_be_visible(timeout=SOON_MS)
    await expect(row.get_by_test_id("unlock")).to_have_count(0)
    await row.get_by_test_id("reset-password").click()
    await expect(page.get_by_test_id("ask")).to_contain_text("钱敏")
    await page.get_by_test_id("ask-go").click()
    given = await page.get_by_test_id("secret").inner_text()
    await page.get_by_test_id("secret-kept").check()
    await page.get_by_test_id("secret-done").click()
    assert given not in await page.content()

    desk = await bank.colleague(username).open()
    await desk.locator("input[name=username]").fill(username)
    await desk.locator("input[name=password]").fill(given)
    await desk.locator("input[name=password]").press("Enter")
    await expect(desk.get_by_test_id("owing")).to_be_visible(timeout=SOON_MS)

    await row.get_by_test_id("edit-user").click()
    await page.get_by_test_id("disable").check()
    await page.get_by_test_id("save-user").click()
    await expect(row).to_contain_text("停用", timeout=SOON_MS)
    await desk.reload()
    await expect(desk.locator("input[name=username]")).to_be_visible(timeout=SOON_MS)
    await page.goto(f"{bank.demo.url}/audit")
    rows = page.get_by_test_id("audit").locator("tbody tr").filter(has_text=username)
    await expect(rows.first).to_be_visible(timeout=SOON_MS)
    acts = " ".join(await rows.all_inner_texts())
    assert given not in acts


# ---------------------------------------------------------------- keys
async def test_a_key_serves_a_program_within_its_scopes_until_it_is_revoked(bank: Office) -> None:
    page = await at(bank, "admin", "/keys")
    name = f"报表 {uuid4().hex[:6]}"
    await page.get_by_test_id("add-key").click()
    await page.locator("input[name=key-name]").fill(name)
    await page.get_by_test_id("tick-read:conversations").check()
    await page.get_by_test_id("make-key").click()
    key = await page.get_by_test_id("secret").inner_text()
    await page.get_by_test_id("secret-kept").check()
    await page.get_by_test_id("secret-done").click()
    assert await as_program(bank, key, "/conversations?limit=1") == 200
    assert await as_program(bank, key, "/channel-accounts") == 403
    await page.reload()
    row = page.get_by_role("row", name=name)
    await expect(row).not_to_contain_text("从未", timeout=SOON_MS)
    await row.get_by_test_id("revoke").click()
    await page.get_by_test_id("ask-go").click()
    await expect(row).to_contain_text("已撤销", timeout=SOON_MS)
    assert await as_program(bank, key, "/conversations?limit=1") == 401


async def as_program(office: Office, key: str, path: str) -> int:
    """The status, as a program without a browser gets it."""
    headers = {"Authorization": f"Bearer {key}"}
    async with office.http.get(f"{office.demo.url}{API}{path}", headers=headers) as answer:
        return answer.status
