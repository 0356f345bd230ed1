"""A visitor in front of the sandbox: a real browser, the real demo, WeChat in safe mode."""

import re

import pytest
from playwright.async_api import Route, expect

from tests.e2e.visitor import Visitor

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

SMALL_TARGETS = """() => [...document.querySelectorAll('button, a.button, textarea')]
  .map((each) => [each.textContent || each.ariaLabel, each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 44 || box.height < 44))
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""
LOSS = "请您不要着急，先办理挂失"
QUESTIONS = (
    ("我的银行卡丢了怎么办", LOSS, "银行卡丢失怎么挂失"),
    ("转账要手续费吗", "手续费", "转账汇款手续费"),
    ("手机银行登录不上去", "手机银行", "手机银行无法登录"),
)


async def test_three_questions_get_the_right_articles(visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(page.get_by_text("安全模式")).to_be_visible()
    for question, answer, article in QUESTIONS:
        assert answer in await visitor.write(question)
        decision = page.get_by_test_id("commit").filter(has_text=f"机器人回答：{article}")
        await expect(decision).to_have_count(1)
        await expect(decision.get_by_test_id("effect")).to_have_attribute("data-state", "sent")
    await expect(page.get_by_test_id("state")).to_have_attribute("data-state", "bot")
    for mark in await page.get_by_test_id("delivery").all():
        await expect(mark).to_have_attribute("data-state", "acked")
    seen = await page.locator('[data-test="commit"][data-stream="customer"]').evaluate_all(
        "cards => cards.map((card) => Number(card.dataset.seq))"
    )
    assert seen == list(range(1, len(seen) + 1))
    await visitor.shoot("sandbox-zh")
    assert await visitor.serious_findings() == []


async def test_unclear_question_gets_buttons_and_a_tapped_one_answers(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.write("提前还款")
    choices = visitor.bubbles("account").last.get_by_test_id("choice")
    titles = await choices.all_inner_texts()
    assert "贷款提前还款" in titles
    assert "信用卡提前还款" in titles
    await expect(page.get_by_test_id("commit").filter(has_text="机器人反问")).to_have_count(1)
    answer = await visitor.choose(titles.index("贷款提前还款"))
    assert "提前还款" in answer
    decision = page.get_by_test_id("commit").filter(has_text="机器人回答：贷款提前还款")
    await expect(decision).to_have_count(1)
    await visitor.shoot("sandbox-menu")


async def test_question_out_of_scope_is_refused(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.write("今天天气怎么样")
    await expect(page.get_by_test_id("commit").filter(has_text="机器人婉拒")).to_have_count(1)
    await expect(page.get_by_text(re.compile("机器人回答"))).to_have_count(0)


async def test_asking_for_a_person_leads_to_the_queue_and_a_notice(visitor: Visitor) -> None:
    page = await visitor.open()
    assert "人工" in await visitor.write("转人工")
    await expect(page.get_by_test_id("state")).to_have_attribute("data-state", "queued")
    await expect(page.get_by_test_id("state")).to_have_text("排队中")
    handed = page.get_by_test_id("commit").filter(has_text="转人工，开始排队")
    await expect(handed).to_have_count(1)
    await visitor.shoot("sandbox-queued")


async def test_wire_shows_the_sealed_body_and_what_is_inside(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.write("我的银行卡丢了怎么办")
    await page.get_by_test_id("wire").click()
    pushes = page.locator('[data-test="exchange"][data-direction="to_hub"]')
    await expect(pushes).to_have_count(1)
    await expect(page.locator('[data-test="exchange"][data-direction="from_hub"]')).to_have_count(1)
    body = pushes.get_by_test_id("body")
    sealed = await body.inner_text()
    assert "<Encrypt>" in sealed
    assert "银行卡" not in sealed
    await pushes.get_by_test_id("view-decrypted").click()
    await expect(body).to_contain_text("我的银行卡丢了怎么办")
    await visitor.shoot("sandbox-wire")
    assert await visitor.serious_findings() == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("wire-drawer")).to_have_count(0)
    await expect(page.get_by_test_id("wire")).to_be_focused()


async def test_english_visitor_reads_and_gets_english(visitor: Visitor) -> None:
    page = await visitor.open(language="en", theme="dark")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "card" in await visitor.write("I lost my bank card")
    decision = page.get_by_test_id("commit").filter(has_text="Bot answers: Report a lost")
    await expect(decision).to_have_count(1)
    await visitor.shoot("sandbox-en-dark")
    assert await visitor.serious_findings() == []
    await page.get_by_role("button", name="Switch to light").click()
    await visitor.shoot("sandbox-en")
    assert await visitor.serious_findings() == []
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_text("机器人服务中")).to_be_visible()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")


async def test_new_customer_starts_with_an_empty_phone(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.write("转账要手续费吗")
    first = await page.get_by_test_id("customer-id").inner_text()
    await page.get_by_test_id("new-customer").click()
    await expect(visitor.bubbles("account")).to_have_count(0)
    await expect(page.get_by_test_id("commit")).to_have_count(0)
    await expect(page.get_by_test_id("state")).to_have_attribute("data-state", "none")
    await visitor.write("转账要手续费吗")
    assert await page.get_by_test_id("customer-id").inner_text() != first


async def test_follow_and_unfollow_are_told_to_the_bank(visitor: Visitor) -> None:
    page = await visitor.open()
    await page.get_by_test_id("follow").click()
    await expect(page.get_by_test_id("following")).to_have_text("已关注")
    await expect(page.get_by_test_id("commit").filter(has_text="客户动作关注")).to_have_count(1)
    await page.get_by_test_id("follow").click()
    await expect(page.get_by_test_id("commit").filter(has_text="取消关注")).to_have_count(1)


async def test_reload_brings_the_same_customer_back(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.write("转账要手续费吗")
    await expect(page.get_by_test_id("effect").last).to_have_attribute("data-state", "sent")
    commits = await page.get_by_test_id("commit").count()
    customer = await page.get_by_test_id("customer-id").inner_text()
    await page.reload()
    await expect(page.get_by_test_id("commit")).to_have_count(commits)
    assert await page.get_by_test_id("customer-id").inner_text() == customer
    await expect(visitor.bubbles("account")).to_have_count(1)


async def test_lost_connection_is_said_and_heals_without_a_gap(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.write("转账要手续费吗")

    async def cut(route: Route) -> None:
        await route.abort()

    await page.route("**/sandbox/journal*", cut)
    await page.get_by_test_id("new-customer").click()
    await expect(page.get_by_text("连接中断，正在重连")).to_be_visible()
    await visitor.write("我的银行卡丢了怎么办")
    await expect(page.get_by_test_id("commit")).to_have_count(0)
    await page.unroute("**/sandbox/journal*", cut)
    await expect(page.get_by_text("连接中断，正在重连")).to_have_count(0, timeout=10_000)
    await expect(page.get_by_test_id("commit").first).to_have_attribute("data-seq", "1")
    await expect(page.get_by_test_id("commit").filter(has_text="机器人回答")).to_have_count(1)
    visitor.complaints[:] = [c for c in visitor.complaints if "ERR_FAILED" not in c]


async def test_nothing_moves_under_the_pointer(visitor: Visitor) -> None:
    page = await visitor.open()
    for question in ("转账要手续费吗", "我的银行卡丢了怎么办", "手机银行登录不上去"):
        await visitor.write(question)
    journal = page.get_by_test_id("journal")
    await expect(page.get_by_test_id("effect").last).to_have_attribute("data-state", "sent")
    await journal.hover(position={"x": 200, "y": 200})
    before = await journal.evaluate("list => list.scrollTop")
    await visitor.write("今天天气怎么样")
    await expect(page.get_by_test_id("fresh")).to_be_visible()
    assert await journal.evaluate("list => list.scrollTop") == before
    await page.get_by_test_id("fresh").click()
    await expect(page.get_by_test_id("fresh")).to_have_count(0)
    assert await journal.evaluate("list => list.scrollTop") > before


async def test_keyboard_alone_is_enough(visitor: Visitor) -> None:
    page = await visitor.open()
    await page.get_by_test_id("quick").first.focus()
    await page.keyboard.press("Enter")
    await expect(visitor.bubbles("account")).to_have_count(1, timeout=15_000)
    await page.get_by_test_id("expand").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("whole")).to_contain_text('"CustomerMessage"')
    outline = await page.get_by_test_id("expand").first.evaluate(
        "button => getComputedStyle(button).outlineStyle"
    )
    assert outline == "solid"


async def test_phone_screen_has_tabs_and_counts_what_is_unseen(visitor: Visitor) -> None:
    page = await visitor.open(size=(360, 640), touch=True)
    await visitor.write("我的银行卡丢了怎么办")
    await expect(page.locator("#tab-journal")).to_contain_text("条新记录")
    await visitor.shoot("sandbox-phone")
    assert await visitor.serious_findings() == []
    await page.locator("#tab-journal").click()
    await expect(page.get_by_test_id("commit").first).to_be_visible()
    await visitor.shoot("sandbox-phone-journal")
    assert await visitor.serious_findings() == []
    assert await page.evaluate(SMALL_TARGETS) == []
    await page.locator("#tab-phone").click()
    assert await page.evaluate(SMALL_TARGETS) == []
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360


async def test_a_link_beside_the_phone_opens_the_workspace_and_names_its_logins(
    visitor: Visitor, demo_url: str
) -> None:
    page = await visitor.open()
    link = page.get_by_test_id("workspace")
    await expect(link).to_have_attribute("title", re.compile("agent1, agent2"))
    async with page.context.expect_page() as opened:
        await link.click()
    workspace = await opened.value
    assert workspace.url == f"{demo_url}/"
    answer = await workspace.goto(demo_url)
    assert answer is not None
    assert answer.status == 200


async def test_the_desk_stands_in_the_journal_with_numbers_of_its_own(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.write("转人工")
    placed = page.locator('[data-test="commit"][data-stream="desk"]')
    await expect(placed.first).to_contain_text("进入排班台")
    await expect(placed.first).to_contain_text("↑ #")
    told = page.get_by_test_id("commit").filter(has_text="排班台告知位置")
    await expect(told).to_contain_text("↑ #D")


async def test_the_journal_stays_at_its_end_when_language_or_size_change(visitor: Visitor) -> None:
    page = await visitor.open()
    for question, _, _ in QUESTIONS:
        await visitor.write(question)
    journal = page.get_by_test_id("journal")
    left = "list => Math.round(list.scrollHeight - list.scrollTop - list.clientHeight)"
    overflows = "list => list.scrollHeight > list.clientHeight + 100"
    assert await journal.evaluate(overflows)
    await page.get_by_title("切换到英文").click()
    assert await journal.evaluate(left) <= 1
    await page.set_viewport_size({"width": 1000, "height": 600})
    await page.wait_for_function(
        "() => { const list = document.querySelector('[data-test=journal]');"
        " return list.scrollHeight - list.scrollTop - list.clientHeight <= 1 }"
    )
