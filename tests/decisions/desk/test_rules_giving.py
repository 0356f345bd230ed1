"""Work given away: transfer by its owner, moves by a supervisor, queues that change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.decisions.desk import DeskSettings
from hub.model.desk import OfferReasons, Presence, Queue, ScoredAgent, Skill
from hub.model.desk_events import DeskConfigured, Offered, Returned
from hub.model.desk_inputs import TransferWork
from hub.model.events import Ignored, Refused, TimerArmed
from hub.model.ids import AgentId, QueueId
from tests.decisions.desk.desk import (
    ANN,
    BOB,
    CAT,
    GENERAL,
    LOANS,
    QUEUES,
    START,
    VIP,
    W1,
    W2,
    W3,
    Desk,
    accept,
    configure,
    connect,
    decline,
    desk,
    lose,
    move,
    names,
    offers,
    place,
    presence,
    profile,
    ready,
    release,
    seconds,
    transfer,
    work_id,
    wrap_up,
)


def active() -> Desk:
    """Ann is active on W1; Bob and Cat are ready; Bob knows loans. 09:00:03."""
    made = desk().staffed(profile(ANN), profile(BOB, loans=3), profile(CAT))
    made.do(place(W1))
    made.do(accept(W1))
    return made


# ------------------------------------------------------------ transfer
def test_transfer_to_an_agent_takes_the_note_along_and_is_offered_at_once() -> None:
    made = active()
    assert made.do(transfer(W1, to_agent=CAT, note="要英文服务")) == [
        Returned(
            interaction_id=W1,
            agent_id=ANN,
            epoch=1,
            reason="transferred",
            queue_id=GENERAL,
            target=CAT,
            barred_until=START + seconds(33),
            note="要英文服务",
            author="agent:ann",
        ),
        Offered(
            interaction_id=W1,
            agent_id=CAT,
            epoch=2,
            until=START + seconds(23),
            reasons=OfferReasons(
                strategy="target",
                candidates=(ScoredAgent(agent_id=CAT, load=0, idle_s=1),),
                eligible=1,
                waited_s=3,
            ),
        ),
    ]
    assert made.tells[-2] == {
        "is": "WorkReturned",
        "interaction_id": W1,
        "epoch": 1,
        "reason": "transferred",
        "queue_id": GENERAL,
        "note": "要英文服务",
        "author": "agent:ann",
    }


def test_transfer_to_a_queue_is_offered_to_its_best_and_frees_the_giver() -> None:
    made = active()
    for work, agent in ((W2, BOB), (W3, CAT)):
        made.do(place(work))
        made.do(accept(work, agent))
    made.do(place(work_id(4)))
    events = made.do(transfer(W1, to_queue=LOANS))
    assert names(events) == ["Returned", "Offered"]
    assert offers(events) == [(work_id(4), ANN, 1)]
    assert made.standing(W1) == ("queued", None, 1)
    assert offers(made.do(release(W2))) == [(W1, BOB, 2)]


def test_transfer_to_the_own_queue_does_not_come_straight_back() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1))
    made.do(accept(W1))
    assert offers(made.do(transfer(W1, to_queue=GENERAL))) == []
    assert [offers(events) for events in made.later(seconds(30))] == [[(W1, ANN, 2)]]


@pytest.mark.parametrize(
    ("label", "command", "reason"),
    [
        ("another agent", transfer(W1, agent_id=BOB, to_queue=LOANS), "not_yours"),
        ("another epoch", transfer(W1, epoch=2, to_queue=LOANS), "not_yours"),
        ("other work", transfer(W2, to_queue=LOANS), "not_yours"),
        ("no such queue", transfer(W1, to_queue=QueueId("gone")), "unknown_queue"),
        ("nowhere", transfer(W1), "no_target"),
        ("to oneself", transfer(W1, to_agent=ANN), "agent_not_available"),
        ("to nobody", transfer(W1, to_agent=AgentId("zoe")), "agent_not_available"),
    ],
)
def test_transfer_is_refused(label: str, command: TransferWork, reason: str) -> None:
    assert active().do(command) == [Refused(reason=reason)]


@pytest.mark.parametrize("why", ["not ready", "disconnected", "no free slot"])
def test_transfer_to_an_agent_who_cannot_take_it_is_refused(why: str) -> None:
    made = active()
    if why == "not ready":
        made.do(presence(BOB, Presence.BREAK))
    elif why == "disconnected":
        made.do(lose(BOB, "bob.1"))
    else:
        made.do(place(W2, queue=LOANS))
    assert made.do(transfer(W1, to_agent=BOB)) == [Refused(reason="agent_not_available")]


@pytest.mark.parametrize("how", ["declines", "lets it ring", "is lost"])
def test_when_the_target_does_not_take_it_the_queue_does_and_not_the_giver(how: str) -> None:
    made = active()
    made.do(transfer(W1, to_agent=CAT))
    if how == "declines":
        events = made.do(decline(W1, CAT, 2))
    elif how == "lets it ring":
        events = made.later(seconds(20))[0]
    else:
        made.do(lose(CAT, "cat.1"))
        events = made.later(seconds(20))[0]
    assert events[0].target is None
    assert offers(events) == [(W1, BOB, 3)]
    assert made.state.works[W1].waiting_since == START


# ------------------------------------------------------------ moves
def test_a_supervisor_moves_waiting_work_and_it_is_served_there() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1, queue=LOANS))
    assert made.do(move(W1, GENERAL))[0] == Returned(
        interaction_id=W1,
        agent_id=None,
        epoch=0,
        reason="moved",
        queue_id=GENERAL,
        first=False,
        author="agent:lead",
    )
    assert made.standing(W1) == ("offered", ANN, 1)


def test_a_supervisor_takes_an_offer_and_active_work_away() -> None:
    made = desk().staffed(profile(ANN), profile(BOB))
    made.do(place(W1))
    assert offers(made.do(move(W1, GENERAL, to_agent=BOB))) == [(W1, BOB, 2)]
    made.do(accept(W1, BOB, 2))
    assert offers(made.do(move(W1, VIP))) == [(W1, ANN, 3)]


def test_moved_to_the_front_is_served_before_priority() -> None:
    made = desk()
    for work, queue in ((W1, GENERAL), (W2, GENERAL), (W3, VIP)):
        made.do(place(work, queue=queue))
    made.do(move(W2, GENERAL, first=True))
    made.do(connect(profile(ANN)))
    assert offers(made.do(ready(ANN))) == [(W2, ANN, 1)]
    assert offers(made.do(release(W2))) == [(W3, ANN, 1)]


def test_moves_are_refused_with_their_reason() -> None:
    made = active()
    assert made.do(move(W2, GENERAL)) == [Refused(reason="unknown_work")]
    assert made.do(move(W1, QueueId("gone"))) == [Refused(reason="unknown_queue")]
    assert made.do(move(W1, GENERAL, to_agent=AgentId("zoe"))) == [
        Refused(reason="agent_not_available")
    ]
    made.do(wrap_up(W1))
    assert made.do(move(W1, GENERAL)) == [Refused(reason="talk_ended")]


# ------------------------------------------------------------ configuration
def test_new_queues_make_waiting_work_servable() -> None:
    made = desk().staffed(profile(ANN))
    made.do(place(W1, queue=LOANS))
    easier = replace(QUEUES[1], skills=())
    queues = (QUEUES[0], easier, QUEUES[2])
    assert made.do(configure(*queues)) == [
        DeskConfigured(queues=queues, author="agent:admin"),
        TimerArmed(name="match", generation=2, due=made.at),
    ]
    assert [names(events) for events in made.later(timedelta())] == [["TimerDisarmed", "Offered"]]
    assert made.do(configure(*queues)) == [Ignored(reason="no_change")]


def test_waiting_work_of_a_removed_queue_moves_to_the_general_one() -> None:
    made = desk()
    made.do(place(W1, queue=LOANS))
    made.do(configure(QUEUES[2], QUEUES[0]))
    assert made.later(timedelta())[0][1:] == [
        Returned(
            interaction_id=W1, agent_id=None, epoch=0, reason="moved", queue_id=GENERAL, first=False
        )
    ]
    made.do(configure(QUEUES[2]))
    made.later(timedelta())
    assert made.state.works[W1].queue_id == VIP


def test_what_becomes_servable_is_offered_in_portions() -> None:
    made = desk(settings=DeskSettings(offers_a_commit=2))
    skilled = Queue(queue_id=GENERAL, name="综合", skills=(Skill(skill="x"),))
    made.do(configure(skilled))
    made.later(timedelta())
    made.staffed(*(profile(AgentId(f"a{n}")) for n in range(5)))
    for number in range(6):
        made.do(place(work_id(number)))
    made.do(configure(replace(skilled, skills=())))
    assert [len(offers(events)) for events in made.later(timedelta())] == [2, 2, 1]
    assert made.rules.due(made.state) == made.at + seconds(20)


def test_one_agent_with_much_room_is_filled_in_portions_too() -> None:
    made = desk(settings=DeskSettings(offers_a_commit=2))
    for number in range(5):
        made.do(place(work_id(number)))
    made.do(connect(profile(ANN, slots=9)))
    events = made.do(ready(ANN))
    assert names(events) == ["PresenceChanged", "Offered", "Offered", "TimerArmed"]
    assert [len(offers(events)) for events in made.later(timedelta())] == [2, 1]
