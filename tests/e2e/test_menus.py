"""The account's menu and its QR codes in real browsers: made at the desk, used on the phone."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.e2e.colleague import SOON_MS
from tests.e2e.office import Office
from tests.e2e.visitor import serious_findings, shoot

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

CARD = "card-wechat-demo"
PHONE = (390, 844)
QUESTION = "转账要不要收费"


async def accounts(
    office: Office, language: str = "zh", size: tuple[int, int] = (1366, 900)
) -> Page:
    admin = office.colleague("admin")
    page = await admin.open(path="/accounts", language=language, size=size)
    await page.locator("input[name=username]").fill("admin")
    await admin.enter_password()
    await expect(page.get_by_test_id(CARD)).to_be_visible(timeout=SOON_MS)
    return page


async def menu_sheet(page: Page) -> Locator:
    await page.get_by_test_id(CARD).get_by_test_id("menu").click()
    sheet = page.get_by_test_id("sheet")
    await expect(sheet.get_by_test_id("menu-preview")).to_be_visible(timeout=SOON_MS)
    return sheet


async def publish(sheet: Locator) -> None:
    await sheet.get_by_test_id("menu-publish").click()
    await expect(sheet.get_by_test_id("menu-said")).to_contain_text("已发布", timeout=SOON_MS)


@pytest_asyncio.fixture(loop_scope="session")
async def bank(office: Office) -> AsyncIterator[Office]:
    """The account has no menu afterwards."""
    yield office
    page = await accounts(office)
    sheet = await menu_sheet(page)
    while await sheet.get_by_test_id("preview-button").count():
        await sheet.get_by_test_id("preview-button").first.click()
        await sheet.get_by_test_id("menu-remove").click()
    if await sheet.get_by_test_id("menu-publish").is_enabled():
        await publish(sheet)


async def draw(sheet: Locator) -> None:
    """A group with a question, and a button that calls a person."""
    await sheet.get_by_test_id("add-button").click()
    await sheet.locator("input[name=menu-name]").fill("常用")
    await sheet.get_by_test_id("menu-kind").select_option("group")
    await sheet.get_by_test_id("add-entry").click()
    await sheet.locator("input[name=menu-name]").fill("转账手续费")
    await sheet.locator("input[name=menu-question]").fill(QUESTION)
    await sheet.get_by_test_id("add-button").click()
    await sheet.locator("input[name=menu-name]").fill("人工客服在线服务")
    await sheet.get_by_test_id("menu-kind").select_option("hand_off")


async def test_a_menu_is_published_and_pressed_on_the_phone(bank: Office) -> None:
    page = await accounts(bank)
    sheet = await menu_sheet(page)
    await draw(sheet)
    await expect(sheet.get_by_test_id("menu-form")).to_contain_text("微信最多收 16 字节")
    await sheet.get_by_test_id("menu-publish").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("已用红框标出")
    refused = "/menu"
    admin = bank.people[0]
    admin.complaints[:] = [each for each in admin.complaints if not each.endswith(refused)]
    await sheet.locator("input[name=menu-name]").fill("人工客服")
    await publish(sheet)
    await expect(sheet.get_by_test_id("menu-state")).to_contain_text("已发布，发布于")
    await sheet.get_by_test_id("preview-button").first.click()
    assert await serious_findings(page) == []
    await shoot(page, "menu-zh")

    agent = await bank.ready("agent1")
    customer = bank.visitor()
    await customer.open()
    phone = customer.page
    await phone.get_by_test_id("to-menu").click()
    bar = phone.get_by_test_id("account-menu")
    await bar.get_by_test_id("menu-button").nth(0).click()
    before = await customer.bubbles("account").count()
    await bar.get_by_test_id("menu-item").click()
    answer = customer.bubbles("account").nth(before)
    await expect(answer).to_contain_text("转账", timeout=SOON_MS)
    await bar.get_by_test_id("menu-button").nth(1).click()
    await expect(customer.bubbles("account").last).to_contain_text("人工", timeout=SOON_MS)

    await agent.accept()
    log = agent.page.get_by_test_id("log")
    await expect(log).to_contain_text("客户点了菜单“人工客服”")
    await expect(log).to_contain_text(QUESTION)
    await agent.shoot("menu-pressed-zh")


async def test_the_menu_is_edited_by_keyboard_on_a_narrow_screen_in_english(bank: Office) -> None:
    page = await accounts(bank, "en", PHONE)
    sheet = await menu_sheet(page)
    await sheet.get_by_test_id("add-button").focus()
    await page.keyboard.press("Enter")
    name = sheet.locator("input[name=menu-name]")
    await name.fill("Agent")
    await sheet.get_by_test_id("menu-kind").focus()
    await page.keyboard.press("c")
    await expect(sheet.get_by_test_id("menu-kind")).to_have_value("hand_off")
    await sheet.get_by_test_id("menu-save").focus()
    await page.keyboard.press("Enter")
    await expect(sheet.get_by_test_id("menu-said")).to_contain_text("Saved", timeout=SOON_MS)
    await expect(sheet.get_by_test_id("menu-state")).to_contain_text("published", ignore_case=True)
    assert await serious_findings(page) == []
    await shoot(page, "menu-en-390")
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE[0]


async def test_a_code_is_made_scanned_and_seen_by_the_agent(bank: Office) -> None:
    page = await accounts(bank)
    await page.get_by_test_id(CARD).get_by_test_id("codes").click()
    sheet = page.get_by_test_id("sheet")
    await sheet.get_by_test_id("make-code").click()
    await expect(sheet).to_contain_text("请填写名称。")
    await sheet.locator("input[name=code-label]").fill("浦东支行柜台")
    await sheet.locator("input[name=code-scene]").fill("branch-7")
    await sheet.get_by_test_id("code-days").select_option("7")
    await sheet.get_by_test_id("code-queue").select_option("loan")
    await sheet.get_by_test_id("make-code").click()
    code = sheet.get_by_test_id("code").filter(has_text="浦东支行柜台")
    await expect(code).to_contain_text("branch-7", timeout=SOON_MS)
    loaded = "(picture) => picture.complete && picture.naturalWidth > 100"
    await expect(code.locator("img")).to_be_visible()
    await page.wait_for_function(loaded, arg=await code.locator("img").element_handle())
    async with page.expect_download() as download:
        await code.get_by_test_id("save-picture").click()
    assert (await download.value).suggested_filename == "qr-wechat-demo-branch-7.png"
    assert await serious_findings(page) == []
    await shoot(page, "codes-zh")

    agent = await bank.ready("agent2")
    customer = bank.visitor()
    await customer.open()
    phone = customer.page
    await phone.get_by_test_id("open-tools").click()
    await phone.get_by_test_id("tool-scan").click()
    await phone.get_by_test_id("code").filter(has_text="branch-7").first.click()
    assert "人工" in await customer.write("转人工")
    await agent.accept()
    await expect(agent.page.get_by_test_id("profile").first).to_contain_text(
        "扫码：浦东支行柜台", timeout=SOON_MS
    )
    await agent.shoot("code-scanned-zh")
    await code.get_by_test_id("edit-code").click()
    await sheet.locator("input[name=edit-label]").fill("浦东支行大厅")
    edit = sheet.get_by_test_id("code-edit")
    await edit.get_by_test_id("code-queue").select_option("")
    await shoot(page, "code-edit-zh")
    assert await serious_findings(page) == []
    await edit.get_by_test_id("code-keep").click()
    code = sheet.get_by_test_id("code").filter(has_text="浦东支行大厅")
    await expect(code.get_by_test_id("edit-code")).to_be_focused(timeout=SOON_MS)
    await expect(code).not_to_contain_text("个人贷款")
    _, kept = await bank.get("operator1", "/channel-accounts/wechat-demo/qr-codes")
    (kept,) = [each for each in kept["items"] if each["scene"] == "branch-7"]
    assert (kept["label"], kept["queue_id"]) == ("浦东支行大厅", None)
    await code.get_by_role("button", name="删除").click()
    await page.get_by_test_id("ask-go").click()
    await expect(code).to_have_count(0, timeout=SOON_MS)


ADD = """async ([id, base]) => {
  const key = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
  const secrets = { app_secret: 'a-secret-nobody-knows', token: 'token-of-today', aes_key: key }
  const config = { account: 'gh_0123456789ab', app_id: 'wx0123456789abcdef', base_url: base }
  const body = { kind: 'wechat', name: '', version: 0, config, secrets }
  const headers = { 'Content-Type': 'application/json' }
  const path = `/api/v1/channel-accounts/${id}`
  const put = { method: 'PUT', headers, body: JSON.stringify(body) }
  return (await fetch(path, put)).status
}"""


async def test_keys_are_changed_in_one_act(bank: Office) -> None:
    page = await accounts(bank)
    account = f"wechat-{uuid4().hex[:6]}"
    assert await page.evaluate(ADD, [account, bank.demo.simulator]) == 200
    await page.reload()
    card = page.get_by_test_id(f"card-{account}")
    await card.get_by_test_id("rotate").click(timeout=SOON_MS)
    sheet = page.get_by_test_id("sheet")
    await sheet.get_by_test_id("rotate-go").click()
    await expect(sheet.get_by_role("alert")).to_have_text("请至少填写一项。")
    await sheet.locator("input[name=rotate-token]").fill("token-of-tomorrow")
    await shoot(page, "rotate-zh")
    await sheet.get_by_test_id("rotate-go").click()
    await expect(sheet).to_have_count(0, timeout=SOON_MS)
    await card.get_by_test_id("edit").click()
    kept = sheet.get_by_test_id("field-previous_token")
    await expect(kept).to_contain_text("已设置 · ")
    assert "token-of-today" not in await page.content()
    await page.keyboard.press("Escape")
    await card.get_by_test_id("remove").click()
    await page.get_by_test_id("ask-go").click()
    await expect(page.get_by_test_id("ask")).to_contain_text("推送地址从此无效")
    await page.get_by_test_id("ask-go").click()
    await expect(card).to_have_count(0)
