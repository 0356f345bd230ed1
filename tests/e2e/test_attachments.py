"""Files on their way into a reply, in a real browser: taken, refused, stopped, tried again."""

import asyncio

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.e2e.colleague import SOON_MS
from tests.e2e.office import Office
from tests.e2e.test_media_kinds import MEDIA_MS, file, send, talk
from tests.e2e.visitor import shoot
from tests.services.media.samples import image

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

PASTE = """([text, bytes]) => {
  const file = new File([new Uint8Array(bytes)], 'screenshot.png', { type: 'image/png' })
  const given = new DataTransfer()
  given.items.add(file)
  const box = document.querySelector('[data-test=box]')
  box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: given, bubbles: true }))
}"""
DROP = """([name, type, bytes]) => {
  const given = new DataTransfer()
  given.items.add(new File([new Uint8Array(bytes)], name, { type }))
  const zone = document.querySelector('[data-test=log]')
  const what = { dataTransfer: given, bubbles: true, cancelable: true }
  zone.dispatchEvent(new DragEvent('dragover', what))
  zone.dispatchEvent(new DragEvent('drop', what))
}"""


def uploads_of(page: Page) -> list[str]:
    """Grows with each upload from here on."""
    uploads: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "/api/v1/media" in request.url:
            uploads.append(request.url)

    page.on("request", note)
    return uploads


async def test_pictures_are_pasted_and_dropped_and_taken_away_again(office: Office) -> None:
    _, agent = await talk(office)
    page = agent.page
    shot = list(image("PNG", width=80, height=60))
    await page.evaluate(PASTE, ["", shot])
    await page.evaluate(DROP, ["b.png", "image/png", shot])
    files = page.get_by_test_id("attachment")
    await expect(page.locator('[data-test="attachment"][data-state="ready"]')).to_have_count(
        2, timeout=MEDIA_MS
    )
    await files.first.get_by_test_id("detach").click()
    await expect(files).to_have_count(1)
    await expect(files).to_contain_text("b.png")
    await page.reload()
    await agent.at_work()
    await expect(page.get_by_test_id("attachment")).to_contain_text("b.png", timeout=SOON_MS)
    await send(agent)
    await expect(agent.says("agent:agent1").get_by_test_id("thumbnail")).to_have_count(1)


async def test_what_the_channel_does_not_send_is_refused_before_it_is_uploaded(
    office: Office,
) -> None:
    _, agent = await talk(office)
    page = agent.page
    uploads = uploads_of(page)
    await page.get_by_test_id("file-picker").set_input_files(
        [
            file("空的.png", b"", "image/png"),
            file("图.webp", image("WEBP", width=9, height=9), "image/webp"),
        ]
    )
    refused = page.locator('[data-test="attachment"][data-state="refused"]')
    await expect(refused).to_have_count(2)
    await expect(refused.nth(0)).to_contain_text("是空的")
    await expect(refused.nth(1)).to_contain_text("只收")
    assert uploads == []
    await expect(page.get_by_test_id("send")).to_be_disabled()
    await shoot(page, "media-refused")
    assert await agent.serious_findings() == []


async def test_a_file_given_before_the_channels_are_known_waits_for_their_rules(
    office: Office,
) -> None:
    _, agent = await talk(office)
    page = agent.page
    uploads = uploads_of(page)
    asked: asyncio.Queue[Route] = asyncio.Queue()
    await page.route("**/api/v1/channels", asked.put)
    await page.reload()
    await agent.at_work()
    await page.get_by_test_id("file-picker").set_input_files(
        file("图.webp", image("WEBP", width=9, height=9), "image/webp")
    )
    waits = page.locator('[data-test="attachment"][data-state="uploading"]')
    await expect(waits).to_have_count(1)
    await expect(page.get_by_test_id("send")).to_be_disabled()
    await (await asked.get()).continue_()
    refused = page.locator('[data-test="attachment"][data-state="refused"]')
    await expect(refused).to_contain_text("只收")
    assert uploads == []


async def test_an_upload_can_be_stopped_and_one_that_failed_tried_again(office: Office) -> None:
    _, agent = await talk(office)
    page = agent.page
    given = file("a.png", image("PNG", width=80, height=60), "image/png")
    await page.route("**/api/v1/media?*", lambda route: route.abort("connectionfailed"))
    await page.get_by_test_id("file-picker").set_input_files(given)
    await expect(page.get_by_test_id("attachment")).to_contain_text("服务器没有应答")
    await expect(page.get_by_test_id("send")).to_be_disabled()
    await page.unroute("**/api/v1/media?*")
    await page.get_by_test_id("upload-again").click()
    ready = page.locator('[data-test="attachment"][data-state="ready"]')
    await expect(ready).to_have_count(1, timeout=MEDIA_MS)

    await page.route("**/api/v1/media?*", lambda route: None)
    await page.get_by_test_id("file-picker").set_input_files(given)
    under_way = page.locator('[data-test="attachment"][data-state="uploading"]')
    await expect(under_way).to_have_count(1)
    await expect(page.get_by_test_id("send")).to_be_disabled()
    await under_way.get_by_test_id("detach").click()
    await expect(page.get_by_test_id("attachment")).to_have_count(1)
    await page.unroute("**/api/v1/media?*")
    await send(agent)
    agent.complaints[:] = [each for each in agent.complaints if "ERR_CONNECTION_FAILED" not in each]
