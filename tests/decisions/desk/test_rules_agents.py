"""Agents sign in, close screens, are lost, change their presence: what the desk does."""

from datetime import timedelta

import pytest

from hub.model.desk import Presence, WorkState
from hub.model.desk_events import (
    AgentConnected,
    AgentDisconnected,
    AgentUpdated,
    PresenceChanged,
    Returned,
)
from hub.model.desk_inputs import UpdateAgent
from hub.model.events import Ignored, Refused, TimerArmed, TimerDisarmed
from tests.decisions.desk.desk import (
    ANN,
    BOB,
    GENERAL,
    LOANS,
    QUEUES,
    START,
    W1,
    W2,
    W3,
    Desk,
    accept,
    connect,
    desk,
    lose,
    names,
    offers,
    place,
    presence,
    profile,
    ready,
    seconds,
    wrap_up,
)

READY, NOT_READY = Presence.READY, Presence.NOT_READY
BREAK, OFFLINE = Presence.BREAK, Presence.OFFLINE


def at_work() -> Desk:
    """Ann is active on W1, W2 rings at her; Bob is not there yet; all since 09:00:01."""
    made = desk().staffed(profile(ANN, slots=2))
    made.do(place(W1))
    made.do(accept(W1))
    made.do(place(W2))
    return made


def test_first_screen_signs_in_as_not_ready() -> None:
    made = desk()
    assert made.do(connect(profile(ANN))) == [
        AgentConnected(agent=profile(ANN), connection_id="p.1")
    ]
    assert made.state.agents[ANN].presence is NOT_READY
    assert offers(made.do(place(W1))) == []


def test_further_screens_only_add_a_connection() -> None:
    made = desk().staffed(profile(ANN))
    assert names(made.do(connect(profile(ANN), "p.2"))) == ["AgentConnected"]
    assert names(made.do(lose(ANN, "ann.1"))) == ["AgentDisconnected"]
    assert made.state.agents[ANN].connections == ["p.2"]
    assert offers(made.do(place(W1))) == [(W1, ANN, 1)]


def test_a_screen_told_twice_is_ignored() -> None:
    made = desk().staffed(profile(ANN))
    assert made.do(connect(profile(ANN), "ann.1")) == [Ignored(reason="known_connection")]
    assert made.do(lose(ANN, "p.9")) == [Ignored(reason="unknown_connection")]
    assert made.do(lose(BOB)) == [Ignored(reason="unknown_connection")]


def test_the_last_screen_lost_starts_the_grace_and_stops_new_offers() -> None:
    made = at_work()
    assert made.do(lose(ANN, "ann.1")) == [
        AgentDisconnected(agent_id=ANN, connection_id="ann.1"),
        TimerArmed(name="agent:ann", generation=2, due=START + seconds(31)),
    ]
    assert offers(made.do(place(W3))) == []
    assert made.standing(W1) == ("active", ANN, 1)
    assert made.standing(W2) == ("offered", ANN, 1)


def test_a_screen_within_the_grace_keeps_presence_and_work_and_is_offered_the_rest() -> None:
    made = desk().staffed(profile(ANN, slots=2))
    made.do(place(W1))
    made.do(accept(W1))
    made.do(lose(ANN, "ann.1"))
    made.do(place(W2))
    made.later(seconds(29))
    events = made.do(connect(profile(ANN, slots=2), "p.2"))
    assert names(events) == ["AgentConnected", "TimerDisarmed", "Offered"]
    assert events[1] == TimerDisarmed(name="agent:ann")
    assert offers(events) == [(W2, ANN, 1)]
    assert made.state.agents[ANN].presence is READY
    assert made.standing(W1) == ("active", ANN, 1)
    assert made.later(seconds(2)) == []


def test_after_the_grace_offered_and_active_work_goes_back_and_on_to_others() -> None:
    made = at_work()
    made.staffed(profile(BOB))
    made.do(lose(ANN, "ann.1"))
    fired = made.later(seconds(31))
    assert names(fired[0]) == ["Returned", "PresenceChanged", "Offered"]
    rang, over = fired[0], fired[1]
    assert rang[0].reason == "no_answer"
    assert over[:2] == [
        Returned(interaction_id=W1, agent_id=ANN, epoch=1, reason="agent_lost", queue_id=GENERAL),
        PresenceChanged(agent_id=ANN, presence=OFFLINE, reason="lost"),
    ]
    assert made.state.works[W1].waiting_since == START
    assert ANN not in made.state.agents


def test_lost_work_is_served_before_work_that_waited_longer() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1, START + seconds(1)))
    made.do(accept(W1))
    made.do(place(W2, START - timedelta(hours=1)))
    made.do(lose(ANN, "ann.1"))
    made.later(seconds(30))
    made.do(connect(profile(BOB)))
    assert offers(made.do(ready(BOB))) == [(W1, BOB, 2)]


def test_wrap_up_of_a_lost_agent_stays_theirs() -> None:
    made = at_work()
    made.do(wrap_up(W1))
    made.do(lose(ANN, "ann.1"))
    made.later(seconds(31))
    assert made.standing(W1) == ("wrap_up", ANN, 1)
    assert made.standing(W2) == ("queued", None, 1)
    made.do(connect(profile(ANN, slots=1), "p.2"))
    assert offers(made.do(ready(ANN))) == []


@pytest.mark.parametrize("to", [NOT_READY, BREAK])
def test_who_is_not_ready_keeps_work_and_offer_and_gets_nothing_new(to: Presence) -> None:
    made = at_work()
    assert made.do(presence(ANN, to, "lunch")) == [
        PresenceChanged(agent_id=ANN, presence=to, reason="lunch")
    ]
    assert offers(made.do(place(W3))) == []
    assert names(made.do(accept(W2))) == ["Accepted"]
    assert made.do(presence(ANN, to, "lunch")) == [Ignored(reason="no_change")]


def test_ready_is_offered_work_up_to_the_free_slots_oldest_first() -> None:
    made = desk()
    made.do(connect(profile(ANN, slots=2)))
    for age, work in ((1, W1), (3, W2), (2, W3)):
        made.do(place(work, START - seconds(age)))
    assert offers(made.do(ready(ANN))) == [(W2, ANN, 1), (W3, ANN, 1)]


def test_nobody_signs_out_with_work_in_hand() -> None:
    made = at_work()
    assert made.do(presence(ANN, OFFLINE)) == [Refused(reason="work_in_hand")]
    made.do(accept(W2))
    made.do(wrap_up(W1))
    made.do(wrap_up(W2))
    assert made.do(presence(ANN, OFFLINE)) == [
        PresenceChanged(agent_id=ANN, presence=OFFLINE, reason="signed_out")
    ]


def test_signed_out_with_an_open_screen_may_sign_in_again() -> None:
    made = desk().staffed(profile(ANN))
    made.do(presence(ANN, OFFLINE))
    assert offers(made.do(place(W1))) == []
    assert names(made.do(connect(profile(ANN), "p.2"))) == ["AgentConnected", "PresenceChanged"]
    assert made.state.agents[ANN].presence is NOT_READY
    made.do(presence(ANN, OFFLINE))
    assert offers(made.do(ready(ANN))) == [(W1, ANN, 1)]


def test_signed_out_without_a_screen_is_forgotten() -> None:
    made = desk().staffed(profile(ANN))
    made.do(presence(ANN, OFFLINE))
    assert names(made.do(lose(ANN, "ann.1"))) == ["AgentDisconnected"]
    assert made.do(ready(ANN)) == [Refused(reason="not_signed_in")]
    assert made.rules.due(made.state) is None


def test_new_skills_are_used_at_once() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1, queue=LOANS))
    skilled = profile(ANN, loans=2)
    assert names(made.do(UpdateAgent(agent=skilled))) == ["AgentUpdated", "TimerArmed"]
    assert [offers(events) for events in made.later(timedelta())] == [[(W1, ANN, 1)]]
    assert made.do(UpdateAgent(agent=skilled)) == [Ignored(reason="no_change")]
    assert made.do(UpdateAgent(agent=profile(BOB))) == [Ignored(reason="not_signed_in")]


def test_less_capacity_takes_nothing_away_and_gives_nothing_new() -> None:
    made = at_work()
    made.do(place(W3))
    small = profile(ANN, slots=1)
    assert made.do(UpdateAgent(agent=small))[0] == AgentUpdated(agent=small)
    made.later(timedelta())
    made.do(accept(W2))
    assert made.state.works[W1].state is made.state.works[W2].state is WorkState.ACTIVE
    assert made.standing(W3) == ("queued", None, 0)


def test_the_queues_of_the_tests_are_those_configured() -> None:
    assert tuple(desk().state.queues.values()) == QUEUES
