"""Every word the hub tells a screen is hostile: names, notes, files, codes, whatever it is.

The pages are the real ones; what they are told comes from the painted desk, so that also words
stand there which no channel lets through today.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from agent_web.documents import ScreenDoc
from tests.e2e.colleague import SOON_MS
from tests.e2e.hostile import AWAY, SHORT, TEXTS, WATCH, Guarded
from tests.e2e.office import Demo
from tests.e2e.painted_hub import PaintedHub
from tests.e2e.painted_stage import SCENES, Look, Scene, staged

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

NAMES = frozenset({"display_name", "name", "name_en"})
WORDS = frozenset(
    {
        *("text", "note", "summary", "last_text", "detail", "head", "tail", "title", "label"),
        *("description", "url", "transcript", "question", "article", "disposition", "reason"),
        *("code", "provider_code", "close_reason", "handed_off_reason"),
        *("presence_reason", "withheld", "skill", "strategy", "rules", "value"),
    }
)
SILENT = frozenset({"sign-in", "empty", "team-empty", "not-ready", "break", "offline"})
"""Nobody's words stand there."""
SPOKEN = tuple(scene for scene in SCENES if scene.name not in SILENT)


def poisoned(docs: Sequence[ScreenDoc]) -> list[ScreenDoc]:
    turn = cycle(TEXTS.values())

    def bad(value: Any, name: str = "") -> Any:
        if isinstance(value, Mapping):
            return {key: bad(each, key) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [bad(each, name) for each in value]
        if not isinstance(value, str):
            return value
        return f"{SHORT}·" if name in NAMES else next(turn) if name in WORDS else value

    return [type(doc).model_validate(bad(doc.model_dump())) for doc in docs]


def drawn(scene: Scene) -> Scene:
    def draw(hub: PaintedHub) -> None:
        scene.draw(hub)
        hub.topics = {topic: poisoned(docs) for topic, docs in hub.topics.items()}

    return Scene(scene.name, draw, scene.act, scene.path, scene.username)


@pytest.mark.parametrize("scene", SPOKEN, ids=lambda scene: scene.name)
async def test_no_screen_runs_what_it_is_told(
    browser: Browser, demo: Demo, cookies: dict[str, str], scene: Scene
) -> None:
    met: list[Guarded] = []

    async def meet(page: Page) -> None:
        await page.add_init_script(WATCH)
        met.append(Guarded(page))

    session = cookies[scene.username]
    async with staged(browser, demo.url, drawn(scene), Look(), session, meet) as page:
        await expect(page.locator("body")).to_contain_text(SHORT, timeout=SOON_MS)
        await met[0].untouched()


async def test_a_desktop_notice_holds_hostile_names_as_plain_text(
    browser: Browser, demo: Demo, cookies: dict[str, str]
) -> None:
    met: list[Guarded] = []

    async def meet(page: Page) -> None:
        await page.add_init_script(WATCH + AWAY)
        met.append(Guarded(page))

    scene = next(each for each in SPOKEN if each.name == "offer")
    async with staged(
        browser, demo.url, drawn(scene), Look(), cookies[scene.username], meet
    ) as page:
        told = await page.evaluate("window.told")
        assert [(title, options["body"]) for title, options in told] == [
            (f"{SHORT}·在等您接起", f"{SHORT}·，等了 00:41"),
            (f"{SHORT}·在等您接起", f"{SHORT}·，等了 00:20"),
        ]
        await met[0].untouched()


@pytest.mark.parametrize("planted", ["<img src=x onerror=alert(1)>", "<iframe></iframe>", "<base>"])
async def test_what_a_page_took_for_markup_is_found(
    browser: Browser, demo: Demo, cookies: dict[str, str], planted: str
) -> None:
    met: list[Guarded] = []

    async def meet(page: Page) -> None:
        await page.add_init_script(WATCH)
        met.append(Guarded(page))

    scene = next(each for each in SCENES if each.name == "busy")
    async with staged(browser, demo.url, scene, Look(), cookies[scene.username], meet) as page:
        await met[0].untouched()
        await page.locator("body").evaluate("(body, html) => { body.innerHTML += html }", planted)
        with pytest.raises(AssertionError):
            await met[0].untouched()
