"""Every kind of message, both ways, in real browsers: the pretended WeChat and the workspace."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import FilePayload, Locator, expect

from tests.e2e.colleague import SOON_MS, Colleague
from tests.e2e.office import Office
from tests.e2e.visitor import Visitor, shoot
from tests.services.media.samples import EICAR, amr, film, image, sound

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

MEDIA_MS = 30_000
PLAYS = """async (element) => {
  const sound = element.querySelector('audio, video')
  for (let tries = 0; tries < 100 && !(sound.currentTime > 0); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
  return sound.currentTime > 0
}"""
DRAWN = "image => image.decode().then(() => image.naturalWidth > 0)"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>"
    b"endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def file(name: str, content: bytes, content_type: str = "") -> FilePayload:
    return {"name": name, "mimeType": content_type, "buffer": content}


async def talk(office: Office) -> tuple[Visitor, Colleague]:
    customer = await office.waiting_customer()
    agent = await office.ready("agent1")
    await agent.accept()
    return customer, agent


async def give(customer: Visitor, tool: str, given: FilePayload) -> None:
    """From the board under the box, as a thumb does."""
    page = customer.page
    await page.get_by_test_id("open-tools").click()
    async with page.expect_file_chooser() as chosen:
        await page.get_by_test_id(f"tool-{tool}").click()
        if tool == "voice":
            await page.get_by_test_id("pick-voice").click()
    await (await chosen.value).set_files(given)
    await expect(page.get_by_test_id("tools")).to_have_count(0)


async def arrived(agent: Colleague, kind: str) -> Locator:
    """The newest file of the customer, fetched, examined and shown."""
    media = agent.says("customer").locator(f'[data-test="media"][data-kind="{kind}"]').last
    await expect(media).to_have_attribute("data-state", "stored", timeout=MEDIA_MS)
    return media


async def received(customer: Visitor, msgtype: str) -> Locator:
    bubble = customer.bubbles("account").locator(f'[data-msgtype="{msgtype}"]').last
    await expect(bubble).to_be_visible(timeout=MEDIA_MS)
    return bubble


async def attach(agent: Colleague, *given: FilePayload) -> None:
    await agent.page.get_by_test_id("file-picker").set_input_files(list(given))
    ready = agent.page.locator('[data-test="attachment"][data-state="ready"]')
    await expect(ready).to_have_count(len(given), timeout=MEDIA_MS)


async def send(agent: Colleague) -> None:
    await agent.page.get_by_test_id("send").click()
    await expect(agent.page.get_by_test_id("tray")).to_have_count(0)
    await expect(agent.page.get_by_test_id("outgoing")).to_have_count(0, timeout=SOON_MS)


# ---------------------------------------------------------------- from the customer
async def test_every_kind_of_message_of_a_customer_is_seen_and_heard(office: Office) -> None:
    customer, agent = await talk(office)
    await a_picture_is_seen_large(customer, agent)
    await a_voice_and_a_film_play(customer, agent)
    await a_document_is_saved_whole(customer, agent)
    await a_place_and_a_link_lead_there(customer, agent)
    await what_has_no_picture_here_says_so(office, customer, agent)

    await shoot(agent.page, "media-received")
    await customer.shoot("media-phone-sent")
    assert await agent.serious_findings() == []
    assert await customer.serious_findings() == []


async def a_picture_is_seen_large(customer: Visitor, agent: Colleague) -> None:
    page = agent.page
    await give(
        customer, "image", file("合同.jpg", image("JPEG", width=900, height=600), "image/jpeg")
    )
    shot = await arrived(agent, "image")
    thumbnail = shot.locator("img")
    await expect(thumbnail).to_be_visible()
    assert await thumbnail.evaluate(DRAWN)
    shape: Any = await thumbnail.bounding_box()
    assert abs(shape["width"] / shape["height"] - 1.5) < 0.02
    await shot.get_by_test_id("thumbnail").click()
    box = page.get_by_test_id("lightbox")
    full = box.get_by_test_id("full-picture")
    await expect(full).not_to_have_class(re.compile("coming"))
    assert await full.evaluate("image => image.naturalWidth") == 900
    await page.keyboard.press("1")
    await expect(box.get_by_test_id("zoom-level")).to_have_text("100%")
    await page.keyboard.press("+")
    await expect(box.get_by_test_id("zoom-level")).to_have_text("125%")
    await shoot(page, "media-lightbox")
    assert await agent.serious_findings() == []
    await page.keyboard.press("Escape")
    await expect(box).to_have_count(0)


async def a_voice_and_a_film_play(customer: Visitor, agent: Colleague) -> None:
    await give(
        customer, "voice", file("留言.wav", sound("wav", "pcm_s16le", rate=16_000), "audio/wav")
    )
    voice = await arrived(agent, "voice")
    await expect(voice.get_by_test_id("length")).to_have_text("00:02")
    await voice.get_by_test_id("play").click()
    assert await voice.evaluate(PLAYS)

    await give(customer, "video", file("柜台.mp4", film(), "video/mp4"))
    video = await arrived(agent, "video")
    assert await video.locator("img").evaluate(DRAWN)
    await video.get_by_test_id("play-film").click()
    assert await video.evaluate(PLAYS)


async def a_document_is_saved_whole(customer: Visitor, agent: Colleague) -> None:
    page = agent.page
    await give(customer, "file", file("流水.pdf", PDF, "application/pdf"))
    document = await arrived(agent, "file")
    await expect(document).to_contain_text("流水.pdf")
    async with page.expect_download() as loading:
        await document.get_by_test_id("file").click()
    assert (await (await loading.value).path()).read_bytes() == PDF
    assert page.url.endswith(agent.conversation_id)


async def a_place_and_a_link_lead_there(customer: Visitor, agent: Colleague) -> None:
    await send_place(customer)
    place = agent.says("customer").get_by_test_id("place")
    await expect(place).to_contain_text("外滩支行", timeout=SOON_MS)
    await expect(place).to_contain_text("31.23042, 121.47370")
    address = await place.get_by_test_id("map").get_attribute("href") or ""
    assert address == (
        "https://uri.amap.com/marker?position=121.473700,31.230420"
        "&name=%E5%A4%96%E6%BB%A9%E6%94%AF%E8%A1%8C&coordinate=gaode"
    )

    await send_link(customer)
    link = agent.says("customer").get_by_test_id("link")
    await expect(link).to_contain_text("bank.example", timeout=SOON_MS)
    await expect(link.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer nofollow")


async def what_has_no_picture_here_says_so(
    office: Office, customer: Visitor, agent: Colleague
) -> None:
    await customer.page.get_by_test_id("open-tools").click()
    await customer.page.get_by_test_id("tool-sticker").click()
    await customer.page.get_by_test_id("sticker").first.click()
    await expect(agent.says("customer").get_by_test_id("unsupported")).to_contain_text(
        "表情", timeout=SOON_MS
    )
    program = {"Title": "网点预约", "AppId": "wx0123456789abcdef", "PagePath": "pages/book"}
    await push(office, customer, {"type": "miniprogrampage", "fields": program})
    card = agent.says("customer").get_by_test_id("program")
    await expect(card).to_contain_text("只能在微信里打开", timeout=SOON_MS)
    assert await card.get_by_role("link").count() == 0


async def test_voice_of_wechat_is_heard_and_read(office: Office) -> None:
    customer, agent = await talk(office)
    upload = f"{office.demo.simulator}/phone/{await customer.phone()}/media?type=voice"
    async with office.http.post(upload, data=amr()) as answer:
        media_id = (await answer.json())["media_id"]
    message = {"type": "voice", "media_id": media_id, "text": "我的卡丢了"}
    await push(office, customer, message)
    voice = await arrived(agent, "voice")
    await expect(voice).to_contain_text("我的卡丢了")
    await voice.get_by_test_id("play").click()
    assert await voice.evaluate(PLAYS)
    sent = customer.bubbles("customer").get_by_test_id("phone-voice")
    await sent.get_by_test_id("play").click()
    assert await sent.evaluate(PLAYS)


async def test_a_file_that_is_not_taken_says_why(office: Office) -> None:
    customer, agent = await talk(office)
    await give(customer, "file", file("账单.txt", EICAR, "text/plain"))
    media = agent.says("customer").get_by_test_id("media").last
    await expect(media).to_have_attribute("data-state", "refused", timeout=MEDIA_MS)
    await expect(media).to_contain_text("查出病毒")
    assert await media.get_by_role("link").count() == 0


# ---------------------------------------------------------------- to the customer
async def test_files_of_an_agent_arrive_on_the_phone(office: Office) -> None:
    customer, agent = await talk(office)
    page = agent.page
    await customer.say("请发给我看看")
    await expect(agent.says("customer").last).to_have_text("请发给我看看", timeout=SOON_MS)
    await attach(
        agent,
        file("网点.png", image("PNG", width=300, height=200), "image/png"),
        file("说明.mp3", sound("mp3", "libmp3lame", rate=24_000), "audio/mpeg"),
        file("步骤.mp4", film(), "video/mp4"),
    )
    await expect(page.get_by_test_id("tray").locator("img").first).to_be_visible()
    await shoot(page, "media-tray")
    assert await agent.serious_findings() == []
    await agent.box.fill("请看这三个文件。")
    await expect(page.get_by_test_id("sends")).to_contain_text("4")
    await send(agent)

    picture_seen = await received(customer, "image")
    await expect(picture_seen.locator("img")).to_be_visible()
    assert await picture_seen.locator("img").evaluate(DRAWN)
    heard = await received(customer, "voice")
    await heard.get_by_test_id("play").click()
    assert await heard.evaluate(PLAYS)
    seen = await received(customer, "video")
    await seen.get_by_test_id("play-film").click()
    assert await seen.evaluate(PLAYS)
    ours = agent.says("agent:agent1").get_by_test_id("media")
    await expect(ours).to_have_count(3)
    await agent.sent()
    await customer.shoot("media-phone-received")
    assert await customer.serious_findings() == []


# ---------------------------------------------------------------- the account's own acts
async def test_a_scanned_code_tells_the_scene(office: Office) -> None:
    customer = office.visitor()
    page = await customer.open()
    await page.get_by_test_id("open-tools").click()
    await page.get_by_test_id("tool-scan").click()
    await page.get_by_test_id("scene").fill("branch-01")
    await page.get_by_test_id("send-scan").click()
    commit = page.get_by_test_id("commit").filter(has_text="客户动作")
    await expect(commit.first).to_be_visible(timeout=SOON_MS)
    await commit.first.get_by_role("button").first.click()
    await expect(commit.first).to_contain_text("branch-01")


async def test_the_customer_sees_that_somebody_writes(office: Office) -> None:
    customer, agent = await talk(office)
    sign = customer.page.get_by_role("heading", name="对方正在输入")
    # The first sign is lost where the talk is not known as theirs yet; the next follows after 3 s.
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(agent.box.press_sequentially("您好，我看一下您的账单", delay=400))
        tasks.create_task(expect(sign).to_be_visible(timeout=SOON_MS))
    await agent.box.press("Enter")
    await expect(sign).to_have_count(0, timeout=SOON_MS)


async def send_place(customer: Visitor) -> None:
    page = customer.page
    await page.get_by_test_id("open-tools").click()
    await page.get_by_test_id("tool-location").click()
    await page.get_by_test_id("place-label").fill("外滩支行")
    await page.get_by_test_id("send-place").click()
    await expect(customer.bubbles("customer").get_by_test_id("phone-place")).to_be_visible()


async def send_link(customer: Visitor) -> None:
    page = customer.page
    await page.get_by_test_id("open-tools").click()
    await page.get_by_test_id("tool-link").click()
    await page.get_by_test_id("link-title").fill("利率公告")
    await page.get_by_test_id("link-url").fill("https://bank.example/rates?a=1")
    await page.get_by_test_id("send-link").click()


async def push(office: Office, customer: Visitor, message: dict[str, Any]) -> None:
    """What the phone has no button for."""
    url = f"{office.demo.simulator}/phone/{await customer.phone()}/messages"
    headers = {"Content-Type": "application/json"}
    async with office.http.post(url, data=json.dumps(message), headers=headers) as answer:
        assert answer.status == 202, await answer.text()
