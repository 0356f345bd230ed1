"""What a screen is told of a topic, and what it never is."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from agent_web import gateway, rooms, topics
from agent_web.rooms import MAX_TOPICS
from agent_web.screens import MAX_UNSENT
from agent_web.topics import LEADS
from hub.services.access import Role, User
from tests.agent_web.gateway_rig import ORIGIN, PASSWORD, Json, Rig, dumped, eventually, rig

ONE, TWO = frozenset({"agent1"}), frozenset({"agent2"})
LEAD = frozenset({LEADS})
CUSTOMER = "customer:1f0a2b3c4d5e6f708192"


def texts(update: Json) -> dict[str, str]:
    return {doc["id"]: doc["text"] for doc in update["docs"]}


async def test_watching_begins_with_everything_and_goes_on_with_changes() -> None:
    async with rig() as hub, hub.screen() as link:
        desk = hub.source.add("desk")
        desk.change(("a", "1", None))
        assert await link.watch("desk") == {
            "t": "update",
            "topic": "desk",
            "seq": 1,
            "full": False,
            "docs": [{"seq": 1, "kind": "note", "id": "a", "text": "1"}],
            "gone": [],
        }
        desk.change(("b", "2", None), drop="a")
        assert await link.hear() == {
            "t": "update",
            "topic": "desk",
            "seq": 2,
            "full": False,
            "docs": [{"seq": 2, "kind": "note", "id": "b", "text": "2"}],
            "gone": [{"kind": "note", "id": "a"}],
        }


async def test_customer_of_another_agent_is_refused_and_of_an_unknown_one_looks_the_same() -> None:
    async with rig() as hub, hub.screen("agent1") as one, hub.screen("supervisor1") as lead:
        hub.source.add(CUSTOMER, guests=TWO | LEAD).change(("a", "secret", None))
        closed = {"t": "closed", "topic": CUSTOMER, "reason": "forbidden"}
        assert await one.watch(CUSTOMER) == closed
        unknown = "customer:00000000000000000000"
        assert await one.watch(unknown) == {**closed, "topic": unknown}
        assert (await lead.watch(CUSTOMER))["t"] == "update"
        assert (await lead.watch(unknown))["reason"] == "unknown"
        assert hub.source.open_now == 1


async def test_who_loses_the_permission_gets_nothing_of_the_change_that_comes_then() -> None:
    async with rig() as hub, hub.screen("agent1") as one, hub.screen("agent2") as two:
        topic = hub.source.add(CUSTOMER, guests=ONE | TWO)
        await one.watch(CUSTOMER)
        await two.watch(CUSTOMER)
        topic.guests = TWO
        topic.change(("a", "secret", None))
        assert await one.hear() == {"t": "closed", "topic": CUSTOMER, "reason": "forbidden"}
        assert texts(await two.hear()) == {"a": "secret"}
        topic.change(("b", "more", None))
        await one.say(t="ping")
        assert (await one.hear())["t"] == "pong"


async def test_lost_permission_is_noticed_without_a_change_of_the_topic() -> None:
    async with rig() as hub, hub.screen("agent1") as one:
        topic = hub.source.add(CUSTOMER, guests=ONE)
        await one.watch(CUSTOMER)
        topic.guests = TWO
        await one.say(t="ping")
        assert await one.hear("closed") == {
            "t": "closed",
            "topic": CUSTOMER,
            "reason": "forbidden",
        }
        assert hub.source.open_now == 0


async def test_each_gets_only_what_is_for_it() -> None:
    async with (
        rig() as hub,
        hub.screen("agent1") as one,
        hub.screen("agent2") as two,
        hub.screen("supervisor1") as lead,
    ):
        desk = hub.source.add("desk")
        desk.change(("mine", "1", ONE | LEAD), ("yours", "2", TWO | LEAD), ("all", "3", None))
        assert texts(await one.watch("desk")) == {"mine": "1", "all": "3"}
        assert texts(await two.watch("desk")) == {"yours": "2", "all": "3"}
        assert texts(await lead.watch("desk")) == {"mine": "1", "yours": "2", "all": "3"}
        desk.change(("mine", "4", TWO | LEAD), ("yours", "5", TWO | LEAD))
        update = await one.hear()
        assert (update["docs"], update["gone"]) == ([], [{"kind": "note", "id": "mine"}])
        assert texts(await two.hear()) == {"mine": "4", "yours": "5"}
        update = await lead.hear()
        assert (texts(update), update["gone"]) == ({"mine": "4", "yours": "5"}, [])


async def test_change_for_others_is_silent_and_its_number_comes_with_the_next_beat() -> None:
    async with rig() as hub, hub.screen("agent1") as one:
        desk = hub.source.add("desk")
        await one.watch("desk")
        desk.change(("a", "1", TWO))
        await one.say(t="ping")
        assert (await one.hear())["t"] == "pong"
        assert await one.hear() == {
            "t": "update",
            "topic": "desk",
            "seq": 1,
            "full": False,
            "docs": [],
            "gone": [],
        }


async def test_screen_that_resumes_holds_what_a_fresh_one_holds() -> None:
    async with rig() as hub, hub.screen("agent1") as old:
        desk = hub.source.add("desk")
        desk.change(("a", "1", None), ("b", "2", ONE), ("c", "3", TWO))
        held = texts(await old.watch("desk"))
        await old.socket.close()
        desk.change(("a", "4", None), ("c", "5", ONE), drop="b")
        async with hub.screen("agent1") as resumed, hub.screen("agent1") as fresh:
            update = await resumed.watch("desk", seq=1)
            assert not update["full"]
            held |= texts(update)
            for gone in update["gone"]:
                held.pop(gone["id"])
            assert held == texts(await fresh.watch("desk")) == {"a": "4", "c": "5"}


async def test_unwatched_topic_is_silent_and_let_go() -> None:
    async with rig() as hub, hub.screen() as link:
        desk = hub.source.add("desk")
        await link.watch("desk")
        await link.say(t="unwatch", topic="desk")
        await eventually(lambda: hub.source.open_now == 0)
        desk.change(("a", "1", None))
        await link.say(t="ping")
        assert (await link.hear())["t"] == "pong"


async def test_closed_screen_lets_its_topics_go() -> None:
    async with rig() as hub, hub.screen() as one, hub.screen() as tab:
        hub.source.add("desk")
        await one.watch("desk")
        await tab.watch("desk")
        await one.socket.close()
        await eventually(lambda: hub.gateway.screens == 1)
        assert hub.source.open_now == 1
        await tab.socket.close()
        await eventually(lambda: hub.source.open_now == 0)


async def test_topic_that_cannot_be_read_now_is_opened_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "AGAIN_S", 0.01)
    async with rig() as hub, hub.screen() as link:
        hub.source.add("desk").change(("a", "1", None))
        hub.source.failing = 1
        assert texts(await link.watch("desk")) == {"a": "1"}


async def test_too_many_topics_are_refused_and_the_others_stay() -> None:
    async with rig() as hub, hub.screen() as link:
        answers = []
        for number in range(MAX_TOPICS + 1):
            hub.source.add(f"topic:{number}")
            answers.append(await link.watch(f"topic:{number}"))
        assert answers[-1] == {"t": "closed", "topic": f"topic:{MAX_TOPICS}", "reason": "too_many"}
        hub.source.topics["topic:0"].change(("a", "1", None))
        assert texts(await link.hear()) == {"a": "1"}


@pytest.mark.parametrize("name", ['desk","seq":9', "customer:", "DESK", "a b", "客户"])
async def test_name_that_is_no_topic_is_refused(name: str) -> None:
    async with rig() as hub, hub.screen() as link:
        closed = await link.watch(name)
        assert closed == {"t": "closed", "topic": name, "reason": "malformed"}


async def test_one_change_is_put_together_once_for_all_who_see_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Any] = []
    original = topics.frame

    def counted(*args: Any) -> bytes:
        made.append(args)
        return original(*args)

    async with rig() as hub, AsyncExitStack() as stack:
        desk = hub.source.add("desk")
        names = ["agent1", "agent1", "agent2", "agent2", "supervisor1", "admin"]
        links = [await stack.enter_async_context(hub.screen(name)) for name in names]
        for link in links:
            await link.watch("desk")
        monkeypatch.setattr(rooms, "frame", counted)
        desk.change(("a", "1", None))
        assert [texts(await link.hear()) for link in links] == [{"a": "1"}] * 6
        assert len(made) == 1
        desk.change(("b", "2", ONE), ("c", "3", LEAD))
        assert texts(await links[1].hear()) == {"b": "2"}
        assert texts(await links[5].hear()) == {"c": "3"}
        assert len(made) == 3


async def test_screen_that_does_not_read_is_sent_away_and_costs_a_bounded_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gateway, "CLOSE_S", 0.2)
    async with rig() as hub, hub.screen("agent2") as other:
        desk = hub.source.add("desk")
        await other.watch("desk")
        headers = await hub.headers("agent1")
        async with connect(
            hub.url,
            origin=Origin(ORIGIN),
            additional_headers=headers,
            compression=None,
            max_queue=1,
            ping_interval=None,
            close_timeout=0.1,
        ) as slow:
            await slow.send(dumped({"t": "watch", "topic": "desk"}))
            await eventually(lambda: _members(hub) == 2)
            (screen,) = [s for s in hub.gateway._screens if s.viewer.username == "agent1"]
            chunk = "x" * 200_000
            most = 0
            while not screen.ended:
                desk.change(("a", chunk + str(desk.seq), None))
                await other.hear("update")
                most = max(most, screen.transport.get_write_buffer_size())
                assert desk.seq < 200
            assert screen.ended == "too_slow"
            assert most < MAX_UNSENT + 300_000
            await eventually(lambda: hub.gateway.screens == 1)
            with pytest.raises(ConnectionClosed):
                await _read_all(slow)


async def _read_all(socket: ClientConnection) -> None:
    while True:
        await socket.recv()


def _members(hub: Rig) -> int:
    return len(hub.gateway._rooms._rooms["desk"].members)


async def test_typing_goes_to_colleagues_in_the_room_once_a_second() -> None:
    async with (
        rig() as hub,
        hub.screen("agent1") as one,
        hub.screen("agent1") as tab,
        hub.screen("supervisor1") as lead,
        hub.screen("agent2") as outside,
    ):
        hub.source.add(CUSTOMER)
        for link in (one, tab, lead):
            await link.watch(CUSTOMER)
        before = await hub.stores.heart.journal.of_stream("desk:main", 0, 100)
        for _ in range(3):
            await one.say(t="typing", topic=CUSTOMER)
        await outside.say(t="typing", topic=CUSTOMER)
        assert await lead.hear() == {"t": "typing", "topic": CUSTOMER, "who": "agent1"}
        for link in (one, tab, lead, outside):
            await link.say(t="ping")
            assert (await link.hear())["t"] == "pong"
        hub.later(1)
        await one.say(t="typing", topic=CUSTOMER)
        assert (await lead.hear())["t"] == "typing"
        after = await hub.stores.heart.journal.of_stream("desk:main", 0, 100)
        assert [c["input"]["body"]["is"] for c in after[len(before) :]] in ([], ["ConnectAgent"])


async def test_five_hundred_screens_come_back_at_once() -> None:
    async with rig() as hub:
        desk = hub.source.add("desk")
        desk.change(*((f"n{i}", "x" * 100, None) for i in range(50)))
        for number in range(50):
            hub.tokens[f"lead{number}"] = await _lead(hub, f"lead{number}")

        async def come(number: int) -> int:
            async with hub.screen(f"lead{number % 50}", open_timeout=30) as link:
                update = await link.watch("desk")
                await held.wait()
                return len(update["docs"])

        held = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            coming = [tasks.create_task(come(number)) for number in range(500)]
            await eventually(lambda: hub.gateway.screens == 500 and _members(hub) == 500)
            held.set()
        assert {task.result() for task in coming} == {50}
        await eventually(lambda: hub.gateway.screens == 0 and hub.source.open_now == 0)


async def _lead(hub: Rig, username: str) -> str:
    user = User(username=username, display_name=username, role=Role.SUPERVISOR)
    await hub.access.add_user(user, PASSWORD)
    return await hub.token(username)
