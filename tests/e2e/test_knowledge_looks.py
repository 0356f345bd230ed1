"""The knowledge screens, with much and with nothing on them, and while the hub is away: nothing
cut, covered or hard to read, and nothing lost that was typed.

Each language, size, theme and density once; with `LIANLUO_SHOTS` every look, kept as pictures.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar
from playwright.async_api import Browser, Page, expect

from tests.e2e.branch import branch
from tests.e2e.colleague import SOON_MS
from tests.e2e.hostile import push
from tests.e2e.office import API, LEAD, Office
from tests.e2e.seeing import EVERY_LOOK, faults

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]

WORD = "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüsselanhänger"
LINK = "https://bank.example/loans/early-repayment/rules?version=2026-11&section=penalty-and-notice"
TITLE = WORD[:60]
LONG = {
    "title": TITLE,
    "language": "zh",
    "text": f"办理前请先阅读{LINK}。{WORD * 2}\n" + "办理时间以网点公告为准，节假日顺延。" * 12,
    "phrasings": [f"{WORD}怎么办理第{n}种" for n in range(40)],
}
ASKED = (*(f"我想买第{n}头大象" for n in range(12)), WORD * 3, f"{LINK} 打不开")


@dataclass(frozen=True, slots=True)
class Look:
    language: str
    size: tuple[int, int]
    theme: Any = "light"
    density: str = "comfortable"

    def __str__(self) -> str:
        return f"{self.size[0]}-{self.language}-{self.theme}-{self.density}"


DAILY = (
    Look("zh", (1440, 900), "dark", "compact"),
    Look("en", (390, 844), "dark"),
    Look("en", (720, 450)),
)
"""The last is 1440 × 900 at 200 %."""

MORE = (Look("en", (1440, 900)), Look("zh", (390, 844)))
LOOKS = DAILY + (MORE if EVERY_LOOK else ())


@pytest_asyncio.fixture(loop_scope="session")
async def full(office: Office) -> AsyncIterator[str]:
    """Questions nobody answered, and an article of long words: its number."""
    for text in ASKED:
        url = f"{office.demo.simulator}/phone/phones"
        async with office.http.post(url, json={}) as answer:
            openid = (await answer.json())["openid"]
        await push(office, openid, type="text", text=text)
    article = f"zh-long-{uuid4().hex[:6]}"
    await send(office, "PUT", f"/articles/{article}", {"version": 0, **LONG})
    yield article
    await send(office, "DELETE", f"/articles/{article}?version=1")


async def send(office: Office, method: str, path: str, body: object = None) -> None:
    headers = await office.headers_of(LEAD)
    url = f"{office.demo.url}{API}{path}"
    async with office.http.request(method, url, json=body, headers=headers) as answer:
        assert answer.status < 300, await answer.text()


async def opened(office: Office, look: Look) -> Page:
    lead = office.colleague(LEAD)
    page = await lead.open(
        language=look.language, theme=look.theme, size=look.size, path="/knowledge"
    )
    await page.evaluate("density => { localStorage['lianluo.density'] = density }", look.density)
    await page.reload()
    await lead.sign_in()
    await expect(page.get_by_test_id("published")).to_contain_text(re.compile(r"\d"))
    return page


async def to_list(page: Page, article: str) -> None:
    await expect(page.get_by_test_id("article").first).to_be_visible(timeout=SOON_MS)


async def to_nothing_found(page: Page, article: str) -> None:
    await page.get_by_test_id("article-search").fill("没有这样的文章xyz")
    await expect(page.get_by_test_id("article")).to_have_count(0)


async def to_article(page: Page, article: str) -> None:
    await page.get_by_test_id("article-search").fill(article)
    await page.locator(f'[data-test="article"][data-id="{article}"]').click()
    await expect(page.get_by_test_id("title")).to_have_value(TITLE, timeout=SOON_MS)


async def to_edited(page: Page, article: str) -> None:
    await page.get_by_test_id("phrasing-add").fill(WORD)
    await page.get_by_test_id("phrasing-add").press("Enter")
    await expect(page.get_by_test_id("dirty")).to_be_visible()


async def to_history(page: Page, article: str) -> None:
    await page.get_by_test_id("discard").click()
    await page.get_by_test_id("history").click()
    await expect(page.get_by_test_id("change").first).to_be_visible(timeout=SOON_MS)


async def to_try(page: Page, article: str) -> None:
    await page.keyboard.press("Escape")
    if await page.get_by_test_id("editor-back").is_visible():
        await page.get_by_test_id("editor-back").click()
    if not await page.get_by_test_id("try-box").is_visible():
        await page.get_by_test_id("tab-try").or_(page.get_by_test_id("try-toggle")).first.click()
    for text in ("银行卡丢了怎么挂失", WORD * 2):
        await page.get_by_test_id("try-box").fill(text)
        await page.get_by_test_id("try-box").press("Enter")
        await expect(page.get_by_test_id("turn").filter(has_text=text)).to_be_visible(
            timeout=SOON_MS
        )
    await expect(page.get_by_test_id("why").nth(1)).to_be_visible(timeout=SOON_MS)


async def to_questions(page: Page, article: str) -> None:
    await page.get_by_test_id("tab-unanswered").click()
    for _ in range(20):
        await page.wait_for_load_state("networkidle")
        if await page.get_by_test_id("question").count() > 5:
            break
        await page.get_by_test_id("questions-open").click()
        await page.wait_for_timeout(500)
    await expect(page.get_by_test_id("question").nth(5)).to_be_visible()


async def to_no_questions(page: Page, article: str) -> None:
    await page.get_by_test_id("questions-used").click()
    await expect(page.get_by_test_id("question")).to_have_count(0, timeout=SOON_MS)


async def to_publications(page: Page, article: str) -> None:
    await page.get_by_test_id("tab-publications").click()
    await expect(page.get_by_test_id("publication").first).to_be_visible(timeout=SOON_MS)


async def to_publish(page: Page, article: str) -> None:
    await page.get_by_test_id("publish").click()
    await expect(page.get_by_test_id("publish-start")).to_be_visible(timeout=SOON_MS)


STEPS: tuple[Callable[[Page, str], Awaitable[None]], ...] = (
    *(to_list, to_nothing_found, to_article, to_edited, to_history, to_try),
    *(to_questions, to_no_questions, to_publications, to_publish),
)


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_no_knowledge_screen_is_cut_covered_or_hard_to_read(
    office: Office, full: str, look: Look
) -> None:
    page = await opened(office, look)
    found: list[str] = []
    for step in STEPS:
        await step(page, full)
        await page.wait_for_load_state("networkidle")
        name = step.__name__.removeprefix("to_")
        await office.people[-1].shoot(f"knowledge-{name}-{look}")
        found += [f"{name}: {each}" for each in await faults(page)]
    assert found == []


async def test_while_the_hub_is_away_nothing_typed_is_lost(
    browser: Browser, tmp_path: Path
) -> None:
    async with branch(tmp_path) as bank, ClientSession(cookie_jar=DummyCookieJar()) as http:
        office = bank.office(browser, http)
        lead = bank.behind_the_cable(office, browser, LEAD)
        page = await lead.sign_in(path="/knowledge")
        await to_list(page, "")
        await page.get_by_test_id("article-search").fill("zh-card-loss")
        await page.locator('[data-test="article"][data-id="zh-card-loss"]').click()
        text = page.get_by_test_id("text")
        await text.fill("写到一半")
        bank.cable.cut()
        await expect(page.get_by_test_id("lost")).to_be_visible(timeout=SOON_MS)
        await text.fill("写到一半，服务器没有了")
        await page.get_by_test_id("save").click()
        await expect(page.locator(".toast")).to_contain_text("已写的内容都在", timeout=SOON_MS)
        await page.get_by_test_id("try-box").fill("还在吗")
        await page.get_by_test_id("try-box").press("Enter")
        await expect(page.get_by_test_id("turn").last).to_contain_text("没有", timeout=SOON_MS)
        await lead.shoot("knowledge-away")
        assert await faults(page) == []
        await expect(text).to_have_value("写到一半，服务器没有了")

        bank.cable.restore()
        await expect(page.get_by_test_id("lost")).to_have_count(0, timeout=30_000)
        await expect(text).to_have_value("写到一半，服务器没有了")
        await page.get_by_test_id("save").click()
        await expect(page.get_by_test_id("dirty")).to_have_count(0, timeout=SOON_MS)
        _, article = await office.get(LEAD, "/articles/zh-card-loss")
        assert article["text"] == "写到一半，服务器没有了"
        await lead.leave()
