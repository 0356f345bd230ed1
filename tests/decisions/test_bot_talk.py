"""The bot's part: opening, asking, answering, misses, handing off."""

from datetime import timedelta

import pytest

from hub.decisions.customer import CustomerRules
from hub.decisions.policy import Policy
from hub.model import inputs as i
from hub.model.bot import BotAction, BotQuestion
from hub.model.events import (
    BotAsked,
    ConversationOpened,
    HandedOff,
    Ignored,
    MessageReceived,
    MessageSent,
    SignalReceived,
    TimerArmed,
)
from hub.model.ids import MessageId
from hub.model.message import (
    LocationPart,
    MediaKind,
    MediaPart,
    MenuPart,
    Option,
    Part,
    TextPart,
    UnsupportedPart,
)
from tests.decisions.stream import (
    CONVERSATION,
    CUSTOMER_ID,
    HOME,
    INTERACTION,
    START,
    WX,
    Stream,
    answer,
    close,
    grant,
    hand_off,
    message,
    minutes,
    names,
    signal,
    text,
)

HAND_OFF_ZH = "已为您转接人工服务，人工坐席会在这里回复您，请稍候。"
HAND_OFF_EN = "A colleague will take over and answer you right here. One moment, please."


def test_the_first_message_opens_an_episode_and_asks_the_bot() -> None:
    stream = Stream()
    assert stream.do(message("怎么挂失？")) == [
        ConversationOpened(conversation_id=CONVERSATION, address=HOME),
        MessageReceived(
            message_id=MessageId(f"{CONVERSATION}.1"),
            conversation_id=CONVERSATION,
            address=HOME,
            parts=text("怎么挂失？"),
            sent_at=START,
            grant=grant(START),
        ),
        BotAsked(
            conversation_id=CONVERSATION,
            message_id=MessageId(f"{CONVERSATION}.1"),
            question=BotQuestion(text="怎么挂失？"),
            channel_id=WX,
        ),
        TimerArmed(name="bot", generation=1, due=START + timedelta(seconds=10)),
        TimerArmed(name="idle", generation=2, due=START + timedelta(minutes=30)),
    ]


def test_a_message_after_the_close_opens_the_next_episode() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(close())
    opened, received, *_ = stream.do(message("还有个问题"))
    assert opened.conversation_id == f"{CUSTOMER_ID}.2"
    assert received.message_id == f"{CUSTOMER_ID}.2.3"


def test_a_channel_without_bot_queues_at_once_and_says_nothing() -> None:
    stream = Stream(rules=CustomerRules(Policy(without_bot=frozenset({WX}))))
    events = stream.do(message())
    assert names(events) == ["ConversationOpened", "MessageReceived", "HandedOff"]
    assert events[2] == HandedOff(
        conversation_id=CONVERSATION,
        interaction_id=INTERACTION,
        reason="bot_off",
        channel_id=WX,
        waiting_since=START,
    )
    assert stream.standing == "queued"
    assert stream.rules.due(stream.state) is None


def test_an_answer_is_sent() -> None:
    stream = Stream()
    stream.do(message())
    events = stream.do(answer(words="请拨打95xxx。"))
    assert names(events) == ["BotAnswered", "MessageSent", "TimerDisarmed"]
    assert events[1] == MessageSent(
        message_id=MessageId(f"{CONVERSATION}.2.0"),
        conversation_id=CONVERSATION,
        author="bot",
        address=HOME,
        parts=text("请拨打95xxx。"),
        charged=("message",),
    )


def test_a_suggestion_shows_three_buttons_and_the_way_to_a_person() -> None:
    stream = Stream()
    stream.do(message())
    events = stream.do(answer(BotAction.SUGGEST, words="您想问的是？", candidates=5))
    assert events[1].parts == (
        MenuPart(
            head="您想问的是？",
            options=(
                Option(id="a0", title="文章0"),
                Option(id="a1", title="文章1"),
                Option(id="a2", title="文章2"),
            ),
            tail="以上都不是？请换个说法，或回复“转人工”由人工坐席为您服务。",
        ),
    )


def test_a_suggestion_in_english_has_an_english_hint() -> None:
    stream = Stream()
    stream.do(message("card?"))
    events = stream.do(
        answer(BotAction.SUGGEST, words="Did you mean?", candidates=1, language="en")
    )
    assert events[1].parts[0].tail == (
        "None of these? Put it another way, or reply “agent” to reach a person."
    )


def test_a_pressed_button_reaches_the_bot_as_choice() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(answer(BotAction.SUGGEST, candidates=2))
    asked = stream.do(message("文章1", choice="a1"))[1]
    assert asked.question == BotQuestion(text="文章1", misses=0, choice="a1")


@pytest.mark.parametrize(
    ("parts", "read"),
    [
        ((TextPart(text="一"), TextPart(text="二")), "一\n二"),
        ((MediaPart(media=MediaKind.VOICE, provider_ref="m", transcript="挂失"),), "挂失"),
        ((MediaPart(media=MediaKind.IMAGE, provider_ref="m"),), ""),
        ((LocationPart(latitude=1.0, longitude=2.0, label="here"),), ""),
        ((UnsupportedPart(kind="card"),), ""),
    ],
)
def test_the_bot_gets_what_it_can_read(parts: tuple[Part, ...], read: str) -> None:
    stream = Stream(rules=CustomerRules(Policy(bot_burst=timedelta())))
    asked = stream.do(message(parts=parts))[2]
    assert asked.question.text == read


@pytest.mark.parametrize("reason", ["greeting", "too_short"])
def test_small_talk_is_no_miss(reason: str) -> None:
    stream = Stream()
    stream.do(message("你好"))
    stream.do(answer(BotAction.SUGGEST, seq=1, reason=reason, candidates=3))
    asked = stream.do(message("转账？"))[1]
    assert asked.question.misses == 0


def test_an_answer_ends_the_row_of_misses() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(answer(BotAction.REFUSE, seq=1))
    stream.do(message())
    stream.do(answer(BotAction.ANSWER, seq=3))
    asked = stream.do(message())[1]
    assert asked.question.misses == 0


def test_the_bot_hands_off_with_its_reason() -> None:
    stream = Stream()
    stream.do(message("转人工"))
    events = stream.do(answer(BotAction.HAND_OFF, words="", reason="asked_for_person"))
    assert names(events) == ["BotAnswered", "HandedOff", "MessageSent"]
    assert events[1].reason == "asked_for_person"
    assert (stream.standing, stream.texts()) == ("queued", [HAND_OFF_ZH])


@pytest.mark.parametrize(
    ("words", "notice"),
    [
        ("agent please", HAND_OFF_EN),
        ("我要人工 please", HAND_OFF_ZH),
        ("12345", HAND_OFF_ZH),
    ],
)
def test_the_notice_speaks_the_language_of_the_last_words(words: str, notice: str) -> None:
    stream = Stream()
    stream.do(message(words))
    stream.do(hand_off())
    assert stream.texts() == [notice]


def test_words_without_letters_do_not_change_the_language() -> None:
    stream = Stream()
    stream.do(message("hello"))
    stream.do(message("???"))
    stream.do(hand_off())
    assert stream.texts() == [HAND_OFF_EN]


def test_a_bot_that_fails_hands_off() -> None:
    stream = Stream()
    stream.do(message())
    failed = i.BotFailed(
        conversation_id=CONVERSATION, message_id=MessageId(f"{CONVERSATION}.1"), code="no_model"
    )
    handed, notice = stream.do(failed)
    assert handed.reason == "bot_failed"
    assert notice.author == "system"


def test_an_empty_answer_counts_as_failure() -> None:
    stream = Stream()
    stream.do(message())
    assert stream.do(answer(words=" "))[1].reason == "bot_failed"


def test_a_bot_that_does_not_answer_in_ten_seconds_hands_off() -> None:
    stream = Stream()
    stream.do(message())
    assert stream.later(timedelta(seconds=9.999)) == []
    ((handed, _),) = stream.later(timedelta(seconds=1))
    assert handed.reason == "bot_timeout"


def test_every_question_has_its_own_limit() -> None:
    stream = Stream()
    stream.do(message("一", choice="a1"))
    stream.at += timedelta(seconds=6)
    stream.do(message("二", choice="a2"))
    stream.at += timedelta(seconds=3)
    assert stream.do(answer(seq=1))[-1] == TimerArmed(
        name="bot", generation=3, due=START + timedelta(seconds=16)
    )
    assert names(stream.do(answer(seq=2))) == ["BotAnswered", "MessageSent", "TimerDisarmed"]


def test_the_oldest_open_question_sets_the_limit() -> None:
    stream = Stream()
    for words in ("一", "二", "三"):
        stream.do(message(words, choice="a1"))
        stream.at += timedelta(seconds=2)
    assert stream.do(answer(seq=1))[-1] == TimerArmed(
        name="bot", generation=3, due=START + timedelta(seconds=12)
    )


@pytest.mark.parametrize("seq", [1, 9])
def test_an_answer_nobody_waits_for_is_superseded(seq: int) -> None:
    stream = Stream()
    stream.do(message())
    stream.do(answer(seq=1))
    assert stream.do(answer(seq=seq)) == [Ignored(reason="superseded")]


def test_an_answer_after_the_hand_off_is_superseded() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(hand_off())
    assert stream.do(answer(seq=1)) == [Ignored(reason="superseded")]


def test_an_answer_to_an_earlier_episode_is_superseded() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(close())
    stream.do(message())
    assert stream.do(answer(seq=1)) == [Ignored(reason="superseded")]


def test_the_bot_closes_after_half_an_hour_without_words() -> None:
    stream = Stream()
    stream.do(message())
    stream.at += minutes(0.1)
    stream.do(answer())
    assert [names(e) for e in stream.later(minutes(30))] == [["TimerArmed"]]
    ((closed,),) = stream.later(minutes(0.1))
    assert closed.reason == "bot_idle"
    assert stream.state.timers == {}


def test_a_queued_conversation_never_closes_by_itself() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(hand_off())
    assert stream.later(timedelta(days=30)) == []
    assert stream.standing == "queued"


def test_a_signal_alone_opens_no_conversation() -> None:
    stream = Stream()
    given = grant(START, quota=3, kind="follow", hours=1 / 60)
    assert stream.do(signal("followed", given=given)) == [
        SignalReceived(address=HOME, kind="followed", conversation_id=None, grant=given)
    ]
    assert stream.standing == "closed"


def test_a_signal_names_the_open_conversation() -> None:
    stream = Stream()
    stream.do(message())
    (received,) = stream.do(signal("menu_click"))
    assert received.conversation_id == CONVERSATION
