"""Link cards and places of agents in real browsers: written, sent, shown on the phone, told of."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.colleague import SOON_MS, Colleague
from tests.e2e.office import Office
from tests.e2e.seeing import EVERY_LOOK
from tests.e2e.test_media_kinds import DRAWN, MEDIA_MS, file, received, send, talk
from tests.e2e.visitor import Visitor
from tests.services.media.samples import image

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

LINK = {"url": "bank.example/loan?from=chat", "title": "个人贷款还款说明"}
TOLD = "三步完成还款，账单日前后都可以办理"
PLACE = {"name": "人民广场支行", "address": "上海市黄浦区南京东路 1 号"}


async def choose(agent: Colleague, kind: str) -> Locator:
    await agent.page.get_by_test_id("more").click()
    await agent.page.get_by_test_id(f"add-{kind}").click()
    dialog = agent.page.get_by_test_id("card-dialog")
    await expect(dialog.locator(".input").first).to_be_focused()
    return dialog


async def fill(agent: Colleague, values: dict[str, str]) -> None:
    for name, value in values.items():
        await agent.page.get_by_test_id(f"card-{name}").fill(value)


async def put(agent: Colleague) -> Locator:
    await agent.page.get_by_test_id("put-card").click()
    await expect(agent.page.get_by_test_id("card-dialog")).to_be_hidden(timeout=SOON_MS)
    await expect(agent.box).to_be_focused()
    return agent.page.get_by_test_id("card-draft")


async def send_card(agent: Colleague) -> None:
    await send(agent)
    await expect(agent.page.get_by_test_id("card-draft")).to_have_count(0)


async def fits(agent: Colleague) -> None:
    assert await agent.serious_findings() == []
    assert await agent.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def opens(customer: Visitor, card: Locator, address: str) -> None:
    """A tab with that address; nothing of the world outside is asked."""
    context = customer.page.context
    await context.route(re.compile(r"^https://(bank\.example|uri\.amap\.com)/"), _answer)
    async with context.expect_page() as opening:
        await card.get_by_role("link").click()
    page = await opening.value
    await page.wait_for_load_state()
    assert page.url == address
    await page.close()


async def _answer(route: object) -> None:
    await route.fulfill(status=200, body="opened")  # type: ignore[attr-defined]


async def test_a_link_with_a_picture_reaches_the_phone_and_opens_there(office: Office) -> None:
    customer, agent = await talk(office)
    page = agent.page
    dialog = await choose(agent, "link")
    await page.get_by_test_id("put-card").click()
    await expect(page.get_by_test_id("card-url")).to_be_focused()
    await expect(page.get_by_test_id("card-title")).to_have_attribute("aria-invalid", "true")
    await fill(agent, {"url": "javascript:alert(1)"})
    await expect(dialog).to_contain_text("不是网址")
    await agent.shoot("cards-wrong-zh")
    await fits(agent)

    await fill(agent, {**LINK, "description": TOLD})
    await expect(page.get_by_test_id("card-title")).to_have_attribute("aria-invalid", "false")
    wrong = file("a.gif", image("GIF"), "image/gif")
    await page.get_by_test_id("card-picture-picker").set_input_files([wrong])
    await expect(page.get_by_test_id("picture-trouble")).to_contain_text("只收 jpg, png")
    given = file("loan.png", image("PNG", width=400, height=400), "image/png")
    await page.get_by_test_id("card-picture-picker").set_input_files([given])
    preview = page.get_by_test_id("card-preview")
    await expect(preview.locator("img")).to_be_visible(timeout=MEDIA_MS)
    await expect(page.get_by_test_id("picture-trouble")).to_have_count(0)
    await expect(preview).to_contain_text("打开 bank.example")
    await agent.shoot("cards-link-zh")
    draft = await put(agent)
    await expect(draft).to_contain_text(LINK["title"])
    await agent.shoot("cards-draft-zh")
    await fits(agent)
    await send_card(agent)

    card = agent.says("agent:agent1").get_by_test_id("link")
    await expect(card).to_contain_text(LINK["title"], timeout=SOON_MS)
    await expect(card.locator("img")).to_be_visible()
    assert await card.locator("img").evaluate(DRAWN)
    await agent.sent()
    await agent.shoot("cards-talk-zh")

    shown = await received(customer, "news")
    for words in (LINK["title"], TOLD):
        await expect(shown).to_contain_text(words)
    picture = shown.get_by_test_id("article-picture")
    await expect(picture).to_be_visible()
    assert await picture.evaluate(DRAWN)
    await customer.shoot("cards-phone-link-zh")
    assert await customer.serious_findings() == []
    await opens(customer, shown, "https://bank.example/loan?from=chat")


async def test_a_place_by_the_keyboard_alone_opens_the_map_on_the_phone(office: Office) -> None:
    customer, agent = await talk(office)
    page = agent.page
    await agent.box.fill("我们在这里")
    await page.get_by_test_id("more").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("add-link")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("card-name")).to_be_focused()
    for words in PLACE.values():
        await page.keyboard.type(words)
        await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("card-latitude")).to_be_focused()
    await page.get_by_test_id("card-latitude").fill("121.473701,31.230416")
    await expect(page.get_by_test_id("card-latitude")).to_have_value("31.230416")
    await expect(page.get_by_test_id("card-longitude")).to_have_value("121.473701")
    preview = page.get_by_test_id("card-preview")
    await expect(preview).to_contain_text("打开 uri.amap.com")
    await agent.shoot("cards-place-zh")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_test_id("card-dialog")).to_be_hidden(timeout=SOON_MS)
    await expect(agent.box).to_be_focused()
    await page.keyboard.press("Enter")

    place = agent.says("agent:agent1").get_by_test_id("place")
    for words in PLACE.values():
        await expect(place).to_contain_text(words, timeout=SOON_MS)
    await agent.sent()
    await agent.shoot("cards-place-talk-zh")
    await fits(agent)
    shown = await received(customer, "news")
    for words in PLACE.values():
        await expect(shown).to_contain_text(words)
    await customer.shoot("cards-phone-place-zh")
    await opens(
        customer,
        shown,
        "https://uri.amap.com/marker?position=121.473701,31.230416"
        "&name=%E4%BA%BA%E6%B0%91%E5%B9%BF%E5%9C%BA%E6%94%AF%E8%A1%8C&coordinate=gaode",
    )


async def test_a_card_outlives_a_reload_and_is_changed_and_taken_away(office: Office) -> None:
    customer, agent = await talk(office)
    page = agent.page
    await choose(agent, "link")
    await fill(agent, LINK)
    draft = await put(agent)
    await page.reload()
    await expect(draft).to_contain_text(LINK["title"], timeout=SOON_MS)
    await draft.get_by_test_id("edit-card").click()
    await fill(agent, {"title": "改过的标题"})
    await put(agent)
    await expect(draft).to_contain_text("改过的标题")
    await draft.get_by_test_id("drop-card").click()
    await expect(draft).to_have_count(0)
    assert await customer.bubbles("account").locator('[data-msgtype="news"]').count() == 0


DAILY = (
    ("zh", (390, 844), "light", "zh-390"),
    ("en", (1440, 900), "dark", "en-1440-dark"),
)
MORE = (
    ("zh", (1440, 900), "light", "zh-1440"),
    ("en", (1440, 900), "light", "en-1440"),
    ("en", (390, 844), "light", "en-390"),
)


@pytest.mark.parametrize(
    ("language", "size", "theme", "name"), DAILY + (MORE if EVERY_LOOK else ())
)
async def test_dialogs_and_cards_fit(
    office: Office, language: str, size: tuple[int, int], theme: str, name: str
) -> None:
    customer = await office.waiting_customer()
    agent = office.colleague("agent1")
    await agent.sign_in(language=language, size=size, theme=theme)
    await agent.ready()
    await agent.accept()
    page = agent.page
    await page.get_by_test_id("more").click()
    await expect(page.get_by_test_id("add-place")).to_be_visible()
    await agent.shoot(f"cards-menu-{name}")
    await fits(agent)
    await page.keyboard.press("Escape")
    await choose(agent, "place")
    await fill(agent, {**PLACE, "latitude": "31.230416", "longitude": "121.473701"})
    await agent.shoot(f"cards-place-{name}")
    await fits(agent)
    await put(agent)
    await send_card(agent)
    await choose(agent, "link")
    await fill(agent, {**LINK, "description": TOLD})
    given = file("loan.png", image("PNG", width=400, height=400), "image/png")
    await page.get_by_test_id("card-picture-picker").set_input_files([given])
    await expect(page.get_by_test_id("card-preview").locator("img")).to_be_visible(timeout=MEDIA_MS)
    await agent.shoot(f"cards-link-{name}")
    await fits(agent)
    await put(agent)
    await agent.shoot(f"cards-draft-{name}")
    await send_card(agent)
    await agent.sent()
    await agent.shoot(f"cards-talk-{name}")
    await fits(agent)
    await received(customer, "news")
