"""Service notices in real browsers: written at the workspace, shown on the phone, told of after."""

import pytest
from playwright.async_api import Locator, Page, expect

from channels.wechat.simulator.account import CARD_READY_NOTICE, LOAN_NOTICE
from tests.e2e.colleague import SOON_MS, Colleague
from tests.e2e.office import LEAD, Office
from tests.e2e.seeing import EVERY_LOOK
from tests.e2e.visitor import Visitor

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

MOST_REPLIES = 9
"""Five after a message, three after following, one to see that nothing is left."""


async def talk(office: Office, **how: object) -> tuple[Visitor, Colleague]:
    """With one who follows the account: WeChat shows nobody else a notice."""
    customer = office.visitor()
    await customer.open()
    await customer.page.get_by_test_id("follow").click()
    await expect(customer.page.get_by_test_id("following")).to_have_text("已关注")
    assert "人工" in await customer.write("转人工")
    agent = office.colleague("agent1")
    await agent.sign_in(**how)
    await agent.ready()
    await agent.accept()
    return customer, agent


async def use_up(agent: Colleague) -> None:
    """Reply until the window lets nothing more out."""
    meter = agent.page.get_by_test_id("meter")
    for number in range(MOST_REPLIES):
        if await meter.get_attribute("data-state") == "spent":
            return
        await agent.write(f"第 {number + 1} 次回复")
    await expect(meter).to_have_attribute("data-state", "spent")


def card(page: Page) -> Locator:
    return page.get_by_test_id("log").get_by_test_id("service-notice")


async def fill(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        await page.get_by_test_id(f"notice-{name}").fill(value)


LOAN = {"thing1": "个人住房贷款", "date2": "2026年12月1日", "amount3": "￥3200.00"}


async def simulated_fate(office: Office, status: str) -> None:
    body = {"notice_status": status}
    url = f"{office.demo.simulator}/control/faults"
    async with office.http.post(url, json=body) as answer:
        assert answer.status == 200


async def test_a_shut_window_still_lets_a_notice_out_and_its_receipt_comes_back(
    office: Office,
) -> None:
    customer, agent = await talk(office)
    page = agent.page
    await use_up(agent)
    await expect(page.get_by_test_id("send")).to_be_disabled()
    await agent.shoot("notices-shut-zh")

    await page.get_by_test_id("notice").click()
    dialog = page.get_by_test_id("notice-dialog")
    await expect(dialog).to_contain_text("贷款还款提醒")
    await expect(dialog.locator("input[type=radio]:checked")).to_be_focused()
    await page.get_by_test_id(f"template-{LOAN_NOTICE}").check()
    await fill(page, {**LOAN, "amount3": "3,200"})
    preview = page.get_by_test_id("notice-preview")
    await expect(preview).to_contain_text("贷款产品")
    await expect(preview).to_contain_text("个人住房贷款")
    await page.get_by_test_id("send-notice").click()
    await expect(page.get_by_test_id("notice-amount3")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_test_id("notice-amount3")).to_be_focused()
    agent.forgive(409, "/notices")
    await agent.shoot("notices-wrong-zh")
    assert await agent.serious_findings() == []

    await fill(page, {"amount3": LOAN["amount3"]})
    await agent.shoot("notices-dialog-zh")
    await page.get_by_test_id("send-notice").click()
    await expect(dialog).to_be_hidden(timeout=SOON_MS)
    await expect(agent.box).to_be_focused()

    await expect(card(page)).to_have_count(1, timeout=SOON_MS)
    await expect(card(page)).to_contain_text("贷款还款提醒")
    await expect(card(page)).to_contain_text("￥3200.00")
    shown = customer.page.get_by_test_id("service-notice")
    await expect(shown).to_contain_text("贷款还款提醒", timeout=SOON_MS)
    for words in ("贷款产品", *LOAN.values()):
        await expect(shown).to_contain_text(words)
    delivered = page.locator('[data-test="fate"][data-state="delivered"]')
    await expect(delivered).to_have_count(1, timeout=SOON_MS)
    await agent.shoot("notices-sent-zh")
    await customer.shoot("notices-phone-zh")
    assert await agent.serious_findings() == []


@pytest.mark.parametrize(
    ("status", "told"),
    [("failed:user block", "客户已拒收"), ("failed: system failed", "渠道出错")],
)
async def test_a_notice_that_did_not_arrive_says_why(
    office: Office, status: str, told: str
) -> None:
    _, agent = await talk(office)
    page = agent.page
    await simulated_fate(office, status)
    try:
        await page.get_by_test_id("notice").click()
        await page.get_by_test_id(f"template-{LOAN_NOTICE}").check()
        await fill(page, LOAN)
        await page.get_by_test_id("notice-url").press("Enter")
        failed = page.locator('[data-test="fate"][data-state="failed"]')
        await expect(failed).to_contain_text(told, timeout=SOON_MS)
    finally:
        await simulated_fate(office, "success")


async def test_a_subscription_waits_for_the_customers_tick(office: Office) -> None:
    customer, agent = await talk(office)
    page = agent.page
    choice = page.get_by_test_id(f"template-{CARD_READY_NOTICE}")
    await agent.box.fill("/notice")
    await agent.box.press("Enter")
    await expect(choice).to_be_disabled()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("notice-dialog")).to_be_hidden()

    await customer.page.get_by_test_id("open-tools").click()
    await customer.page.get_by_test_id("tool-subscribe").click()
    await customer.page.get_by_test_id(f"tick-{CARD_READY_NOTICE}").check()
    await customer.shoot("notices-tick-zh")
    await customer.page.get_by_test_id("send-subscribe").click()

    await page.get_by_test_id("notice").click()
    await expect(choice).to_be_enabled(timeout=SOON_MS)
    await choice.check()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("notice-thing1")).to_be_focused()
    await page.keyboard.type("信用卡补卡")
    await page.keyboard.press("Enter")
    await page.get_by_test_id("notice-enum_string2").select_option("可以领取")
    await page.get_by_test_id("notice-thing3").fill("人民广场支行")
    await agent.shoot("notices-subscription-zh")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_test_id("notice-dialog")).to_be_hidden(timeout=SOON_MS)
    await expect(customer.page.get_by_test_id("service-notice")).to_contain_text(
        "人民广场支行", timeout=SOON_MS
    )
    await page.get_by_test_id("notice").click()
    await expect(choice).to_be_disabled(timeout=SOON_MS)


DAILY = (
    ("en", (1366, 768), "notices-dialog-en"),
    ("zh", (390, 844), "notices-narrow-zh"),
)
MORE = (("en", (390, 844), "notices-narrow-en"),)


@pytest.mark.parametrize(("language", "size", "name"), DAILY + (MORE if EVERY_LOOK else ()))
async def test_the_dialog_fits(
    office: Office, language: str, size: tuple[int, int], name: str
) -> None:
    customer, agent = await talk(office)
    conversation = agent.conversation_id
    other = office.colleague(LEAD)
    await other.open(language=language, size=size)
    await other.page.locator("input[name=username]").fill(LEAD)
    await other.enter_password()
    await expect(other.page.get_by_test_id("me")).to_be_visible(timeout=SOON_MS)
    await other.page.goto(f"{office.demo.url}/c/{conversation}")
    await expect(other.page.get_by_test_id("log")).to_be_visible(timeout=SOON_MS)
    await other.page.keyboard.press("Alt+p")
    await other.shoot(f"{name}-composer")
    await other.page.get_by_test_id("notice").click()
    await other.page.get_by_test_id(f"template-{LOAN_NOTICE}").check()
    await fill(other.page, LOAN)
    await other.shoot(name)
    assert await other.serious_findings() == []
    wide = await other.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    await other.page.get_by_test_id("send-notice").click()
    await expect(customer.page.get_by_test_id("service-notice")).to_contain_text(
        "个人住房贷款", timeout=SOON_MS
    )
    await expect(card(other.page)).to_have_count(1, timeout=SOON_MS)
    await other.shoot(f"{name}-sent")


@pytest.mark.parametrize(
    ("language", "size"), [("zh", (1366, 768)), ("en", (390, 844))], ids=["wide", "narrow"]
)
async def test_an_operator_reads_the_templates_again(
    office: Office, language: str, size: tuple[int, int]
) -> None:
    operator = office.colleague("operator1")
    page = await operator.open(language=language, size=size, path="/accounts")
    await page.locator("input[name=username]").fill("operator1")
    await operator.enter_password()
    templates = page.get_by_test_id("card-wechat-demo").get_by_test_id("templates")
    await templates.locator("summary").click()
    await expect(templates.get_by_test_id("account-template")).to_have_count(4, timeout=SOON_MS)
    await templates.get_by_test_id("read-templates").click()
    await expect(templates.get_by_test_id("read-templates")).to_be_enabled(timeout=SOON_MS)
    await expect(templates.get_by_test_id("account-template")).to_have_count(4)
    await templates.scroll_into_view_if_needed()
    await operator.shoot(f"notices-account-{language}")
    assert await operator.serious_findings() == []
