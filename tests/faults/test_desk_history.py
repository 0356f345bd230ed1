"""The checks of routing find every damage that is planted into a clean day, and nothing in that."""

from collections.abc import Callable

import pytest

from tests.faults.desk_history import DESK_CHECKS
from tests.faults.records import DESK, Doc, Evidence
from tests.faults.sample_desk import CARL, DORA, EVE, NOTE, day, offered, returned, said, told

Damage = Callable[[Evidence], None]


def problems(evidence: Evidence) -> list[str]:
    return [problem for check in DESK_CHECKS for problem in check(evidence)]


def at_desk(evidence: Evidence, second: int) -> Doc:
    """The desk's commit of a second of the day."""
    return next(c for c in evidence.journal if c["stream"] == DESK and c["at"].second == second)


def add(evidence: Evidence, commit: Doc) -> None:
    """One more commit at the end of its stream."""
    same = [c["seq"] for c in evidence.journal if c["stream"] == commit["stream"]]
    late = {"_id": "late", "seq": len(same) + 1, "at": evidence.journal[-1]["at"]}
    evidence.journal = [*evidence.journal, {**late, **commit}]


def give_to_a_second_agent(evidence: Evidence) -> None:
    at_desk(evidence, 16)["events"].append(offered(EVE, "bob", 1, 7))
    at_desk(evidence, 16)["events"].append(offered(EVE, "ann", 2, 7))


def accept_what_was_offered_to_another(evidence: Evidence) -> None:
    at_desk(evidence, 17)["events"][0]["agent_id"] = "ann"


def use_an_epoch_again(evidence: Evidence) -> None:
    at_desk(evidence, 16)["events"][1]["epoch"] = 1


def begin_to_wait_anew(evidence: Evidence) -> None:
    at_desk(evidence, 16)["events"][1]["reasons"]["waited_s"] = 4


def queue_it_twice(evidence: Evidence) -> None:
    add(evidence, {"stream": DESK, "events": [at_desk(evidence, 8)["events"][0]]})


def assign_what_nobody_accepted(evidence: Evidence) -> None:
    evidence.journal[20]["events"][0]["epoch"] = 3


def give_too_much(evidence: Evidence) -> None:
    at_desk(evidence, 10)["events"].append(offered(EVE, "ann", 1, 1))


def let_somebody_be_idle(evidence: Evidence) -> None:
    del at_desk(evidence, 16)["events"][1]


def serve_the_new_before_what_came_back(evidence: Evidence) -> None:
    at_desk(evidence, 16)["events"][1] = offered(EVE, "bob", 1, 7)


def serve_the_later_first(evidence: Evidence) -> None:
    at_desk(evidence, 12)["events"][1] = offered(EVE, "ann", 1, 3)


def leave_it_waiting(evidence: Evidence) -> None:
    add(evidence, {"stream": DESK, "events": [returned(EVE, "ann", 1)]})
    evidence.desk_seq += 1


def leave_it_with_somebody_gone(evidence: Evidence) -> None:
    gone = [
        {"is": "AgentDisconnected", "agent_id": "bob", "connection_id": "p.bob"},
        {"is": "PresenceChanged", "agent_id": "bob", "presence": "offline"},
    ]
    add(evidence, {"stream": DESK, "events": gone})
    evidence.desk_seq += 1


def close_the_talk_alone(evidence: Evidence) -> None:
    add(evidence, told("customer:1f03", "ConversationClosed", EVE))


def release_at_the_desk_alone(evidence: Evidence) -> None:
    add(evidence, {"stream": DESK, "events": [{"is": "Released", "interaction_id": EVE}]})


def miss_an_assignment(evidence: Evidence) -> None:
    evidence.journal = [c for c in evidence.journal if c["_id"] != "21"]


def write_after_the_transfer(evidence: Evidence) -> None:
    add(evidence, said("customer:1f01", CARL, "ann", 1))


def write_with_an_old_epoch(evidence: Evidence) -> None:
    add(evidence, said("customer:1f01", CARL, "bob", 1))


def show_a_closed_one(evidence: Evidence) -> None:
    evidence.screens[0].held["work", DORA] = {"seq": 9}  # type: ignore[index]


def show_it_as_it_was(evidence: Evidence) -> None:
    evidence.screens[0].held["work", EVE]["state"] = "offered"


def show_nothing(evidence: Evidence) -> None:
    evidence.screens[0].held.clear()  # type: ignore[attr-defined]


def send_a_note_out(evidence: Evidence) -> None:
    evidence.wire += NOTE


def lose_a_note(evidence: Evidence) -> None:
    evidence.journal = [c for c in evidence.journal if c["events"][0]["is"] != "NoteAdded"]


PLANTED: tuple[tuple[Damage, str], ...] = (
    (give_to_a_second_agent, f"two: {EVE} is offered with bob and offered to ann"),
    (accept_what_was_offered_to_another, f"two: ('{CARL}', 'ann', 2) accepted what is offered"),
    (use_an_epoch_again, f"epoch: {CARL} has 1 after 1"),
    (begin_to_wait_anew, f"since: {CARL} is said to wait 4 s, not 13.0"),
    (queue_it_twice, f"twice: {DORA} was queued again"),
    (assign_what_nobody_accepted, f"owner: ('{CARL}', 'bob', 3) was assigned and never accepted"),
    (give_too_much, "capacity: ann has 2"),
    (let_somebody_be_idle, f"idle: ['bob'] beside {CARL}"),
    (serve_the_new_before_what_came_back, f"turn: {EVE} before {CARL}"),
    (serve_the_later_first, f"turn: {EVE} before {DORA}"),
    (leave_it_waiting, f"waiting: {EVE} is queued with nobody"),
    (leave_it_with_somebody_gone, f"waiting: {CARL} is active with bob"),
    (close_the_talk_alone, f"agree: {EVE} is ('active', 'ann', 1) at the desk and ('released'"),
    (release_at_the_desk_alone, f"agree: {EVE} is ('released', '', 0) at the desk"),
    (miss_an_assignment, f"agree: {CARL} is ('active', 'bob', 2) at the desk and ('queued'"),
    (write_after_the_transfer, "owner: agent:ann with epoch 1 wrote into what is active with bob"),
    (write_with_an_old_epoch, "owner: agent:bob with epoch 1 wrote into what is active with bob"),
    (show_a_closed_one, f"screen: ann desk work/{DORA}: held "),
    (show_it_as_it_was, f"screen: ann desk work/{EVE}: held "),
    (show_nothing, f"screen: ann desk work/{EVE}: held null"),
    (send_a_note_out, "note: ann-1 went out"),
    (lose_a_note, "note: ann-1 is there 0 times"),
)


def test_a_clean_day_has_no_problems() -> None:
    assert problems(day()) == []


@pytest.mark.parametrize(("damage", "told"), PLANTED, ids=lambda v: getattr(v, "__name__", ""))
def test_planted_damage_of_routing_is_reported(damage: Damage, told: str) -> None:
    evidence = day()
    damage(evidence)
    assert any(problem.startswith(told) for problem in problems(evidence)), problems(evidence)


def test_work_may_wait_beside_an_agent_until_the_match_that_is_due() -> None:
    evidence = day()
    match = {"is": "TimerArmed", "name": "match", "generation": 1, "due": 0}
    at_desk(evidence, 15)["events"].append(match)
    offer = at_desk(evidence, 16)["events"].pop()
    at_desk(evidence, 17)["events"][:0] = [{"is": "TimerDisarmed", "name": "match"}, offer]
    offer["reasons"]["waited_s"] = 14
    assert problems(evidence) == []
