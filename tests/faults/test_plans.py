"""Fault plans come from their seed alone and keep to what was asked."""

import random
from itertools import pairwise

from tests.faults.load import spread
from tests.faults.nemesis import freeze_plan, kill_plan


def test_the_same_seed_gives_the_same_plan() -> None:
    assert kill_plan(3, 30, 3000) == kill_plan(3, 30, 3000)
    assert kill_plan(3, 30, 3000) != kill_plan(4, 30, 3000)
    assert freeze_plan(3, 8, 2000, short=4) == freeze_plan(3, 8, 2000, short=4)


def test_kills_alternate_and_all_come_before_the_last_message() -> None:
    for seed in range(50):
        plan = kill_plan(seed, 30, 3000)
        assert [k.target for k in plan] == ["hub", "database"] * 15
        assert all(0 <= k.acked < 3000 for k in plan)
        late = [k.acked for k in plan if k.acked]
        assert all(later > earlier - 60 for earlier, later in pairwise(late))


def test_freezes_are_spread_over_the_load() -> None:
    plan = freeze_plan(5, 8, 2000, short=4)
    assert [f.short for f in plan].count(True) == 4
    assert len(plan) == 12
    assert all(0 < f.acked < 2000 for f in plan)
    assert all(later.acked > earlier.acked for earlier, later in pairwise(plan))


def test_replies_are_spread_over_the_messages() -> None:
    dice = random.Random(1)  # noqa: S311 - a repeatable plan
    chosen = spread(range(100, 400), 100, dice)
    assert sorted((number - 100) // 3 for number in chosen) == list(range(100))
    assert len(spread(range(250), 60, dice)) == 60
    assert spread(range(9), 0, dice) == set()
