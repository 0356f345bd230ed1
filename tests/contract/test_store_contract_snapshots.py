"""What every store promises of snapshots too large for one document, torn ones included."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hub.errors import StoreUncertain
from hub.ports import Snapshots
from hub.streams.snapshots import SnapshotKeeper, divided, load_snapshots, part_key
from tests.fakes.clock import NOON
from tests.fakes.stores import Stores

Doc = dict[str, Any]
S = "desk:main"
LIMIT = 400
"""Bytes; the states below weigh some 2,000."""


def state(seq: int, size: int = 40) -> Doc:
    return {
        "seq": seq,
        "works": [[f"work-{n}", NOON + timedelta(seconds=n), n / 3] for n in range(size)],
        "agents": {f"agent-{n}": {"skills": [["loan", n % 5]], "none": None} for n in range(9)},
        "cards": {"of": {"work": [[n, "一"] for n in range(size * 2)], "other": {}}, "seq": seq},
        "empty": [],
        "note": "短",
    }


def snapshot(seq: int, size: int = 40, stream: str = S, rules: str = "r1") -> Doc:
    return {"_id": stream, "seq": seq, "n": seq, "rules": rules, "state": state(seq, size)}


async def loaded(snapshots: Snapshots, stream: str = S, rules: str = "r1") -> Doc | None:
    return (await load_snapshots(snapshots, {stream: rules})).get(stream)


async def parts(snapshots: Snapshots, snapshot: Doc) -> list[bool]:
    """Which parts of a snapshot stand."""
    _, rows = divided(snapshot, LIMIT)
    return [await snapshots.part(row["_id"]) is not None for row in rows]


async def test_a_part_is_kept_replaced_and_dropped_below_a_seq(stores: Stores) -> None:
    snapshots = stores.heart.snapshots
    for stream, seq in ((S, 5), (S, 6), ("desk:other", 5)):
        row = {"_id": f"{stream}#{seq}", "stream": stream, "seq": seq, "path": ["a"], "value": [1]}
        await snapshots.put_part(row)
        await snapshots.put_part({**row, "value": [1, {"b": NOON}]})
    await snapshots.drop_parts(S, 6)
    assert await snapshots.part(f"{S}#5") is None
    assert await snapshots.part("desk:other#5") is not None
    assert await snapshots.part(f"{S}#6") == {
        "_id": f"{S}#6",
        "stream": S,
        "seq": 6,
        "path": ["a"],
        "value": [1, {"b": NOON}],
    }


async def test_a_large_state_comes_back_exactly(stores: Stores) -> None:
    snapshots = stores.heart.snapshots
    small = snapshot(3, 1, "customer:00a")
    await SnapshotKeeper(snapshots, 2000).save([snapshot(7), small])
    whole = await load_snapshots(snapshots, {S: "r1", "customer:00a": "r1", "desk:none": "r1"})
    assert whole[S]["state"] == state(7)
    assert whole["customer:00a"] == small
    assert set(whole) == {S, "customer:00a"}
    heads = await snapshots.load([S, "customer:00a"])
    assert heads[S]["parts"]["count"] >= 2
    assert heads[S]["state"] == {"seq": 7, "empty": [], "note": "短"}
    assert "parts" not in heads["customer:00a"]
    assert await snapshots.places(9) == [
        {"_id": "customer:00a", "seq": 3},
        {"_id": S, "seq": 7},
    ]


async def test_parts_without_their_head_are_no_snapshot(stores: Stores) -> None:
    """A crash after the parts and before the head: the one that stood before holds."""
    snapshots = stores.heart.snapshots
    keeper = SnapshotKeeper(snapshots, LIMIT)
    await keeper.save([snapshot(5)])
    for row in divided(snapshot(9), LIMIT)[1]:
        await snapshots.put_part(row)
    found = await loaded(snapshots)
    assert found is not None
    assert (found["seq"], found["state"]) == (5, state(5))
    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(12)])
    assert not any(await parts(snapshots, snapshot(9)))


async def test_a_head_without_a_part_is_no_snapshot(stores: Stores) -> None:
    snapshots = stores.heart.snapshots
    head, rows = divided(snapshot(5), LIMIT)
    for row in rows[:-1]:
        await snapshots.put_part(row)
    await snapshots.save([head])
    assert await loaded(snapshots) is None
    await snapshots.put_part(rows[-1])
    found = await loaded(snapshots)
    assert found is not None
    assert found["state"] == state(5)


async def test_a_part_of_another_state_at_the_same_seq_is_not_mixed_in(stores: Stores) -> None:
    """Two programs fold the same commits by other rules."""
    snapshots = stores.heart.snapshots
    other = {**snapshot(5, 30), "rules": "r2"}
    for row in divided(other, LIMIT)[1]:
        await snapshots.put_part(row)
    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(5)])
    for row in divided(other, LIMIT)[1]:
        await snapshots.put_part(row)
    found = await loaded(snapshots)
    assert found is not None
    assert found["state"] == state(5)
    assert await loaded(snapshots, rules="r2") is None


async def test_old_parts_go_when_a_later_head_stands_and_not_before(stores: Stores) -> None:
    snapshots = stores.heart.snapshots
    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(5)])
    assert all(await parts(snapshots, snapshot(5)))
    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(8)])
    assert not any(await parts(snapshots, snapshot(5)))
    assert all(await parts(snapshots, snapshot(8)))


async def test_a_state_that_became_small_leaves_no_parts(stores: Stores) -> None:
    snapshots = stores.heart.snapshots
    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(5)])
    keeper = SnapshotKeeper(snapshots, 5000)
    keeper.expect_parts(S)
    await keeper.save([snapshot(8)])
    assert not any(await parts(snapshots, snapshot(5)))
    found = await loaded(snapshots)
    assert found is not None
    assert (found["seq"], found["state"]) == (8, state(8))


async def test_a_late_writer_takes_nothing_from_the_snapshot_that_stands(stores: Stores) -> None:
    snapshots = stores.heart.snapshots
    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(9)])
    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(5)])
    found = await loaded(snapshots)
    assert found is not None
    assert (found["seq"], found["state"]) == (9, state(9))
    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(12)])
    assert not any(await parts(snapshots, snapshot(5)))


async def test_parts_that_went_while_they_were_read_are_looked_for_again(stores: Stores) -> None:
    """Another process replaced the snapshot between the head and its parts."""
    snapshots = stores.heart.snapshots
    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(5)])
    first = await snapshots.load([S])
    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(8)])

    class Overtaken:
        """Gives the old head once."""

        def __init__(self) -> None:
            self.asked = 0

        async def load(self, streams: Any) -> Any:
            self.asked += 1
            return first if self.asked == 1 else await snapshots.load(streams)

        async def part(self, key: str) -> Doc | None:
            return await snapshots.part(key)

    found = (await load_snapshots(Overtaken(), {S: "r1"}))[S]  # type: ignore[arg-type]
    assert (found["seq"], found["state"]) == (8, state(8))


async def test_a_save_that_failed_half_way_is_repeated(stores: Stores) -> None:
    snapshots = stores.heart.snapshots

    class Failing:
        """Loses the connection before the third part, and once after the head."""

        def __init__(self) -> None:
            self.parts = 0
            self.heads = 0

        async def put_part(self, part: Doc) -> None:
            self.parts += 1
            if self.parts == 3:
                raise StoreUncertain("cut")
            await snapshots.put_part(part)

        async def save(self, heads: Any) -> None:
            self.heads += 1
            await snapshots.save(heads)
            if self.heads == 1:
                raise StoreUncertain("cut")

        async def drop_parts(self, stream: str, below: int) -> None:
            await snapshots.drop_parts(stream, below)

    await SnapshotKeeper(snapshots, LIMIT).save([snapshot(5)])
    keeper = SnapshotKeeper(Failing(), LIMIT)  # type: ignore[arg-type]
    with pytest.raises(StoreUncertain):
        await keeper.save([snapshot(8)])
    found = await loaded(snapshots)
    assert found is not None
    assert found["state"] == state(5)
    with pytest.raises(StoreUncertain):
        await keeper.save([snapshot(8)])
    await keeper.save([snapshot(8)])
    found = await loaded(snapshots)
    assert found is not None
    assert found["state"] == state(8)
    assert not any(await parts(snapshots, snapshot(5)))


async def test_parts_of_several_mebibytes_fit(stores: Stores) -> None:
    snapshots = stores.heart.snapshots
    works = [[f"{n:06d}", "等" * 20, NOON] for n in range(60_000)]
    doc = {**snapshot(5), "state": {"works": works}}
    head, rows = divided(doc, 4 * 1024 * 1024)
    assert len(rows) >= 2
    await SnapshotKeeper(snapshots, 4 * 1024 * 1024).save([doc])
    found = await loaded(snapshots)
    assert found is not None
    assert found["state"] == {"works": works}
    assert head["parts"]["count"] == len(rows)


# ---------------------------------------------------------------- without a store
def test_a_part_is_named_by_stream_seq_digest_and_number() -> None:
    head, rows = divided(snapshot(5), LIMIT)
    digest = head["parts"]["digest"]
    assert {tuple(row["path"]) for row in rows} == {
        ("works",),
        ("agents",),
        ("cards",),
        ("cards", "of"),
        ("cards", "of", "work"),
    }
    assert [row["_id"] for row in rows] == [
        part_key(S, 5, digest, number) for number in range(len(rows))
    ]
    assert divided(snapshot(5, rules="r2"), LIMIT)[0]["parts"]["digest"] != digest


def test_one_value_beyond_the_limit_cannot_be_divided() -> None:
    with pytest.raises(ValueError, match="one value of 1004 bytes"):
        divided({**snapshot(5), "state": {"works": ["x" * 1000]}}, LIMIT)


def test_what_is_put_together_keeps_the_order_of_its_items() -> None:
    """Rules may walk through a dict: the order is part of the state."""
    deep = {f"k{n}": {"list": list(range(n)), "n": n} for n in range(99, 0, -1)}
    head, rows = divided({**snapshot(5), "state": {"deep": deep, "list": list(range(300))}}, 64)

    class Kept:
        async def part(self, key: str) -> Doc | None:
            return next((row for row in rows if row["_id"] == key), None)

        async def load(self, streams: Any) -> dict[str, Doc]:
            return {S: head}

    found = asyncio.run(load_snapshots(Kept(), {S: "r1"}))[S]["state"]  # type: ignore[arg-type]
    assert found == {"deep": deep, "list": list(range(300))}
    assert list(found["deep"]) == list(deep)
