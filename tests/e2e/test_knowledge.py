"""The knowledge screens on a running hub: write, publish, try out, settle, and look back."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.e2e.colleague import SOON_MS, Colleague
from tests.e2e.office import API, LEAD, Office

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(900),
    pytest.mark.asyncio(loop_scope="session"),
]

TRAINED_MS = 600_000
"""A training shares the machine with everything else."""

TITLE = "怎样领取开业纪念徽章"
ANSWER = "纪念徽章在开业当周凭身份证到任一网点领取，每人一枚，领完为止。"
PHRASINGS = (
    "纪念徽章在哪里领",
    "开业徽章怎么拿",
    "领徽章要带什么",
    "徽章还有吗",
    "我想要一个开业纪念徽章",
    "徽章每人几个",
    "徽章领完了怎么办",
    "给孩子领纪念徽章可以吗",
)
PASTE = """(box, text) => {
  const data = new DataTransfer()
  data.setData('text/plain', text)
  box.dispatchEvent(
    new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def books(office: Office) -> AsyncIterator[Office]:
    """The articles afterwards are those that were there before, and so is what is published."""
    before = {each["id"]: each for each in await _articles(office)}
    _, overview = await office.get(LEAD, "/knowledge")
    yield office
    await _end_running(office)
    for state in ("used", "ignored"):
        _, settled = await office.get(LEAD, f"/knowledge/unanswered?state={state}")
        for question in settled["items"]:
            path = f"/knowledge/unanswered/{question['id']}"
            await _send(office, "POST", path, {"act": "reopen"})
    for article in await _articles(office):
        known = before.get(article["id"])
        if known is None and article["state"] != "removed":
            await _send(office, "DELETE", f"/articles/{article['id']}?version={article['version']}")
        elif known is not None and article["version"] != known["version"]:
            content = {name: known[name] for name in ("title", "language", "text", "phrasings")}
            body = {**content, "version": article["version"]}
            await _send(office, "PUT", f"/articles/{article['id']}", body)
    _, now = await office.get(LEAD, "/knowledge")
    if now["published"]["version"] != overview["published"]["version"]:
        number = overview["published"]["version"]
        await _send(office, "POST", f"/knowledge/publications/{number}/restore")


async def _articles(office: Office) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        after = f"&cursor={cursor}" if cursor else ""
        _, page = await office.get(LEAD, f"/articles?limit=100{after}")
        rows += page["items"]
        cursor = page["next"]
    return rows


async def _phrasings(office: Office, text: str) -> int:
    """How many articles have it."""
    return sum(text in each["phrasings"] for each in await _articles(office))


async def _send(office: Office, method: str, path: str, body: object = None) -> None:
    headers = await office.headers_of(LEAD)
    url = f"{office.demo.url}{API}{path}"
    async with office.http.request(method, url, json=body, headers=headers) as answer:
        assert answer.status < 300, await answer.text()


async def _end_running(office: Office) -> None:
    _, overview = await office.get(LEAD, "/knowledge")
    running = overview["publication"]
    if running is not None:
        await _send(office, "POST", f"/knowledge/publications/{running['id']}/stop")
    while running is not None:
        _, overview = await office.get(LEAD, "/knowledge")
        running = overview["publication"]


async def _lead(office: Office, path: str = "/knowledge", **how: Any) -> tuple[Colleague, Page]:
    lead = office.colleague(LEAD)
    page = await lead.sign_in(path=path, **how)
    await expect(page.get_by_test_id("published")).to_contain_text(re.compile(r"\d"))
    return lead, page


async def _open(page: Page, article_id: str) -> None:
    """From the list, by its number."""
    await page.get_by_test_id("article-search").fill(article_id)
    await page.locator(f'[data-test="article"][data-id="{article_id}"]').click()
    await expect(page.get_by_test_id("title")).to_be_visible()


def _notice(page: Page, words: str) -> Locator:
    return page.locator(".toast").filter(has_text=words)


async def _write(page: Page) -> None:
    await page.get_by_test_id("article-new").click()
    await expect(page.get_by_test_id("title")).to_be_focused()
    await page.get_by_test_id("title").fill(TITLE)
    await page.get_by_test_id("text").fill(ANSWER)
    await expect(page.get_by_test_id("preview")).to_have_text(ANSWER)
    await expect(page.get_by_test_id("text-count")).to_contain_text(f"{len(ANSWER)} / 600")
    box = page.get_by_test_id("phrasing-add")
    await box.fill(PHRASINGS[0])
    await box.press("Enter")
    await expect(page.get_by_test_id("phrasing-meter")).to_contain_text("1 个，建议至少 8 个")
    await box.evaluate(PASTE, "\n".join((*PHRASINGS[1:], "徽章还有吗？", "")))
    await expect(page.get_by_test_id("phrasing")).to_have_count(len(PHRASINGS))
    await expect(page.get_by_test_id("phrasing-meter")).to_contain_text("8 个，足够")


async def _ask(page: Page, text: str, turn: int) -> Locator:
    await page.get_by_test_id("try-box").fill(text)
    await page.get_by_test_id("try-box").press("Enter")
    answered = page.get_by_test_id("turn").nth(turn)
    await expect(answered.get_by_test_id("why")).to_be_visible(timeout=SOON_MS)
    return answered


@pytest.mark.serial
async def test_an_article_is_written_published_read_and_taken_back(books: Office) -> None:
    lead, page = await _lead(books)
    turn = await _ask(page, PHRASINGS[0], 0)
    await expect(turn.get_by_test_id("answer")).not_to_contain_text(ANSWER)
    await _write(page)
    await page.keyboard.press("Control+s")
    await expect(page.get_by_test_id("article-state")).to_have_text("新增", timeout=SOON_MS)
    await expect(page.get_by_test_id("dirty")).to_have_count(0)
    await expect(page.get_by_test_id("pending")).to_contain_text("1 处改动待发布")
    await lead.shoot("knowledge-written")

    await page.get_by_test_id("publish").click()
    await expect(page.get_by_role("dialog")).to_contain_text(TITLE)
    await page.get_by_test_id("publish-start").click()
    running = page.get_by_test_id("publishing")
    await expect(running).to_be_visible(timeout=SOON_MS)
    await page.reload()
    await expect(running).to_be_visible(timeout=SOON_MS)
    await expect(running).to_have_attribute("data-state", "training", timeout=SOON_MS)
    await expect(running).to_contain_text(re.compile(r"\d+ / \d+"), timeout=60_000)
    await lead.shoot("knowledge-publishing")
    ended = page.get_by_test_id("publish-ended")
    await expect(ended).to_have_attribute("data-state", "published", timeout=TRAINED_MS)
    await ended.get_by_test_id("report").click()
    table = page.get_by_test_id("report-table")
    await expect(table).to_contain_text(re.compile(r"R@1.*\d\d\.\d%", re.DOTALL))
    await lead.shoot("knowledge-report")
    await page.keyboard.press("Escape")

    turn = await _ask(page, PHRASINGS[0], 0)
    await expect(turn.get_by_test_id("answer")).to_contain_text(ANSWER)
    await expect(turn.get_by_test_id("action")).to_have_text("直接回答")
    await expect(turn.get_by_test_id("candidate").first).to_contain_text(TITLE)
    await lead.shoot("knowledge-tried")

    await page.get_by_test_id("tab-publications").click()
    await expect(page.get_by_test_id("publication").nth(1)).to_be_visible(timeout=SOON_MS)
    await page.get_by_test_id("restore").first.click()
    await page.get_by_test_id("restore-go").click()
    await expect(page.get_by_test_id("restore-go")).to_be_hidden(timeout=SOON_MS)
    turn = await _ask(page, PHRASINGS[0], 1)
    await expect(turn.get_by_test_id("answer")).not_to_contain_text(ANSWER)
    await lead.shoot("knowledge-publications")


async def test_a_removed_article_comes_back_with_one_click(books: Office) -> None:
    _, page = await _lead(books)
    await _open(page, "zh-card-loss")
    await page.get_by_test_id("remove").click()
    await expect(page.get_by_test_id("article-state")).to_have_text("已移除", timeout=SOON_MS)
    await _notice(page, "已移除").get_by_test_id("undo").click()
    await expect(page.get_by_test_id("article-state")).to_have_text("已发布", timeout=SOON_MS)
    await page.get_by_test_id("history").click()
    await expect(page.get_by_test_id("change")).not_to_have_count(1)


async def test_two_who_write_one_article_see_both_versions(books: Office) -> None:
    lead, page = await _lead(books)
    await _open(page, "zh-card-loss")
    other = await lead.second_tab("/knowledge/zh-card-loss")
    await expect(other.get_by_test_id("title")).to_be_visible()
    await page.get_by_test_id("title").fill("银行卡丢了如何挂失")
    await page.get_by_test_id("save").click()
    await expect(page.get_by_test_id("article-state")).to_have_text("有改动", timeout=SOON_MS)

    await other.bring_to_front()
    await other.get_by_test_id("title").fill("丢卡以后怎样挂失")
    await other.get_by_test_id("phrasing-add").fill("卡落在银行柜台上了")
    await other.get_by_test_id("phrasing-add").press("Enter")
    await other.get_by_test_id("save").click()
    conflict = other.get_by_test_id("conflict")
    await expect(conflict).to_contain_text("银行卡丢了如何挂失", timeout=SOON_MS)
    await expect(conflict).to_contain_text("丢卡以后怎样挂失")
    await lead.turn_to(other)
    await lead.shoot("knowledge-conflict")
    await other.get_by_test_id("conflict-title-theirs").check()
    await other.get_by_test_id("conflict-merge").click()
    await expect(conflict).to_have_count(0)
    await other.get_by_test_id("save").click()
    await expect(other.get_by_test_id("dirty")).to_have_count(0, timeout=SOON_MS)
    _, article = await books.get(LEAD, "/articles/zh-card-loss")
    assert article["title"] == "银行卡丢了如何挂失"
    assert "卡落在银行柜台上了" in article["phrasings"]
    lead.forgive(409, "/articles/zh-card-loss")


async def test_what_is_not_saved_outlives_a_reload_and_can_be_thrown_away(books: Office) -> None:
    _, page = await _lead(books)
    await _open(page, "zh-card-loss")
    await page.get_by_test_id("text").fill("写到一半")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await expect(page.get_by_test_id("text")).to_have_value("写到一半", timeout=SOON_MS)
    await page.get_by_test_id("discard").click()
    await expect(page.get_by_test_id("text")).not_to_have_value("写到一半")
    await _notice(page, "已放弃改动").get_by_test_id("undo").click()
    await expect(page.get_by_test_id("text")).to_have_value("写到一半")
    await page.get_by_test_id("discard").click()


async def test_a_publication_can_be_stopped(books: Office) -> None:
    _, page = await _lead(books)
    await _open(page, "zh-card-loss")
    await page.get_by_test_id("phrasing-add").fill("卡片忘在外地亲戚家里了")
    await page.get_by_test_id("phrasing-add").press("Enter")
    await page.get_by_test_id("save").click()
    await expect(page.get_by_test_id("article-state")).to_have_text("有改动", timeout=SOON_MS)
    await page.get_by_test_id("publish").click()
    await page.get_by_test_id("publish-start").click()
    await page.get_by_test_id("publish-stop").click(timeout=SOON_MS)
    ended = page.get_by_test_id("publish-ended")
    await expect(ended).to_have_attribute("data-state", "stopped", timeout=60_000)
    await expect(page.get_by_test_id("article-state")).to_have_text("有改动")


async def test_a_question_without_answer_becomes_a_phrasing_with_one_key(books: Office) -> None:
    asked = "我想买一头大象"
    customer = books.visitor()
    await customer.open()
    await customer.write(asked)
    lead, page = await _lead(books, "/knowledge/unanswered")
    question = page.get_by_test_id("question").filter(has_text=asked)
    for _ in range(10):
        if await question.count():
            break
        await page.get_by_test_id("questions-open").click()
        await page.wait_for_timeout(500)
    await question.focus()
    await lead.shoot("knowledge-unanswered")
    await page.keyboard.press("1")
    await expect(question).to_have_attribute("data-state", "used", timeout=SOON_MS)
    assert await _phrasings(books, asked) == 1
    await page.keyboard.press("z")
    await expect(question).to_have_attribute("data-state", "open", timeout=SOON_MS)
    await expect(_notice(page, "已取回")).to_be_visible(timeout=SOON_MS)
    assert await _phrasings(books, asked) == 0
    await page.keyboard.press("x")
    await expect(question).to_have_attribute("data-state", "ignored", timeout=SOON_MS)
    await page.keyboard.press("z")
    await expect(question).to_have_attribute("data-state", "open", timeout=SOON_MS)
    await question.get_by_test_id("question-conversation").click()
    await expect(lead.says("customer").filter(has_text=asked)).to_be_visible(timeout=SOON_MS)


async def test_an_agent_reads_and_tries_but_changes_nothing(books: Office) -> None:
    agent = books.colleague("agent1")
    page = await agent.sign_in(path="/knowledge")
    await _open(page, "zh-card-loss")
    await expect(page.get_by_test_id("title")).to_have_attribute("readonly", "")
    for act in ("save", "remove", "publish", "article-new", "tab-unanswered", "phrasing-add"):
        await expect(page.get_by_test_id(act)).to_have_count(0)
    turn = await _ask(page, "银行卡丢失怎么挂失", 0)
    await expect(turn.get_by_test_id("use")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_knowledge_screen_has_a_serious_finding(books: Office, language: str) -> None:
    lead, page = await _lead(books, language=language)
    found: list[str] = []

    async def look(name: str) -> None:
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            await expect(page.locator("html")).to_have_attribute("data-theme", theme)
            found.extend(f"{name} {theme} {each}" for each in await lead.serious_findings())
            await lead.shoot(f"knowledge-{name}-{language}-{theme}")

    await look("start")
    await _open(page, "zh-card-loss")
    await page.get_by_test_id("text").fill("改过")
    await _ask(page, "信用卡", 0)
    await look("article")
    await page.get_by_test_id("discard").click()
    await page.get_by_test_id("history").click()
    await expect(page.get_by_test_id("change").first).to_be_visible(timeout=SOON_MS)
    await look("history")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("tab-unanswered").click()
    await look("unanswered")
    await page.get_by_test_id("tab-publications").click()
    await expect(page.get_by_test_id("publication").first).to_be_visible(timeout=SOON_MS)
    await look("publications")
    await page.set_viewport_size({"width": 390, "height": 800})
    await look("phone-publications")
    await page.get_by_test_id("tab-articles").click()
    await expect(page.get_by_test_id("article").first).to_be_visible()
    await look("phone-list")
    await page.get_by_test_id("article").first.click()
    await expect(page.get_by_test_id("editor-back")).to_be_visible()
    await look("phone-article")
    await page.get_by_test_id("tab-try").click()
    await expect(page.get_by_test_id("try-box")).to_be_visible()
    await look("phone-try")
    assert found == []
