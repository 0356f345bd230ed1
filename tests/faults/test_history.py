"""The checker finds every damage that is planted into a clean history, and nothing in that."""

from collections.abc import Callable

import pytest

from tests.faults.history import problems
from tests.faults.records import Evidence, ordered_pairs
from tests.faults.sample import AUTHOR, clean, command, commit, on_phone, push, received, row

Damage = Callable[[Evidence], None]


def numbered_anew(evidence: Evidence, *order: int) -> None:
    """The same commits under other numbers."""
    commits = list(evidence.journal)
    evidence.journal = [commits[place - 1] for place in order]
    for n, doc in enumerate(evidence.journal, 1):
        doc.update(n=n, _id=f"1f:{n:012d}")


def lose_a_message(evidence: Evidence) -> None:
    evidence.pushes = [*evidence.pushes, push(3, "lost", posted=5, acked=6)]


def consume_a_message_twice(evidence: Evidence) -> None:
    evidence.journal = [*evidence.journal, commit(7, *received(2, "anybody?"), owner="t2")]


def invent_a_message(evidence: Evidence) -> None:
    evidence.journal = [*evidence.journal, commit(7, *received(9, "never said"), owner="t2")]


def alter_a_message(evidence: Evidence) -> None:
    evidence.journal[0]["events"][0]["parts"][0]["text"] = "hullo"


def leave_a_message_unanswered(evidence: Evidence) -> None:
    evidence.pushes[1].update(acked=0, state="sending")


def decide_the_later_message_first(evidence: Evidence) -> None:
    numbered_anew(evidence, 2, 1, 3, 4, 5, 6)


def forget_an_accepted_command(evidence: Evidence) -> None:
    evidence.commands = [*evidence.commands, command("d", "gone")]


def do_a_command_twice(evidence: Evidence) -> None:
    again = commit(7, f"cmd:{AUTHOR}:a", {"is": "Ignored", "reason": "superseded"}, owner="t2")
    evidence.journal = [*evidence.journal, again]


def do_what_nobody_asked(evidence: Evidence) -> None:
    evidence.commands = evidence.commands[:2]


def leave_an_outcome_unknown(evidence: Evidence) -> None:
    evidence.commands[0].outcome = ""


def say_what_was_refused(evidence: Evidence) -> None:
    evidence.sent = [*evidence.sent, on_phone("not now")]


def send_a_reply_twice(evidence: Evidence) -> None:
    evidence.sent = [*evidence.sent, on_phone("yes")]


def never_send_a_reply(evidence: Evidence) -> None:
    evidence.sent = evidence.sent[:1]


def never_make_the_row(evidence: Evidence) -> None:
    evidence.outbox = evidence.outbox[:1]


def say_failed_and_send(evidence: Evidence) -> None:
    evidence.outbox[1]["state"] = "failed"
    evidence.dead_letters = frozenset({evidence.outbox[1]["_id"]})


def send_an_uncertain_one_twice(evidence: Evidence) -> None:
    evidence.outbox[0]["state"] = "uncertain"
    evidence.dead_letters = frozenset({evidence.outbox[0]["_id"]})
    evidence.sent = [on_phone("yes"), *evidence.sent]


def hide_an_uncertain_one(evidence: Evidence) -> None:
    evidence.outbox[0]["state"] = "uncertain"


def list_what_was_sent(evidence: Evidence) -> None:
    evidence.dead_letters = frozenset({evidence.outbox[0]["_id"]})


def swap_replies(evidence: Evidence) -> None:
    evidence.sent = evidence.sent[::-1]


def leave_a_number_out(evidence: Evidence) -> None:
    evidence.journal[5].update(n=7, _id="1f:000000000007")


def write_a_number_twice(evidence: Evidence) -> None:
    evidence.journal[5].update(n=5, _id="1f:000000000005")


def let_the_old_owner_write(evidence: Evidence) -> None:
    evidence.journal[5]["token"] = "t1"


def leave_an_input_open(evidence: Evidence) -> None:
    evidence.inbox[0]["open"] = True


def leave_a_row_sending(evidence: Evidence) -> None:
    evidence.outbox[0].update(state="sending", open=True)


def never_tell_a_result(evidence: Evidence) -> None:
    evidence.outbox[0]["told"] = False


def project_something_else(evidence: Evidence) -> None:
    evidence.projected["conversations"][0]["messages"] = 3


def project_one_too_many(evidence: Evidence) -> None:
    evidence.projected = {"conversations": [*evidence.projected["conversations"], {"_id": "x"}]}


def let_verify_complain(evidence: Evidence) -> None:
    evidence.verified = (1, "1f:000000000003: replay decides otherwise\n1 problems")


def end_by_itself(evidence: Evidence) -> None:
    evidence.complaints = ["hub0 ended by itself: 1"]


PLANTED: tuple[tuple[Damage, str], ...] = (
    (lose_a_message, "lost: "),
    (consume_a_message_twice, "doubled: "),
    (invent_a_message, "phantom: "),
    (alter_a_message, "altered: "),
    (leave_a_message_unanswered, "unanswered: "),
    (decide_the_later_message_first, "order: 2 at 1 before 1 at 2"),
    (forget_an_accepted_command, "command: d was accepted and is not in the journal"),
    (do_a_command_twice, "doubled: a in "),
    (do_what_nobody_asked, "phantom: nobody gave the command "),
    (leave_an_outcome_unknown, "command: the outcome of a stayed unknown"),
    (say_what_was_refused, "command: b was refused and yet said "),
    (send_a_reply_twice, "reply: 1f:000000000003#0 is {'sent': 1}, at the phone 2 times"),
    (never_send_a_reply, "reply: 1f:000000000005#0 is {'sent': 1}, at the phone 0 times"),
    (never_make_the_row, "reply: m.5.0 ended as ['no row']"),
    (say_failed_and_send, "reply: 1f:000000000005#0 is {'failed': 1}, at the phone 1 times"),
    (send_an_uncertain_one_twice, "reply: 1f:000000000003#0 is {'uncertain': 1}, at the phone 2"),
    (hide_an_uncertain_one, "hidden: 1f:000000000003#0 is not among the dead letters"),
    (list_what_was_sent, "hidden: 1f:000000000003#0 is listed as dead and is not"),
    (swap_replies, "order: the phone of oAnn"),
    (leave_a_number_out, "numbers: shard 31 has twice [], missing [6]"),
    (write_a_number_twice, "numbers: shard 31 has twice [5], missing []"),
    (let_the_old_owner_write, "fence: token t1 came back in shard 31"),
    (leave_an_input_open, "stuck: input "),
    (leave_a_row_sending, "stuck: 1f:000000000003#0 is sending"),
    (never_tell_a_result, "stuck: the result of 1f:000000000003#0 was not told"),
    (project_something_else, "rebuild: conversations 1f00.1 differs in ['messages']"),
    (project_one_too_many, "rebuild: conversations x differs in ['_id']"),
    (let_verify_complain, "verify: exit 1: "),
    (end_by_itself, "hub0 ended by itself: 1"),
)


def test_a_clean_history_has_no_problems() -> None:
    assert problems(clean()) == []


@pytest.mark.parametrize(("damage", "told"), PLANTED, ids=lambda v: getattr(v, "__name__", ""))
def test_planted_damage_is_reported(damage: Damage, told: str) -> None:
    evidence = clean()
    damage(evidence)
    assert any(problem.startswith(told) for problem in problems(evidence)), problems(evidence)


def test_an_uncertain_reply_may_have_arrived_or_not() -> None:
    for arrived in (0, 1):
        evidence = clean()
        evidence.outbox[0]["state"] = "uncertain"
        evidence.dead_letters = frozenset({evidence.outbox[0]["_id"]})
        evidence.sent = evidence.sent[1 - arrived :]
        assert problems(evidence) == []


def test_a_reply_once_in_doubt_may_arrive_late() -> None:
    evidence = clean()
    evidence.outbox[0]["code"] = "overdue"
    evidence.sent = evidence.sent[::-1]
    assert problems(evidence) == []


def test_messages_posted_side_by_side_may_be_decided_in_either_order() -> None:
    evidence = clean()
    evidence.pushes[1]["posted"] = 2
    evidence.pushes[0]["acked"] = 3
    numbered_anew(evidence, 2, 1, 3, 4, 5, 6)
    assert list(ordered_pairs(evidence)) == []
    assert problems(evidence) == []


def test_the_same_answer_given_twice_must_arrive_twice() -> None:
    evidence = clean()
    for sent in evidence.sent:
        sent["content"]["content"] = "yes"
    evidence.journal[4]["events"][0]["parts"][0]["text"] = "yes"
    evidence.commands[2].text = "yes"
    assert problems(evidence) == []
    evidence.outbox = [row(3, "m.3.0"), row(5, "m.5.0", "failed")]
    evidence.dead_letters = frozenset({"1f:000000000005#0"})
    assert problems(evidence) == [
        "reply: 1f:000000000003#0 is {'sent': 1, 'failed': 1}, at the phone 2 times"
    ]
