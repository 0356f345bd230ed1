"""Reply windows: exact times, quotas, giving back."""

from datetime import timedelta

import pytest

from hub.decisions.customer.state import KnownAddress
from hub.decisions.customer.windows import charge, give
from hub.model import inputs as i
from hub.model.events import (
    DeliveryChanged,
    HandedOff,
    MessageSent,
    MessageWithheld,
    Refused,
)
from hub.model.message import DeliveryState, ReplyGrant, TextPart
from tests.decisions.stream import (
    HOME,
    START,
    Stream,
    answer,
    grant,
    hand_off,
    message,
    names,
    reply,
    signal,
    text,
)


def queued() -> Stream:
    """In the queue with a fresh window: the hand-off notice used one of six."""
    stream = Stream()
    stream.do(
        i.CustomerMessage(
            address=HOME,
            external_id="1",
            order="1",
            parts=text("你好"),
            sent_at=START,
            grant=grant(START, quota=6),
        )
    )
    stream.do(hand_off())
    return stream


def reasons(events: list[object]) -> list[str]:
    return [e.reason for e in events if isinstance(e, Refused)]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(hours=47, minutes=59, seconds=59), []),
        (timedelta(hours=48), []),
        (timedelta(hours=48, milliseconds=1), ["reply_window_closed"]),
        (timedelta(hours=48, seconds=1), ["reply_window_closed"]),
    ],
)
def test_the_window_ends_after_48_hours(after: timedelta, expected: list[str]) -> None:
    stream = queued()
    stream.at = START + after
    assert reasons(stream.do(reply())) == expected


def test_the_sixth_reply_is_refused() -> None:
    stream = queued()
    for _ in range(5):
        assert names(stream.do(reply())) == ["MessageSent"]
    assert stream.do(reply()) == [Refused(reason="reply_quota_exhausted")]


def test_a_new_message_opens_the_window_anew() -> None:
    stream = queued()
    for _ in range(5):
        stream.do(reply())
    for row in range(6):
        stream.report(row, DeliveryState.SENT)
    stream.do(message("在吗"))
    assert [names(stream.do(reply())) for _ in range(5)] == [["MessageSent"]] * 5
    assert reasons(stream.do(reply())) == ["reply_quota_exhausted"]


def test_what_is_on_its_way_counts_in_the_window_it_arrives_in() -> None:
    stream = queued()
    for _ in range(3):
        stream.do(reply())
    stream.do(message("在吗"))
    assert left(stream) == 1
    assert names(stream.do(reply())) == ["MessageSent"]
    assert reasons(stream.do(reply())) == ["reply_quota_exhausted"]
    for row in range(5):
        stream.report(row, DeliveryState.SENT)
    assert left(stream) == 0
    stream.do(message("还在吗"))
    assert left(stream) == 5


def test_what_is_uncertain_is_not_on_its_way_any_more() -> None:
    stream = queued()
    stream.report(0, DeliveryState.SENT)
    stream.do(reply())
    stream.report(1, DeliveryState.UNCERTAIN)
    stream.do(message("在吗"))
    assert left(stream) == 5


def test_all_parts_or_none() -> None:
    stream = queued()
    three = (TextPart(text="一"), TextPart(text="二"), TextPart(text="三"))
    (sent,) = stream.do(reply(parts=three))
    assert isinstance(sent, MessageSent)
    assert sent.charged == ("message", "message", "message")
    assert reasons(stream.do(reply(parts=three))) == ["reply_quota_exhausted"]
    assert reasons(stream.do(reply(parts=three[:2]))) == []


def test_the_grant_that_ends_first_is_used_first() -> None:
    stream = queued()
    stream.do(signal("menu_click", given=grant(START, quota=3, kind="click", hours=1 / 60)))
    four = tuple(TextPart(text=str(n)) for n in range(4))
    (sent,) = stream.do(reply(parts=four))
    assert isinstance(sent, MessageSent)
    assert sent.charged == ("click", "click", "click", "message")


def test_a_click_window_ends_after_a_minute() -> None:
    stream = queued()
    stream.do(signal("menu_click", given=grant(START, quota=3, kind="click", hours=1 / 60)))
    stream.at = START + timedelta(seconds=61)
    (sent,) = stream.do(reply())
    assert isinstance(sent, MessageSent)
    assert sent.charged == ("message",)


def test_a_channel_without_grants_has_no_windows() -> None:
    stream = Stream()
    stream.do(message(windowed=False))
    stream.do(hand_off())
    stream.at = START + timedelta(days=400)
    for _ in range(20):
        (sent,) = stream.do(reply())
        assert isinstance(sent, MessageSent)
        assert sent.charged == ("",)
    assert stream.state.outgoing == {}


def test_a_late_older_message_does_not_shorten_the_window() -> None:
    known = KnownAddress(HOME)
    give(known, grant(START + timedelta(minutes=5)), 1)
    give(known, grant(START), 2)
    assert known.grants["message"].until == START + timedelta(hours=48, minutes=5)


def test_who_unfollowed_cannot_be_reached_until_a_sign_of_life() -> None:
    stream = queued()
    stream.do(signal("unfollowed"))
    assert reasons(stream.do(reply())) == ["unreachable"]
    stream.do(signal("unsupported"))
    assert reasons(stream.do(reply())) == ["unreachable"]
    stream.do(message())
    assert reasons(stream.do(reply())) == []


def test_who_follows_again_can_be_reached() -> None:
    stream = queued()
    stream.do(signal("unfollowed"))
    stream.do(signal("followed", given=grant(START, quota=3, kind="follow", hours=1 / 60)))
    assert reasons(stream.do(reply())) == []


def test_no_grant_falls_below_zero() -> None:
    known = KnownAddress(HOME)
    give(known, ReplyGrant(kind="message", quota=2, until=START), 1)
    assert charge(known, 3, START) == Refused(reason="reply_quota_exhausted")
    assert charge(known, 2, START) == ("message", "message")


def left(stream: Stream) -> int:
    return stream.state.addresses[HOME.key].grants["message"].left


def test_a_part_that_was_not_taken_gives_its_charge_back() -> None:
    stream = queued()
    stream.do(reply(parts=(TextPart(text="一"), TextPart(text="二"))))
    assert left(stream) == 3
    stream.report(1, DeliveryState.SENT)
    stream.report(2, DeliveryState.FAILED, "rejected")
    assert left(stream) == 4
    assert stream.report(2, DeliveryState.FAILED, "rejected") == stream.do(
        i.DeliveryReport(of=stream.rows()[2][0], state=DeliveryState.FAILED)
    )
    assert left(stream) == 4


def test_what_may_have_arrived_gives_nothing_back() -> None:
    stream = queued()
    stream.do(reply())
    stream.report(1, DeliveryState.UNCERTAIN)
    assert left(stream) == 4
    stream.report(1, DeliveryState.FAILED, "not_taken")
    assert left(stream) == 5


def test_a_charge_moves_to_the_later_grant_and_is_given_back_to_it() -> None:
    stream = queued()
    stream.report(0, DeliveryState.SENT)
    stream.do(reply())
    stream.do(message("在吗"))
    assert left(stream) == 4
    stream.report(1, DeliveryState.FAILED, "rejected")
    assert left(stream) == 5


def test_a_charge_of_an_earlier_grant_is_not_given_back_to_a_later_one() -> None:
    stream = queued()
    stream.do(reply())
    stream.report(1, DeliveryState.UNCERTAIN)
    stream.report(0, DeliveryState.SENT)
    stream.do(message("在吗"))
    stream.report(1, DeliveryState.FAILED, "rejected")
    assert left(stream) == 5


@pytest.mark.parametrize("code", ["reply_window_closed", "reply_quota_exhausted"])
def test_the_provider_closes_the_window(code: str) -> None:
    stream = queued()
    stream.do(signal("scan", given=grant(START, quota=3, kind="scan")))
    stream.do(reply())
    (changed,) = stream.report(1, DeliveryState.FAILED, code)
    assert isinstance(changed, DeliveryChanged)
    assert reasons(stream.do(reply())) == ["reply_quota_exhausted"]


def test_the_provider_does_not_close_a_window_opened_since() -> None:
    stream = queued()
    stream.report(0, DeliveryState.SENT)
    stream.do(reply())
    stream.do(message("在吗"))
    stream.report(1, DeliveryState.FAILED, "reply_window_closed")
    assert left(stream) == 5


def test_a_withheld_notice_does_not_stop_the_hand_off() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(signal("unfollowed"))
    handed, withheld = stream.do(hand_off())
    assert isinstance(handed, HandedOff)
    assert isinstance(withheld, MessageWithheld)
    assert (withheld.reason, withheld.author) == ("unreachable", "system")
    assert stream.standing == "queued"
    assert stream.rows() == []


def test_a_withheld_answer_of_the_bot_is_kept() -> None:
    stream = Stream()
    stream.do(message())
    stream.state.addresses[HOME.key].grants["message"].left = 0
    events = stream.do(answer(words="答复"))
    assert names(events) == ["BotAnswered", "MessageWithheld", "TimerDisarmed"]
    assert events[1] == MessageWithheld(
        conversation_id=answer().conversation_id,
        author="bot",
        parts=text("答复"),
        reason="reply_quota_exhausted",
    )


def test_settled_messages_are_forgotten() -> None:
    stream = queued()
    stream.do(reply(parts=(TextPart(text="一"), TextPart(text="二"))))
    stream.report(0, DeliveryState.SENT)
    stream.report(1, DeliveryState.SENT)
    stream.report(2, DeliveryState.FAILED, "rejected")
    assert stream.state.outgoing == {}


def test_unsettled_messages_are_not_remembered_for_ever() -> None:
    stream = queued()
    for _ in range(30):
        stream.do(message())
        stream.do(reply())
        stream.report(-1, DeliveryState.UNCERTAIN)
    assert len(stream.state.outgoing) == 16
    assert len(stream.state.addresses[HOME.key].grants) == 1
