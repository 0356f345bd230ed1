"""Work placed, offered, taken, declined, missed, claimed and ended: the events of each rule."""

from dataclasses import replace

import pytest

from hub.decisions.desk import DeskRules, DeskSettings
from hub.model.desk import Medium, OfferReasons, Presence, Queue, RefusedAgents, ScoredAgent
from hub.model.desk_events import (
    Accepted,
    Offered,
    PresenceChanged,
    Queued,
    Returned,
)
from hub.model.effects import Tell
from hub.model.events import Ignored, Refused, TimerDisarmed
from hub.model.ids import ConversationId, QueueId
from tests.decisions.desk.desk import (
    ANN,
    BOB,
    CAT,
    GENERAL,
    LOANS,
    START,
    VIP,
    W1,
    W2,
    W3,
    WX,
    Desk,
    accept,
    claim,
    connect,
    decline,
    desk,
    lose,
    names,
    offers,
    place,
    presence,
    profile,
    ready,
    release,
    seconds,
)

QUEUED_W1 = Queued(
    interaction_id=W1,
    conversation_id=ConversationId(W1.removesuffix("-1")),
    queue_id=GENERAL,
    channel_id=WX,
    waiting_since=START,
    display_name="小林",
    reason="asked",
    wait_s=0,
    agents=1,
)


def active() -> Desk:
    made = desk().staffed(profile(ANN))
    made.do(place(W1))
    made.do(accept(W1))
    return made


# ------------------------------------------------------------ placing
def test_work_is_queued_and_offered_in_one_commit() -> None:
    made = desk().staffed(profile(ANN))
    assert made.do(place(W1)) == [
        QUEUED_W1,
        Offered(
            interaction_id=W1,
            agent_id=ANN,
            epoch=1,
            until=START + seconds(21),
            reasons=OfferReasons(
                strategy="longest_idle",
                candidates=(ScoredAgent(agent_id=ANN, load=0, idle_s=1),),
                eligible=1,
                waited_s=1,
            ),
        ),
    ]
    assert made.tells == [{"is": "WorkOffered", "interaction_id": W1, "agent_id": ANN, "epoch": 1}]


def test_nobody_there_is_told_to_the_customer() -> None:
    made = desk()
    assert made.do(place(W1)) == [replace(QUEUED_W1, wait_s=-1, agents=0, ready=0)]
    assert made.tells == [{"is": "WorkQueued", "interaction_id": W1, "place": 0, "ready": 0}]


def test_the_next_in_line_and_the_one_behind_hear_their_place() -> None:
    made = active()
    made.tells.clear()
    queued = replace(QUEUED_W1, wait_s=-1, ready=1)
    assert made.do(place(W2)) == [
        replace(queued, interaction_id=W2, conversation_id=ConversationId(W2.removesuffix("-1")))
    ]
    assert made.do(place(W3)) == [
        replace(
            queued,
            interaction_id=W3,
            conversation_id=ConversationId(W3.removesuffix("-1")),
            place=1,
        )
    ]
    told = {"is": "WorkQueued", "agents": 1, "ready": 1}
    assert made.tells == [
        {**told, "interaction_id": W2, "place": 0},
        {**told, "interaction_id": W3, "place": 1},
    ]


@pytest.mark.parametrize("away", [Presence.BREAK, Presence.NOT_READY])
def test_that_all_able_colleagues_are_away_is_told_to_the_customer(away: Presence) -> None:
    made = desk().staffed(profile(ANN), profile(BOB))
    made.do(presence(ANN, away))
    made.do(presence(BOB, Presence.BREAK))
    assert made.do(place(W1)) == [replace(QUEUED_W1, wait_s=-1, agents=2, ready=0)]
    assert made.tells == [
        {"is": "WorkQueued", "interaction_id": W1, "place": 0, "agents": 2, "ready": 0}
    ]


def test_events_of_before_ready_was_counted_tell_what_they_told() -> None:
    """Their effects keep the numbers they were made under."""
    rules = DeskRules(DeskSettings())
    older = {
        "is": "Queued",
        "interaction_id": W1,
        "conversation_id": W1.removesuffix("-1"),
        "queue_id": GENERAL,
        "channel_id": WX,
        "waiting_since": START,
        "agents": 1,
    }
    told = {
        place: [
            tell.body
            for tell in rules.effects("desk:main", rules.unpack({**older, "place": place}), {})
            if isinstance(tell, Tell)
        ]
        for place in (0, 1)
    }
    assert told == {
        0: [],
        1: [{"is": "WorkQueued", "interaction_id": W1, "place": 1, "agents": 1}],
    }


def test_a_known_interaction_is_not_placed_twice() -> None:
    made = active()
    assert made.do(place(W1)) == [Ignored(reason="known_work")]


@pytest.mark.parametrize(
    ("label", "queues", "goes_to"),
    [
        ("general is there", (), GENERAL),
        ("first of those configured", (Queue(queue_id=VIP, name="贵宾"),), VIP),
    ],
)
def test_work_for_an_unknown_queue_is_never_lost(
    label: str, queues: tuple[Queue, ...], goes_to: QueueId
) -> None:
    made = desk(*queues).staffed(profile(ANN))
    queued, *_ = made.do(place(W1, queue=QueueId("gone")))
    assert queued == replace(QUEUED_W1, queue_id=goes_to)


def test_before_any_queue_is_configured_anybody_serves() -> None:
    made = Desk().staffed(profile(ANN))
    assert offers(made.do(place(W1, queue=LOANS))) == [(W1, ANN, 1)]


def test_skills_and_media_decide_who_can_be_offered_what() -> None:
    made = desk().staffed(profile(ANN, loans=1), profile(BOB, loans=2), profile(CAT))
    events = made.do(place(W1, queue=LOANS))
    assert offers(events) == [(W1, BOB, 1)]
    assert events[1].reasons == OfferReasons(
        strategy="longest_idle",
        candidates=(ScoredAgent(agent_id=BOB, load=0, idle_s=2),),
        refused=(RefusedAgents(reason="missing_skill", count=2),),
        eligible=1,
        waited_s=3,
    )
    assert offers(made.do(place(W2, queue=LOANS, medium=Medium.VOICE))) == [(W2, BOB, 1)]
    assert offers(made.do(place(W3, medium=Medium.VIDEO))) == []


def test_the_least_loaded_is_offered_first_then_who_was_idle_longest() -> None:
    made = desk().staffed(*(profile(a, slots=2) for a in (ANN, BOB)))
    placed = [offers(made.do(place(w)))[0][1] for w in (W1, W2, W3)]
    assert placed == [ANN, BOB, ANN]


# ------------------------------------------------------------ answers to offers
def test_only_the_offered_agent_accepts_and_only_this_offer() -> None:
    made = desk().staffed(profile(ANN), profile(BOB))
    made.do(place(W1))
    for wrong in (accept(W1, BOB), accept(W1, ANN, 2), accept(W2), decline(W1, BOB)):
        assert made.do(wrong) == [Refused(reason="offer_over")]
    assert made.do(accept(W1)) == [Accepted(interaction_id=W1, agent_id=ANN, epoch=1)]
    assert made.tells[-1] == {
        "is": "WorkAssigned", "interaction_id": W1, "agent_id": ANN, "epoch": 1,
    }  # fmt: skip
    assert made.do(accept(W1)) == [Refused(reason="offer_over")]


def test_declined_work_goes_to_the_next_and_the_decliner_gets_other_work() -> None:
    made = desk().staffed(profile(ANN, loans=2), profile(BOB))
    made.do(place(W1))
    made.do(place(W2))
    made.do(place(W3, queue=LOANS))
    made.do(decline(W2, BOB))
    assert made.standing(W2) == ("queued", None, 1)
    events = made.do(decline(W1, ANN))
    assert events[0] == Returned(
        interaction_id=W1,
        agent_id=ANN,
        epoch=1,
        reason="declined",
        queue_id=GENERAL,
        barred_until=START + seconds(32),
    )
    assert offers(events) == [(W1, BOB, 2), (W2, ANN, 2)]


def test_declined_by_the_only_agent_it_comes_again_when_the_pause_is_over() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1))
    assert names(made.do(decline(W1))) == ["Returned"]
    assert made.later(seconds(29)) == []
    fired = made.later(seconds(1))
    assert [names(events) for events in fired] == [["TimerDisarmed", "Offered"]]
    assert fired[0][0] == TimerDisarmed(name=f"bar:{W1}:ann")
    assert offers(fired[0]) == [(W1, ANN, 2)]
    assert made.state.works[W1].waiting_since == START


def test_an_offer_without_an_answer_goes_on_and_its_agent_is_not_ready() -> None:
    made = desk().staffed(profile(ANN, slots=2), profile(BOB, slots=2))
    made.do(place(W1))
    assert made.later(seconds(20)) == [
        [
            Returned(
                interaction_id=W1, agent_id=ANN, epoch=1, reason="no_answer", queue_id=GENERAL
            ),
            PresenceChanged(agent_id=ANN, presence=Presence.NOT_READY, reason="no_answer"),
            Offered(
                interaction_id=W1,
                agent_id=BOB,
                epoch=2,
                until=START + seconds(42),
                reasons=OfferReasons(
                    strategy="longest_idle",
                    candidates=(ScoredAgent(agent_id=BOB, load=0, idle_s=21),),
                    refused=(RefusedAgents(reason="not_ready", count=1),),
                    eligible=1,
                    waited_s=22,
                ),
            ),
        ]
    ]
    assert made.tells[-2] == {
        "is": "WorkReturned", "interaction_id": W1, "epoch": 1, "reason": "no_answer",
        "queue_id": GENERAL,
    }  # fmt: skip


def test_the_time_of_an_offer_is_that_of_its_queue() -> None:
    made = desk().staffed(profile(ANN))
    offered = made.do(place(W1, queue=VIP))[1]
    assert offered.until == made.at + seconds(10)


def test_the_break_of_who_lets_it_ring_is_kept() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1))
    made.do(presence(ANN, Presence.BREAK))
    assert [names(events) for events in made.later(seconds(20))] == [["Returned"]]


def test_returned_work_goes_before_priority_and_priority_before_age() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1))
    made.do(place(W2, START - seconds(600)))
    made.do(place(W3, queue=VIP))
    made.later(seconds(20))
    assert offers(made.do(ready(ANN))) == [(W1, ANN, 2)]
    made.do(accept(W1, epoch=2))
    assert offers(made.do(release(W1))) == [(W3, ANN, 1)]


# ------------------------------------------------------------ claiming
def test_a_claim_is_offer_and_acceptance_in_one_commit() -> None:
    made = desk()
    made.do(connect(profile(ANN)))
    made.do(place(W1))
    made.at += seconds(5)
    assert made.do(claim(W1)) == [
        Offered(
            interaction_id=W1,
            agent_id=ANN,
            epoch=1,
            until=START + seconds(25),
            reasons=OfferReasons(
                strategy="claim",
                candidates=(ScoredAgent(agent_id=ANN, load=0, idle_s=5),),
                eligible=1,
                waited_s=5,
            ),
        ),
        Accepted(interaction_id=W1, agent_id=ANN, epoch=1),
    ]
    assert made.rules.due(made.state) is None


def test_claims_are_refused_with_their_reason() -> None:
    made = desk()
    made.do(place(W1))
    made.do(place(W2))
    made.do(place(W3, queue=LOANS))
    assert made.do(claim(W1)) == [Refused(reason="not_signed_in")]
    made.do(connect(profile(ANN)))
    assert made.do(claim(W3)) == [Refused(reason="missing_skill")]
    made.do(claim(W1))
    assert made.do(claim(W1)) == [Refused(reason="not_waiting")]
    assert made.do(claim(W2)) == [Refused(reason="no_free_slot")]
    made.do(lose(ANN))
    assert made.do(claim(W2)) == [Refused(reason="not_signed_in")]


def test_who_declined_may_still_claim() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1))
    made.do(decline(W1))
    assert names(made.do(claim(W1))) == ["Offered", "Accepted"]
    assert made.rules.due(made.state) is None
