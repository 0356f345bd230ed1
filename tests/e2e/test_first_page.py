"""The first page of the workspace stays light."""

import pytest
from playwright.async_api import Browser

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
