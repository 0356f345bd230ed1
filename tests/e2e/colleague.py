"""What a person at the workspace does and sees."""

import re
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.e2e import visitor

SOON_MS = 15_000
ENDING = {"answered": 1, "guided": 2, "ticket": 5}
"""The digit of a disposition."""
FOCUS = """() => {
  const held = document.activeElement
  const marked = (each) => {
    const style = getComputedStyle(each)
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1
    return outlined || / 0px 0px 0px [1-9]/.test(style.boxShadow)
  }
  const around = [held, held.closest('label'), held.closest('form')].filter(Boolean)
  const name = held.cloneNode(false).outerHTML
  return { name, page: held === document.body, seen: around.some(marked) }
}"""
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}


class Colleague:
    """One login in a browser of its own; further tabs share its cookies.

    `complaints`: errors, warnings and refused content that the browser reported. That nobody is
    signed in yet is an answer, not an error.
    """

    def __init__(self, browser: Browser, url: str, username: str, password: str) -> None:
        self._browser = browser
        self._url = url
        self._context: BrowserContext | None = None
        self._page: Page | None = None
        self._password = password
        self.username = username
        self.complaints: list[str] = []
        self._lost: set[str] = set()

    @property
    def page(self) -> Page:
        assert self._page is not None
        return self._page

    @property
    def context(self) -> BrowserContext:
        assert self._context is not None
        return self._context

    # ------------------------------------------------------------ coming and going
    async def open(
        self,
        *,
        language: str = "zh",
        theme: Any = "light",
        size: tuple[int, int] = (1366, 768),
        path: str = "/",
    ) -> Page:
        """The sign-in page, in a browser that was never here."""
        self._context = await self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            locale=LANGUAGES[language],
            timezone_id="Asia/Shanghai",
        )
        # A language that somebody chooses later stays chosen.
        await self._context.add_init_script(
            "localStorage.getItem('lianluo.locale') ?? "
            f"localStorage.setItem('lianluo.locale', '{language}')"
        )
        self._page = await self._tab(path)
        await expect(self.page.locator("input[name=username]")).to_be_visible()
        return self.page

    async def sign_in(self, **how: Any) -> Page:
        """At work: the desk is on the screen."""
        if self._context is None:
            await self.open(**how)
        await self.page.locator("input[name=username]").fill(self.username)
        await self.enter_password()
        await self.at_work()
        return self.page

    async def enter_password(self) -> None:
        box = self.page.locator("input[name=password]")
        await box.fill(self._password)
        await box.press("Enter")

    async def at_work(self) -> None:
        expected = self.page.get_by_test_id("presence").or_(self.page.locator(".viewer"))
        await expect(expected).to_be_visible(timeout=SOON_MS)

    async def second_tab(self, path: str = "/") -> Page:
        page = await self._tab(path)
        await expect(page.get_by_test_id("me")).to_be_visible(timeout=SOON_MS)
        return page

    async def turn_to(self, page: Page) -> None:
        """What follows happens in that tab."""
        self._page = page
        await page.bring_to_front()

    async def leave(self) -> None:
        if self._context is not None:
            await self._context.close()

    async def _tab(self, path: str) -> Page:
        page = await self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        await page.goto(self._url + path)
        return page

    # ------------------------------------------------------------ the desk
    async def ready(self) -> None:
        await self._presence("ready")

    async def busy(self) -> None:
        await self._presence("not_ready")

    async def _presence(self, presence: str) -> None:
        await self.page.get_by_test_id("presence").click()
        await self.page.get_by_test_id(f"presence-{presence}").first.click()
        await expect(self.page.locator(f".presence.{presence}:not(.asked)")).to_be_visible()

    @property
    def offers(self) -> Locator:
        return self.page.get_by_test_id("offer")

    async def accept(self) -> None:
        """The offer in front; afterwards the conversation is this person's."""
        await expect(self.offers.first).to_be_visible(timeout=SOON_MS)
        await self.page.get_by_test_id("accept").first.click()
        await self.serving()

    async def decline(self) -> None:
        await expect(self.offers.first).to_be_visible(timeout=SOON_MS)
        await self.page.get_by_test_id("decline").first.click()
        await expect(self.offers).to_have_count(0)

    async def claim(self) -> None:
        """The first in the queue."""
        await self.page.get_by_test_id("scope-queued").click()
        await self.page.get_by_test_id("claim").first.click()
        await self.serving()

    async def serving(self) -> None:
        await expect(self.state).to_have_class(re.compile(r"\bactive\b"), timeout=SOON_MS)
        await expect(self.box).to_be_visible()

    def row(self, state: str) -> Locator:
        """The rows of the list whose conversation is in this state; not the shades of others."""
        return self.page.locator(f'.frame:not(.gone) > [data-test="row-{state}"]')

    async def move(
        self, work: Locator, *, queue: str = "", agent: str = "", first: bool = False
    ) -> None:
        """At the team's page, of those who lead; `queue` as it is without one."""
        await work.get_by_test_id("move").click()
        if queue:
            await self.page.get_by_test_id("move-queue").select_option(queue)
        if agent:
            await self.page.get_by_test_id("move-agent").select_option(agent)
        if first:
            await self.page.get_by_test_id("move-first").check()
        await self.page.get_by_test_id("move-go").click()
        await expect(self.page.get_by_test_id("move-go")).to_be_hidden(timeout=SOON_MS)

    # ------------------------------------------------------------ the talk
    @property
    def conversation_id(self) -> str:
        return self.page.url.rpartition("/c/")[2]

    @property
    def state(self) -> Locator:
        return self.page.get_by_test_id("conversation").get_by_test_id("state")

    @property
    def box(self) -> Locator:
        return self.page.get_by_test_id("box")

    @property
    def log(self) -> Locator:
        return self.page.get_by_test_id("log")

    def says(self, author: str) -> Locator:
        """The bubbles of an author: "customer", "bot", "system", "agent:<name>"."""
        group = self.log.locator(f'[data-test="group"][data-author="{author}"]')
        return group.get_by_test_id("message")

    def notes(self) -> Locator:
        return self.log.get_by_test_id("note")

    async def write(self, text: str) -> None:
        """Until it stands in the conversation."""
        await self.box.fill(text)
        await self.box.press("Enter")
        words = self.says(f"agent:{self.username}").filter(has_text=text)
        await expect(words).to_have_count(1, timeout=SOON_MS)
        await expect(self.page.get_by_test_id("outgoing")).to_have_count(0)

    async def sent(self) -> None:
        """The provider has taken over everything that is shown here."""
        elsewhere = self.page.locator('[data-test="fate"]:not([data-state="sent"])')
        await expect(elsewhere).to_have_count(0, timeout=SOON_MS)

    async def note(self, text: str) -> None:
        await self.page.keyboard.press("Alt+p")
        await self.box.fill(text)
        await self.box.press("Enter")
        await expect(self.notes().filter(has_text=text)).to_have_count(1, timeout=SOON_MS)

    async def transfer(self, target: str, note: str = "") -> None:
        """To a queue or a colleague, by id."""
        await self.page.get_by_test_id("transfer").click()
        await self.page.locator(f'[data-test="target"][data-id="{target}"]').click()
        await self.page.get_by_test_id("transfer-note").fill(note)
        await self.page.get_by_test_id("give").click()
        await expect(self.page.get_by_test_id("transfer-dialog")).to_be_hidden(timeout=SOON_MS)

    async def end(self) -> None:
        await self.page.get_by_test_id("end").click()
        await expect(self.page.get_by_test_id("wrap-left")).to_be_visible(timeout=SOON_MS)

    async def finish(self, disposition: str = "answered", summary: str = "") -> None:
        await self.page.get_by_test_id("summary").fill(summary)
        await self.page.keyboard.press(f"Alt+{ENDING[disposition]}")
        await expect(self.page.get_by_test_id("wrap-up")).to_have_count(0, timeout=SOON_MS)

    # ------------------------------------------------------------ looking
    async def focus(self) -> dict[str, Any]:
        """What has the keyboard, whether that is the page itself, and whether one sees it."""
        found: dict[str, Any] = await self.page.evaluate(FOCUS)
        return found

    async def serious_findings(self) -> list[str]:
        return await visitor.serious_findings(self.page)

    async def loses(self) -> None:
        """The conversation in front went to somebody else: nothing of it is shown any more."""
        await expect(self.page.get_by_test_id("hidden")).to_be_visible(timeout=SOON_MS)
        await expect(self.log).to_have_count(0)
        self._lost.add(self.conversation_id)
        self.forgive(404, self.conversation_id)

    def forgive(self, status: int, path: str) -> None:
        """The browser reports answers of ours as errors; this one was asked for."""
        self.complaints[:] = [
            each for each in self.complaints if not (f" {status} " in each and path in each)
        ]

    async def shoot(self, name: str) -> None:
        await visitor.shoot(self.page, name)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if "401" in message.text and message.location["url"].endswith("/api/v1/session"):
            return
        if " 404 " in message.text and any(each in message.location["url"] for each in self._lost):
            return
        self.complaints.append(f"{message.type}: {message.text} {message.location['url']}")
