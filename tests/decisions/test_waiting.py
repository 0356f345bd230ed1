"""A customer in line: what the desk is told, and what the customer is told of the line."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.decisions.customer import CustomerRules
from hub.decisions.policy import ZH, Policy
from hub.model import inputs as i
from hub.model.bot import BotAction
from hub.model.codec import pack
from hub.model.desk_inputs import PlaceWork, ReleaseWork, ResumeWork, WrapUpWork
from hub.model.effects import Tell
from hub.model.events import HandedOff, Ignored, MessageSent, MessageWithheld
from hub.model.ids import ChannelId, QueueId
from hub.model.message import Address, ReplyGrant, TextPart
from tests.decisions.stream import (
    CONVERSATION,
    HOME,
    INTERACTION,
    START,
    WX,
    Stream,
    answer,
    assign,
    close,
    end,
    finish,
    grant,
    hand_off,
    in_line,
    message,
    minutes,
    names,
    stream_in,
    text,
)

COMPLAINTS = QueueId("complaints")
SORTED = CustomerRules(Policy(queue_of_reason={"complaint": COMPLAINTS}))
AHEAD = "前面还有 {} 位客户在等候，大约 {} 分钟后轮到您，坐席会在这里回复您。"
QUEUED = "前面还有 2 位客户在等候，轮到您时坐席会在这里回复您。"
NOBODY = "现在没有坐席在线。您可以先把问题留在这里，坐席上线后会在这里回复您。"
NEXT = "您排在下一位，坐席空下来就会在这里回复您。"
AWAY = "坐席暂时都不在位，您的排队位置会保留，有坐席回来就会在这里回复您。"


def told(stream: Stream) -> list[tuple[str, dict[str, Any]]]:
    """What the desk was told, oldest first."""
    return [(e.stream, e.body) for _, e in stream.effects if isinstance(e, Tell)]


def handed_off(events: list[Any]) -> HandedOff:
    (found,) = [event for event in events if isinstance(event, HandedOff)]
    return found


# ---------------------------------------------------------------- what the desk is told
def test_the_desk_is_told_all_it_routes_and_shows() -> None:
    stream = Stream()
    stream.do(message("My card is lost", display_name="王女士"))
    stream.at = START + minutes(1)
    assert handed_off(stream.do(hand_off())) == HandedOff(
        conversation_id=CONVERSATION,
        interaction_id=INTERACTION,
        reason="asked",
        queue_id=QueueId("general"),
        channel_id=WX,
        waiting_since=START + minutes(1),
        display_name="王女士",
        language="en",
    )
    work = PlaceWork(
        interaction_id=INTERACTION,
        conversation_id=CONVERSATION,
        queue_id=QueueId("general"),
        channel_id=WX,
        waiting_since=START + minutes(1),
        display_name="王女士",
        reason="asked",
        language="en",
    )
    assert told(stream) == [("desk:main", pack(work))]


def test_a_channel_without_bot_tells_the_first_words_language_and_name() -> None:
    stream = Stream(rules=CustomerRules(Policy(without_bot=frozenset({WX}))))
    found = handed_off(stream.do(message("Hello", display_name="Ann")))
    assert (found.language, found.display_name, found.channel_id) == ("en", "Ann", WX)


def test_the_name_of_an_earlier_episode_is_known_without_a_bot_too() -> None:
    stream = Stream(rules=CustomerRules(Policy(without_bot=frozenset({WX}))))
    stream.do(message(display_name="王女士"))
    stream.do(close())
    assert handed_off(stream.do(message("？"))).display_name == "王女士"


def test_a_reason_with_its_own_queue_waits_there() -> None:
    stream = Stream(rules=SORTED)
    stream.do(message("我要投诉"))
    events = stream.do(answer(BotAction.HAND_OFF, words="", reason="complaint"))
    assert handed_off(events).queue_id == COMPLAINTS


def test_a_queue_that_was_named_wins_over_the_reason() -> None:
    stream = Stream(rules=SORTED)
    stream.do(message())
    events = stream.do(hand_off("complaint", QueueId("card")))
    assert handed_off(events).queue_id == "card"


def test_a_conversation_whose_address_left_is_placed_all_the_same() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(i.AbsorbCustomer(customer_id=stream.customer_id, addresses=(HOME,)))
    stream.do(i.ReleaseCustomer(customer_id=stream.customer_id, addresses=(HOME,)))
    assert handed_off(stream.do(hand_off())).channel_id is None
    assert [body["channel_id"] for _, body in told(stream)] == [""]


def test_the_desk_hears_of_wrap_up_resuming_and_the_end() -> None:
    stream = stream_in("queued")
    for step in (assign(epoch=3), end(epoch=3), message("等等"), end(epoch=3), finish(epoch=3)):
        stream.do(step)
    assert told(stream)[1:] == [
        ("desk:main", pack(WrapUpWork(interaction_id=INTERACTION, epoch=3))),
        ("desk:main", pack(ResumeWork(interaction_id=INTERACTION, epoch=3))),
        ("desk:main", pack(WrapUpWork(interaction_id=INTERACTION, epoch=3))),
        ("desk:main", pack(ReleaseWork(interaction_id=INTERACTION, reason="finished"))),
    ]


@pytest.mark.parametrize("standing", ["queued", "offered", "active", "wrap_up"])
def test_a_close_in_any_state_releases_the_work(standing: str) -> None:
    stream = stream_in(standing)
    stream.do(close())
    released = ReleaseWork(interaction_id=INTERACTION, reason="closed_by_person")
    assert told(stream)[-1] == ("desk:main", pack(released))


def test_a_talk_with_the_bot_alone_is_no_business_of_the_desk() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(answer())
    stream.later(timedelta(hours=1))
    assert stream.standing == "closed"
    assert told(stream) == []


def test_events_of_before_there_was_a_desk_tell_it_nothing() -> None:
    """Their effects keep the numbers they were made under."""
    rules, stream = CustomerRules(Policy()), stream_in("bot").stream
    for doc in (
        {"is": "HandedOff", "conversation_id": "1.1", "interaction_id": "1.1-1", "reason": "a"},
        {"is": "WrapUpStarted", "interaction_id": "1.1-1", "reason": "ended_by_agent"},
        {"is": "ConversationClosed", "conversation_id": "1.1", "reason": "finished"},
    ):
        assert list(rules.effects(stream, rules.unpack(doc), {})) == []


# ---------------------------------------------------------------- what the customer is told
@pytest.mark.parametrize(
    ("command", "words"),
    [
        (in_line(2, wait_s=-1), QUEUED),
        (in_line(2, wait_s=150), AHEAD.format(2, 3)),
        (in_line(1, wait_s=0), AHEAD.format(1, 1)),
        (in_line(0, wait_s=-1, agents=0), NOBODY),
        (in_line(7, wait_s=-1, agents=0), NOBODY),
        (in_line(0, wait_s=-1), NEXT),
        (in_line(0, wait_s=150), "您排在下一位，大约 3 分钟后坐席会在这里回复您。"),
        (in_line(0, wait_s=150, ready=0), AWAY),
        (in_line(7, wait_s=-1, ready=0), AWAY),
    ],
)
def test_place_and_wait_are_told(command: i.WorkQueued, words: str) -> None:
    stream = stream_in("queued")
    (sent,) = stream.do(command)
    assert isinstance(sent, MessageSent)
    assert (sent.author, sent.parts) == ("system", text(words))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            in_line(2, wait_s=61),
            "Customers ahead of you: 2. A colleague will answer you right here in about 2 min.",
        ),
        (
            in_line(0, wait_s=-1),
            "You are next. A colleague will answer you right here as soon as one is free.",
        ),
        (
            in_line(0, wait_s=61),
            "You are next. A colleague will answer you right here in about 2 min.",
        ),
        (
            in_line(2, wait_s=61, ready=0),
            "Our colleagues are away for the moment. You keep your place in line, and you will "
            "get the answer here as soon as one of them is back.",
        ),
    ],
)
def test_they_are_told_in_the_customers_language(command: i.WorkQueued, words: str) -> None:
    stream = Stream()
    stream.do(message("agent please"))
    stream.do(hand_off())
    stream.do(command)
    assert stream.texts()[-1] == words


def test_what_the_policy_has_no_words_for_is_not_said() -> None:
    silent = Policy(zh=replace(ZH, all_away=""))
    stream = Stream(rules=CustomerRules(silent))
    stream.do(message())
    stream.do(hand_off())
    assert stream.do(in_line(ready=0)) == [Ignored(reason="nothing_to_tell")]


def test_the_last_send_of_a_window_is_kept_for_the_answer() -> None:
    stream = Stream()
    given = ReplyGrant(kind="message", quota=2, until=START + timedelta(hours=48))
    stream.do(
        i.CustomerMessage(
            address=HOME,
            external_id="1",
            order="1",
            parts=text("转人工"),
            sent_at=START,
            grant=given,
        )
    )
    stream.do(hand_off())
    assert stream.do(in_line(2, wait_s=-1)) == [
        MessageWithheld(
            conversation_id=CONVERSATION,
            author="system",
            parts=(TextPart(text=QUEUED),),
            reason="kept_for_answer",
        )
    ]


def test_two_windows_are_counted_together() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(hand_off())
    clicked = i.CustomerSignal(
        address=HOME,
        external_id="s",
        order="0",
        kind="menu_click",
        sent_at=START,
        grant=grant(START, quota=1, kind="click"),
    )
    stream.do(clicked)
    for _ in range(3):
        assert names(stream.do(in_line())) == ["MessageSent"]
    assert names(stream.do(in_line())) == ["MessageSent"]
    assert names(stream.do(in_line())) == ["MessageWithheld"]


def test_a_channel_without_windows_is_always_told() -> None:
    stream = Stream()
    mail = Address(channel_id=ChannelId("mail-1"), value="a@example.com")
    stream.do(message(address=mail, windowed=False))
    stream.do(hand_off())
    assert names(stream.do(in_line())) == ["MessageSent"]


def test_word_of_the_line_makes_no_reply_stale() -> None:
    stream = stream_in("queued")
    seen = stream.state.seq
    stream.do(in_line())
    said = i.SendMessage(
        conversation_id=CONVERSATION, author="api:crm", parts=text("您好"), seen=seen
    )
    assert names(stream.do(said)) == ["MessageSent"]
