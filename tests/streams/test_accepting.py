"""Accepting: one write for all who wait, honest answers to duplicates, bounded."""

import asyncio
from collections.abc import Awaitable

import pytest

from hub.errors import Overloaded, StoreUncertain
from hub.streams.accepting import Acceptor
from tests.streams.rig import Rig, rigged


async def _is_uncertain(call: Awaitable[bool]) -> bool:
    try:
        await call
    except StoreUncertain:
        return True
    return False


def test_the_first_is_new_and_its_repeats_are_not_however_often_and_at_once() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        rows = [rig.row("k1", "say", text="a") for _ in range(3)]
        async with asyncio.TaskGroup() as tasks:
            answers = [tasks.create_task(process.heart.acceptor.add(r)) for r in rows]
        assert sorted(a.result() for a in answers) == [False, False, True]
        await rig.done("k1")
        assert await process.heart.acceptor.add(rows[0]) is False
        await asyncio.sleep(5)
        assert rig.inputs() == ["k1"]

    rigged(body)


def test_all_who_wait_are_stored_in_one_write() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        before = rig.chaos.counts["operations"]
        first = rig.hold("insert", "inbox")
        async with asyncio.TaskGroup() as tasks:
            for i in range(100):
                tasks.create_task(
                    process.heart.acceptor.add(rig.row(f"k{i}", "say", stream="customer:ffx"))
                )
            await first.reached.wait()
            assert rig.chaos.counts["operations"] - before == 1
            first.release()
        assert len(rig.table("inbox")) == 100
        assert process.heart.acceptor.accepted == 100

    rigged(body)


def test_a_write_that_is_uncertain_is_uncertain_to_all_who_wait_for_it() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        rig.hold("insert", "inbox", cut=True, lost=True)
        async with asyncio.TaskGroup() as tasks:
            waiting = [
                tasks.create_task(_is_uncertain(process.heart.acceptor.add(row)))
                for row in (rig.row(f"k{i}", "say", text="a") for i in range(3))
            ]
        assert [w.result() for w in waiting] == [True, True, True]
        assert await rig.do("k1", "say", text="a") is True

    rigged(body)


def test_a_duplicate_is_answered_only_when_its_row_was_touched() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        assert await rig.do("k1", "say", stream="customer:ffx") is True
        rig.hold("update", "inbox", cut=True, lost=True)
        with pytest.raises(StoreUncertain):
            await rig.do("k1", "say", stream="customer:ffx")
        assert await rig.do("k1", "say", stream="customer:ffx") is False
        assert rig.table("inbox")["k1"]["seen"] == 1

    rigged(body)


def test_nothing_is_taken_beyond_the_bound_of_those_who_wait() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        narrow = Acceptor(process.stores.heart.inbox, process.bus, process.clock, waiting=2)
        rows = [rig.row(f"k{i}", "say", text="a") for i in range(3)]
        runs = rig.tasks.create_task(narrow.run())
        async with asyncio.TaskGroup() as tasks:
            answers = [tasks.create_task(narrow.add(r)) for r in rows[:2]]
            await asyncio.sleep(0)
            with pytest.raises(Overloaded):
                await narrow.add(rows[2])
        assert [a.result() for a in answers] == [True, True]
        assert "k2" not in rig.table("inbox")
        assert await narrow.add(rows[2]) is True
        runs.cancel()

    rigged(body)


def test_who_waits_when_the_process_stops_is_not_told_that_it_is_stored() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        rig.hold("insert", "inbox")
        waiting = rig.tasks.create_task(rig.do("k1", "say", text="a"))
        await asyncio.sleep(0.1)
        await process.stop()
        await asyncio.wait([waiting])
        assert waiting.cancelled()

    rigged(body)
