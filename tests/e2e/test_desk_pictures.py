"""Every screen of the workspace as it looks: nothing cut, covered, pushed out or hard to read.

Every screen, and every size, language, theme, density and zoom on several of them; with
`LIANLUO_SHOTS` every screen in all of them, kept as pictures.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar
from playwright.async_api import Browser, Page, expect

from agent_web.documents import ScreenDoc
from tests.e2e import painted_desk as paint
from tests.e2e.colleague import LANGUAGES, SOON_MS
from tests.e2e.office import Demo, Office
from tests.e2e.painted_hub import CREW, PaintedHub
from tests.e2e.visitor import AT_REST, AXE, shoot

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.serial,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]

SIGHT = Path(__file__).with_name("sight.js")
CONTRAST = """async () => {
  const result = await axe.run({ runOnly: ['color-contrast', 'target-size'] })
  return result.violations.flatMap((each) =>
    each.nodes.map((node) => `${each.id}: ${node.target.join(' ')}`))
}"""


@dataclass(frozen=True, slots=True)
class Look:
    size: tuple[int, int] = (1366, 768)
    language: str = "zh"
    theme: Any = "light"
    density: str = "comfortable"
    zoom: int = 1

    def __str__(self) -> str:
        zoom = "-zoom" if self.zoom > 1 else ""
        return f"{self.size[0]}-{self.language}-{self.theme}-{self.density}{zoom}"


LOOKS = (
    Look(),
    Look((1920, 1080), "en", "dark", "compact"),
    Look((360, 640), "zh", "dark"),
    Look((360, 640), "en", "light", "compact"),
    Look((768, 1024), "en"),
    Look((1366, 768), "en", "light", "comfortable", 2),
    Look((768, 1024), "zh", "dark", "compact"),
    Look((1366, 768), "zh", "dark", "compact"),
)

Draw = Callable[[PaintedHub], None]
Step = Callable[[Page, PaintedHub, Look], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """`draw` fills the desk before the page comes, `act` leads to what is looked at."""

    name: str
    draw: Draw
    act: Step
    path: str = "/"
    username: str = paint.ME
    signed_in: bool = True


# ---------------------------------------------------------------- what stands on the desk
def empty(hub: PaintedHub) -> None:
    me = paint.agents(hub.now)[0].model_copy(update={"load": {"text": 0}})
    hub.topics["desk"] = [*paint.queues(hub.now, waiting=False), me]


def busy(hub: PaintedHub) -> None:
    now = hub.now
    mine = [
        paint.work(now, paint.FIRST, "active", 900, display_name=paint.LONG_NAME, why=paint.WHY),
        paint.work(now, paint.SECOND, "active", 700, channel_id="sms-main"),
        paint.work(now, paint.THIRD, "active", 500, display_name="李", channel_id="webchat-site"),
        paint.work(now, paint.FOURTH, "wrap_up", 800, display_name=paint.LATIN_NAME),
    ]
    crew = paint.agents(now)
    hub.topics["desk"] = [
        *paint.queues(now, waiting=True),
        *paint.waiting_line(now),
        *mine,
        crew[0],
        *paint.colleagues(crew),
    ]
    talk(hub, paint.FIRST, paint.LONG_NAME, paint.long_talk(now, paint.FIRST), "可以申请吗？")
    words = ("验证码收不到，怎么办？", "在吗？", "好的，谢谢，再见。")
    others = (paint.SECOND, paint.THIRD, paint.FOURTH)
    for place, (customer, text) in enumerate(zip(others, words, strict=True)):
        docs = paint.short_talk(now, customer, text, 70 + 95 * place)
        talk(hub, customer, mine[place + 1].display_name, docs, text, silent=70 + 95 * place)


def talk(
    hub: PaintedHub,
    customer: str,
    name: str,
    docs: list[ScreenDoc],
    last: str,
    *,
    silent: float = 41,
    state: str = "",
) -> None:
    state = state or ("wrap_up" if customer == paint.FOURTH else "active")
    until = hub.now + timedelta(seconds=83) if state == "wrap_up" else None
    conversation = paint.conversation(
        *(hub.now, customer, state, last, "customer", silent),
        display_name=name,
        wrap_up_until=until,
    )
    person = paint.customer(hub.now, customer, name)
    hub.topics[f"customer:{customer}"] = [person, conversation, *docs]


def ringing(hub: PaintedHub) -> None:
    busy(hub)
    until = hub.now + timedelta(seconds=14)
    offered = {"offer_until": until, "since": paint.ago(hub.now, 6)}
    hub.topics["desk"] = [
        *hub.topics["desk"],
        paint.work(hub.now, paint.PLAIN, "offered", 41, display_name=paint.LONG_NAME, **offered),
        paint.work(hub.now, f"{paint.PLAIN[:-1]}b", "offered", 20, target=paint.ME, **offered),
    ]


def short_of_replies(hub: PaintedHub) -> None:
    busy(hub)
    name = f"customer:{paint.FIRST}"
    spent = paint.customer(hub.now, paint.FIRST, paint.LONG_NAME, left=0, hours=-1)
    hub.topics[name] = [spent, *hub.topics[name][1:]]


def led(hub: PaintedHub) -> None:
    busy(hub)
    crew = paint.agents(hub.now)
    hub.topics["desk"] = [*hub.topics["desk"], *crew]
    docs = [doc for topic in hub.topics.values() for doc in topic if doc.kind == "conversation"]
    hub.topics["conversations"] = docs


def led_empty(hub: PaintedHub) -> None:
    hub.topics["desk"] = paint.queues(hub.now, waiting=False)
    hub.topics["conversations"] = []


# ---------------------------------------------------------------- the way to a screen
async def stay(page: Page, hub: PaintedHub, look: Look) -> None:
    pass


async def talking(page: Page, hub: PaintedHub, look: Look) -> None:
    await expect(page.get_by_test_id("box")).to_be_visible()
    await expect(page.get_by_test_id("message").last).to_be_visible()


async def queue(page: Page, hub: PaintedHub, look: Look) -> None:
    await page.get_by_test_id("scope-queued").click()
    await expect(page.get_by_test_id("claim").first).to_be_visible()


async def transfer(page: Page, hub: PaintedHub, look: Look) -> None:
    await talking(page, hub, look)
    await page.keyboard.press("Alt+t")
    await expect(page.get_by_test_id("transfer-dialog")).to_be_visible()


async def keys(page: Page, hub: PaintedHub, look: Look) -> None:
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()


async def search(page: Page, hub: PaintedHub, look: Look) -> None:
    await page.get_by_test_id("search").click()
    await (
        page.get_by_role("dialog")
        .get_by_role("combobox")
        .or_(page.get_by_role("dialog").locator("input"))
        .first.fill("王")
    )
    await page.wait_for_load_state("networkidle")


async def wrap_up(page: Page, hub: PaintedHub, look: Look) -> None:
    await expect(page.get_by_test_id("wrap-left")).to_be_visible()
    await page.wait_for_load_state("networkidle")


async def lost(page: Page, hub: PaintedHub, look: Look) -> None:
    await talking(page, hub, look)
    await hub.break_lines()
    await expect(page.get_by_test_id("lost")).to_be_visible(timeout=SOON_MS)


async def over(page: Page, hub: PaintedHub, look: Look) -> None:
    await talking(page, hub, look)
    await hub.end_session()
    await expect(page.locator("input[name=password]")).to_be_visible(timeout=SOON_MS)


async def stale(page: Page, hub: PaintedHub, look: Look) -> None:
    await talking(page, hub, look)
    told = paint.Talk(hub.now, paint.FIRST, commit=paint.SEQ)
    told.said(3, "agent:agent2", "您好，今天就可以申请，我已经替您登记。", "sent")
    hub.refuse = lambda command: {
        "state": "refused",
        "changed": False,
        "reason": "stale_view",
    }
    box = page.get_by_test_id("box")
    await box.fill("今天可以申请，请带上身份证和合同原件到任一网点。")
    await box.press("Enter")
    await expect(page.get_by_test_id("stopped")).to_be_visible(timeout=SOON_MS)
    hub.tell(f"customer:{paint.FIRST}", told.docs, paint.SEQ + 1)
    await expect(page.get_by_test_id("stopped")).to_contain_text("替您登记")


async def phrases(page: Page, hub: PaintedHub, look: Look) -> None:
    await talking(page, hub, look)
    await page.get_by_test_id("box").fill("/")
    await page.wait_for_load_state("networkidle")


async def my_menu(page: Page, hub: PaintedHub, look: Look) -> None:
    await page.get_by_test_id("me").click()
    await expect(page.get_by_test_id("sign-out")).to_be_visible()


async def presence(page: Page, hub: PaintedHub, look: Look) -> None:
    await page.get_by_test_id("presence").click()
    await expect(page.get_by_test_id("presence-ready").last).to_be_visible()


async def team(page: Page, hub: PaintedHub, look: Look) -> None:
    await expect(page.get_by_test_id("figure-waiting")).to_be_visible()


async def reasons(page: Page, hub: PaintedHub, look: Look) -> None:
    await page.get_by_test_id("work").filter(has_text="·").get_by_test_id("why").last.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.wait_for_load_state("networkidle")


async def move(page: Page, hub: PaintedHub, look: Look) -> None:
    await page.get_by_test_id("work").first.get_by_test_id("move").click()
    await expect(page.get_by_test_id("move-go")).to_be_visible()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cookies(browser: Browser, demo: Demo) -> dict[str, str]:
    """A session of each whose screen is looked at."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        bank = Office(browser, demo, http)
        heads = {name: await bank.sign_in(name) for name in CREW}
    return {name: head["Cookie"].partition("=")[2] for name, head in heads.items()}


OPEN = f"/c/{paint.FIRST}.2"
LEAD = "supervisor1"
DAILY = ("offer", "busy", "queue", "team")
SCENES = (
    Scene("sign-in", empty, stay, signed_in=False),
    Scene("empty", empty, stay),
    Scene("offer", ringing, talking, OPEN),
    Scene("busy", busy, talking, OPEN),
    Scene("queue", busy, queue),
    Scene("wrap-up", busy, wrap_up, f"/c/{paint.FOURTH}.2"),
    Scene("transfer", busy, transfer, OPEN),
    Scene("keys", busy, keys),
    Scene("search", busy, search),
    Scene("lost", busy, lost, OPEN),
    Scene("stale", busy, stale, OPEN),
    Scene("window", short_of_replies, talking, OPEN),
    Scene("phrases", busy, phrases, OPEN),
    Scene("me", busy, my_menu),
    Scene("presence", busy, presence),
    Scene("over", busy, over, OPEN),
    Scene("team", led, team, "/team", LEAD),
    Scene("team-empty", led_empty, team, "/team", LEAD),
    Scene("reasons", led, reasons, "/team", LEAD),
    Scene("move", led, move, "/team", LEAD),
    Scene("watch", led, stay, "/", LEAD),
)


async def picture(browser: Browser, url: str, scene: Scene, look: Look, session: str) -> list[str]:
    """What is wrong with it. `session`: of the one whose screen it is."""
    width, height = (side // look.zoom for side in look.size)
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=look.zoom,
        color_scheme=look.theme,
        locale=LANGUAGES[look.language],
        timezone_id="Asia/Shanghai",
        has_touch=width < 480,
        reduced_motion="reduce",
    )
    try:
        await context.add_cookies([{"name": "lianluo_session", "value": session, "url": url}])
        await context.add_init_script(
            f"localStorage['lianluo.locale'] = '{look.language}';"
            f"localStorage['lianluo.density'] = '{look.density}';"
            "localStorage['lianluo.volume'] = '0'"
        )
        hub = PaintedHub(
            now=paint.NOW, topics={}, username=scene.username, ended=not scene.signed_in
        )
        scene.draw(hub)
        await hub.hang(context)
        page = await context.new_page()
        await page.clock.set_fixed_time(paint.NOW)
        await page.goto(url + scene.path)
        if scene.signed_in:
            await expect(page.get_by_test_id("me")).to_be_visible(timeout=SOON_MS)
        await scene.act(page, hub, look)
        await page.evaluate(AT_REST)
        await shoot(page, f"{scene.name}-{look}")
        await page.evaluate(AXE.read_text("utf-8"))
        found: list[str] = await page.evaluate(SIGHT.read_text("utf-8"))
        found += await page.evaluate(CONTRAST)
        return [f"{scene.name} {look}: {each}" for each in found]
    finally:
        await context.close()


def looks_of(scene: Scene) -> list[Look]:
    """One after the other in turn, two where most of the day is spent; all for who wants them."""
    if os.environ.get("LIANLUO_SHOTS"):
        return list(LOOKS)
    place = SCENES.index(scene)
    turns = (place, place + 3) if scene.name in DAILY else (place,)
    return [LOOKS[turn % len(LOOKS)] for turn in turns]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_nothing_is_cut_covered_or_hard_to_read(
    browser: Browser, demo: Demo, cookies: dict[str, str], scene: Scene
) -> None:
    found: list[str] = []
    for look in looks_of(scene):
        found += await picture(browser, demo.url, scene, look, cookies[scene.username])
    assert found == []
