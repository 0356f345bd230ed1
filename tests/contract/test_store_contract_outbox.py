"""What every store promises: the outbox, alarms, snapshots."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.clock import NOON
from tests.fakes.stores import Stores

Doc = dict[str, Any]


def job(n: int, k: int = 0, *, shard: int = 1, **more: Any) -> Doc:
    return {
        "_id": f"{shard:02x}:{n:012d}#{k}",
        "shard": shard,
        "n": n,
        "k": k,
        "kind": "message",
        "destination": "w:ann",
        "stream": "customer:01aa",
        "body": {"part": {"is": "TextPart", "text": "您好"}},
        "repeatable": False,
        "state": "queued",
        "attempts": 0,
        "open": True,
        "at": NOON,
        **more,
    }


def ids(docs: list[Doc]) -> list[str]:
    return [d["_id"] for d in docs]


def places(docs: list[Doc]) -> list[tuple[int, int, int]]:
    return [(d["shard"], d["n"], d["k"]) for d in docs]


K1, K2, K3 = (job(n)["_id"] for n in (1, 2, 3))


# ---------------------------------------------------------------- outbox
async def test_effect_rows_stop_at_the_first_that_stood(stores: Stores) -> None:
    outbox = stores.heart.outbox
    assert await outbox.insert([job(2)]) == []
    assert await outbox.insert([job(1), job(2), job(3)]) == [1]
    assert await outbox.get(K1) == job(1)
    assert await outbox.touch([K1, K2, K3]) == {K1, K2}
    assert await outbox.get(K3) is None


async def test_open_rows_come_by_n_and_k_over_the_shards_asked_for(stores: Stores) -> None:
    outbox = stores.heart.outbox
    await outbox.insert([job(2, 1), job(2, 0), job(1), job(3), job(4)])
    await outbox.insert([job(1, shard=2), job(5, shard=2), job(1, shard=9)])
    await outbox.claim([K3], "t", NOON)
    await outbox.settle(job(4)["_id"], {"state": "queued"}, {"state": "failed"})
    found = places(await outbox.open([1, 2]))
    assert [p for p in found if p[0] == 1] == [(1, 1, 0), (1, 2, 0), (1, 2, 1), (1, 3, 0)]
    assert [p for p in found if p[0] == 2] == [(2, 1, 0), (2, 5, 0)]
    assert [p[1:] for p in found] == sorted(p[1:] for p in found)
    assert all("body" not in row for row in await outbox.open([1, 2]))
    assert places(await outbox.open([7])) == []


async def test_a_claim_moves_queued_rows_and_tells_only_those(stores: Stores) -> None:
    outbox = stores.heart.outbox
    await outbox.insert([job(1), job(2), job(3)])
    assert ids(await outbox.claim([K2], "t1", NOON)) == [K2]
    assert ids(await outbox.claim([K1, K2, K3, "nowhere"], "t2", NOON)) == [K1, K3]
    assert ids(await outbox.claim([K1, K2], "t3", NOON)) == []
    row = await outbox.get(K2)
    assert row is not None
    assert (row["state"], row["token"], row["claimed_at"]) == ("sending", "t1", NOON)


async def test_of_two_who_claim_at_once_one_gets_each_row(stores: Stores) -> None:
    outbox = stores.heart.outbox
    rows = [job(n) for n in range(1, 31)]
    await outbox.insert(rows)
    keys = ids(rows)
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(outbox.claim(keys, "t1", NOON))
        second = tasks.create_task(outbox.claim(keys[::-1], "t2", NOON))
    assert sorted(ids(first.result() + second.result())) == keys
    for key in keys:
        row = await outbox.get(key)
        assert row is not None
        assert row["token"] == ("t1" if key in ids(first.result()) else "t2")


async def test_a_row_is_settled_only_as_expected(stores: Stores) -> None:
    outbox = stores.heart.outbox
    await outbox.insert([job(1)])
    await outbox.claim([K1], "t1", NOON)
    sent: Doc = {"state": "sent", "provider_id": "p1", "told": False}
    assert not await outbox.settle(K1, {"state": "sending", "token": "other"}, sent)
    assert not await outbox.settle(K1, {"state": ["queued", "uncertain"]}, sent)
    assert await outbox.settle(K1, {"state": ["sending", "uncertain"], "token": "t1"}, sent)
    assert not await outbox.settle(K1, {"state": "sending"}, {"state": "failed"})
    assert not await outbox.settle("nowhere", {"state": "queued"}, sent)
    row = await outbox.get(K1)
    assert row is not None
    assert (row["state"], row["open"], row["provider_id"]) == ("sent", False, "p1")


async def test_a_refused_send_is_queued_again_with_its_pause(stores: Stores) -> None:
    outbox = stores.heart.outbox
    await outbox.insert([job(1)])
    await outbox.claim([K1], "t1", NOON)
    later = NOON + timedelta(seconds=4)
    change = {"state": "queued", "attempts": 1, "not_before": later}
    assert await outbox.settle(K1, {"state": "sending", "token": "t1"}, change)
    [row] = await outbox.open([1])
    assert (row["state"], row["attempts"], row["not_before"]) == ("queued", 1, later)
    assert ids(await outbox.claim([K1], "t2", NOON)) == [K1]


async def test_a_result_is_untold_until_told(stores: Stores) -> None:
    outbox = stores.heart.outbox
    await outbox.insert([job(2), job(1), job(3), job(1, shard=5)])
    for key in (K1, K2, job(1, shard=5)["_id"]):
        await outbox.settle(key, {"state": "queued"}, {"state": "sent", "told": False})
    assert ids(await outbox.untold([1, 2], 10)) == [K1, K2]
    assert ids(await outbox.untold([1, 2], 1)) == [K1]
    await outbox.told([K1], "sent")
    await outbox.told([K2], "uncertain")
    assert ids(await outbox.untold([1], 10)) == [K2]
    assert len(await outbox.untold(range(256), 10)) == 2


async def test_a_row_is_found_by_the_providers_id_of_its_channel(stores: Stores) -> None:
    outbox = stores.heart.outbox
    await outbox.insert([job(1), job(2), job(3)])
    for key, channel in ((K1, "w1"), (K2, "w2")):
        change = {"state": "sent", "provider_id": "77", "channel_id": channel}
        await outbox.settle(key, {"state": "queued"}, change)
    found = await outbox.by_provider_id("w2", "77")
    assert found is not None
    assert found["_id"] == K2
    assert await outbox.by_provider_id("w3", "77") is None
    assert await outbox.by_provider_id("w1", "78") is None


async def test_dead_letters_are_failed_or_uncertain_until_somebody_decides(
    stores: Stores,
) -> None:
    outbox = stores.heart.outbox
    keys = [job(n)["_id"] for n in range(1, 7)]
    await outbox.insert([job(n) for n in range(1, 7)])
    for key, state in zip(
        keys, ("failed", "uncertain", "sent", "failed", "uncertain"), strict=False
    ):
        await outbox.settle(key, {"state": "queued"}, {"state": state, "told": False})
    assert ids(await outbox.dead(10)) == [keys[0], keys[1], keys[3], keys[4]]
    assert ids(await outbox.dead(2, after=keys[0])) == [keys[1], keys[3]]
    await outbox.settle(keys[0], {"state": ["failed", "uncertain"]}, {"dead": False})
    await outbox.settle(keys[1], {"state": "uncertain"}, {"state": "delivered"})
    await outbox.settle(keys[3], {"state": "failed"}, {"state": "discarded"})
    assert ids(await outbox.dead(10)) == [keys[4]]


async def test_dead_letters_of_some_conversations_fill_their_pages(stores: Stores) -> None:
    outbox = stores.heart.outbox
    rows = [job(n, body={"conversation_id": f"c{n % 3}"}) for n in range(1, 10)]
    keys = [row["_id"] for row in rows]
    await outbox.insert([*rows, job(10, kind="webhook", body={})])
    for key in keys:
        await outbox.settle(key, {"state": "queued"}, {"state": "failed", "told": False})
    assert ids(await outbox.dead(2, of=["c1", "c2"])) == [keys[0], keys[1]]
    assert ids(await outbox.dead(3, after=keys[1], of={"c1", "c2"})) == [keys[3], keys[4], keys[6]]
    assert ids(await outbox.dead(9, of=["c0"])) == [keys[2], keys[5], keys[8]]
    assert await outbox.dead(9, of=[]) == []


# ---------------------------------------------------------------- alarms
async def test_alarms_ring_by_due_time_for_the_shards_asked_for(stores: Stores) -> None:
    alarms = stores.heart.alarms
    at = [NOON + timedelta(seconds=s) for s in range(5)]
    await alarms.put(
        {"a": (1, 1, at[3]), "b": (1, 1, at[1]), "c": (2, 1, at[2]), "d": (7, 1, at[0])}
    )
    assert await alarms.due([1, 2], at[2], 10) == ["b", "c"]
    assert await alarms.due([1, 2, 3, 4], at[4], 2) == ["b", "c"]
    assert await alarms.due(range(256), at[0], 10) == ["d"]
    assert await alarms.due([3], at[4], 10) == []


async def test_an_alarm_is_moved_and_removed(stores: Stores) -> None:
    alarms = stores.heart.alarms
    await alarms.put({"a": (1, 5, NOON), "b": (1, 5, NOON), "c": (1, 5, NOON)})
    later = NOON + timedelta(hours=1)
    await alarms.put({"a": (1, 6, later), "b": (1, 5, None), "d": (1, 1, NOON), "e": (1, 1, None)})
    assert await alarms.due([1], NOON, 10) == ["c", "d"]
    assert await alarms.due([1], later, 10) == ["c", "d", "a"]


async def test_an_alarm_put_by_a_lower_seq_silences_nothing(stores: Stores) -> None:
    alarms = stores.heart.alarms
    later = NOON + timedelta(hours=1)
    await alarms.put({"a": (1, 7, NOON), "b": (1, 7, None), "c": (1, 7, NOON)})
    await alarms.put({"a": (1, 6, None), "b": (1, 6, NOON), "c": (1, 7, later)})
    assert await alarms.due([1], NOON, 10) == ["a"]
    assert await alarms.due([1], later, 10) == ["a", "c"]


# ---------------------------------------------------------------- snapshots
def snapshot(stream: str, seq: int, rules: str = "r1") -> Doc:
    return {"_id": stream, "seq": seq, "n": seq * 2, "rules": rules, "state": {"k": [seq]}}


async def test_a_snapshot_is_replaced_by_a_higher_seq_only(stores: Stores) -> None:
    snapshots = stores.heart.snapshots
    await snapshots.save([snapshot("a", 5), snapshot("b", 5), snapshot("c", 5)])
    await snapshots.save([snapshot("a", 4, "r2"), snapshot("b", 6, "r2"), snapshot("c", 5, "r2")])
    assert await snapshots.load(["a", "b", "c", "nowhere"]) == {
        "a": snapshot("a", 5),
        "b": snapshot("b", 6, "r2"),
        "c": snapshot("c", 5),
    }
    assert await snapshots.load([]) == {}


@pytest.mark.parametrize("winner", ["first", "second"])
async def test_the_higher_snapshot_wins_whoever_comes_first(stores: Stores, winner: str) -> None:
    snapshots = stores.heart.snapshots
    high, low = ([snapshot("a", 9)], [snapshot("a", 3)])
    order = (high, low) if winner == "first" else (low, high)
    async with asyncio.TaskGroup() as tasks:
        for docs in order:
            tasks.create_task(snapshots.save(docs))
    assert (await snapshots.load(["a"]))["a"]["seq"] == 9


async def test_places_of_outbox_rows_come_by_key_whatever_their_state(stores: Stores) -> None:
    outbox = stores.heart.outbox
    await outbox.insert([job(3), job(1), job(2)])
    await outbox.settle(job(1)["_id"], {}, {"state": "sent"})
    wanted = [{name: job(n)[name] for name in ("_id", "shard", "n")} for n in (1, 2, 3)]
    assert await outbox.places(2) == wanted[:2]
    assert await outbox.places(2, wanted[1]["_id"]) == wanted[2:]
    assert await outbox.places(2, wanted[2]["_id"]) == []


async def test_places_of_snapshots_come_by_key(stores: Stores) -> None:
    snapshots = stores.heart.snapshots
    await snapshots.save([snapshot("b", 6), snapshot("a", 5), snapshot("c", 7)])
    assert await snapshots.places(2) == [{"_id": "a", "seq": 5}, {"_id": "b", "seq": 6}]
    assert await snapshots.places(2, "b") == [{"_id": "c", "seq": 7}]
    assert await snapshots.places(2, "c") == []
