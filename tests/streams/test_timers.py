"""Timers live in the state; the alarm row is only the clock: early perhaps, never late."""

import asyncio
from datetime import timedelta

from hub.store.memory.labels import ALARMS
from tests.streams.loop import until
from tests.streams.rig import Rig, S, rigged


def test_a_timer_rings_when_due_and_never_before() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "arm", name="idle", s=30)
        await until(lambda: len(rig.events()) == 2)
        armed, rang = rig.journal()
        assert rang["events"] == [{"is": "Rang", "name": "idle"}]
        late = rang["at"] - armed["events"][0]["due"]
        assert timedelta(0) <= late <= timedelta(seconds=1.2)

    rigged(body)


def test_an_earlier_timer_moves_the_alarm_forward_a_later_one_leaves_it() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "arm", name="idle", s=30)
        await rig.done("k1")
        first = rig.table(ALARMS)[S]["due"]
        await rig.do("k2", "arm", name="idle", s=90)
        await rig.done("k2")
        assert rig.table(ALARMS)[S]["due"] == first
        await rig.do("k3", "arm", name="offer", s=10)
        await rig.done("k3")
        assert rig.table(ALARMS)[S]["due"] == rig.events()[2]["due"] < first

    rigged(body)


def test_an_alarm_that_rang_for_a_re_armed_timer_is_set_to_its_new_time() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "arm", name="idle", s=30)
        await asyncio.sleep(20)
        await rig.do("k2", "arm", name="idle", s=30)
        await asyncio.sleep(15)
        assert [e["is"] for e in rig.events()] == ["Arm", "Arm"]
        assert rig.table(ALARMS)[S]["due"] == rig.events()[1]["due"]
        await asyncio.sleep(17)
        assert [e["is"] for e in rig.events()] == ["Arm", "Arm", "Rang"]

    rigged(body)


def test_a_stopped_timer_does_not_ring() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "arm", name="idle", s=5)
        await rig.do("k2", "stop", name="idle")
        await asyncio.sleep(30)
        assert [e["is"] for e in rig.events()] == ["Arm", "Stop"]
        assert rig.table(ALARMS)[S]["due"] is None

    rigged(body)


def test_a_timer_that_came_due_while_nobody_ran_rings_after_the_start() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        await rig.do("k1", "arm", name="idle", s=30)
        await rig.done("k1")
        await process.stop()
        await asyncio.sleep(300)
        await rig.start()
        await until(lambda: len(rig.events()) == 2, within_s=5)
        assert rig.events()[1] == {"is": "Rang", "name": "idle"}

    rigged(body)


def test_the_next_owner_sets_the_alarm_the_last_one_did_not_get_to() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        rig.hold("update", ALARMS, lost=True)
        await rig.do("k1", "arm", name="idle", s=60)
        await asyncio.sleep(1)
        rig.chaos.freeze("P", 1e9)
        await rig.start("Q")
        await until(lambda: len(rig.events()) == 2, within_s=70)
        assert rig.events()[1] == {"is": "Rang", "name": "idle"}

    rigged(body)


def test_a_timer_whose_decision_raises_fails_once_not_for_ever() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "arm", name="poison", s=5)
        await asyncio.sleep(60)
        assert [e["is"] for e in rig.events()] == ["Arm", "Failed"]

    rigged(body)
