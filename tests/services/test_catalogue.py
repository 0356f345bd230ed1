"""Entries that people edit: nobody writes over what they have not seen."""

import pytest

from hub.model.catalogue import Disposition
from hub.services.catalogue import KEPT_CHANGES, Catalogue, Change, Entry
from hub.services.catalogues import catalogues
from hub.services.commands import Missing, Refusal
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import ManualClock

SOLVED = Disposition(name="已解决", name_en="Solved")
OPEN = Disposition(name="待跟进", position=2)


@pytest.fixture
def stores() -> MemoryStores:
    return MemoryStores(Database(), ManualClock())


@pytest.fixture
def outcomes(stores: MemoryStores) -> Catalogue[Disposition]:
    return Catalogue("dispositions", Disposition, stores.documents, ManualClock())


async def test_a_new_entry_has_version_one_and_tells_who_made_it(
    outcomes: Catalogue[Disposition],
) -> None:
    made = await outcomes.put("solved", SOLVED, version=0, author="agent:admin")
    assert made == await outcomes.get("solved")
    assert isinstance(made, Entry)
    assert (made.key, made.version, made.value) == ("solved", 1, SOLVED)
    at = ManualClock().now()
    assert made.changes == (Change(version=1, at=at, by="agent:admin"),)


async def test_the_second_of_two_who_saw_the_same_is_refused(
    outcomes: Catalogue[Disposition],
) -> None:
    await outcomes.put("solved", SOLVED, version=0, author="a")
    assert await outcomes.put("solved", OPEN, version=0, author="b") == Refusal(
        reason="stale_version", detail="It stands at version 1."
    )
    assert isinstance(await outcomes.put("solved", OPEN, version=1, author="a"), Entry)
    late = await outcomes.put("solved", SOLVED, version=1, author="b")
    assert late == Refusal(reason="stale_version", detail="It stands at version 2.")


async def test_a_change_sent_again_because_its_answer_was_lost_is_done_once(
    outcomes: Catalogue[Disposition],
) -> None:
    await outcomes.put("solved", SOLVED, version=0, author="a")
    first = await outcomes.put("solved", OPEN, version=1, author="a")
    assert await outcomes.put("solved", OPEN, version=1, author="a") == first
    assert isinstance(await outcomes.put("solved", OPEN, version=1, author="b"), Refusal)


async def test_a_removed_entry_is_gone_and_its_versions_go_on(
    outcomes: Catalogue[Disposition],
) -> None:
    await outcomes.put("solved", SOLVED, version=0, author="a")
    assert isinstance(await outcomes.remove("solved", version=7, author="a"), Refusal)
    assert await outcomes.remove("solved", version=1, author="a") is None
    assert await outcomes.remove("solved", version=2, author="a") == Missing()
    assert await outcomes.get("solved") is None
    assert await outcomes.all() == []
    again = await outcomes.put("solved", SOLVED, version=0, author="b")
    assert isinstance(again, Entry)
    assert again.version == 3
    assert [(c.version, c.by, c.deleted) for c in again.changes] == [
        (1, "a", False),
        (2, "a", True),
        (3, "b", False),
    ]


async def test_the_history_keeps_the_latest_changes(outcomes: Catalogue[Disposition]) -> None:
    for version in range(KEPT_CHANGES + 5):
        await outcomes.put("solved", SOLVED, version=version, author=f"a{version}")
    entry = await outcomes.get("solved")
    assert entry is not None
    assert [change.version for change in entry.changes] == list(range(6, KEPT_CHANGES + 6))


async def test_a_first_start_finds_a_banks_catalogues_and_an_emptied_one_stays_empty(
    stores: MemoryStores,
) -> None:
    lists = catalogues(stores.documents, ManualClock())
    await lists.seed()
    assert [entry.key for entry in await lists.queues.all()] == ["general"]
    assert 8 <= len(await lists.dispositions.all()) <= 12
    phrases = await lists.phrases.all()
    assert len(phrases) == 20
    assert all(entry.value.text and entry.value.text_en for entry in phrases)
    assert all("你" not in entry.value.text for entry in phrases)
    assert len({entry.value.key for entry in phrases}) == 20
    for entry in phrases:
        await lists.phrases.remove(entry.key, version=1, author="a")
    await lists.seed()
    assert await lists.phrases.all() == []
