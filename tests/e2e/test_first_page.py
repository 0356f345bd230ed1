"""The first page: light, and in a language its reader knows."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.bench.page import MARKS, MOST_KB, gzipped_kb, weigh, wire_kb

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_the_first_page_is_at_most_300_kb_and_comes_compressed(
    browser: Browser, demo_url: str
) -> None:
    context = await browser.new_context()
    try:
        parts = await weigh(await context.new_page(), demo_url + "/", MARKS["signed out"])
    finally:
        await context.close()
    assert "/" in {part.path for part in parts}
    assert {part.path.rpartition(".")[2] for part in parts} >= {"js", "css"}
    assert MOST_KB == 300
    assert gzipped_kb(parts) <= MOST_KB
    assert wire_kb(parts) <= MOST_KB


@pytest.mark.parametrize("path", ["/", "/sandbox"])
@pytest.mark.parametrize(("reads", "shown"), [("zh-CN", "zh-CN"), ("en-GB", "en"), ("fr", "en")])
async def test_a_browser_that_was_never_here_opens_in_its_own_language(
    browser: Browser, demo_url: str, reads: str, shown: str, path: str
) -> None:
    context = await browser.new_context(locale=reads)
    try:
        page = await context.new_page()
        await page.goto(demo_url + path)
        await expect(page.locator("html")).to_have_attribute("lang", shown)
        brand = "Lianluo" if shown == "en" else "联络"
        await expect(page.locator("#app")).to_contain_text(brand)
        await expect(page).to_have_title(re.compile(f" · {brand}$"))
    finally:
        await context.close()
