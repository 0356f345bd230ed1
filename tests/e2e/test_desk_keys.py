"""Without a mouse, with an input method, and as a screen reader finds the pages."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.e2e.colleague import SOON_MS, Colleague
from tests.e2e.office import LEAD, Office

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]

MOST_KEYS = 6
TABS = 16
COMPOSE = """() => {
  const box = document.getElementById('composer')
  const compose = (kind, data) => box.dispatchEvent(
    new CompositionEvent(`composition${kind}`, { data, bubbles: true }))
  const enter = (more) => box.dispatchEvent(new KeyboardEvent('keydown', {
    key: 'Enter', code: 'Enter', bubbles: true, cancelable: true, ...more }))
  box.focus()
  compose('start', '')
  box.value = '好的'
  box.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true }))
  compose('update', '好的')
  enter({ isComposing: true, keyCode: 13 })
  enter({ keyCode: 13 })
  compose('end', '好的')
  enter({ keyCode: 229 })
}"""
"""The input methods of three browsers: the Enter comes within the composition or right after."""


class Keyboard:
    """Counts what is pressed besides typing, and looks whether one sees where the focus is."""

    def __init__(self, person: Colleague) -> None:
        self._person = person
        self.pressed: list[str] = []

    async def type(self, text: str) -> None:
        await self._person.page.keyboard.insert_text(text)

    async def press(self, key: str) -> None:
        self.pressed.append(key)
        await self._person.page.keyboard.press(key)

    async def focus_is_on(self, selector: str) -> None:
        await expect(self._person.page.locator(selector)).to_be_focused(timeout=SOON_MS)
        focus = await self._person.focus()
        assert focus["seen"], focus


async def test_six_keys_lead_from_the_sign_in_to_the_end_of_the_wrap_up(office: Office) -> None:
    await office.waiting_customer()
    agent = office.colleague("agent1")
    await agent.open()
    keys = Keyboard(agent)
    await keys.focus_is_on("input[name=username]")
    await keys.type("agent1")
    await keys.press("Tab")
    await keys.focus_is_on("input[name=password]")
    await keys.type(office.demo.password)
    await keys.press("Alt+s")
    await expect(agent.page.locator(".presence.ready:not(.asked)")).to_be_visible(timeout=SOON_MS)
    await expect(agent.offers).to_have_count(1, timeout=SOON_MS)
    await keys.press("a")
    await agent.serving()
    await keys.focus_is_on("#composer")
    await keys.type("您好，已为您办好。")
    await keys.press("Enter")
    await expect(agent.says("agent:agent1")).to_have_count(1, timeout=SOON_MS)
    await keys.focus_is_on("#composer")
    await keys.press("Alt+e")
    await expect(agent.page.get_by_test_id("wrap-left")).to_be_visible(timeout=SOON_MS)
    await keys.focus_is_on("#disposition")
    await keys.press("Alt+1")
    await expect(agent.page.get_by_test_id("notice")).to_contain_text("咨询已解答", timeout=SOON_MS)
    assert len(keys.pressed) <= MOST_KEYS, keys.pressed


async def test_keyboard_alone_writes_notes_transfers_and_asks_for_help(office: Office) -> None:
    agent = await office.ready("agent1")
    other = await office.ready("agent2")
    customer = await office.waiting_customer()
    keys = Keyboard(agent)
    await expect(agent.offers).to_have_count(1, timeout=SOON_MS)
    await keys.press("Alt+a")
    await agent.serving()
    given, words = agent.conversation_id, f"限额 {uuid4().hex[:8]}"
    await customer.say(words)
    await expect(agent.says("customer").last).to_have_text(words, timeout=SOON_MS)
    await keys.press("Alt+p")
    await keys.type("先核对限额")
    await keys.press("Enter")
    await expect(agent.notes()).to_have_count(1, timeout=SOON_MS)
    await keys.press("Alt+Shift+?")
    dialog = agent.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("快捷键")
    await keys.press("Escape")
    await expect(dialog).to_be_hidden()
    await keys.focus_is_on("#composer")
    await keys.press("Control+k")
    await keys.focus_is_on('[data-test="search-box"]')
    await keys.type(words)
    await expect(agent.page.get_by_test_id("found")).to_have_count(1, timeout=SOON_MS)
    await keys.press("Enter")
    await expect(agent.page).to_have_url(re.compile(f"/c/{given}$"))
    await expect(agent.notes().first).to_contain_text("先核对限额", timeout=SOON_MS)
    await keys.press("Alt+t")
    await keys.focus_is_on('[data-test="target-search"]')
    await keys.type("李静")
    await keys.press("Enter")
    await keys.focus_is_on('[data-test="transfer-note"]')
    await keys.type("请接着核对")
    await keys.press("Enter")
    await expect(other.offers).to_contain_text("转给您", timeout=SOON_MS)
    await expect(agent.page.get_by_test_id("transfer-dialog")).to_be_hidden()
    await agent.loses()
    for _ in range(TABS):
        await keys.press("Tab")
        focus = await agent.focus()
        assert focus["seen"] or focus["page"], focus


async def test_enter_that_ends_a_composition_never_sends(office: Office) -> None:
    agent = await office.ready("agent1")
    customer = await office.waiting_customer()
    await agent.accept()
    await agent.page.evaluate(COMPOSE)
    devtools = await agent.context.new_cdp_session(agent.page)
    await agent.box.focus()
    marked = {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6}
    await devtools.send("Input.imeSetComposition", marked)
    for key, code in (("Process", 229), ("Enter", 229), ("Enter", 13)):
        pressed = {"key": key, "code": "Enter", "windowsVirtualKeyCode": code}
        await devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **pressed})
        await devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **pressed})
    await expect(agent.box).to_have_value("好的ni hao")
    await devtools.send("Input.insertText", {"text": "，您好"})
    await expect(agent.box).to_have_value("好的，您好")
    await agent.page.keyboard.press("Enter")
    await expect(agent.says("agent:agent1")).to_have_count(1, timeout=SOON_MS)
    await agent.write("第二句")
    said = customer.bubbles("account").filter(has_not_text="人工")
    await expect(said).to_contain_text(["好的，您好", "第二句"], timeout=SOON_MS)
    await expect(agent.says("agent:agent1")).to_contain_text(["好的，您好", "第二句"])


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_screen_has_a_serious_finding(office: Office, language: str) -> None:
    agent, lead = office.colleague("agent1"), office.colleague(LEAD)
    found: list[str] = []

    async def look(name: str, person: Colleague = agent) -> None:
        for theme in ("light", "dark"):
            await person.page.emulate_media(color_scheme=theme)
            await expect(person.page.locator("html")).to_have_attribute("data-theme", theme)
            found.extend(f"{name} {theme} {each}" for each in await person.serious_findings())

    page = await agent.open(language=language)
    await look("sign-in")
    await agent.sign_in()
    await look("empty")
    await page.get_by_test_id("help").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await look("cheat-sheet")
    await page.keyboard.press("Escape")
    await agent.ready()
    customer = await office.waiting_customer()
    await expect(agent.offers).to_have_count(1, timeout=SOON_MS)
    await look("offer")
    await agent.accept()
    await agent.write("您好，请问有什么可以帮您？")
    await agent.note("客户很着急")
    await customer.say("我想问贷款")
    await office.waiting_customer()
    await expect(agent.offers).to_have_count(1, timeout=SOON_MS)
    await look("busy")
    await page.get_by_test_id("transfer").click()
    await expect(page.get_by_test_id("target").first).to_be_visible()
    await look("transfer")
    await page.keyboard.press("Escape")
    await lead.sign_in(language=language, path="/team")
    await expect(lead.page.get_by_test_id("work").first).to_be_visible(timeout=SOON_MS)
    await look("team", lead)
    await agent.end()
    await look("wrap-up")
    assert found == []
