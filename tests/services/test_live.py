"""Live folds: what a process knows of streams somebody watches."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from agent_web.topics import Topic
from hub.errors import StoreUncertain
from hub.model.ids import customer_of, desk_stream, shard_of, stream_name
from hub.ports import Doc
from tests.agent_web.screen import LEAD, Screen, fresh, person
from tests.services.live_rig import Process, Start, d, in_virtual_time, other
from tests.streams.loop import until

OWN_ALL = range(256)
NONE = range(0)


class Listening:
    """A listener that fails when told to."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.fails = False

    def loaded(self, state: Any, recent: Sequence[Doc]) -> None:
        self.heard.append(f"loaded {state.seq}")

    def committed(self, state: Any, commit: Doc, events: Sequence[Any]) -> None:
        if self.fails:
            self.fails = False
            raise ValueError("told to")
        self.heard.append(f"{commit['seq']}/{state.seq} {type(events[0]).__name__}")


async def topic_of(process: Process, name: str) -> Topic:
    topic = await process.topics.open(name)
    assert topic is not None
    return topic


def said(screen: Screen) -> list[str]:
    docs = [doc for doc in screen.docs.values() if doc.get("author") == "customer"]
    return [doc["parts"][0]["text"] for doc in sorted(docs, key=lambda doc: doc["n"])]


# ---------------------------------------------------------------- the desk
def test_the_live_desk_is_the_owners_desk() -> None:
    async def body(start: Start) -> None:
        process = await start().started()
        await process.tell(d.configure(*d.QUEUES), "k1")
        await process.tell(d.connect(d.profile(d.ANN), "p.1"), "k2")
        await process.tell(d.place(d.W1, process.clock.now()), "k3")
        await process.tell(d.ready(d.ANN), "k4")
        live = process.topics.desk
        held = process.heart.owner.shards[shard_of(desk_stream())].streams[desk_stream()]
        await until(lambda: live.seq == held.state.seq)
        assert live.state is not held.state
        assert held.rules.freeze(live.state) == held.rules.freeze(held.state)
        assert live.state.works[d.W1].agent_id == "ann"

    in_virtual_time(body)


def test_listeners_hear_each_commit_after_it_is_folded() -> None:
    async def body(start: Start) -> None:
        process = start()
        listener = Listening()
        process.topics.desk.listeners.append(listener)
        await process.started()
        await process.tell(d.configure(*d.QUEUES), "k1")
        await process.tell(d.connect(d.profile(d.ANN), "p.1"), "k2")
        await until(lambda: any("AgentConnected" in line for line in listener.heard))
        assert listener.heard[0] == "loaded 0"
        assert listener.heard[1] == "1/1 DeskConfigured"
        assert listener.heard[-1].endswith("AgentConnected")

    in_virtual_time(body)


def test_after_a_failure_the_stream_is_read_anew_and_screens_are_told_everything() -> None:
    async def body(start: Start) -> None:
        process = start()
        listener = Listening()
        process.topics.desk.listeners.append(listener)
        await process.started()
        screen = Screen(LEAD)
        screen.follow(await topic_of(process, "desk"))
        listener.fails = True
        await process.tell(d.configure(*d.QUEUES), "k1")
        await until(lambda: ("queue", "general") in screen.docs)
        await process.tell(d.connect(d.profile(d.ANN), "p.1"), "k2")
        await until(lambda: ("agent", "ann") in screen.docs)
        assert [line for line in listener.heard if line.startswith("loaded")] != ["loaded 0"]
        assert screen.shown == fresh(await topic_of(process, "desk"), LEAD)

    in_virtual_time(body)


# ---------------------------------------------------------------- customers
def test_a_customer_is_followed_once_for_all_who_watch_and_left_after_the_last() -> None:
    async def body(start: Start) -> None:
        process = await start().started()
        stream = await process.hear("你好", "m1")
        customers = process.topics._customers
        first, second = [await topic_of(process, stream) for _ in range(2)]
        assert first is second
        screen = Screen(LEAD)
        screen.follow(first)
        await process.hear("在吗", "m2")
        await until(lambda: said(screen) == ["你好", "在吗"])
        process.topics.release(first)
        await asyncio.sleep(30)
        assert len(customers) == 1
        process.topics.release(second)
        assert await topic_of(process, stream) is first
        process.topics.release(first)
        await asyncio.sleep(11)
        assert len(customers) == 0
        assert await topic_of(process, stream) is not first

    in_virtual_time(body)


def test_nobody_and_nonsense_are_no_topics() -> None:
    async def body(start: Start) -> None:
        process = await start().started()
        for name in ("customer:" + "0" * 20, "customer:x", "customer:", "desk:main", "queue", ""):
            assert await process.topics.open(name) is None
        assert len(process.topics._customers) == 0

    in_virtual_time(body)


def test_many_who_open_a_customer_at_once_share_one_load() -> None:
    async def body(start: Start) -> None:
        process = await start().started()
        stream = await process.hear("你好", "m1")
        found: list[Topic | None] = []

        async def open_one() -> None:
            found.append(await process.topics.open(stream))

        async with asyncio.TaskGroup() as tasks:
            for _ in range(50):
                tasks.create_task(open_one())
        assert len(found) == 50
        assert len({id(topic) for topic in found}) == 1

    in_virtual_time(body)


def test_a_store_that_does_not_answer_is_told_and_the_next_try_works() -> None:
    async def body(start: Start) -> None:
        process = await start().started()
        stream = await process.hear("你好", "m1")
        reading = process.stores.reading
        page = reading.page

        async def uncertain(*args: Any, **named: Any) -> list[Doc]:
            raise StoreUncertain("planted")

        reading.page = uncertain  # type: ignore[method-assign]
        with pytest.raises(StoreUncertain):
            await process.topics.open(stream)
        reading.page = page  # type: ignore[method-assign]
        screen = Screen(LEAD)
        screen.follow(await topic_of(process, stream))
        assert said(screen) == ["你好"]

    in_virtual_time(body)


def test_screens_at_another_process_see_the_same() -> None:
    async def body(start: Start) -> None:
        owner = await start("P", OWN_ALL).started()
        gateway = await start("Q", NONE).started()
        stream = await owner.hear("你好", "m1")
        here, there = Screen(LEAD), Screen(LEAD)
        here.follow(await topic_of(owner, stream))
        there.follow(await topic_of(gateway, stream))
        for number in range(5):
            await owner.hear(str(number), f"k{number}")
        await until(lambda: here.seq == there.seq and said(there)[-1] == "4", within_s=10)
        assert here.shown == there.shown

    in_virtual_time(body)


def test_the_desk_lets_an_agent_watch_before_the_customers_stream_knows() -> None:
    async def body(start: Start) -> None:
        process = await start().started()
        await process.tell(d.configure(*d.QUEUES), "k1")
        await process.tell(d.connect(d.profile(d.ANN), "p.1"), "k2")
        stream = await process.hear("你好", "m1")
        topic = await topic_of(process, stream)
        ann = person("ann")
        assert not topic.may_watch(ann)
        customer = stream_name(stream)
        await until(lambda: len(process.topics.desk.state.works) == 1)
        (work,) = process.topics.desk.state.works
        assert work.startswith(customer)
        await process.tell(d.claim(work), "k3")
        await until(lambda: topic.may_watch(ann))
        assert not topic.may_watch(person("bob"))

    in_virtual_time(body)


# ---------------------------------------------------------------- the list
def test_supervisors_follow_the_newest_conversations_of_the_bank() -> None:
    async def body(start: Start) -> None:
        process = await start().started()
        process.topics._list._newest = 3
        for number in range(5):
            await process.hear(f"w{number}", f"m{number}", other(number))
            await asyncio.sleep(1)
        topic = await topic_of(process, "conversations")
        assert not topic.may_watch(person("ann"))
        assert topic.may_watch(LEAD)
        screen = Screen(LEAD)
        screen.follow(topic)
        assert [doc["customer_id"] for doc in screen.docs.values()] != []
        assert len(screen.docs) == 3
        await process.hear("again", "m9", other(0))
        await until(lambda: len(screen.docs) == 3 and screen.fulls == 1 and _has(screen, 0))
        await asyncio.sleep(5)
        assert screen.shown == fresh(topic, LEAD)
        assert not _has(screen, 2)

    in_virtual_time(body)


def _has(screen: Screen, number: int) -> bool:
    address = other(number)
    customer = customer_of(address.channel_id, address.value)
    return ("conversation", f"{customer}.1") in screen.docs


def test_a_screen_comes_back_to_the_list_by_its_number_and_a_stranger_is_given_everything() -> None:
    async def body(start: Start) -> None:
        process = await start("P", OWN_ALL).started()
        second = await start("Q", NONE).started()
        await process.hear("w1", "m1", other(1))
        await asyncio.sleep(3)
        topic = await topic_of(process, "conversations")
        screen = Screen(LEAD)
        undo = screen.follow(topic)
        undo()
        await process.hear("w2", "m2", other(2))
        await until(lambda: topic.seq > screen.seq)
        await asyncio.sleep(3)
        screen.hear(topic.since(LEAD, screen.seq))
        assert screen.fulls == 1
        assert screen.shown == fresh(topic, LEAD)
        elsewhere = await topic_of(second, "conversations")
        screen.hear(elsewhere.since(LEAD, screen.seq))
        assert screen.fulls == 2
        assert screen.shown == fresh(topic, LEAD)

    in_virtual_time(body)


def test_who_is_back_at_the_list_within_seconds_goes_on_from_the_same_numbers() -> None:
    async def body(start: Start) -> None:
        process = await start().started()
        topic = await topic_of(process, "conversations")
        seq = topic.seq
        process.topics.release(topic)
        await asyncio.sleep(3)
        await process.hear("w1", "m1", other(1))
        again = await topic_of(process, "conversations")
        await asyncio.sleep(10)
        change = again.since(LEAD, seq)
        assert not change.full
        assert [doc.seq for doc in change.docs] == [seq + 1]

    in_virtual_time(body)


def test_the_list_is_followed_only_while_somebody_watches() -> None:
    async def body(start: Start) -> None:
        process = await start().started()
        topic = await topic_of(process, "conversations")
        seq = topic.seq
        process.topics.release(topic)
        await asyncio.sleep(6)
        await process.hear("w1", "m1", other(1))
        await asyncio.sleep(5)
        assert topic.seq == seq
        again = await topic_of(process, "conversations")
        screen = Screen(LEAD)
        screen.follow(again)
        assert _has(screen, 1)

    in_virtual_time(body)
