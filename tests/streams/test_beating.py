"""Whether a hub works on a database, seen by a program that is none."""

from hub.streams.leases import beating
from tests.streams.loop import VirtualClock
from tests.streams.rig import Rig, rigged


def test_a_process_that_runs_beats_and_one_that_died_does_not() -> None:
    async def body(rig: Rig) -> None:
        await rig.start("P")
        await rig.start("Q", shards=frozenset({2}))
        shards = rig.p.stores.heart.shards
        await shards.beat("died long ago")
        names = {p.heart.owner.process for p in rig.processes.values()}
        assert await beating(shards, VirtualClock(), rig.settings.lease_s) == names
        await rig.processes["Q"].stop()
        only = {rig.p.heart.owner.process}
        assert await beating(shards, VirtualClock(), rig.settings.lease_s) == only
        await rig.p.stop()
        assert await beating(shards, VirtualClock(), rig.settings.lease_s) == set()

    rigged(body)


def test_where_nobody_ever_beat_nobody_is_waited_for() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.p.stop()
        before = VirtualClock().monotonic()
        await rig.p.stores.heart.shards.leave(rig.p.heart.owner.process)
        assert await beating(rig.p.stores.heart.shards, VirtualClock(), 6.0) == set()
        assert VirtualClock().monotonic() - before < 1

    rigged(body)
