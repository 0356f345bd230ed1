"""Since when a customer waits for a person's word, as the list of conversations keeps it."""

from datetime import datetime
from typing import Any

from hub.projections.conversations import Conversations
from tests.decisions.stream import (
    START,
    Stream,
    agent_reply,
    answer,
    assign,
    give_back,
    hand_off,
    in_line,
    message,
    minutes,
    note,
)

PROJECTION = Conversations()


def owed(*steps: Any) -> datetime | None:
    """After the steps, one a minute from `START`."""
    stream = Stream()
    for number, step in enumerate(steps):
        stream.at = START + minutes(number)
        stream.do(step)
    doc: dict[str, Any] | None = None
    for commit in stream.commits:
        for key in PROJECTION.ids(commit):
            doc = PROJECTION.fold(key, doc, commit)
    assert doc is not None
    since: datetime | None = doc["owed_since"]
    return since


def test_what_a_bot_says_is_no_word_of_a_person() -> None:
    assert owed(message(), answer()) == START


def test_from_the_hand_over_it_is_the_agents_time_whatever_the_system_said_meanwhile() -> None:
    assert owed(message(), hand_off(), in_line(), assign()) == START + minutes(3)


def test_another_message_or_a_note_moves_the_clock_of_nobody() -> None:
    waits = (message(), hand_off(), assign(), message("在吗"), note())
    assert owed(*waits) == START + minutes(2)


def test_a_reply_ends_it_and_the_next_word_begins_it_again() -> None:
    answered = (message(), hand_off(), assign(), agent_reply())
    assert owed(*answered) is None
    assert owed(*answered, note()) is None
    assert owed(*answered, message("还有"), message("在吗")) == START + minutes(4)


def test_the_next_agent_owes_what_the_last_one_left_unanswered_and_nothing_else() -> None:
    unanswered = (message(), hand_off(), assign(), give_back(), assign(2))
    assert owed(*unanswered) == START + minutes(4)
    answered = (message(), hand_off(), assign(), agent_reply(), give_back(), assign(2))
    assert owed(*answered) is None
