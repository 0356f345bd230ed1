"""kill -9 of hub and database while customers write and people at screens answer: nothing lost,
nothing doubled, order kept; no work in two hands, nobody stuck, no stale screen."""

from pathlib import Path

import pytest

from tests.faults.load import LoadPlan
from tests.faults.runs import FAQ, kills, two_owners


@pytest.mark.fault
@pytest.mark.slow
@pytest.mark.timeout(420)
async def test_killed_hub_and_database_lose_and_double_nothing(tmp_path: Path) -> None:
    load = LoadPlan(seed=11, messages=250, replies=60, customers=20, pause_s=1.0)
    outcome = await kills(tmp_path, load, count=4)
    print(outcome.figures)
    assert outcome.problems == []
    assert outcome.figures["messages"] >= 250
    assert outcome.figures["replies accepted"] == 60
    assert outcome.figures["kills of the hub"] == 2
    assert outcome.figures["kills of the database"] >= 2
    assert outcome.figures["posts of them"] > outcome.figures["messages"]
    assert outcome.figures["pairs in order"] > 250
    assert outcome.figures["done: accept"] >= 20
    assert outcome.figures["done: transfer"] >= 8
    assert outcome.figures["failed"] == 0
    assert outcome.figures["sockets opened"] > 7


@pytest.mark.fault
@pytest.mark.slow
@pytest.mark.timeout(420)
async def test_answers_of_the_bot_are_not_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    load = LoadPlan(seed=12, messages=60, replies=0, customers=10, texts=FAQ, pause_s=4.0)
    outcome = await kills(tmp_path, load, count=2, bot=True)
    print(outcome.figures)
    assert outcome.problems == []
    assert outcome.figures["messages"] == 60
    assert outcome.figures["at the phones"] >= 10


@pytest.mark.fault
@pytest.mark.slow
@pytest.mark.timeout(420)
async def test_a_frozen_owner_that_wakes_up_writes_nothing_over_its_successor(
    tmp_path: Path,
) -> None:
    load = LoadPlan(seed=13, messages=200, replies=30, customers=25, pause_s=1.5)
    outcome = await two_owners(tmp_path, load, takeovers=2)
    print(outcome.figures)
    assert outcome.problems == []
    assert outcome.figures["takeovers from a frozen owner"] == 2
    assert outcome.figures["times shards were taken"] >= 3
    assert outcome.figures["replies accepted"] == 30
