"""The audit log: one chain, and every way of tampering with it is found."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest

from hub.services.audit import (
    AUDIT,
    BEGUN,
    SETTINGS,
    Audit,
    Happening,
    Unfinished,
    Walk,
    key_of,
)
from hub.services.vault import Vault
from hub.store.memory.database import Connection, Database
from hub.store.memory.documents import MemoryDocuments
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import ManualClock
from tests.fakes.stores import Stores

VAULT = Vault([b"a" * 32])
Rows = dict[str, dict[str, Any]]


def signed_in(who: str, source: str = "192.0.2.1") -> Happening:
    return Happening(actor=f"agent:{who}", act="session.opened", source=source)


async def flaws(audit: Audit) -> list[tuple[int, str]]:
    return [(flaw.n, flaw.problem) for flaw in (await audit.walk()).flaws]


async def filled(count: int) -> tuple[Audit, Database]:
    database = Database()
    audit = Audit(MemoryStores(database, ManualClock()).documents, ManualClock(), VAULT)
    for n in range(count):
        await audit.record(signed_in(f"a{n}"))
    return audit, database


def fresh(database: Database) -> Audit:
    """As a process that starts now sees it."""
    return Audit(MemoryStores(database, ManualClock()).documents, ManualClock(), VAULT)


async def test_rows_are_numbered_and_hold(stores: Stores, manual_clock: ManualClock) -> None:
    audit = Audit(stores.documents, manual_clock, VAULT)
    assert [await audit.record(signed_in(who)) for who in ("wang", "li", "chen")] == [1, 2, 3]
    page = await audit.page({}, limit=10)
    assert [(row["n"], row["actor"]) for row in page.rows] == [
        (3, "agent:chen"),
        (2, "agent:li"),
        (1, "agent:wang"),
    ]
    assert await flaws(audit) == []


async def test_two_processes_keep_one_chain(stores: Stores, manual_clock: ManualClock) -> None:
    audits = [Audit(stores.documents, manual_clock, VAULT) for _ in range(2)]
    async with asyncio.TaskGroup() as tasks:
        written = [tasks.create_task(audits[n % 2].record(signed_in(f"a{n}"))) for n in range(20)]
    assert sorted(task.result() for task in written) == list(range(1, 21))
    assert await flaws(Audit(stores.documents, manual_clock, VAULT)) == []


async def test_a_new_process_goes_on_where_the_chain_ends() -> None:
    for count in (0, 1, 2, 3, 7, 8, 9, 100):
        _, database = await filled(count)
        assert await fresh(database).record(signed_in("next")) == count + 1


def changed(row: str, **change: Any) -> Callable[[Rows], None]:
    return lambda rows: rows[row].update(change)


def removed(*numbers: int) -> Callable[[Rows], None]:
    def remove(rows: Rows) -> None:
        for number in numbers:
            del rows[key_of(number)]

    return remove


def swapped(rows: Rows) -> None:
    """Two rows trade places, each under the other's number."""
    two, three = rows[key_of(2)], rows[key_of(3)]
    rows[key_of(2)] = {**three, "_id": key_of(2), "n": 2}
    rows[key_of(3)] = {**two, "_id": key_of(3), "n": 3}


def forged(rows: Rows) -> None:
    """A row and all that follow made anew, by somebody with another key."""
    thief = Audit(
        MemoryStores(Database(), ManualClock()).documents, ManualClock(), Vault([b"b" * 32])
    )
    proof = rows[key_of(2)]["proof"]
    for number in (3, 4, 5):
        bare = {
            name: value
            for name, value in rows[key_of(number)].items()
            if name not in {"_id", "n", "previous", "proof"}
        }
        rows[key_of(number)] = thief._sealed({**bare, "actor": "agent:nobody"}, number, proof)
        proof = rows[key_of(number)]["proof"]


TAMPERINGS: Mapping[str, tuple[Callable[[Rows], None], int, int, str]] = {
    "another actor": (changed(key_of(3), actor="agent:other"), 3, 3, "row_changed"),
    "another outcome": (changed(key_of(1), outcome="refused"), 1, 1, "row_changed"),
    "another detail": (changed(key_of(4), detail={"scopes": "all"}), 4, 4, "row_changed"),
    "another source": (changed(key_of(5), source="198.51.100.9"), 5, 5, "row_changed"),
    "put behind another": (changed(key_of(3), previous="0" * 64), 3, 3, "link_broken"),
    "removed in the middle": (removed(3), 3, 3, "row_missing"),
    "several removed": (removed(2, 3, 4), 2, 4, "row_missing"),
    "removed at the start": (removed(1), 1, 1, "row_missing"),
    "cut off at the end": (removed(4, 5), 4, 5, "end_cut"),
    "all removed": (removed(1, 2, 3, 4, 5), 1, 5, "end_cut"),
    "reordered": (swapped, 2, 2, "link_broken"),
    "made anew with another key": (forged, 3, 3, "row_changed"),
}


@pytest.mark.parametrize("label", TAMPERINGS)
async def test_tampering_is_found_where_it_begins(label: str) -> None:
    _, database = await filled(5)
    tamper, *expected = TAMPERINGS[label]
    rows: Rows = {row: dict(doc) for row, doc in database.primary(AUDIT).rows.items()}  # type: ignore[misc]
    assert await flaws(fresh(database)) == []
    tamper(rows)
    for key in [key_of(n) for n in range(1, 6)]:
        database.primary(AUDIT).put(key, rows.get(key))
    (first, *_) = (await fresh(database).walk()).flaws
    assert [first.n, first.last, first.code] == expected


async def test_a_head_set_back_with_a_cut_chain_is_found_by_its_proof() -> None:
    _, database = await filled(5)
    heads = database.primary(SETTINGS)
    database.primary(AUDIT).put(key_of(5), None)
    heads.put("audit_head", {**heads.rows["audit_head"], "n": 4})
    assert await flaws(fresh(database)) == [(4, "the head of the audit log was changed")]
    heads.put("audit_head", None)
    (gone,) = (await fresh(database).walk()).flaws
    assert (gone.n, gone.code, gone.problem) == (
        4,
        "head_removed",
        "the head of the audit log was removed",
    )


async def test_pages_go_back_in_time_and_filter() -> None:
    audit, _ = await filled(7)
    await audit.record(Happening(actor="agent:a1", act="queue.changed", object="general"))

    async def page(before: int = 0, **where: str) -> tuple[list[int], int]:
        found = await audit.page(where, limit=3, before=before)
        return [row["n"] for row in found.rows], found.next

    assert await page() == ([8, 7, 6], 6)
    assert await page(6) == ([5, 4, 3], 3)
    assert await page(3) == ([2, 1], 0)
    assert await page(actor="agent:a1") == ([8, 2], 0)
    assert await page(act="never") == ([], 0)


async def test_a_page_that_filters_looks_at_a_bounded_number_of_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.services.audit.LOOKED_AT", 4)
    audit, _ = await filled(7)
    first = await audit.page({"actor": "agent:a1"}, limit=1)
    assert (list(first.rows), first.next) == ([], 4)
    second = await audit.page({"actor": "agent:a1"}, limit=1, before=first.next)
    assert ([row["n"] for row in second.rows], second.next) == ([2], 2)


async def test_an_empty_log_has_a_state() -> None:
    audit, _ = await filled(0)
    state = await audit.state()
    assert (state.n, state.proof, state.at, state.first) == (0, "", None, 0)
    assert (state.found.flaws, state.found.unfinished, state.walked) == ([], [], None)


async def test_the_state_names_the_head_and_what_was_looked_at() -> None:
    audit, database = await filled(7)
    state = await fresh(database).state()
    (newest,) = (await audit.page({}, limit=1)).rows
    assert (state.n, state.proof, state.at) == (7, newest["proof"], newest["at"])
    assert (state.first, state.found.flaws) == (1, [])


async def test_the_state_looks_at_the_latest_rows_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.services.audit.LOOKED_AT_NOW", 3)
    _, database = await filled(9)
    rows = database.primary(AUDIT).rows
    rows[key_of(6)]["actor"] = "agent:nobody"
    assert (await fresh(database).state()).found.flaws == []
    rows[key_of(7)]["actor"] = "agent:nobody"
    state = await fresh(database).state()
    assert state.first == 7
    assert [(flaw.n, flaw.problem) for flaw in state.found.flaws] == [
        (7, "row 7 was changed or not written by us")
    ]


async def test_rows_cut_off_are_missed_by_the_state_too() -> None:
    _, database = await filled(9)
    for number in (8, 9):
        database.primary(AUDIT).put(key_of(number), None)
    flaws = (await fresh(database).state()).found.flaws
    assert [flaw.problem for flaw in flaws] == ["rows 8 to 9 were cut off"]


async def test_a_walk_is_kept_and_nobody_without_the_key_can_write_one() -> None:
    audit, database = await filled(4)
    database.primary(AUDIT).rows[key_of(2)]["actor"] = "agent:nobody"
    assert [n for n, _ in await flaws(audit)] == [2]
    await audit.record(signed_in("later"))
    walked = (await fresh(database).state()).walked
    assert walked is not None
    assert (walked.n, walked.flaws) == (4, 1)
    assert await flaws(audit) != []
    again = (await fresh(database).state()).walked
    assert again is not None
    assert again.n == 5
    database.primary(SETTINGS).rows["audit_walk"]["flaws"] = 0
    assert (await fresh(database).state()).walked is None


async def test_rows_written_while_the_chain_is_walked_are_no_flaw() -> None:
    audit, database = await filled(3)

    class Meanwhile(MemoryDocuments):
        async def page(self, *asked: Any, **more: Any) -> list[dict[str, Any]]:
            await audit.record(signed_in("meanwhile"))
            return await super().page(*asked, **more)

    reader = Audit(Meanwhile(Connection(database, "reader")), ManualClock(), VAULT)
    assert await flaws(reader) == []
    assert (await audit.page({}, limit=1)).rows[0]["n"] == 4


# ---------------------------------------------------------------- acts without an outcome
async def acted(audit: Audit, act: str, *, ends: bool = False) -> int:
    begun = await audit.record(Happening(actor="agent:wang", act=act, outcome=BEGUN))
    if ends:
        await audit.record(Happening(actor="agent:wang", act=act, begun=begun))
    return begun


async def test_acts_that_began_and_have_no_outcome_are_named_newest_first(
    stores: Stores, manual_clock: ManualClock
) -> None:
    audit = Audit(stores.documents, manual_clock, VAULT)
    began_at = manual_clock.now()
    await audit.record(signed_in("wang"))
    await acted(audit, "queue.changed")
    await acted(audit, "user.changed", ends=True)
    await acted(audit, "key.created")
    manual_clock.advance(timedelta(minutes=10, seconds=1))
    await acted(audit, "webhook.created")
    expected = [
        Unfinished(n=5, act="key.created", actor="agent:wang", at=began_at),
        Unfinished(n=2, act="queue.changed", actor="agent:wang", at=began_at),
    ]
    state = await audit.state()
    assert (state.first_begun, list(state.found.unfinished)) == (1, expected)
    assert list((await audit.walk()).unfinished) == expected
    walked = (await audit.state()).walked
    assert walked is not None
    assert (walked.flaws, walked.unfinished) == (0, 2)


async def test_the_state_looks_for_outcomes_above_the_rows_it_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An act lies below the rows that are checked, its outcome among them, or the other way."""
    monkeypatch.setattr("hub.services.audit.LOOKED_AT_NOW", 3)
    monkeypatch.setattr("hub.services.audit.LOOKED_AT_BEGUN", 8)
    monkeypatch.setattr("hub.services.audit.READ_AT_ONCE", 2)
    clock = ManualClock()
    audit = Audit(MemoryStores(Database(), clock).documents, clock, VAULT)
    await acted(audit, "too.old")
    lost = await acted(audit, "lost")
    done = await acted(audit, "done")
    for _ in range(5):
        await audit.record(signed_in("wang"))
    await audit.record(Happening(actor="agent:wang", act="done", begun=done))
    clock.advance(timedelta(hours=1))
    state = await audit.state()
    assert (state.n, state.first_begun, state.first) == (9, 2, 7)
    assert [act.n for act in state.found.unfinished] == [lost]
    assert [act.n for act in (await audit.walk()).unfinished] == [lost, 1]


async def test_a_row_that_is_not_of_our_making_is_a_flaw_and_no_unfinished_act() -> None:
    audit, database = await filled(2)
    await acted(audit, "queue.changed")
    row = database.primary(AUDIT).rows[key_of(3)]
    row["at"] = "yesterday"
    found = await audit.walk()
    assert [(flaw.n, flaw.code) for flaw in found.flaws] == [(3, "row_changed")]
    assert list(found.unfinished) == []


async def test_a_walk_of_an_earlier_release_is_still_believed() -> None:
    audit, database = await filled(2)
    await audit.walk()
    walks = database.primary(SETTINGS)
    bare = {name: walks.rows["audit_walk"][name] for name in ("n", "at", "flaws")}
    at = round(bare["at"].timestamp() * 1000)
    old = orjson.dumps({**bare, "at": at}, option=orjson.OPT_SORT_KEYS)
    mac = VAULT.mac(old, purpose="audit_walk")
    walks.put("audit_walk", {"_id": "audit_walk", "version": 1, **bare, "mac": mac})
    assert (await fresh(database).state()).walked == Walk(**bare, unfinished=None)
