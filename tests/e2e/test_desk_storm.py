"""500 screens lose the hub at the same moment and come back together while people work."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar
from playwright.async_api import Browser

from hub.services.access import Role
from hub.store.embedded_process import pick_port
from tests.e2e.branch import Branch, branch
from tests.e2e.cable import Cable
from tests.e2e.colleague import Colleague
from tests.e2e.crowd import Crowd, Seat, cookies, crowd, person
from tests.e2e.office import LEAD, Office

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.serial,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]
SEATS = 500
AGENTS = 50
LEADS = 6
ECHO_S = 5.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Branch]:
    async with branch(tmp_path_factory.mktemp("storm")) as made:
        yield made


async def test_500_screens_come_back_at_once_and_nobody_who_works_waits(
    bank: Branch, browser: Browser
) -> None:
    hub = bank.rig.hubs[0].port
    names = [person(f"seat{n}", Role.AGENT) for n in range(AGENTS)]
    names += [person(f"chief{n}", Role.SUPERVISOR) for n in range(LEADS)]
    keys = await cookies(bank.rig, names)
    async with (
        ClientSession(cookie_jar=DummyCookieJar()) as http,
        ClientSession(cookie_jar=DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)) as many,
        Cable.laid(pick_port(), hub) as cable,
    ):
        office = bank.office(browser, http)
        agent = await office.ready("agent1")
        openid = await bank.customer("您好")
        await agent.accept()
        work = (await bank.desk(office))[agent.conversation_id]
        topics = {
            Role.AGENT: ["desk"],
            Role.SUPERVISOR: ["desk", "conversations", f"customer:{work['customer_id']}"],
        }
        seats = [
            Seat(
                session=many,
                url=f"{cable.url}/ws/agent",
                headers={"Cookie": keys[place % len(keys)], "Origin": bank.rig.public},
                topics=topics[names[place % len(keys)].role],
            )
            for place in range(SEATS)
        ]
        began = time.monotonic()
        async with crowd(seats) as gathered:
            print(f"all there after {time.monotonic() - began:.1f} s")
            await told_to_the_desk(office, sum(seat.topics == ["desk"] for seat in seats))
            print(f"known to the desk after {time.monotonic() - began:.1f} s")
            quiet = await echo(bank, agent, openid, "平时")
            levels, echoes = await storm(bank, agent, openid, gathered, cable)
            numbers, docs = await at_rest(office, gathered, topics[Role.SUPERVISOR])
        middle, last = levels[len(levels) // 2], levels[-1]
        print(f"level again: half after {middle:.2f} s, all after {last:.2f} s")
        print(f"echo: {quiet:.2f} s before, {[f'{each:.2f}' for each in echoes]} meanwhile")
        assert [seat.dials for seat in seats] == [2] * SEATS
        assert sum(seat.reloads for seat in seats) == 0
        assert max(echoes) < ECHO_S
        for seat in seats:
            for topic, held in seat.held.items():
                assert held.seq == numbers[topic]
                if len(seat.topics) > 1:
                    assert held.docs == docs[topic]
        await office.leave()


async def told_to_the_desk(office: Office, screens: int) -> None:
    """It knows so many screens of the crowd's agents; connections are decided one by one."""
    async with asyncio.timeout(60):
        while True:
            _, docs = await the_lead_s(office, ["desk"])
            agents = [doc for (kind, _), doc in docs["desk"].items() if kind == "agent"]
            if sum(each["screens"] for each in agents if each["id"].startswith("seat")) == screens:
                return
            await asyncio.sleep(0.5)


async def storm(
    bank: Branch, agent: Colleague, openid: str, gathered: Crowd, cable: Cable
) -> tuple[list[float], list[float]]:
    """When each screen was level again, in order, and what the agent's own words took meanwhile."""
    cable.cut()
    cable.restore()
    cut = time.monotonic()
    for seat in gathered.seats:
        seat.level = 0.0
    echoes: list[float] = []
    async with asyncio.TaskGroup() as tasks:
        back = tasks.create_task(gathered.all_level())
        while not back.done() or len(echoes) < 4:
            echoes.append(await echo(bank, agent, openid, f"第 {len(echoes)} 次"))
    return sorted(seat.level - cut for seat in gathered.seats), echoes


async def echo(bank: Branch, agent: Colleague, openid: str, words: str) -> float:
    """Seconds from the key to the message in the talk; the customer keeps the window open."""
    began = time.monotonic()
    await agent.write(f"{words}，请稍候。")
    took = time.monotonic() - began
    await bank.provider.write(openid, f"{words}，好的。")
    await agent.says("customer").filter(has_text=f"{words}，好的").wait_for()
    return took


async def at_rest(
    office: Office, gathered: Crowd, topics: list[str]
) -> tuple[dict[str, int], dict[str, Any]]:
    """What a fresh lead is given once the desk has heard of everybody and the crowd is level."""
    async with asyncio.timeout(60):
        while True:
            before, _ = await the_lead_s(office, topics)
            await gathered.all_at(before)
            numbers, docs = await the_lead_s(office, topics)
            if numbers == before:
                return numbers, docs


async def the_lead_s(office: Office, topics: list[str]) -> tuple[dict[str, int], dict[str, Any]]:
    """What somebody who leads is given now: numbers and documents by topic."""
    numbers: dict[str, int] = {}
    docs: dict[str, Any] = {}
    for topic in topics:
        async with office.screen(LEAD) as lead:
            await lead.say(t="watch", topic=topic, seq=0)
            numbers[topic] = (await lead.hear("update"))["seq"]
            docs[topic] = lead.docs
    return numbers, docs
