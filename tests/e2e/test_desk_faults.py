"""Browser, network and hub fail while people work: nothing is lost, doubled or left standing."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar
from playwright.async_api import Browser, Page, async_playwright, expect

from hub.store.embedded_process import pick_port
from tests.e2e.branch import GRACE_S, Branch, branch
from tests.e2e.colleague import SOON_MS, Colleague
from tests.e2e.conftest import ARGUMENTS
from tests.e2e.office import LEAD, Office, Screen

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.fault,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]
STRIP_MS = 3000
HEAL_MS = 20_000
AWAY_S = 60.0
HALF_OPEN_S = 20.0
AGAIN_S = 3.0
"""The desk offers what came back within so much more than the time an agent may be away."""
ONCE = re.compile("这句话只到一次。")
CLOCKS = re.compile(r"\d+:\d\d(:\d\d)?|\d+ ?秒")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Branch]:
    async with branch(tmp_path_factory.mktemp("branch")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, bank: Branch) -> AsyncIterator[Office]:
    """An empty desk. That calls fail while the hub is away is what is tested, not a complaint."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        office = bank.office(browser, http)
        await office.clear()
        yield office
        complaints = [each for each in office.complaints if not about_the_network(each)]
        await office.leave()
    assert complaints == []


def about_the_network(complaint: str) -> bool:
    return "net::ERR_" in complaint or "WebSocket connection" in complaint or "503" in complaint


async def at_work(
    bank: Branch, office: Office, browser: Browser, words: str
) -> tuple[str, Colleague]:
    """A customer and the agent behind the cable who serves them."""
    agent = bank.behind_the_cable(office, browser, "agent1")
    await agent.sign_in()
    await agent.ready()
    openid = await bank.customer(words)
    await agent.accept()
    return openid, agent


# ---------------------------------------------------------------- the browser dies
@asynccontextmanager
async def browser_of_its_own(chromium: str, folder: Path) -> AsyncIterator[tuple[Browser, int]]:
    """A browser and the process group that is all of it."""
    port = pick_port()
    browser = await asyncio.create_subprocess_exec(
        *(chromium, "--headless", *ARGUMENTS, f"--user-data-dir={folder}"),
        f"--remote-debugging-port={port}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        await _listens(port)
        async with async_playwright() as playwright:
            playwright.selectors.set_test_id_attribute("data-test")
            yield (
                await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}"),
                browser.pid,
            )
    finally:
        if browser.returncode is None:
            os.killpg(browser.pid, signal.SIGKILL)
        await browser.wait()


async def _listens(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


async def test_all_work_of_a_killed_browser_goes_to_the_next_agent(
    bank: Branch, desk: Office, chromium: str, tmp_path: Path
) -> None:
    async with browser_of_its_own(chromium, tmp_path) as (lonely, group):
        first = Colleague(lonely, bank.rig.public, "agent1", desk.demo.password)
        await first.sign_in()
        await first.ready()
        talking = await bank.customer("第一位客户")
        await first.accept()
        await first.write("您好，我来帮您。")
        await bank.customer("第二位客户")
        await expect(first.offers).to_have_count(1, timeout=SOON_MS)
        before = await bank.desk(desk)
        assert sorted(work["state"] for work in before.values()) == ["active", "offered"]
        second = await desk.ready("agent2")

        killed = time.monotonic()
        os.killpg(group, signal.SIGKILL)
        await expect(second.offers).to_have_count(1, timeout=GRACE_S * 1000 + SOON_MS)
        await expect(second.page.get_by_role("button", name="还有 1 单")).to_be_visible(
            timeout=SOON_MS
        )
        took = time.monotonic() - killed
    after = await bank.desk(desk)
    print(f"both offered again after {took:.1f} s")
    assert took < GRACE_S + AGAIN_S
    assert {key: work["waiting_since"] for key, work in after.items()} == {
        key: work["waiting_since"] for key, work in before.items()
    }
    assert {work["agent_id"] for work in after.values()} == {"agent2"}
    assert {work["returned_because"] for work in after.values()} == {"agent_lost"}
    await second.accept()
    await second.accept()
    await expect(second.row("active")).to_have_count(2)
    assert await bank.heard(talking) == ["您好，我来帮您。"]


# ---------------------------------------------------------------- the network fails
async def much_happens(bank: Branch, office: Office, openid: str, conversation: str) -> None:
    """200 events that the agent's page cannot hear of, in the talk and at the desk."""
    async with office.screen(LEAD) as lead, office.screen("agent2") as other:
        for number in range(40):
            for part in range(3):
                await bank.provider.write(openid, f"第 {number}.{part} 句")
            await lead.do(do="note", conversation_id=conversation, text=f"便条 {number}")
            presence = "not_ready" if number % 2 else "break"
            await other.do(do="presence", presence=presence)
    written = [f"第 {number}.{part} 句" for number in range(40) for part in range(3)]
    async with asyncio.timeout(SOON_MS / 1000):
        while True:
            _, found = await office.get(LEAD, f"/conversations/{conversation}")
            if found["messages"] >= len(written):
                return
            await asyncio.sleep(0.1)


async def shown(page: Page) -> dict[str, str]:
    """List, talk, customer and bar in words, without what counts seconds."""
    places = {"list": "#list-panel", "bar": "header"}
    parts = places | {name: f'[data-test="{name}"]' for name in ("log", "customer")}
    texts = {name: await page.locator(place).first.inner_text() for name, place in parts.items()}
    return {name: CLOCKS.sub("…", text) for name, text in texts.items()}


async def is_as_fresh(agent: Colleague) -> None:
    """The page shows what a new one of the same login shows."""
    here = agent.page
    fresh = await agent.second_tab(f"/c/{agent.conversation_id}")
    await expect(fresh.get_by_test_id("message").last).to_be_visible(timeout=SOON_MS)
    async with asyncio.timeout(SOON_MS / 1000):
        while True:
            mine, new = await shown(here), await shown(fresh)
            if mine == new:
                break
            await asyncio.sleep(0.5)
    assert mine == new
    await fresh.close()


async def survives(bank: Branch, office: Office, browser: Browser, *, half_open: bool) -> None:
    openid, agent = await at_work(bank, office, browser, "您好")
    await agent.write("您好，请讲。")
    strip = agent.page.get_by_test_id("lost")
    began = time.monotonic()
    if half_open:
        bank.cable.freeze()
    else:
        bank.cable.cut()
    await expect(strip).to_be_visible(timeout=STRIP_MS)
    seen = time.monotonic() - began
    await much_happens(bank, office, openid, agent.conversation_id)
    happened = time.monotonic() - began
    await agent.box.fill("这句话还没有发出")
    away = HALF_OPEN_S if half_open else AWAY_S
    await asyncio.sleep(max(0.0, away - (time.monotonic() - began)))
    await expect(strip).to_be_visible()
    bank.cable.restore()
    restored = time.monotonic()
    await expect(strip).to_have_count(0, timeout=HEAL_MS)
    await expect(agent.says("customer").last).to_have_text("第 39.2 句", timeout=SOON_MS)
    healed = time.monotonic() - restored
    print(f"seen {seen:.2f} s, 200 events in {happened:.1f} s, healed {healed:.1f} s after")
    await expect(agent.box).to_have_value("这句话还没有发出")
    await expect(agent.notes()).to_have_count(40)
    await is_as_fresh(agent)


@pytest.mark.slow
@pytest.mark.parametrize("half_open", [False, True], ids=["cut", "half open"])
async def test_a_page_that_missed_200_events_in_a_minute_becomes_as_a_fresh_one(
    bank: Branch, desk: Office, browser: Browser, half_open: bool
) -> None:
    async with second_screen(desk, "agent1"):
        await survives(bank, desk, browser, half_open=half_open)


@asynccontextmanager
async def second_screen(office: Office, username: str) -> AsyncIterator[None]:
    """It keeps the work while the first is away."""
    async with office.screen(username) as screen, asyncio.TaskGroup() as tasks:
        alive = tasks.create_task(stays(screen))
        yield
        alive.cancel()


async def stays(screen: Screen) -> None:
    while True:
        await screen.say(t="ping")
        await screen.hear("pong")
        await asyncio.sleep(5)


# ---------------------------------------------------------------- the hub dies
@pytest.mark.parametrize("arrived", [True, False], ids=["answer lost", "never arrived"])
async def test_a_killed_hub_costs_no_word_and_doubles_none(
    bank: Branch, desk: Office, browser: Browser, arrived: bool
) -> None:
    openid, agent = await at_work(bank, desk, browser, "您好")
    bank.cable.freeze(page=not arrived)
    await agent.box.fill("这句话只到一次。")
    await agent.box.press("Enter")
    await expect(agent.page.get_by_test_id("outgoing")).to_have_count(1)
    if arrived:
        await bank.hears(openid, "这句话只到一次。")
    await agent.box.press_sequentially("这句话才写了一")
    hub = bank.rig.hubs[0].program
    starts = hub.starts
    await hub.kill()
    bank.cable.cut()
    bank.cable.restore()
    killed = time.monotonic()
    await expect(agent.page.get_by_test_id("lost")).to_be_visible(timeout=STRIP_MS)
    await agent.box.press_sequentially("半")
    await expect(agent.page.get_by_test_id("lost")).to_have_count(0, timeout=3 * HEAL_MS)
    print(f"the page is level {time.monotonic() - killed:.1f} s after the kill")
    assert hub.starts == starts + 1

    await expect(agent.says("agent:agent1")).to_have_text([ONCE], timeout=SOON_MS)
    await expect(agent.page.get_by_test_id("outgoing")).to_have_count(0, timeout=SOON_MS)
    await expect(agent.box).to_have_value("这句话才写了一半")
    await agent.page.reload()
    await expect(agent.box).to_have_value("这句话才写了一半", timeout=SOON_MS)
    await agent.serving()
    await agent.box.press("Enter")
    await bank.hears(openid, "这句话才写了一半")
    assert await bank.heard(openid) == ["这句话只到一次。", "这句话才写了一半"]


# ---------------------------------------------------------------- two answer at once
async def test_who_was_cut_off_while_a_colleague_took_over_is_stopped_and_told_why(
    bank: Branch, desk: Office, browser: Browser
) -> None:
    openid, first = await at_work(bank, desk, browser, "您好")
    second = await desk.ready("agent2")
    await first.box.fill("我来回复您。")
    bank.cable.freeze()
    await bank.give(desk, first.conversation_id, "agent2")
    await second.accept()
    await first.box.press("Enter")
    await second.write("由我来回复您。")
    bank.cable.restore()

    left = first.page.get_by_test_id("left-words")
    await expect(left).to_contain_text("我来回复您。", timeout=HEAL_MS)
    await expect(left).to_contain_text("会话已不在您手上")
    await first.shoot("faults-left-words")
    await expect(first.row("active")).to_have_count(0)
    await bank.hears(openid, "由我来回复您。")
    assert await bank.heard(openid) == ["由我来回复您。"]
    await first.loses()
