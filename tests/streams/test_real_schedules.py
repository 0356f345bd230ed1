"""The product's own rules under crashes, freezes, cuts, late writes and fail-overs."""

import pytest

from tests.streams.real import play_real


@pytest.mark.parametrize("seed", range(40))
def test_customers_and_desk_lose_nothing_and_leave_nobody_waiting(seed: int) -> None:
    violations, _ = play_real(seed)
    assert violations == []


def test_the_same_seed_gives_the_same_schedule() -> None:
    assert play_real(5) == play_real(5)


def test_the_schedules_meet_every_turn_of_the_desk() -> None:
    total = sum((play_real(seed)[1] for seed in range(1000, 1008)), start=play_real(999)[1])
    met = (
        "crash", "freeze", "fail_over", "lag", "cut", "lost", "stall",
        "Queued", "Offered", "Accepted", "Returned", "WrappingUp", "Resumed", "Released",
        "AgentDisconnected", "PresenceChanged", "NoteAdded", "InteractionRequeued",
    )  # fmt: skip
    assert {kind: total[kind] > 3 for kind in met} == dict.fromkeys(met, True)
    assert total["commits"] > 500
