"""Every screen of the workspace as it looks: nothing cut, covered, pushed out or hard to read.

Every screen, and every size, language, theme, density and zoom on several of them; with
`LIANLUO_SHOTS` every screen in all of them, kept as pictures.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar
from playwright.async_api import Browser, Page, expect

from hub.model.desk import Presence
from tests.e2e import painted_desk as paint, painted_scenes as on, scene_steps as to
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
  const menu = document.querySelector('.drop > .panel')
  const whole = await axe.run({ runOnly: ['color-contrast'] })
  // What an open menu half covers is no target while it is open.
  const targets = await axe.run(menu ?? document, { runOnly: ['target-size'] })
  return [...whole.violations, ...targets.violations].flatMap((each) =>
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

Step = Callable[[Page, PaintedHub], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """`draw` fills the desk before the page comes, `act` leads to what is looked at."""

    name: str
    draw: on.Draw
    act: Step
    path: str = "/"
    username: str = paint.ME
    signed_in: bool = True


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
    Scene("sign-in", on.empty, to.bank, signed_in=False),
    Scene("empty", on.empty, to.stay),
    Scene("offer", on.ringing, to.talking, OPEN),
    Scene("busy", on.busy, to.talking, OPEN),
    Scene("queue", on.busy, to.queue),
    Scene("wrap-up", on.busy, to.wrap_up, f"/c/{paint.FOURTH}.2"),
    Scene("transfer", on.busy, to.transfer, OPEN),
    Scene("keys", on.busy, to.keys),
    Scene("search", on.busy, to.search),
    Scene("lost", on.busy, to.lost, OPEN),
    Scene("stale", on.busy, to.stale, OPEN),
    Scene("window", on.short_of_replies, to.talking, OPEN),
    Scene("phrases", on.busy, to.phrases, OPEN),
    Scene("me", on.busy, to.my_menu),
    Scene("presence", on.busy, to.presence),
    Scene("over", on.busy, to.over, OPEN),
    Scene("team", on.led, to.team, "/team", LEAD),
    Scene("team-empty", on.led_empty, to.team, "/team", LEAD),
    Scene("reasons", on.led, to.reasons, "/team", LEAD),
    Scene("move", on.led, to.move, "/team", LEAD),
    Scene("watch", on.led, to.stay, "/", LEAD),
    Scene("not-ready", on.away(Presence.NOT_READY, "supervisor"), to.stay),
    Scene("break", on.away(Presence.BREAK), to.stay),
    Scene("offline", on.away(Presence.OFFLINE), to.stay),
    Scene("customer", on.busy, to.customer, OPEN),
    Scene("note", on.busy, to.note, OPEN),
    Scene("unreachable", on.out_of_reach, to.talking, OPEN),
    Scene("why", on.busy, to.why, OPEN),
    Scene("failing", on.busy, to.failing),
    Scene("bot", on.with_bot, to.watched, f"/c/{paint.FIFTH}.2", LEAD),
    Scene("closed", on.over_and_done, to.watched, f"/c/{paint.FIFTH}.2", LEAD),
    Scene("rows", on.led, to.rows, "/team", LEAD),
)


@asynccontextmanager
async def staged(
    browser: Browser, url: str, scene: Scene, look: Look, session: str
) -> AsyncIterator[Page]:
    """The scene at rest. `session`: of the one whose screen it is."""
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
        await scene.act(page, hub)
        await page.evaluate(AT_REST)
        yield page
    finally:
        await context.close()


async def faults(page: Page) -> list[str]:
    await page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = await page.evaluate(SIGHT.read_text("utf-8"))
    found += await page.evaluate(CONTRAST)
    return found


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
        async with staged(browser, demo.url, scene, look, cookies[scene.username]) as page:
            await shoot(page, f"{scene.name}-{look}")
            found += [f"{scene.name} {look}: {each}" for each in await faults(page)]
    assert found == []


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ('[data-test="transfer"] { translate: 60px 0 }', "overlaps"),
        (".facts .fact { margin-right: -40px }", "overlaps"),
        (".who time { margin-left: -30px }", "overlaps"),
        (".list .frame > .row { height: 80px }", "is cut by"),
    ],
    ids=["button on button", "fact on fact", "time on name", "row too low"],
)
async def test_a_planted_fault_is_found(
    browser: Browser, demo: Demo, cookies: dict[str, str], style: str, told: str
) -> None:
    scene = next(each for each in SCENES if each.name == "busy")
    async with staged(browser, demo.url, scene, Look(), cookies[scene.username]) as page:
        assert await faults(page) == []
        await page.evaluate("css => document.adoptedStyleSheets.push(new CSSStyleSheet())", style)
        await page.evaluate(
            "css => document.adoptedStyleSheets.at(-1).replaceSync(css)",
            style.replace(" }", " !important }"),
        )
        assert [each for each in await faults(page) if told in each]
