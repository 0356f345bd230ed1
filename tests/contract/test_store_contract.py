"""What every store promises: the inbox, the journal and who owns the shards."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from hub.model.ids import commit_id
from hub.ports import Inbox
from tests.fakes.clock import NOON
from tests.fakes.stores import Stores

Doc = dict[str, Any]
S1, S2 = "customer:01aa", "customer:02bb"


async def rows_of(inbox: Inbox, heads: Mapping[tuple[int, str], str], limit: int) -> list[Doc]:
    """The open rows behind heads, as the engine reads them."""
    keys = [key for _, key in await inbox.keys(heads, limit)]
    found = await inbox.fetch(keys)
    return [found[key] for key in keys if key in found]


def row(key: str, *, shard: int = 1, source: str = "w:ann", order: str = "1", **more: Any) -> Doc:
    return {
        "_id": key,
        "shard": shard,
        "stream": S1,
        "source": source,
        "order": order,
        "body": {"is": "CustomerMessage", "text": "你好"},
        "open": True,
        "at": NOON,
        **more,
    }


def commit(n: int, *, shard: int = 1, stream: str = S1, seq: int | None = None, **more: Any) -> Doc:
    return {
        "_id": commit_id(shard, n),
        "shard": shard,
        "n": n,
        "stream": stream,
        "seq": n if seq is None else seq,
        "token": "t1",
        "rules": "r",
        "input": {"key": f"in{shard}.{n}", "source": "w:ann", "order": "1", "body": {}},
        "events": [{"is": "Ignored", "reason": "test"}],
        "at": NOON,
        **more,
    }


def ids(docs: list[Doc]) -> list[str]:
    return [d["_id"] for d in docs]


# ---------------------------------------------------------------- inbox
async def test_a_row_comes_back_as_it_was_given(stores: Stores) -> None:
    inbox = stores.heart.inbox
    given = row("k1", body={"is": "X", "list": [1, {"a": None}], "at": NOON, "f": 0.5, "yes": True})
    assert await inbox.insert([given], ordered=False) == []
    [kept] = await rows_of(inbox, {(1, "w:ann"): "1"}, 10)
    assert kept == given


async def test_what_a_store_returns_is_not_what_it_keeps(stores: Stores) -> None:
    inbox = stores.heart.inbox
    given = row("k1")
    await inbox.insert([given], ordered=False)
    given["body"]["text"] = "changed by the giver"
    [first] = await rows_of(inbox, {(1, "w:ann"): "1"}, 10)
    first["body"]["text"] = "changed by the reader"
    [second] = await rows_of(inbox, {(1, "w:ann"): "1"}, 10)
    assert second["body"]["text"] == "你好"


async def test_unordered_insert_tells_every_duplicate_and_stores_the_others(
    stores: Stores,
) -> None:
    inbox = stores.heart.inbox
    await inbox.insert([row("b"), row("d")], ordered=False)
    stood = await inbox.insert([row(k) for k in "abcde"], ordered=False)
    assert stood == [1, 3]
    assert await inbox.touch(list("abcde")) == set("abcde")


async def test_ordered_insert_stops_at_the_first_duplicate(stores: Stores) -> None:
    inbox = stores.heart.inbox
    await inbox.insert([row("c")], ordered=False)
    assert await inbox.insert([row(k) for k in "abcd"], ordered=True) == [2]
    assert await inbox.touch(list("abcd")) == {"a", "b", "c"}


async def test_a_key_twice_in_one_insert_stands_once(stores: Stores) -> None:
    assert await stores.heart.inbox.insert([row("a"), row("a")], ordered=False) == [1]


async def test_an_empty_batch_is_no_call(stores: Stores) -> None:
    heart = stores.heart
    assert await heart.inbox.insert([], ordered=True) == []
    assert await heart.inbox.touch([]) == set()
    assert await heart.inbox.sources([], 10) == {}
    assert await rows_of(heart.inbox, {}, 10) == []
    await heart.inbox.done([], NOON)
    assert await heart.journal.append([]) is None
    assert await heart.journal.tails({}) == {}
    assert await heart.journal.of_streams({}) == []
    await heart.shards.advance({})
    assert await heart.shards.take_all({}, "P", "t") == set()
    assert await heart.outbox.insert([]) == []
    assert await heart.outbox.open([]) == []
    assert await heart.outbox.claim([], "t", NOON) == []
    await heart.outbox.told([], "sent")
    await heart.alarms.put({})
    assert await heart.alarms.due([], NOON, 10) == []
    await heart.snapshots.save([])
    await heart.projections.save("conversations", [])


async def test_touch_returns_only_keys_that_stand(stores: Stores) -> None:
    await stores.heart.inbox.insert([row("a"), row("b")], ordered=False)
    assert await stores.heart.inbox.touch(["a", "nowhere", "b"]) == {"a", "b"}
    assert await stores.heart.inbox.touch(["nowhere"]) == set()


async def test_touch_counts_on_open_and_done_rows(stores: Stores) -> None:
    inbox = stores.heart.inbox
    await inbox.insert([row("a")], ordered=False)
    await inbox.touch(["a"])
    await inbox.touch(["a"])
    [kept] = await rows_of(inbox, {(1, "w:ann"): "1"}, 10)
    assert kept["seen"] == 2
    await inbox.done(["a"], NOON)
    assert await inbox.touch(["a"]) == {"a"}


async def test_a_row_exists_open_or_done(stores: Stores) -> None:
    inbox = stores.heart.inbox
    await inbox.insert([row("a"), row("b")], ordered=False)
    await inbox.done(["a"], NOON)
    assert [await inbox.exists(k) for k in ("a", "b", "c")] == [True, True, False]


async def test_sources_are_those_of_open_rows_of_the_shards_with_their_heads(
    stores: Stores,
) -> None:
    inbox = stores.heart.inbox
    await inbox.insert(
        [
            row("a", order="3"),
            row("b", order="7"),
            row("c", order="5"),
            row("d", source="w:bob"),
            row("e", shard=2, order="9"),
            row("f", shard=3),
            row("g", source="w:done"),
        ],
        ordered=False,
    )
    await inbox.done(["g"], NOON)
    assert await inbox.sources([1, 2, 9], 100) == {
        (1, "w:ann"): "7",
        (1, "w:bob"): "1",
        (2, "w:ann"): "9",
    }
    assert await inbox.sources([3], 100) == {(3, "w:ann"): "1"}
    assert await inbox.sources([1, 3], 100) == {
        (1, "w:ann"): "7",
        (1, "w:bob"): "1",
        (3, "w:ann"): "1",
    }
    assert len(await inbox.sources([1], 1)) == 1


async def test_rows_come_by_source_and_order_and_the_end_is_cut(stores: Stores) -> None:
    inbox = stores.heart.inbox
    await inbox.insert(
        [row(f"b{i}", source="w:bob", order=f"{i}") for i in (3, 1, 2)]
        + [row(f"a{i}", order=f"{i}") for i in (2, 1)],
        ordered=False,
    )
    heads = {(1, "w:ann"): "9", (1, "w:bob"): "9"}
    assert ids(await rows_of(inbox, heads, 10)) == ["a1", "a2", "b1", "b2", "b3"]
    assert ids(await rows_of(inbox, heads, 4)) == ["a1", "a2", "b1", "b2"]


async def test_rows_beyond_the_head_seen_stay_for_the_next_round(stores: Stores) -> None:
    inbox = stores.heart.inbox
    await inbox.insert([row(f"a{i}", order=f"{i}") for i in (1, 2, 3)], ordered=False)
    assert ids(await rows_of(inbox, {(1, "w:ann"): "2"}, 10)) == ["a1", "a2"]


async def test_rows_are_of_the_pairs_asked_for_only(stores: Stores) -> None:
    inbox = stores.heart.inbox
    rows = [row("a", shard=1, source="x"), row("b", shard=2, source="y")]
    await inbox.insert([*rows, row("c", shard=1, source="y")], ordered=False)
    assert ids(await rows_of(inbox, {(1, "x"): "1", (2, "y"): "1"}, 10)) == ["a", "b"]


async def test_a_done_row_is_closed_loses_its_body_and_still_answers_a_duplicate(
    stores: Stores,
) -> None:
    inbox = stores.heart.inbox
    await inbox.insert([row("a"), row("b")], ordered=False)
    await inbox.done(["a", "nowhere"], NOON + timedelta(days=30))
    assert ids(await rows_of(inbox, {(1, "w:ann"): "1"}, 10)) == ["b"]
    assert await inbox.insert([row("a")], ordered=False) == [0]
    assert not await inbox.exists("nowhere")


async def test_a_row_without_a_stream_is_routed_once(stores: Stores) -> None:
    inbox = stores.heart.inbox
    late = row("r2", shard=-1, stream="", source="r:w:2", at=NOON + timedelta(seconds=1))
    await inbox.insert([late, row("r1", shard=-1, stream="", source="r:w:1")], ordered=False)
    assert ids(await inbox.unrouted(10)) == ["r1", "r2"]
    assert ids(await inbox.unrouted(1)) == ["r1"]
    assert await inbox.route("r1", 5, S2, {"is": "DeliveryReport"})
    assert not await inbox.route("r1", 6, S1, {"is": "Other"})
    assert not await inbox.route("nowhere", 6, S1, {})
    assert ids(await inbox.unrouted(10)) == ["r2"]
    [routed] = await rows_of(inbox, {(5, "r:w:1"): "1"}, 10)
    assert (routed["stream"], routed["body"]) == (S2, {"is": "DeliveryReport"})


async def test_rows_without_a_stream_are_paged_by_time_and_key(stores: Stores) -> None:
    inbox = stores.heart.inbox
    late = NOON + timedelta(seconds=1)
    rows = [row(k, shard=-1, stream="", at=NOON) for k in ("d", "b", "c")]
    await inbox.insert([row("a", shard=-1, stream="", at=late), *rows], ordered=False)
    assert ids(await inbox.unrouted(2)) == ["b", "c"]
    assert ids(await inbox.unrouted(2, (NOON, "c"))) == ["d", "a"]
    assert ids(await inbox.unrouted(9, (NOON, "d"))) == ["a"]
    await inbox.route("c", 5, S2, {})
    assert ids(await inbox.unrouted(1, (NOON, "c"))) == ["d"], "the place of a routed row holds"
    assert await inbox.unrouted(9, (late, "a")) == []


async def test_done_rows_come_by_key_without_open_and_buried_ones(stores: Stores) -> None:
    inbox = stores.heart.inbox
    await inbox.insert([row(k) for k in ("c", "a", "open", "dead", "b")], ordered=False)
    await inbox.done(["c", "a", "b"], NOON + timedelta(days=30))
    await inbox.bury("dead", "unmatched", NOON)
    assert await inbox.done_rows(2) == [{"_id": "a", "stream": S1}, {"_id": "b", "stream": S1}]
    assert await inbox.done_rows(2, "b") == [{"_id": "c", "stream": S1}]
    assert await inbox.done_rows(2, "c") == []


async def test_a_buried_row_is_a_dead_letter_with_its_body(stores: Stores) -> None:
    inbox = stores.heart.inbox
    rows = [row(f"r{i}", shard=-1, stream="", body={"id": i}) for i in range(4)]
    await inbox.insert(rows, ordered=False)
    for key in ("r2", "r0", "r1"):
        await inbox.bury(key, "unmatched", NOON)
    await inbox.done(["r3"], NOON)
    await inbox.bury("r3", "too late", NOON)
    assert ids(await inbox.dead(10)) == ["r0", "r1", "r2"]
    assert ids(await inbox.dead(1, after="r0")) == ["r1"]
    [dead] = await inbox.dead(1)
    assert (dead["open"], dead["reason"], dead["body"]) == (False, "unmatched", {"id": 0})
    assert await inbox.unrouted(10) == []


# ---------------------------------------------------------------- journal
async def test_commits_stand_in_order_and_the_first_taken_id_stops_the_rest(
    stores: Stores,
) -> None:
    journal = stores.heart.journal
    assert await journal.append([commit(1), commit(2)]) is None
    theirs = [commit(3, token="theirs")]
    assert await journal.append(theirs) is None
    assert await journal.append([commit(1, shard=2), commit(3), commit(4)]) == 1
    assert await journal.get(commit_id(2, 1)) == commit(1, shard=2)
    kept = await journal.get(commit_id(1, 3))
    assert kept is not None
    assert kept["token"] == "theirs"
    assert await journal.get(commit_id(1, 4)) is None


async def test_a_tail_comes_by_n_above_a_number(stores: Stores) -> None:
    journal = stores.heart.journal
    await journal.append([commit(n) for n in range(1, 150)])
    await journal.append([commit(n, shard=2) for n in range(1, 4)])
    assert [c["n"] for c in await journal.tail(1, 0, 1000)] == list(range(1, 150))
    assert [c["n"] for c in await journal.tail(1, 60, 70)] == list(range(61, 131))
    assert [c["n"] for c in await journal.tail(2, 1, 10)] == [2, 3]
    assert await journal.tail(2, 3, 10) == []
    assert await journal.tail(7, 0, 10) == []


async def test_a_tail_ends_before_a_gap(stores: Stores) -> None:
    journal = stores.heart.journal
    await journal.append([commit(n) for n in (1, 2, 4)])
    assert [c["n"] for c in await journal.tail(1, 0, 10)] == [1, 2]
    assert await journal.tail(1, 2, 10) == []


@pytest.mark.parametrize("after", [0, 1, 36, 63, 98, 99])
async def test_tails_are_the_highest_numbers_of_shards_that_moved(
    stores: Stores, after: int
) -> None:
    journal = stores.heart.journal
    await journal.append([commit(n) for n in range(1, 101)])
    await journal.append([commit(1, shard=255)])
    assert await journal.tails({1: after, 2: 0, 255: 0}) == {1: 100, 255: 1}
    assert await journal.tails({1: 100, 255: 1}) == {}


async def test_a_stream_is_read_by_seq(stores: Stores) -> None:
    journal = stores.heart.journal
    await journal.append(
        [commit(n, stream=(S1, S2)[n % 2], seq=(n + 1) // 2) for n in range(1, 11)]
    )
    assert [c["n"] for c in await journal.of_stream(S1, 0, 10)] == [2, 4, 6, 8, 10]
    assert [c["n"] for c in await journal.of_stream(S2, 2, 2)] == [5, 7]
    assert await journal.of_stream(S2, 5, 10) == []
    assert await journal.of_stream("customer:none", 0, 10) == []


async def test_several_streams_are_read_each_above_its_seq(stores: Stores) -> None:
    journal = stores.heart.journal
    await journal.append(
        [commit(n, stream=(S1, S2)[n % 2], seq=(n + 1) // 2) for n in range(1, 11)]
    )
    found = await journal.of_streams({S2: 3, S1: 0, "customer:none": 0})
    assert [(c["stream"], c["seq"]) for c in found] == [
        *((S1, seq) for seq in range(1, 6)),
        (S2, 4),
        (S2, 5),
    ]


async def test_the_commit_of_an_input_is_found_in_its_stream(stores: Stores) -> None:
    journal = stores.heart.journal
    asked = {**commit(3), "command": "cmd:a:1", "input": {**commit(3)["input"], "key": "cmd:a:1"}}
    await journal.append([commit(1), commit(2), asked])
    assert await journal.find(S1, "cmd:a:1") == asked
    assert await journal.find(S1, "in1.2") == commit(2)
    assert await journal.find(S1, "in1.3") is None
    assert await journal.find(S2, "in1.2") is None


# ---------------------------------------------------------------- shards
async def test_a_shard_is_taken_by_the_token_last_seen(stores: Stores) -> None:
    shards = stores.heart.shards
    assert await shards.all() == {}
    assert await shards.take(3, held=None, process="P", token="t1")
    assert not await shards.take(3, held=None, process="Q", token="t2")
    assert not await shards.take(3, held="other", process="Q", token="t2")
    assert await shards.take(3, held="t1", process="Q", token="t3")
    assert await shards.all() == {3: {"_id": 3, "process": "Q", "token": "t3", "cursor": 0}}


async def test_many_shards_are_taken_at_once_each_by_its_own_token(stores: Stores) -> None:
    shards = stores.heart.shards
    assert await shards.take_all(dict.fromkeys(range(8)), "P", "t1") == set(range(8))
    held: dict[int, str | None] = {0: "t1", 1: "stale", 2: None, 8: None, 9: "t1"}
    assert await shards.take_all(held, "Q", "t2") == {0, 8}
    owners = {s: d["process"] for s, d in (await shards.all()).items()}
    assert owners == {0: "Q", 8: "Q", **dict.fromkeys(range(1, 8), "P")}


async def test_of_two_who_take_at_once_one_gets_each_shard(stores: Stores) -> None:
    shards = stores.heart.shards
    await shards.take_all(dict.fromkeys(range(20)), "old", "t0")
    held: dict[int, str | None] = dict.fromkeys(range(20), "t0")
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(shards.take_all(held, "P", "t1"))
        second = tasks.create_task(shards.take_all(held, "Q", "t2"))
    assert first.result() | second.result() == set(range(20))
    assert first.result() & second.result() == set()


async def test_cursors_move_forward_and_survive_a_change_of_owner(stores: Stores) -> None:
    shards = stores.heart.shards
    await shards.take_all({1: None, 2: None}, "P", "t1")
    await shards.advance({1: 5, 2: 7})
    await shards.advance({1: 4, 2: 8})
    await shards.take(1, held="t1", process="Q", token="t2")
    assert {s: d["cursor"] for s, d in (await shards.all()).items()} == {1: 5, 2: 8}


async def test_beats_count(stores: Stores) -> None:
    shards = stores.heart.shards
    for process in ("P", "Q", "P"):
        await shards.beat(process)
    assert await shards.beats() == {"P": 2, "Q": 1}


async def test_who_leaves_frees_its_shards_and_stops_beating(stores: Stores) -> None:
    shards = stores.heart.shards
    await shards.take_all({1: None, 2: None}, "P", "t1")
    await shards.take(3, held=None, process="Q", token="t2")
    await shards.beat("P")
    await shards.leave("P")
    assert {s: d["process"] for s, d in (await shards.all()).items()} == {1: "", 2: "", 3: "Q"}
    assert await shards.beats() == {}
    assert await shards.take(1, held="t1", process="Q", token="t3")
