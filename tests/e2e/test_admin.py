"""The administration: channel accounts and their log, one's own access, keys, webhooks, users."""

import asyncio
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import pyotp
import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar
from playwright.async_api import Browser, Page, expect

from hub.runtime.clock import SystemClock
from tests.e2e.colleague import SOON_MS
from tests.e2e.office import API, SOON_S, Demo, Office

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
FIELDS = {
    "account": "gh_0123456789ab",
    "app_id": "wx0123456789abcdef",
    "app_secret": "a-secret-nobody-knows",
    "token": "token123",
    "aes_key": KEY,
}
OWN_PASSWORD = "riverbank lantern 42"


@pytest_asyncio.fixture(loop_scope="session")
async def bank(browser: Browser, demo: Demo) -> AsyncIterator[Office]:
    """Whoever came is gone afterwards. Refused calls are part of what is tested here."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        office = Office(browser, demo, http)
        yield office
        for somebody in office.people:
            await somebody.leave()


async def at(office: Office, username: str, path: str) -> Page:
    somebody = office.colleague(username)
    page = await somebody.open(path=path)
    await page.locator("input[name=username]").fill(username)
    await somebody.enter_password()
    await expect(page.get_by_test_id("me")).to_be_visible(timeout=SOON_MS)
    return page


async def test_an_account_is_tested_added_paused_and_removed(bank: Office) -> None:
    page = await at(bank, "operator1", "/accounts")
    account = f"wechat-{uuid4().hex[:6]}"
    await page.get_by_test_id("add-account").click()
    sheet = page.get_by_test_id("sheet")
    await sheet.locator("input[name=id]").fill(account)
    await sheet.locator("input[name=name]").fill("第二个公众号")
    await sheet.get_by_test_id("sheet-save").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("还有 4 处要改")

    for name, value in FIELDS.items():
        await sheet.get_by_test_id(f"field-{name}").locator("input").fill(value)
    advanced = sheet.locator("details", has=page.get_by_test_id("field-base_url"))
    await advanced.locator("summary").click()
    await sheet.get_by_test_id("field-base_url").locator("input").fill(bank.demo.simulator)
    await sheet.get_by_test_id("sheet-test").click()
    await expect(sheet.get_by_test_id("checks")).to_contain_text("有问题", timeout=SOON_MS)
    await sheet.get_by_test_id("sheet-save").click()

    card = page.get_by_test_id(f"card-{account}")
    await expect(card).to_contain_text(f"/hooks/{account}")
    await card.get_by_test_id("edit").click()
    secret = sheet.get_by_test_id("field-app_secret")
    await expect(secret).to_contain_text("已设置 · ")
    assert FIELDS["app_secret"] not in await page.content()
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)

    await card.get_by_test_id("remove").click()
    await page.get_by_test_id("ask-go").click()
    await expect(page.get_by_test_id("ask")).to_contain_text("推送地址从此无效")
    await page.get_by_test_id("ask-go").click()
    await expect(card).to_have_count(0)


async def test_a_file_account_pauses_goes_on_and_is_not_changed_here(bank: Office) -> None:
    page = await at(bank, "admin", "/accounts")
    card = page.get_by_test_id("card-wechat-demo")
    state = page.get_by_test_id("state-wechat-demo")
    await expect(state).to_have_text("运行中")
    await expect(card.get_by_test_id("edit")).to_have_count(0)
    await card.get_by_test_id("pause").click()
    await expect(page.get_by_test_id("ask")).to_contain_text("客户发来的照常收下")
    await page.get_by_test_id("ask-go").click()
    await expect(state).to_have_text("已暂停")
    await card.get_by_test_id("resume").click()
    await expect(state).to_have_text("运行中", timeout=SOON_MS)
    await card.get_by_test_id("test").click()
    await expect(page.get_by_test_id("checks")).to_contain_text("全部通过", timeout=SOON_MS)


async def test_the_log_finds_an_exchange_and_hides_what_is_secret(bank: Office) -> None:
    page = await at(bank, "operator1", "/channel-log")
    await page.get_by_test_id("filter-q").fill("stable_token")
    row = page.get_by_test_id("log-rows").get_by_role("button", name="stable_token").first
    await row.click(timeout=SOON_MS)
    detail = page.get_by_test_id("exchange")
    await expect(detail.get_by_test_id("tree-sent")).to_contain_text("client_credential")
    await expect(detail.get_by_test_id("tree-received")).to_contain_text("characters›")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("filter-q").fill("no-such-operation")
    await expect(page.get_by_test_id("list-empty")).to_have_text("没有符合的记录。")
    assert "q=no-such-operation" in page.url


async def test_agents_have_no_administration(bank: Office) -> None:
    page = await at(bank, "agent1", "/accounts")
    await expect(page.locator("main")).to_contain_text("不给此账号看")
    await expect(page.get_by_test_id("page-admin")).to_have_count(0)


async def test_a_key_is_shown_once_used_and_revoked(bank: Office) -> None:
    page = await at(bank, "admin", "/keys")
    name = f"CRM {uuid4().hex[:6]}"
    await page.get_by_test_id("add-key").click()
    await page.locator("input[name=key-name]").fill(name)
    await page.get_by_test_id("tick-read:agents").check()
    await page.get_by_test_id("make-key").click()
    secret = await page.get_by_test_id("secret").inner_text()
    assert secret.startswith("llk_")
    headers = {"Authorization": f"Bearer {secret}"}
    agents = f"{bank.demo.url}/api/v1/agents"
    async with bank.http.get(agents, headers=headers) as answer:
        assert answer.status == 200
    await page.get_by_test_id("secret-kept").check()
    await page.get_by_test_id("secret-done").click()
    assert secret not in await page.content()
    row = page.get_by_role("row", name=name)
    await row.get_by_test_id("revoke").click()
    await page.get_by_test_id("ask-go").click()
    await expect(row).to_contain_text("已撤销")
    async with bank.http.get(agents, headers=headers) as answer:
        assert answer.status == 401


async def test_a_webhook_inside_our_network_is_refused_in_words(bank: Office) -> None:
    page = await at(bank, "admin", "/webhooks")
    await page.get_by_test_id("add-webhook").click()
    await page.locator("input[name=webhook-url]").fill("https://127.0.0.1/in")
    await page.get_by_test_id("tick-message.received").check()
    await page.get_by_test_id("make-webhook").click()
    await expect(page.get_by_test_id("sheet").get_by_role("alert")).to_contain_text("不在公网上")


async def test_a_webhook_tells_its_last_tries_and_why_they_did_not_arrive(bank: Office) -> None:
    hooks, url = f"{bank.demo.url}{API}/webhooks", f"https://{uuid4().hex[:6]}.bank.invalid/in"
    headers = await bank.headers_of("admin")
    body = {"url": url, "events": ["conversation.opened"]}
    async with bank.http.post(hooks, json=body, headers=headers) as answer:
        webhook = (await answer.json())["webhook"]["id"]
    page = await at(bank, "admin", "/webhooks")
    card, tries = page.get_by_test_id(f"webhook-{webhook}"), page.get_by_test_id("deliveries")
    await card.get_by_test_id("deliveries-open").click()
    await expect(page.get_by_test_id("list-empty")).to_contain_text("还没有投递过")

    customer = bank.visitor()
    await customer.open()
    await customer.write("转账要手续费吗")
    await customer.leave()
    async with asyncio.timeout(SOON_S):
        while not (await bank.get("admin", f"/webhooks/{webhook}/deliveries"))[1]["items"]:
            await page.wait_for_timeout(200)
    await page.get_by_test_id("deliveries-reload").click()
    first = tries.locator("li").last
    await expect(first).to_contain_text("域名查不到")
    await expect(first).to_contain_text("1 条通知，编号 ")
    await expect(tries.locator("li").first).to_contain_text("请核对地址的拼写")
    await expect(page.get_by_test_id("deliveries-summary")).to_contain_text("送到 0")
    async with bank.http.delete(f"{hooks}/{webhook}", headers=headers) as answer:
        assert answer.status == 204


async def _asked_for_the_code(desk: Page) -> None:
    """A laden hub may say that it is busy: then one presses Enter again."""
    code, busy = desk.locator("input[name=otp]"), desk.get_by_role("alert")
    await desk.locator("input[name=password]").press("Enter")
    await expect(code.or_(busy)).to_be_visible(timeout=SOON_MS)
    if await busy.is_visible():
        await desk.locator("input[name=password]").press("Enter")
    await expect(code).to_be_visible(timeout=SOON_MS)


async def test_a_new_user_chooses_a_password_and_a_second_factor(bank: Office) -> None:
    page = await at(bank, "admin", "/users")
    username = f"u{uuid4().hex[:6]}"
    await page.get_by_test_id("add-user").click()
    await page.locator("input[name=new-username]").fill(username)
    await page.locator("input[name=display-name]").fill("赵敏")
    await page.get_by_test_id("save-user").click()
    given = await page.get_by_test_id("secret").inner_text()

    newcomer = bank.colleague(username)
    desk = await newcomer.open()
    await desk.locator("input[name=username]").fill(username)
    await desk.locator("input[name=password]").fill(given)
    await desk.locator("input[name=password]").press("Enter")
    await expect(desk.get_by_test_id("owing")).to_contain_text("请先设置自己的密码")
    await desk.locator("input[name=current]").fill(given)
    await desk.locator("input[name=new]").fill(OWN_PASSWORD)
    await desk.locator("input[name=again]").fill(OWN_PASSWORD)
    await desk.get_by_test_id("password-go").click()
    await newcomer.at_work()

    await desk.goto(bank.demo.url + "/me")
    await desk.get_by_test_id("otp-begin").click()
    telephone = pyotp.TOTP((await desk.get_by_test_id("otp-secret").inner_text()).replace(" ", ""))
    await desk.get_by_test_id("otp-code").fill(telephone.at(SystemClock().now()))
    await desk.get_by_test_id("otp-confirm").click()
    shown = desk.get_by_test_id("recovery").locator("li")
    await expect(shown).to_have_count(10)
    codes = await shown.all_inner_texts()
    await desk.get_by_test_id("codes-kept").check()
    await desk.get_by_test_id("codes-done").click()
    await expect(desk.get_by_test_id("factor")).to_contain_text("剩 10 个恢复码")

    await desk.get_by_test_id("me").click()
    await desk.get_by_test_id("sign-out").click()
    await desk.locator("input[name=username]").fill(username)
    await desk.locator("input[name=password]").fill(OWN_PASSWORD)
    await _asked_for_the_code(desk)
    await desk.locator("input[name=otp]").fill("000000")
    await desk.locator("input[name=otp]").press("Enter")
    await expect(desk.get_by_role("alert")).to_contain_text("验证码不对")
    await desk.locator("input[name=otp]").fill(codes[0])
    await desk.locator("input[name=otp]").press("Enter")
    await newcomer.at_work()


async def test_the_audit_log_tells_who_did_what_and_that_its_chain_holds(bank: Office) -> None:
    _ = await bank.headers_of("admin")  # its sign-in is a row of its own
    page = await at(bank, "admin", "/audit")
    await expect(page.get_by_test_id("chain")).to_contain_text("链完好")
    state = page.get_by_test_id("chain-state")
    await expect(state).to_contain_text(re.compile(r"链完整.*核对（第 \d+ – \d+ 条）"))
    _, found = await bank.get("admin", "/audit/state")
    await expect(state).to_contain_text(f"第 {found['n']} 条的证明 {found['proof'][:8]}…")
    await page.get_by_test_id("audit-actor").fill("agent:admin")
    rows = page.get_by_test_id("audit").locator("tbody tr")
    await expect(rows.first).to_contain_text("agent:admin")
