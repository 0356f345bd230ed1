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
Tables = Callable[[str], dict[Any, Doc]]


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


def _changed_event(table: Tables) -> None:
    table("journal")["00:000000000001"]["events"] = [{"is": "Say", "text": "forged"}]


def _changed_input(table: Tables) -> None:
    table("journal")["00:000000000001"]["input"]["body"] = {"do": "say", "text": "forged"}


def _time_backward(table: Tables) -> None:
    table("journal")["00:000000000002"]["at"] -= timedelta(hours=1)


def _input_twice(table: Tables) -> None:
    table("journal")["00:000000000002"]["input"]["key"] = "k1"


def _seq_skipped(table: Tables) -> None:
    table("journal")["00:000000000002"]["seq"] = 7


def _no_outbox_row(table: Tables) -> None:
    del table("outbox")["00:000000000002#0"]


def _no_tell(table: Tables) -> None:
    del table("inbox")["00:000000000003#0"]
    table("journal")["01:000000000001"]["input"]["key"] = "forged"


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
    ],
    ids=lambda x: x.__name__.strip("_") if callable(x) else "",
)
def test_a_planted_damage_is_found(damage: Callable[[Tables], None], problem: str) -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        damage(rig.table)
        report = await _verified(rig)
        assert problem in report.problems, report.problems

    rigged(body)


@pytest.mark.parametrize("n", [1, 3])
def test_a_missing_commit_is_found(n: int) -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        rig.chaos.database.majority("journal").put(f"00:{n:012d}", None)
        report = await _verified(rig)
        last = max(c["n"] for c in rig.journal())
        assert f"00:{n:012d}: missing, the journal goes on to {last}" in report.problems

    rigged(body)


def test_effects_of_commits_beyond_the_cursor_are_not_missed_yet() -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        del rig.table("outbox")["00:000000000002#0"]
        rig.table("cursors")["owners"]["at"]["0"] = 1
        report = await _verified(rig)
        assert report.problems == []

    rigged(body)


def test_the_stream_of_a_failed_decision_goes_on_from_the_same_state() -> None:
    async def body(rig: Rig) -> None:
        await _filled(rig)
        assert rig.journal(S)[-1]["seq"] == len(rig.journal(S))

    rigged(body)
