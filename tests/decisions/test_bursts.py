"""Pieces of one sentence are one question, what is whole is asked at once; nothing is forgotten."""

from datetime import timedelta
from typing import Any

import pytest

from hub.decisions.customer import CustomerRules
from hub.decisions.customer.asking import is_fragment
from hub.decisions.policy import Policy
from hub.model.bot import BotAction, BotQuestion
from hub.model.events import BotAsked, Ignored, QuestionHeld, TimerArmed
from hub.model.ids import MessageId
from hub.model.message import MediaKind, MediaPart
from tests.decisions.stream import CONVERSATION, START, WX, Stream, answer, hand_off, message, names

BURST = timedelta(seconds=1.2)


def asked(events: list[Any]) -> list[str]:
    return [event.question.text for event in events if isinstance(event, BotAsked)]


def pictured() -> Any:
    return message(parts=(MediaPart(media=MediaKind.IMAGE, provider_ref="m"),))


def test_a_fragment_waits_for_the_rest() -> None:
    stream = Stream()
    _, _, held, burst, idle = stream.do(message("我的卡"))
    assert held == QuestionHeld(
        conversation_id=CONVERSATION, message_id=MessageId(f"{CONVERSATION}.1"), text="我的卡"
    )
    assert burst == TimerArmed(name="burst", generation=1, due=START + BURST)
    assert idle.name == "idle"


def test_a_fragment_that_stays_alone_is_asked_when_the_time_is_over() -> None:
    stream = Stream()
    stream.do(message("我的卡"))
    assert stream.later(BURST - timedelta(milliseconds=1)) == []
    ((disarmed, question, limit),) = stream.later(timedelta(milliseconds=1))
    assert disarmed.name == "burst"
    assert question == BotAsked(
        conversation_id=CONVERSATION,
        message_id=MessageId(f"{CONVERSATION}.1"),
        question=BotQuestion(text="我的卡"),
        channel_id=WX,
    )
    assert (limit.name, limit.due) == ("bot", START + BURST + timedelta(seconds=10))


def test_pieces_are_asked_as_one_question_with_the_end_mark() -> None:
    stream = Stream()
    stream.do(message("我的卡"))
    stream.at += timedelta(seconds=1)
    assert names(stream.do(message("昨天被吞了")))[1:] == ["QuestionHeld", "TimerArmed"]
    stream.at += timedelta(seconds=1)
    events = stream.do(message("怎么取回来？"))
    assert asked(events) == ["我的卡\n昨天被吞了\n怎么取回来？"]
    assert stream.later(timedelta(seconds=5)) == []


def test_each_piece_gives_the_next_one_its_time() -> None:
    stream = Stream()
    stream.do(message("我的卡"))
    stream.at += timedelta(seconds=1)
    stream.do(message("昨天"))
    assert stream.later(timedelta(seconds=1)) == []
    (events,) = stream.later(timedelta(seconds=0.2))
    assert asked(events) == ["我的卡\n昨天"]


def test_the_fifth_piece_is_asked_whatever_comes() -> None:
    stream = Stream()
    for piece in "一二三四":
        assert "QuestionHeld" in names(stream.do(message(piece)))
    assert asked(stream.do(message("五"))) == ["一\n二\n三\n四\n五"]


@pytest.mark.parametrize(
    "words",
    [
        "转人工",
        "我要找客服",
        "agent",
        "I want to complain",
        "你好",
        "您好呀",
        "Hello!",
        "谢谢",
        "嗯",
        "好的",
        "怎么挂失？",
        "卡丢了。",
        "可以转账吗",
        "卡丢了怎么办",
        "手续费多少",
        "我想问一下信用卡的年费是怎么收的",
        "how do I reset the pin of my card",
    ],
)
def test_what_is_whole_is_asked_at_once(words: str) -> None:
    assert asked(Stream().do(message(words))) == [words]


@pytest.mark.parametrize("words", ["转账", "我的信用卡", "my card", "昨天取钱", "1234", "", "卡，"])
def test_a_few_words_without_an_end_are_a_fragment(words: str) -> None:
    assert is_fragment(words)


def test_a_pressed_button_is_asked_at_once_and_alone() -> None:
    stream = Stream()
    stream.do(message("我的卡"))
    pressed = stream.do(message("挂失", choice="zh-card-loss"))
    assert asked(pressed) == ["挂失"]
    (events,) = stream.later(BURST)
    assert asked(events) == ["我的卡"]


def test_a_message_that_comes_while_the_question_is_out_joins_it() -> None:
    stream = Stream()
    stream.do(message("怎么挂失？"))
    stream.at += timedelta(seconds=1)
    question = stream.do(message("信用卡"))[1]
    assert question == BotAsked(
        conversation_id=CONVERSATION,
        message_id=MessageId(f"{CONVERSATION}.2"),
        question=BotQuestion(text="怎么挂失？\n信用卡"),
        channel_id=WX,
        instead_of=MessageId(f"{CONVERSATION}.1"),
    )
    assert stream.do(answer(seq=1)) == [Ignored(reason="superseded")]
    assert names(stream.do(answer(seq=2)))[:2] == ["BotAnswered", "MessageSent"]


def test_a_question_that_grows_is_owed_its_answer_since_its_beginning() -> None:
    stream = Stream()
    stream.do(message("怎么挂失？"))
    stream.at += timedelta(seconds=9)
    stream.do(message("信用卡"))
    ((handed, _),) = stream.later(timedelta(seconds=1))
    assert handed.reason == "bot_timeout"


def test_the_next_question_begins_anew_after_the_answer() -> None:
    stream = Stream()
    stream.do(message("怎么挂失？"))
    stream.do(answer(BotAction.ANSWER))
    assert asked(stream.do(message("多久能补卡？"))) == ["多久能补卡？"]


def test_a_picture_goes_with_the_words_that_follow_it() -> None:
    stream = Stream()
    assert "QuestionHeld" in names(stream.do(pictured()))
    assert asked(stream.do(message("这是什么？"))) == ["这是什么？"]


def test_a_picture_alone_is_asked_too() -> None:
    stream = Stream()
    stream.do(pictured())
    (events,) = stream.later(BURST)
    assert asked(events) == [""]


def test_a_person_who_takes_over_ends_the_wait() -> None:
    stream = Stream()
    stream.do(message("我的卡"))
    stream.do(hand_off())
    assert stream.later(timedelta(minutes=5)) == []
    assert (stream.standing, stream.state.timers) == ("queued", {})


def test_without_a_burst_everything_is_asked_at_once() -> None:
    stream = Stream(rules=CustomerRules(Policy(bot_burst=timedelta())))
    assert asked(stream.do(message("我的卡"))) == ["我的卡"]
