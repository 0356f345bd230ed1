"""Snapshots of busy and of large streams: what they hold, when they are made, what they save."""

import asyncio
from typing import Any

from hub.store.memory.labels import SNAPSHOT_PARTS, SNAPSHOTS
from hub.streams.loading import load_streams
from hub.streams.shard import RuleBook
from tests.streams.loop import until
from tests.streams.rig import Doc, Obedient, Process, Rig, S, rigged

LARGE = 100 * 1024


def said(process: Process) -> list[str]:
    found: list[str] = process.heart.owner.shards[0].streams[S].state.data["said"]
    return found


def journal_reads(process: Process) -> list[int]:
    """How many commits each load of streams read from the journal, from now on."""
    journal, reads = process.stores.heart.journal, []
    read = journal.of_streams

    async def counted(after: Any) -> list[Doc]:
        found = await read(after)
        reads.append(len(found))
        return found

    journal.of_streams = counted  # type: ignore[method-assign]
    return reads


def test_a_stream_that_is_never_idle_has_snapshots_too() -> None:
    """At every moment some of its commits are in flight: each batch is decided before the one
    ahead of it is durable."""

    async def body(rig: Rig) -> None:
        process = await rig.start()
        write = rig.hold("insert", "journal")
        await rig.do("k0", "say", text="0")
        await write.reached.wait()
        held = process.heart.owner.shards[0].streams[S]
        for i in range(1, 9):
            await rig.do(f"k{i}", "say", text=str(i))
            await until(lambda: held.flying == 2)
            following = rig.hold("insert", "journal")
            write.release()
            await following.reached.wait()
            assert held.flying == 1
            write = following
        await asyncio.sleep(3)
        snapshot = rig.table(SNAPSHOTS)[S]
        assert 4 <= snapshot["seq"] <= 8
        assert snapshot["state"]["said"] == [str(i) for i in range(snapshot["seq"])]
        write.release()
        await rig.done("k8")

    rigged(body, snapshot_every=4)


def test_a_copy_taken_in_flight_counts_only_when_its_own_commit_is_durable() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        first = rig.hold("insert", "journal")
        await rig.do("k0", "say", text="0")
        await first.reached.wait()
        second = rig.hold("insert", "journal")
        for i in range(1, 4):
            await rig.do(f"k{i}", "say", text=str(i))
        await asyncio.sleep(1)
        held = process.heart.owner.shards[0].streams[S]
        assert held.flying == 2
        first.release()
        await second.reached.wait()
        await asyncio.sleep(3)
        frozen = held.frozen
        assert frozen is not None
        assert (frozen["seq"], held.state.seq, held.flying) == (2, 4, 3)
        assert rig.table(SNAPSHOTS) == {}
        second.release()
        await rig.done("k3")
        await asyncio.sleep(3)
        assert held.frozen is None
        snapshot = rig.table(SNAPSHOTS)[S]
        assert (snapshot["seq"], snapshot["n"]) == (4, 4)
        assert snapshot["state"]["said"] == ["0", "1", "2", "3"]

    rigged(body, snapshot_every=1)


def test_a_copy_of_commits_that_never_stood_is_never_stored() -> None:
    """The write is lost with its shard; the shard decides the inputs again."""

    async def body(rig: Rig) -> None:
        process = await rig.start()
        first = rig.hold("insert", "journal")
        await rig.do("k0", "say", text="0")
        await first.reached.wait()
        second = rig.hold("insert", "journal", cut=True, lost=True)
        for i in range(1, 4):
            await rig.do(f"k{i}", "say", text=str(i))
        await asyncio.sleep(1)
        held = process.heart.owner.shards[0].streams[S]
        first.release()
        await second.reached.wait()
        assert held.frozen is not None
        second.release()
        await rig.done("k3")
        await asyncio.sleep(3)
        for doc in rig.table(SNAPSHOTS).values():
            assert doc["state"]["said"] == [str(i) for i in range(doc["seq"])]
        assert process.heart.owner.shards[0].streams[S] is not held
        assert said(process) == ["0", "1", "2", "3"]

    rigged(body, snapshot_every=1)


def test_five_mebibytes_survive_a_restart_without_reading_the_whole_journal() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        texts = [f"{i:03d}" + "x" * LARGE for i in range(64)]
        for i, text in enumerate(texts):
            await rig.do(f"k{i:03d}", "say", text=text)
        await rig.done("k063")
        for i in range(64, 70):
            await rig.do(f"k{i:03d}", "say", text=str(i))
        await rig.done("k069")
        await asyncio.sleep(3)
        await process.stop()
        head = rig.table(SNAPSHOTS)[S]
        assert head["seq"] == 64
        assert head["parts"]["count"] == len(rig.table(SNAPSHOT_PARTS)) >= 2
        process = await rig.start()
        reads = journal_reads(process)
        await rig.do("k070", "say", text="70")
        await rig.done("k070")
        assert reads == [6]
        assert said(process) == [*texts, *map(str, range(64, 71))]

    rigged(body, snapshot_every=64)


def test_the_heavier_a_state_the_longer_to_its_next_snapshot() -> None:
    """Some 4 KiB of snapshot are written for each commit, whatever the size."""

    async def body(rig: Rig) -> None:
        process = await rig.start()
        await rig.do("k000", "say", text="x" * LARGE)
        await rig.do("k001", "say", text="small")
        await rig.done("k000", "k001")
        held = process.heart.owner.shards[0].streams[S]
        pace = held.pace
        assert LARGE // 4096 <= pace < LARGE // 4096 + 2
        first = held.snapshot_seq
        for i in range(2, 2 + pace):
            await rig.do(f"k{i:03d}", "say", text=str(i))
            await rig.done(f"k{i:03d}")
        assert held.snapshot_seq == first + pace

    rigged(body, snapshot_every=2)


def test_what_cannot_be_divided_is_folded_from_the_journal() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        await rig.do("k0", "say", text="x" * 300)
        await rig.do("k1", "say", text="y")
        await rig.done("k0", "k1")
        await asyncio.sleep(3)
        assert rig.table(SNAPSHOTS) == {}
        assert rig.table(SNAPSHOT_PARTS) == {}
        await process.stop()
        process = await rig.start()
        await rig.do("k2", "say", text="z")
        await rig.done("k2")
        assert said(process) == ["x" * 300, "y", "z"]

    rigged(body, snapshot_every=1, snapshot_weight=200)


def test_a_crash_between_parts_and_head_costs_only_time() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        for i in range(4):
            await rig.do(f"k{i}", "say", text=str(i) * 100)
        await rig.done("k3")
        await asyncio.sleep(3)
        stood = rig.table(SNAPSHOTS)[S]["seq"]
        head = rig.hold("update", SNAPSHOTS)
        for i in range(4, 8):
            await rig.do(f"k{i}", "say", text=str(i) * 100)
        await rig.done("k7")
        await head.reached.wait()
        await process.stop()
        seqs = {row["seq"] for row in rig.table(SNAPSHOT_PARTS).values()}
        assert rig.table(SNAPSHOTS)[S]["seq"] == stood
        assert max(seqs) > stood
        process = await rig.start()
        held = await load_streams(process.stores.heart, RuleBook({"customer": Obedient()}), [S])
        assert held[S].state.data["said"] == [str(i) * 100 for i in range(8)]
        await rig.do("k8", "say", text="8")
        await rig.done("k8")
        assert said(process) == [*(str(i) * 100 for i in range(8)), "8"]
        head.release()

    rigged(body, snapshot_every=2, snapshot_weight=150)
