"""The desk's timers and settings."""

from datetime import timedelta

from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.desk.timers import Timers, bar_timer, grace_timer, offer_timer
from hub.model.events import Ignored
from hub.model.inputs import TimerFired
from tests.decisions.desk.desk import ANN, START, W1, accept, desk, place, profile, seconds


def test_the_earliest_armed_timer_is_due() -> None:
    timers = Timers()
    assert timers.due() is None
    timers.arm("a", 1, START + seconds(5))
    timers.arm("b", 2, START + seconds(3))
    assert timers.due() == START + seconds(3)
    timers.disarm("b")
    assert timers.due() == START + seconds(5)


def test_a_timer_armed_anew_is_due_at_its_new_time_only() -> None:
    timers = Timers()
    timers.arm("a", 1, START + seconds(1))
    timers.arm("a", 2, START + seconds(9))
    assert timers.due() == START + seconds(9)
    assert timers.late(START + seconds(2)) == []
    assert timers.holds("a", 2)
    assert not timers.holds("a", 1)


def test_late_timers_come_earliest_first_and_stay_armed() -> None:
    timers = Timers()
    for number in (4, 1, 3, 2, 5):
        timers.arm(f"t{number}", number, START + seconds(number))
    timers.disarm("t3")
    late = [(START + seconds(n), f"t{n}", n) for n in (1, 2, 4)]
    assert timers.late(START + seconds(4)) == late
    assert timers.late(START + seconds(4)) == late


def test_disarmed_timers_do_not_pile_up() -> None:
    timers = Timers()
    for number in range(5000):
        timers.arm("again", number, START + seconds(10_000 - number))
    assert len(timers._heap) <= 66
    assert timers.due() == START + seconds(10_000 - 4999)


def test_names_tell_what_a_timer_is_for() -> None:
    assert offer_timer(W1) == f"offer:{W1}"
    assert bar_timer(W1, ANN) == f"bar:{W1}:ann"
    assert grace_timer(ANN) == "agent:ann"


def test_the_input_of_a_timer_names_stream_timer_and_generation() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1))
    assert made.rules.due(made.state) == START + seconds(21)
    assert made.rules.fired(made.state, START + seconds(20)) == []
    assert made.rules.fired(made.state, START + seconds(21)) == [
        (
            f"t:desk:main:offer:{W1}:1",
            {"is": "TimerFired", "name": f"offer:{W1}", "generation": 1},
        )
    ]


def test_an_acceptance_at_the_last_moment_wins_over_the_timer() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1))
    made.at = START + seconds(21)
    (late,) = made.rules.fired(made.state, made.at)
    made.do(accept(W1))
    assert made.take(late[1], late[0]) == [Ignored(reason="timer_not_armed")]


def test_an_unknown_timer_does_nothing() -> None:
    made = desk()
    assert made.do(TimerFired(name="x", generation=1)) == [Ignored(reason="timer_not_armed")]


def test_the_version_names_the_settings() -> None:
    plain, patient = DeskSettings(), DeskSettings(agent_grace=timedelta(minutes=1))
    assert DeskRules(plain).version == DeskRules(DeskSettings()).version
    assert DeskRules(plain).version != DeskRules(patient).version
    assert DeskRules(plain).version.startswith("desk/2.")
