"""The talk ends, goes on, is closed; and how long somebody will wait."""

from datetime import timedelta

import pytest

from hub.model.desk import Presence
from hub.model.desk_events import Released, Resumed, Returned, WrappingUp
from hub.model.events import Ignored
from tests.decisions.desk.desk import (
    ANN,
    BOB,
    CAT,
    GENERAL,
    START,
    W1,
    W2,
    W3,
    W4,
    Desk,
    accept,
    desk,
    lose,
    offers,
    place,
    presence,
    profile,
    release,
    resume,
    seconds,
    work_id,
    wrap_up,
)


def active() -> Desk:
    made = desk().staffed(profile(ANN))
    made.do(place(W1))
    made.do(accept(W1))
    return made


# ------------------------------------------------------------ the end of the talk
def test_wrap_up_keeps_the_slot_and_release_gives_it_to_the_next() -> None:
    made = active()
    made.do(place(W2))
    assert made.do(wrap_up(W1)) == [WrappingUp(interaction_id=W1, epoch=1)]
    assert made.standing(W2) == ("queued", None, 0)
    events = made.do(release(W1))
    assert events[0] == Released(interaction_id=W1, reason="finished")
    assert offers(events) == [(W2, ANN, 1)]
    assert made.standing(W1) is None


def test_resumed_with_the_same_agent_even_in_grace() -> None:
    made = active()
    made.do(wrap_up(W1))
    made.do(lose(ANN, "ann.1"))
    assert made.do(resume(W1)) == [Resumed(interaction_id=W1, epoch=1)]


def test_resumed_without_the_agent_goes_back_to_the_queue_first() -> None:
    made = active()
    made.do(wrap_up(W1))
    made.do(lose(ANN, "ann.1"))
    made.later(seconds(30))
    assert made.do(resume(W1)) == [
        Returned(interaction_id=W1, agent_id=ANN, epoch=1, reason="agent_lost", queue_id=GENERAL)
    ]
    assert made.standing(W1) == ("queued", None, 1)


def test_the_end_of_an_epoch_the_desk_took_back_is_ignored() -> None:
    made = active()
    made.do(lose(ANN, "ann.1"))
    made.later(seconds(30))
    assert made.do(wrap_up(W1)) == [Ignored(reason="superseded")]
    assert made.do(resume(W1)) == [Ignored(reason="superseded")]
    made.staffed(profile(BOB))
    assert made.do(wrap_up(W1)) == [Ignored(reason="superseded")]
    made.do(accept(W1, BOB, 2))
    assert made.do(wrap_up(W1)) == [Ignored(reason="superseded")]
    assert made.do(wrap_up(W1, epoch=2)) == [WrappingUp(interaction_id=W1, epoch=2)]


@pytest.mark.parametrize("standing", ["queued", "offered", "active", "wrap_up"])
def test_release_frees_in_any_state(standing: str) -> None:
    made = desk()
    made.do(place(W1))
    if standing != "queued":
        made.staffed(profile(ANN))
    if standing in ("active", "wrap_up"):
        made.do(accept(W1))
    if standing == "wrap_up":
        made.do(wrap_up(W1))
    found = made.standing(W1)
    assert found is not None
    assert found[0] == standing
    assert made.do(release(W1)) == [Released(interaction_id=W1, reason="finished")]
    assert made.state.works == {}
    assert made.rules.due(made.state) is None
    made.staffed(profile(BOB))
    assert offers(made.do(place(W2))) == [(W2, ANN if standing != "queued" else BOB, 1)]
    assert made.do(release(W1)) == [Ignored(reason="unknown_work")]


# ------------------------------------------------------------ the estimate
def test_the_wait_is_handling_time_times_place_over_slots() -> None:
    made = desk().staffed(profile(ANN, slots=2), profile(BOB, slots=2))
    for number in range(4):
        made.do(place(work := work_id(number)))
        made.do(accept(work, ANN if number % 2 == 0 else BOB))
    made.later(timedelta(minutes=4))
    made.do(release(work_id(0)))
    for number in range(4, 7):
        made.do(place(work_id(number)))
    queued, *_ = made.do(place(work_id(9), made.at))
    assert (queued.place, queued.wait_s, queued.agents) == (2, 180, 2)


def test_the_wait_counts_who_is_ready_or_has_work_and_nobody_else() -> None:
    """CAT is on a break and waits for nobody, BOB wants a break and is still at work."""
    made = desk().staffed(profile(CAT), profile(BOB), profile(ANN))
    for work, agent_id in ((W1, CAT), (W2, BOB), (W3, ANN)):
        made.do(place(work))
        made.do(accept(work, agent_id))
    made.do(presence(CAT, Presence.BREAK))
    made.do(presence(BOB, Presence.BREAK))
    made.later(timedelta(minutes=4) - (made.at - START))
    made.do(release(W1))
    queued, *_ = made.do(place(W4, made.at))
    assert (queued.place, queued.wait_s, queued.agents, queued.ready) == (0, 118, 3, 1)


def test_the_wait_is_unknown_while_all_who_are_able_are_away() -> None:
    made = active()
    made.later(timedelta(minutes=4))
    made.do(release(W1))
    made.do(presence(ANN, Presence.BREAK))
    queued, *_ = made.do(place(W2))
    assert (queued.place, queued.wait_s, queued.agents, queued.ready) == (0, -1, 1, 0)


def test_the_wait_is_unknown_while_nobody_able_is_there() -> None:
    made = active()
    made.later(timedelta(minutes=4))
    made.do(release(W1))
    made.do(presence(ANN, Presence.OFFLINE))
    queued, *_ = made.do(place(W2))
    assert (queued.place, queued.wait_s, queued.agents) == (0, -1, 0)
