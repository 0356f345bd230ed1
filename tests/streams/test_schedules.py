"""Random schedules of crashes, freezes, cuts, late writes and fail-overs break nothing."""

import pytest

from tests.streams.world import play

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_doubled_reordered_or_stuck(seed: int) -> None:
    violations, _ = play(seed)
    assert violations == []


def test_the_same_seed_gives_the_same_schedule() -> None:
    assert play(5) == play(5)


def test_the_schedules_are_rough_enough_to_mean_something() -> None:
    total = sum((play(seed)[1] for seed in range(1000, 1008)), start=play(999)[1])
    kinds = ("crash", "freeze", "fail_over", "lag", "cut", "lost", "stall")
    assert {kind: total[kind] > 3 for kind in kinds} == dict.fromkeys(kinds, True)
    assert total["commits"] > 500
