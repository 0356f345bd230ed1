"""The screens of the workspace on a painted desk: which there are, and how one comes to each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page, expect

from hub.model.desk import Presence
from tests.e2e import painted_desk as paint, painted_scenes as on, scene_steps as to
from tests.e2e.colleague import LANGUAGES, SOON_MS
from tests.e2e.painted_hub import PaintedHub
from tests.e2e.visitor import AT_REST


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


OPEN = f"/c/{paint.FIRST}.2"
LEAD = "supervisor1"
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


async def nobody(page: Page) -> None:
    pass


@asynccontextmanager
async def staged(
    browser: Browser,
    url: str,
    scene: Scene,
    look: Look,
    session: str,
    meet: Callable[[Page], Awaitable[None]] = nobody,
) -> AsyncIterator[Page]:
    """The scene at rest. `session`: of the one whose screen it is. `meet` it before it comes."""
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
        await meet(page)
        await page.clock.set_fixed_time(paint.NOW)
        await page.goto(url + scene.path)
        if scene.signed_in:
            await expect(page.get_by_test_id("me")).to_be_visible(timeout=SOON_MS)
        await scene.act(page, hub)
        await page.evaluate(AT_REST)
        yield page
    finally:
        await context.close()
