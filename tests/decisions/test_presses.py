"""Presses on an account's menu and scans of its codes: what they ask, whom they bring."""

from dataclasses import replace

import pytest

from hub.decisions.customer import CustomerRules
from hub.decisions.policy import Policy
from hub.model.events import (
    BotAsked,
    ConversationOpened,
    HandedOff,
    MessageReceived,
    MessageSent,
    SignalReceived,
)
from hub.model.ids import QueueId, conversation_id
from hub.model.inputs import CustomerSignal
from hub.model.meanings import Act, Meaning
from hub.model.message import TextPart
from tests.decisions.stream import (
    CONVERSATION,
    HOME,
    START,
    WX,
    Stream,
    agent_reply,
    answer,
    close,
    grant,
    hand_off,
    message,
    minutes,
    names,
    signal,
    stream_in,
)

BALANCE = Meaning(label="查余额", act=Act.ASK, question="查余额")
PERSON = Meaning(label="人工客服", act=Act.HAND_OFF)
LOANS = QueueId("loan")


def press(meaning: Meaning, kind: str = "menu_click") -> CustomerSignal:
    window = grant(START, quota=3, kind="click", hours=1 / 60)
    return replace(signal(kind, given=window), value="k", meaning=meaning)


def test_a_question_of_the_menu_opens_a_conversation_and_is_asked_at_once() -> None:
    stream = Stream()
    events = stream.do(press(BALANCE))
    assert names(events) == [
        "ConversationOpened", "SignalReceived", "MessageReceived", "BotAsked", "TimerArmed",
        "TimerArmed",
    ]  # fmt: skip
    asked = [each for each in events if isinstance(each, BotAsked)]
    assert [(each.question.text, each.channel_id) for each in asked] == [("查余额", WX)]
    received = [each for each in events if isinstance(each, MessageReceived)]
    assert [each.parts for each in received] == [(TextPart(text="查余额"),)]
    marks = [each for each in events if isinstance(each, SignalReceived)]
    assert [(each.conversation_id, each.meaning) for each in marks] == [(CONVERSATION, BALANCE)]
    assert stream.standing == "bot"


def test_the_answer_to_a_press_uses_the_window_the_press_opened() -> None:
    stream = Stream()
    stream.do(press(BALANCE))
    sent = [e for e in stream.do(answer()) if isinstance(e, MessageSent)]
    assert [each.charged for each in sent] == [("click",)]


def test_a_press_for_a_person_queues_a_new_conversation_and_says_so() -> None:
    stream = Stream()
    events = stream.do(press(PERSON))
    [handed] = [each for each in events if isinstance(each, HandedOff)]
    assert (handed.reason, handed.queue_id, handed.channel_id) == (
        "asked_for_person", "general", WX,
    )  # fmt: skip
    assert [each.charged for each in events if isinstance(each, MessageSent)] == [("click",)]
    assert stream.standing == "queued"
    assert len([e for e in events if isinstance(e, ConversationOpened)]) == 1


def test_the_queue_of_the_button_wins() -> None:
    stream = Stream()
    events = stream.do(press(replace(PERSON, queue_id=LOANS)))
    assert [each.queue_id for each in events if isinstance(each, HandedOff)] == [LOANS]


def test_a_press_for_a_person_ends_the_bots_part() -> None:
    stream = stream_in("bot")
    stream.do(press(PERSON))
    assert stream.standing == "queued"


WITH_PEOPLE = ("queued", "offered", "active")


@pytest.mark.parametrize("standing", WITH_PEOPLE)
def test_with_a_person_already_a_press_is_told_and_changes_nothing(standing: str) -> None:
    stream = stream_in(standing)
    assert names(stream.do(press(PERSON))) == ["SignalReceived"]
    assert names(stream.do(press(BALANCE))) == ["SignalReceived", "MessageReceived"]
    assert stream.standing == standing


@pytest.mark.parametrize("meaning", [PERSON, BALANCE])
def test_a_press_during_wrap_up_brings_the_agent_back(meaning: Meaning) -> None:
    stream = stream_in("wrap_up")
    stream.do(press(meaning))
    assert stream.standing == "active"


def test_a_press_keeps_a_warned_talk_alive() -> None:
    stream = stream_in("active")
    stream.do(agent_reply())
    stream.later(minutes(21))
    assert "grace" in stream.state.timers
    stream.do(press(PERSON))
    assert "grace" not in stream.state.timers


def test_where_there_is_no_bot_a_question_goes_to_people() -> None:
    stream = Stream(rules=CustomerRules(Policy(without_bot=frozenset({WX}))))
    events = stream.do(press(BALANCE))
    assert [each.reason for each in events if isinstance(each, HandedOff)] == ["bot_off"]
    assert stream.standing == "queued"


def test_a_key_without_a_meaning_is_only_told() -> None:
    stream = Stream()
    assert names(stream.do(signal("menu_click"))) == ["SignalReceived"]
    assert stream.standing == "closed"


# ---------------------------------------------------------------- codes
BRANCH = Meaning(label="浦东支行柜台", queue_id=LOANS)


def test_a_scan_routes_the_hand_off_of_the_talk_that_follows_and_only_that() -> None:
    stream = Stream()
    assert names(stream.do(press(BRANCH, "scan"))) == ["SignalReceived"]
    stream.do(message())
    assert stream.do(hand_off())[0].queue_id == LOANS
    stream.do(close())
    assert stream.state.addresses[HOME.key].scene == "浦东支行柜台"
    stream.do(message())
    second = replace(hand_off(), conversation_id=conversation_id(stream.customer_id, 2))
    assert stream.do(second)[0].queue_id == "general"


def test_the_queue_of_a_reason_wins_over_that_of_a_code() -> None:
    policy = Policy(queue_of_reason={"complaint": QueueId("complaints")})
    stream = Stream(rules=CustomerRules(policy))
    stream.do(press(BRANCH, "scan"))
    stream.do(message())
    assert stream.do(hand_off("complaint"))[0].queue_id == "complaints"


def test_who_leaves_takes_the_code_along() -> None:
    stream = Stream()
    stream.do(press(BRANCH, "followed"))
    stream.do(signal("unfollowed"))
    assert stream.state.addresses[HOME.key].scene == ""
