"""A document to a customer of WeChat, which carries none: a link on the phone that opens it."""

from typing import Any

import pytest
from aiohttp import ClientSession, DummyCookieJar
from playwright.async_api import expect

from tests.e2e.office import Office
from tests.e2e.test_media_kinds import MEDIA_MS, PDF, attach, file, received, send, talk
from tests.e2e.visitor import shoot
from tests.services.media import samples

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]


LARGE = samples.image("PNG", width=1000, height=1000, compress_level=0)
"""3 MB, of which WeChat takes 2."""


async def test_a_document_of_an_agent_is_opened_by_a_link_on_the_phone(office: Office) -> None:
    customer, agent = await talk(office)
    page = agent.page
    await attach(agent, file("合同.pdf", PDF, "application/pdf"))
    tray = page.get_by_test_id("tray")
    await expect(tray.get_by_test_id("as-link")).to_contain_text("客户会收到下载链接")
    await shoot(page, "file-link-tray")
    assert await agent.serious_findings() == []
    await send(agent)
    ours = agent.says("agent:agent1").get_by_test_id("media").last
    await expect(ours).to_contain_text("合同.pdf")
    await agent.sent()

    card = await received(customer, "news")
    await expect(card).to_contain_text("合同.pdf")
    await expect(card).to_contain_text("前有效")
    await customer.shoot("file-link-phone")
    assert await customer.serious_findings() == []
    link = card.get_by_role("link")
    async with customer.page.expect_download(timeout=MEDIA_MS) as opening:
        await link.click()
    download: Any = await opening.value
    assert download.suggested_filename == "合同.pdf"
    assert (await download.path()).read_bytes() == PDF

    address = await link.get_attribute("href") or ""
    assert address.startswith(f"{office.demo.url}/files/")
    async with ClientSession(cookie_jar=DummyCookieJar()) as stranger:
        async with stranger.get(address) as answer:
            assert (answer.status, await answer.read()) == (200, PDF)
        async with stranger.get(address[:-1] + "_") as answer:
            assert answer.status == 404

    await attach(agent, file("卡面.png", LARGE, "image/png"))
    await expect(tray.get_by_test_id("as-link")).to_contain_text("客户会收到下载链接")
    await send(agent)
    news = customer.bubbles("account").locator('[data-msgtype="news"]')
    await expect(news.last).to_contain_text("卡面.png", timeout=MEDIA_MS)


async def test_a_broken_link_says_so_in_both_languages(office: Office) -> None:
    customer = office.visitor()
    page = await customer.open()
    broken = await page.context.new_page()
    complaints: list[str] = []
    broken.on("console", lambda said: complaints.append(said.text))
    answer = await broken.goto(f"{office.demo.url}/files/{'A' * 76}")
    assert answer is not None
    assert answer.status == 404
    await expect(broken.get_by_role("heading", name="链接打不开了")).to_be_visible()
    await expect(broken.get_by_role("heading", name="This link does not open")).to_be_visible()
    await shoot(broken, "file-link-over")
    refused = [each for each in complaints if "404" not in each]
    assert refused == []
