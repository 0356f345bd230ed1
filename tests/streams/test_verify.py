"""`verify` finds what is wrong with a journal, and nothing where nothing is."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.streams.verify import Report, verify
from tests.streams.loop import until
from tests.streams.rig import OTHER, Obedient, Rig, S, rigged

Doc = dict[str, Any]


async def _filled(rig: Rig) -> None:
    await rig.start()
    await rig.do("k1", "say", text="a")
    await rig.do("k2", "job", to="d", text="b")
    await rig.do("k3", "tell", to=OTHER, text="c")
    await rig.do("k4", "raise")
    await until(lambda: len(rig.journal()) >= 5 and len(rig.journal(OTHER)) == 1)
    await asyncio.sleep(5)
    await rig.p.stop()


async def _verified(rig: Rig, version: str = "obedient/1") -> Report:
    rules = Obedient()
    return await verify(
        rig.p.stores.heart,
        lambda _, made_by: rules if made_by == version else None,
        lambda _: rules,
        rig.p.clock.now(),
    )


def test_a_sound_journal_has_no_problems_and_every_decision_is_repeated() -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        report = await _verified(rig)
        assert report.problems == []
        assert (report.commits, report.streams) == (6, 2)
        assert (report.replayed, report.not_replayed) == (5, 1)

    rigged(body)


def test_decisions_of_rules_that_are_not_at_hand_are_counted_not_judged() -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        report = await _verified(rig, version="obedient/99")
        assert report.problems == []
        assert (report.replayed, report.not_replayed) == (0, 6)

    rigged(body)


def _put(rig: Rig, collection: str, key: str | int, doc: Doc | None) -> None:
    """Behind the engine's back; None removes the row."""
    rig.chaos.database.majority(collection).put(key, doc)


def _changed_event(rig: Rig) -> None:
    rig.table("journal")["00:000000000001"]["events"] = [{"is": "Say", "text": "forged"}]


def _changed_input(rig: Rig) -> None:
    rig.table("journal")["00:000000000001"]["input"]["body"] = {"do": "say", "text": "forged"}


def _time_backward(rig: Rig) -> None:
    rig.table("journal")["00:000000000002"]["at"] -= timedelta(hours=1)


def _input_twice(rig: Rig) -> None:
    rig.table("journal")["00:000000000002"]["input"]["key"] = "k1"


def _seq_skipped(rig: Rig) -> None:
    rig.table("journal")["00:000000000002"]["seq"] = 7


def _no_outbox_row(rig: Rig) -> None:
    _put(rig, "outbox", "00:000000000002#0", None)


def _no_tell(rig: Rig) -> None:
    _put(rig, "inbox", "00:000000000003#0", None)
    rig.table("journal")["01:000000000001"]["input"]["key"] = "forged"


def _cursor_ahead(rig: Rig) -> None:
    rig.table("cursors")["owners"]["at"]["0"] = 9


def _cursor_of_an_empty_shard(rig: Rig) -> None:
    _put(rig, "shards", 7, {"_id": 7, "process": "", "token": "t"})
    rig.table("cursors")["owners"]["at"]["7"] = 2


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (_changed_event, "00:000000000001: replay decides otherwise"),
        (_changed_input, "00:000000000001: replay decides otherwise"),
        (_time_backward, "00:000000000002: time runs backward"),
        (_input_twice, "00:000000000002: input consumed twice: k1"),
        (_seq_skipped, "00:000000000002: seq 7 follows 1"),
        (_no_outbox_row, "00:000000000002#0: outbox row was never made"),
        (_no_tell, "00:000000000003#0: input of another stream was never made"),
        (_cursor_ahead, "cursor 9 of shard 00 is ahead of the journal (5)"),
        (_cursor_of_an_empty_shard, "cursor 2 of shard 07 is ahead of the journal (0)"),
    ],
    ids=lambda x: x.__name__.strip("_") if callable(x) else "",
)
def test_a_planted_damage_is_found(damage: Callable[[Rig], None], problem: str) -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        damage(rig)
        report = await _verified(rig)
        assert problem in report.problems, report.problems

    rigged(body)


@pytest.mark.parametrize("n", [1, 3])
def test_a_missing_commit_is_found(n: int) -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        _put(rig, "journal", f"00:{n:012d}", None)
        report = await _verified(rig)
        last = max(c["n"] for c in rig.journal())
        assert f"00:{n:012d}: missing, the journal goes on to {last}" in report.problems

    rigged(body)


def test_effects_of_commits_beyond_the_cursor_are_not_missed_yet() -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        _put(rig, "outbox", "00:000000000002#0", None)
        rig.table("cursors")["owners"]["at"]["0"] = 1
        report = await _verified(rig)
        assert report.problems == []

    rigged(body)


def test_the_stream_of_a_failed_decision_goes_on_from_the_same_state() -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        assert rig.journal(S)[-1]["seq"] == len(rig.journal(S))

    rigged(body)


def test_an_outbox_row_whose_commit_is_missing_is_found() -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        row = rig.table("outbox")["00:000000000002#0"]
        _put(rig, "outbox", "00:000000000099#0", {**row, "_id": "00:000000000099#0", "n": 99})
        report = await _verified(rig)
        assert report.problems == ["00:000000000099#0: outbox row of a commit that is missing"]

    rigged(body)


@pytest.mark.parametrize(("stream", "seq"), [(S, 6), ("customer:00nobody", 1)])
def test_a_snapshot_beyond_the_last_commit_of_its_stream_is_found(stream: str, seq: int) -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        sound = {"_id": OTHER, "seq": 1, "n": 1, "rules": "obedient/1", "state": {}}
        _put(rig, "snapshots", OTHER, sound)
        _put(rig, "snapshots", stream, {**sound, "_id": stream, "seq": seq})
        report = await _verified(rig)
        assert report.problems == [f"snapshot of {stream}: seq {seq} lies beyond its last commit"]

    rigged(body)


def test_buried_rows_and_inputs_decided_long_ago_are_no_problem() -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        row = rig.table("inbox")["k1"]
        _put(rig, "inbox", "buried", {**row, "_id": "buried", "dead": True})
        rules = Obedient()
        heart = rig.p.stores.heart
        later = rig.p.clock.now() + timedelta(days=40)
        report = await verify(heart, lambda *_: None, lambda _: rules, later)
        assert report.problems == []

    rigged(body)


def test_a_stored_input_that_was_never_decided_is_found() -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        row = rig.table("inbox")["k1"]
        _put(rig, "inbox", "lost", {**row, "_id": "lost"})
        report = await _verified(rig)
        assert report.problems == [f"lost: done, and no commit of {S} consumed it"]

    rigged(body)
