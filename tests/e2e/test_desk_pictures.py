"""Every screen of the workspace as it looks: nothing cut, covered, pushed out or hard to read.

Every screen, and every size, language, theme, density and zoom on several of them; with
`LIANLUO_SHOTS` every screen in all of them, kept as pictures.
"""

import pytest
from playwright.async_api import Browser

from tests.e2e.office import Demo
from tests.e2e.painted_stage import SCENES, Look, Scene, staged
from tests.e2e.seeing import EVERY_LOOK, faults
from tests.e2e.visitor import shoot

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

DAILY = ("offer", "busy", "queue", "team")
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


def looks_of(scene: Scene) -> list[Look]:
    """One after the other in turn, two where most of the day is spent; all for who wants them."""
    if EVERY_LOOK:
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
