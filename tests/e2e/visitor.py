"""What a visitor of the sandbox does and sees."""

import os
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

AXE = Path(__file__).parents[2] / "agent_web/ui/node_modules/axe-core/axe.min.js"
AT_REST = """() => Promise.allSettled(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().endTime < 2000)
  .map((each) => each.finished))"""
RUN_AXE = """async () => {
  const result = await axe.run()
  return result.violations
    .filter((each) => ['serious', 'critical'].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`)
}"""
ANSWER_MS = 15_000


async def serious_findings(page: Page) -> list[str]:
    """Of axe, once nothing moves; it runs beside the page's own content policy."""
    await page.evaluate(AT_REST)
    if await page.evaluate("() => typeof axe === 'undefined'"):
        await page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = await page.evaluate(RUN_AXE)
    return found


async def shoot(page: Page, name: str) -> None:
    """Keep a picture when somebody wants to look at it."""
    folder = os.environ.get("LIANLUO_SHOTS")
    if folder:
        await page.screenshot(path=f"{folder}/{name}.png", animations="disabled")


class Visitor:
    """`complaints`: errors, warnings and refused content that the browser reported."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._contexts: list[BrowserContext] = []
        self._page: Page | None = None
        self.complaints: list[str] = []

    @property
    def page(self) -> Page:
        assert self._page is not None
        return self._page

    async def open(
        self,
        *,
        language: str = "zh",
        theme: Any = "light",
        size: tuple[int, int] = (1366, 768),
        touch: bool = False,
    ) -> Page:
        context = await self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            has_touch=touch,
            is_mobile=touch,
            timezone_id="Asia/Shanghai",
        )
        self._contexts.append(context)
        await context.add_init_script(f"localStorage.setItem('lianluo.locale', '{language}')")
        page = await context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        await page.goto(f"{self._url}/sandbox")
        await expect(page.get_by_test_id("box")).to_be_visible()
        await expect(page.get_by_test_id("follow")).to_be_enabled()
        self._page = page
        return page

    async def leave(self) -> None:
        for context in self._contexts:
            await context.close()

    async def write(self, text: str) -> str:
        """Send a message; what the bank answers to it first."""
        before = await self.bubbles("account").count()
        await self.say(text)
        return await self._answer(before)

    async def say(self, text: str) -> None:
        """Send a message; nobody may answer."""
        await self.page.get_by_test_id("box").fill(text)
        await self.page.get_by_test_id("box").press("Enter")

    async def choose(self, number: int) -> str:
        """Tap a line of the newest menu; what the bank answers."""
        before = await self.bubbles("account").count()
        await self.bubbles("account").last.get_by_test_id("choice").nth(number).click()
        return await self._answer(before)

    async def phone(self) -> str:
        """The openid."""
        found: str = await self.page.evaluate("localStorage.getItem('lianluo.sandbox.phone')")
        return found

    def bubbles(self, side: str) -> Locator:
        return self.page.locator(f'[data-test="bubble"][data-side="{side}"]')

    async def _answer(self, before: int) -> str:
        answer = self.bubbles("account").nth(before)
        await expect(answer).to_be_visible(timeout=ANSWER_MS)
        return await answer.inner_text()

    async def serious_findings(self) -> list[str]:
        return await serious_findings(self.page)

    async def shoot(self, name: str) -> None:
        await shoot(self.page, name)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")
