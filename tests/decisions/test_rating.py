"""Buttons under an answer: a rating counts once, asks nothing, and 没帮助 offers what is next."""

from datetime import timedelta
from typing import Any

import pytest

from hub.model.bot import BotAction
from hub.model.events import AnswerRated, MissReason, QuestionMissed
from hub.model.ids import MessageId
from hub.model.message import MenuPart, Option, TextPart
from tests.decisions.stream import (
    CONVERSATION,
    Stream,
    answer,
    assign,
    close,
    end,
    hand_off,
    message,
    names,
    offer,
)

ASKED = MessageId(f"{CONVERSATION}.1")
UP, DOWN = f"rate:up:{ASKED}", f"rate:down:{ASKED}"


def answered(*, rateable: bool = True, candidates: int = 4) -> Stream:
    stream = Stream()
    stream.do(message("怎么挂失？"))
    stream.do(answer(article="a0", rateable=rateable, candidates=candidates))
    return stream


def press(stream: Stream, choice: str, **more: Any) -> list[Any]:
    return stream.do(message("按钮", choice=choice, at=stream.at, **more))


def misses(events: list[Any]) -> list[tuple[str, str]]:
    return [(e.text, e.reason) for e in events if isinstance(e, QuestionMissed)]


def sent(events: list[Any]) -> Any:
    return next(event.parts[0] for event in events if hasattr(event, "charged"))


def test_an_article_carries_two_buttons_that_name_the_question() -> None:
    stream = Stream()
    stream.do(message("怎么挂失？"))
    events = stream.do(answer(article="a0", rateable=True, words="请拨打客服热线。"))
    assert sent(events) == MenuPart(
        head="请拨打客服热线。",
        options=(Option(id=UP, title="有帮助"), Option(id=DOWN, title="没帮助")),
    )


def test_without_buttons_the_channel_gets_the_text() -> None:
    stream = Stream()
    stream.do(message("怎么挂失？"))
    events = stream.do(answer(article="a0", words="请拨打客服热线。"))
    assert sent(events) == TextPart(text="请拨打客服热线。")


def test_what_is_no_article_is_not_rated() -> None:
    stream = Stream()
    stream.do(message("谢谢"))
    events = stream.do(answer(reason="thanks", words="不客气。", rateable=True))
    assert sent(events) == TextPart(text="不客气。")


def test_a_rating_is_counted_with_the_article_and_asks_nothing() -> None:
    stream = answered()
    received, rated, thanks = press(stream, UP)
    assert type(received).__name__ == "MessageReceived"
    assert rated == AnswerRated(
        conversation_id=CONVERSATION,
        message_id=ASKED,
        helpful=True,
        article_id="a0",
        article_version=3,
    )
    assert thanks.parts == (TextPart(text="感谢您的反馈，很高兴能帮到您。"),)


def test_no_help_offers_the_next_three_and_a_person() -> None:
    events = press(answered(candidates=5), DOWN)
    assert misses(events) == [("怎么挂失？", MissReason.RATED_DOWN)]
    assert sent(events) == MenuPart(
        head="抱歉没有帮到您。您可以看看下面的内容，或者转人工：",
        options=(
            Option(id="a1", title="文章1"),
            Option(id="a2", title="文章2"),
            Option(id="a3", title="文章3"),
            Option(id="person", title="转人工"),
        ),
    )


def test_the_person_of_the_buttons_is_reached_without_the_bot() -> None:
    stream = answered()
    press(stream, DOWN)
    events = press(stream, "person")
    assert names(events) == ["MessageReceived", "HandedOff", "MessageSent"]
    assert events[1].reason == "asked_for_person"


@pytest.mark.parametrize("again", [UP, DOWN])
def test_a_second_press_counts_nothing(again: str) -> None:
    stream = answered()
    press(stream, UP)
    assert names(press(stream, again)) == ["MessageReceived"]


def test_a_rating_is_no_miss() -> None:
    stream = answered()
    press(stream, DOWN)
    assert stream.state.conversation is not None
    assert stream.state.conversation.misses == 0


def test_a_rating_of_something_else_changes_nothing() -> None:
    assert names(press(answered(), "rate:up:x")) == ["MessageReceived"]


def test_the_press_opens_the_window_its_reply_uses() -> None:
    stream = answered()
    stream.at += timedelta(hours=49)
    assert stream.later(timedelta(hours=1))
    stream.do(message("?", windowed=False))
    events = press(stream, UP)
    assert names(events) == ["MessageReceived", "AnswerRated", "MessageSent"]


def test_a_rating_after_the_close_counts_for_the_talk_it_is_about() -> None:
    stream = answered()
    stream.do(close())
    events = press(stream, DOWN)
    assert names(events) == [
        "ConversationOpened",
        "MessageReceived",
        "AnswerRated",
        "QuestionMissed",
        "MessageSent",
        "TimerArmed",
    ]
    assert events[2].conversation_id == CONVERSATION
    assert events[4].conversation_id == f"{CONVERSATION[:-2]}.2"


def test_in_an_agents_talk_a_rating_counts_and_says_nothing() -> None:
    stream = answered()
    for step in (hand_off(), offer(), assign()):
        stream.do(step)
    assert names(press(stream, DOWN)) == ["MessageReceived", "AnswerRated", "QuestionMissed"]


def test_a_rating_does_not_call_an_agent_back_from_the_wrap_up() -> None:
    stream = answered()
    for step in (hand_off(), offer(), assign(), end()):
        stream.do(step)
    press(stream, UP)
    assert stream.standing == "wrap_up"


# ---------------------------------------------------------------- what stayed without an answer
def test_a_refused_question_is_missed() -> None:
    stream = Stream()
    stream.do(message("你们卖菜吗"))
    events = stream.do(answer(BotAction.REFUSE, reason="out_of_scope", candidates=2))
    assert events[1] == QuestionMissed(
        conversation_id=CONVERSATION,
        message_id=ASKED,
        text="你们卖菜吗",
        reason=MissReason.REFUSED,
        language="zh",
        candidates=events[0].answer.candidates,
    )


@pytest.mark.parametrize("reason", ["greeting", "scolding", "empty", "too_short"])
def test_what_asks_nothing_is_not_missed(reason: str) -> None:
    stream = Stream()
    stream.do(message("你好"))
    assert misses(stream.do(answer(BotAction.REFUSE, reason=reason))) == []


def test_buttons_nobody_pressed_are_a_miss_of_the_question_before() -> None:
    stream = Stream()
    stream.do(message("手续费？"))
    assert misses(stream.do(answer(BotAction.SUGGEST, candidates=3))) == []
    assert misses(stream.do(message("跨行转账的？"))) == [("手续费？", MissReason.ASKED_BACK)]
    assert misses(stream.do(close())) == []


def test_a_pressed_button_is_no_miss() -> None:
    stream = Stream()
    stream.do(message("手续费？"))
    stream.do(answer(BotAction.SUGGEST, candidates=3))
    press(stream, "a1")
    assert misses(stream.do(close())) == []


def test_buttons_left_at_the_close_are_a_miss() -> None:
    stream = Stream()
    stream.do(message("手续费？"))
    stream.do(answer(BotAction.SUGGEST, candidates=3))
    assert misses(stream.do(close())) == [("手续费？", MissReason.ASKED_BACK)]


def test_a_hand_off_after_misses_is_one_and_is_counted_once() -> None:
    stream = Stream()
    stream.do(message("问题一？"))
    stream.do(answer(BotAction.REFUSE, seq=1))
    stream.do(message("问题三？"))
    events = stream.do(answer(BotAction.REFUSE, seq=3, candidates=2))
    assert misses(events) == [("问题三？", MissReason.HANDED_OFF)]
    assert stream.standing == "queued"
    assert misses(stream.do(close())) == []


def test_a_wish_for_a_person_is_no_gap_of_the_articles() -> None:
    stream = Stream()
    stream.do(message("转人工"))
    assert misses(stream.do(answer(BotAction.HAND_OFF, reason="asked_for_person"))) == []
