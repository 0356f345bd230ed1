"""Owning shards and deciding inputs: order, poison, memory, leases."""

import asyncio
from datetime import timedelta

from hub.model.ids import shard_of
from hub.store.memory.labels import SNAPSHOTS
from tests.streams.loop import VirtualClock, until
from tests.streams.rig import OTHER, Rig, S, rigged


def test_inputs_of_one_source_are_decided_by_order_not_by_arrival() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        read = rig.hold("scan", "inbox")
        await rig.do("k2", "say", text="b", order="2")
        await read.reached.wait()
        await rig.do("k3", "say", text="c", order="3")
        await rig.do("k1", "say", text="a", order="1")
        read.release()
        await rig.done("k1", "k2", "k3")
        assert rig.inputs() == ["k1", "k2", "k3"]

    rigged(body)


def test_a_commit_holds_its_number_its_input_and_the_version_of_the_rules() -> None:
    async def body(rig: Rig) -> None:
        await rig.start(version="obedient/7")
        await rig.do("k1", "say", text="a")
        await rig.do("k2", "say", text="b")
        await rig.done("k1", "k2")
        first, second = rig.journal()
        assert (first["_id"], first["n"], first["seq"]) == ("00:000000000001", 1, 1)
        assert (second["_id"], second["n"], second["seq"]) == ("00:000000000002", 2, 2)
        assert second["rules"] == "obedient/7"
        assert second["input"] == {
            "key": "k2",
            "source": "x",
            "order": "k2",
            "body": {"do": "say", "text": "b"},
        }
        assert second["events"] == [{"is": "Say", "text": "b"}]

    rigged(body)


def test_a_consumed_row_is_closed_loses_its_body_and_expires_in_30_days() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "say", text="a")
        await rig.done("k1")
        row = rig.table("inbox")["k1"]
        assert row["open"] is False
        assert "body" not in row
        left = row["expire_at"] - VirtualClock().now()
        assert timedelta(days=29, hours=23) < left <= timedelta(days=30)

    rigged(body)


# ---------------------------------------------------------------- poison
def test_an_input_whose_decision_raises_becomes_failed_and_the_next_is_decided() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "raise")
        await rig.do("k2", "say", text="b")
        await rig.done("k1", "k2")
        assert rig.events() == [{"is": "Failed", "error": "ValueError"}, {"is": "Say", "text": "b"}]

    rigged(body)


def test_an_input_for_rules_this_program_lacks_is_buried_and_the_shard_goes_on() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        shards = rig.p.heart.owner._settings.shards
        strange = next(n for n in range(10_000) if shard_of(f"fleet:{n}") in shards)
        await rig.do("k1", "say", text="a", stream=f"fleet:{strange}")
        await rig.do("k2", "say", text="b")
        await rig.done("k1", "k2")
        assert rig.events() == [{"is": "Say", "text": "b"}]
        row = rig.table("inbox")["k1"]
        assert (row["dead"], row["reason"]) == (True, "unknown_stream")
        assert row["body"]["text"] == "a"

    rigged(body)


def test_an_event_that_cannot_be_applied_becomes_failed_and_the_shard_goes_on() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "say", text="a")
        await rig.do("k2", "break")
        await rig.do("k3", "say", text="c", stream="customer:00t")
        await rig.done("k1", "k2", "k3")
        assert rig.events()[1] == {"is": "Failed", "error": "RuntimeError"}
        assert rig.events("customer:00t") == [{"is": "Say", "text": "c"}]

    rigged(body)


def test_a_decision_too_large_for_a_document_becomes_failed() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "say", text="大" * 6_000_000)
        await rig.do("k2", "say", text="b")
        await rig.done("k1", "k2")
        assert rig.events()[0] == {"is": "Failed", "error": "commit_too_large"}
        assert rig.events()[1] == {"is": "Say", "text": "b"}

    rigged(body)


# ---------------------------------------------------------------- memory
def test_a_stream_forgotten_for_room_is_read_again_with_all_it_knew() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        streams = [f"customer:00{i}" for i in range(8)]
        for turn in range(3):
            for stream in streams:
                await rig.do(f"{turn}{stream}", "say", text=f"t{turn}", stream=stream)
        await rig.done(*(f"{turn}{s}" for turn in range(3) for s in streams))
        await rig.do("more", "say", text="more", stream=S)
        await rig.done("more")
        held = process.heart.owner.shards[0].streams
        assert len(held) < len(streams)
        for stream in streams:
            assert [e["text"] for e in rig.events(stream)] == ["t0", "t1", "t2"]
            assert [c["seq"] for c in rig.journal(stream)] == [1, 2, 3]

    rigged(body, streams=2)


def test_a_stream_with_a_commit_under_way_is_not_forgotten() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        write = rig.hold("insert", "journal")
        await rig.do("k1", "say", text="a")
        await write.reached.wait()
        streams = [f"customer:00{i}" for i in range(6)]
        for stream in streams:
            await rig.do(stream, "say", text="b", stream=stream)
        await asyncio.sleep(1)
        assert S in process.heart.owner.shards[0].streams
        write.release()
        await rig.done("k1", *streams)
        assert rig.inputs() == ["k1"]

    rigged(body, streams=2)


def test_forgetting_for_room_spares_what_is_to_be_decided_now() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        a, b, c = (f"customer:00{i}" for i in "abc")
        await rig.do("k1", "say", text="1", stream=a)
        await rig.do("k2", "say", text="2", stream=b)
        await rig.done("k1", "k2")
        rows = [rig.row("k4", "say", text="4", stream=b), rig.row("k5", "say", text="5", stream=c)]
        await rig.p.stores.heart.inbox.insert(rows, ordered=False)
        rig.p.bus.publish("inbox:0")
        began = asyncio.get_running_loop().time()
        await rig.done("k4", "k5")
        assert asyncio.get_running_loop().time() - began < 1

    rigged(body, streams=1, sweep_s=60)


def test_a_snapshot_holds_only_what_is_acknowledged() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        for i in range(5):
            await rig.do(f"k{i}", "say", text=str(i))
        await rig.done("k4")
        await asyncio.sleep(2)
        seq = rig.table(SNAPSHOTS)[S]["seq"]
        write = rig.hold("insert", "journal")
        for i in range(5, 9):
            await rig.do(f"k{i}", "say", text=str(i))
        await write.reached.wait()
        await asyncio.sleep(3)
        assert rig.table(SNAPSHOTS)[S]["seq"] == seq <= 5
        write.release()
        await rig.done("k8")
        await asyncio.sleep(2)
        snapshot = rig.table(SNAPSHOTS)[S]
        assert snapshot["seq"] > seq
        assert snapshot["state"]["said"] == [str(i) for i in range(snapshot["seq"])]

    rigged(body, snapshot_every=2)


def test_a_snapshot_made_under_other_rules_is_ignored() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        for i in range(4):
            await rig.do(f"k{i}", "say", text=str(i))
        await rig.done("k3")
        await process.stop()
        rig.chaos.database.primary(SNAPSHOTS).rows[S]["state"]["said"] = ["wrong"]
        rig.chaos.database.majority(SNAPSHOTS).rows[S]["state"]["said"] = ["wrong"]
        process = await rig.start(version="obedient/2")
        await rig.do("k4", "say", text="4")
        await rig.done("k4")
        held = process.heart.owner.shards[0].streams[S]
        assert held.state.data["said"] == ["0", "1", "2", "3", "4"]

    rigged(body, snapshot_every=2)


def test_a_snapshot_and_the_commits_after_it_give_the_state() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        for i in range(5):
            await rig.do(f"k{i}", "say", text=str(i))
        await rig.done("k4")
        await process.stop()
        assert 0 < rig.table(SNAPSHOTS)[S]["seq"] <= 5
        process = await rig.start()
        await rig.do("k5", "say", text="5")
        await rig.done("k5")
        held = process.heart.owner.shards[0].streams[S]
        assert held.state.data["said"] == ["0", "1", "2", "3", "4", "5"]
        assert rig.journal()[-1]["seq"] == 6

    rigged(body, snapshot_every=2)


# ---------------------------------------------------------------- other streams
def test_an_effect_on_another_stream_is_an_input_there_keyed_by_its_commit() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "tell", to=OTHER, text="hello")
        await until(lambda: rig.journal(OTHER) != [])
        (commit,) = rig.journal(OTHER)
        assert commit["shard"] == 1
        assert commit["input"]["key"] == "00:000000000001#0"
        assert (commit["input"]["source"], commit["input"]["order"]) == (S, "000000000001.0000")
        assert commit["events"] == [{"is": "Say", "text": "hello"}]

    rigged(body)


# ---------------------------------------------------------------- leases
def test_shards_of_a_silent_process_are_taken_after_the_lease_not_before() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        loop = asyncio.get_running_loop()
        rig.chaos.freeze("P", 1e9)
        began = loop.time()
        process = await rig.start("Q")
        assert 6.0 <= loop.time() - began <= 9.0
        await until(lambda: sorted(process.heart.owned()) == [0, 1], within_s=5)

    rigged(body)


def test_clocks_of_processes_are_never_compared() -> None:
    """The calendar of the second is a day ahead: the first one's lease has not lapsed by that."""

    async def body(rig: Rig) -> None:
        first = await rig.start()
        second = rig.add("Q")
        second.clock.skew = timedelta(days=1)
        await asyncio.sleep(60)
        assert sorted(first.heart.owned()) == [0, 1]
        assert second.heart.owned() == []

    rigged(body)


def test_a_clean_stop_hands_over_without_waiting_for_the_lease() -> None:
    async def body(rig: Rig) -> None:
        first = await rig.start()
        second = rig.add("Q")
        await rig.do("k1", "say", text="a")
        await rig.done("k1")
        loop = asyncio.get_running_loop()
        await first.stop()
        stopped = loop.time()
        await until(lambda: sorted(second.heart.owned()) == [0, 1])
        assert loop.time() - stopped < 3.0
        assert rig.table("cursors")["owners"]["at"]["0"] == 1

    rigged(body)


def test_shards_set_free_are_shared_fairly_by_those_who_live() -> None:
    async def body(rig: Rig) -> None:
        first = await rig.start()
        second, third = rig.add("Q"), rig.add("R")
        await asyncio.sleep(5)
        await first.stop()
        await asyncio.sleep(5)
        assert len(second.heart.owned()) == 2
        assert len(third.heart.owned()) == 2
        assert sorted(second.heart.owned() + third.heart.owned()) == [0, 1, 2, 3]

    rigged(body, shards=frozenset(range(4)))


def test_an_own_lost_shard_is_taken_anew_under_a_new_token() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        before = process.heart.owner.shards[0].token
        rig.hold("insert", "journal", cut=True, lost=True)
        await rig.do("k1", "say", text="a")
        await rig.done("k1")
        after = process.heart.owner.shards[0].token
        assert before != after
        assert rig.table("shards")[0] == {
            "_id": 0,
            "process": process.heart.owner.process,
            "token": after,
        }
        assert rig.inputs() == ["k1"]
        assert rig.journal()[0]["token"] == after

    rigged(body)


def test_a_refused_shard_is_lost_and_the_others_of_the_batch_are_written() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        read = rig.hold("scan", "inbox", at=2)
        await rig.do("k1", "say", text="a")
        await rig.do("k2", "say", text="b", stream=OTHER)
        await read.reached.wait()
        foreign = {"_id": "00:000000000001", "shard": 0, "n": 1, "stream": "customer:00z"}
        more = {"seq": 1, "token": "another", "rules": "obedient/1", "events": []}
        made = {"input": {"key": "z", "source": "", "order": "", "body": {}}}
        other = rig.add("Q").stores.heart.journal
        await other.append([{**foreign, **more, **made, "at": VirtualClock().now()}])
        read.release()
        await rig.done("k1", "k2")
        assert rig.journal(OTHER)[0]["n"] == 1
        assert rig.journal()[0]["n"] == 2

    rigged(body)


# ---------------------------------------------------------------- fairness
def test_a_flooded_shard_does_not_starve_a_higher_one() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start(round_rows=8)
        decided: list[int] = []
        process.heart.owner.heard.append(lambda cs: decided.extend(c["shard"] for c in cs))
        flood = [rig.row(f"f{n:03d}", "say", text="x", source=f"s{n}") for n in range(64)]
        other = rig.row("k", "say", text="y", stream="customer:01t")
        await process.heart.acceptor.add_all([*flood, other])
        await rig.done("k", "f063")
        assert sorted(decided) == [0] * 64 + [1]
        assert decided.index(1) < 40

    rigged(body)
