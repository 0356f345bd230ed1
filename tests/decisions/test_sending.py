"""Our messages: stale views, parts, resending, discarding, receipts."""

import pytest

from hub.model import inputs as i
from hub.model.events import DeliveryChanged, Ignored, MessageDiscarded, Refused
from hub.model.ids import ConversationId
from hub.model.message import Address, DeliveryState, TextPart
from tests.decisions.stream import (
    CONVERSATION,
    CUSTOMER_ID,
    HOME,
    WX,
    Stream,
    agent_reply,
    answer,
    assign,
    close,
    hand_off,
    in_line,
    message,
    names,
    note,
    offer,
    reply,
    stream_in,
)


def stale(seq: int) -> list[object]:
    return [Refused(reason="stale_view", detail=str(seq))]


def test_a_reply_written_before_the_customers_last_words_is_stopped() -> None:
    stream = stream_in("queued")
    stream.do(message("等等"))
    assert stream.do(reply(seen=2)) == stale(3)
    assert names(stream.do(reply(seen=4))) == ["MessageSent"]


def test_a_reply_written_before_the_answer_of_the_bot_is_stopped() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(answer())
    assert stream.do(reply(seen=1)) == stale(2)
    assert names(stream.do(reply(seen=2))) == ["MessageSent"]


def test_a_reply_over_a_colleagues_is_stopped() -> None:
    stream = stream_in("queued")
    stream.do(reply(seen=2, author="api:one"))
    assert stream.do(reply(seen=2, author="api:two")) == stale(3)


def test_ones_own_words_and_the_systems_notices_make_no_view_stale() -> None:
    stream = stream_in("queued")
    assert names(stream.do(reply(seen=1))) == ["MessageSent"]
    assert names(stream.do(reply(seen=1))) == ["MessageSent"]


def test_ones_own_later_words_do_not_hide_somebody_elses() -> None:
    stream = stream_in("queued")
    stream.do(message("等等"))
    stream.do(reply(seen=3))
    assert stream.do(reply(seen=2)) == stale(4)


@pytest.mark.parametrize(
    "parts", [(), (TextPart(text="  "),), (TextPart(text="a"), TextPart(text=""))]
)
def test_nothing_is_not_sent(parts: tuple[TextPart, ...]) -> None:
    assert stream_in("queued").do(reply(parts=parts)) == [Refused(reason="empty")]


def test_each_part_becomes_a_row() -> None:
    stream = stream_in("queued")
    stream.do(reply(parts=(TextPart(text="一"), TextPart(text="二"))))
    (_, first), (key, second) = stream.rows()[1:]
    assert (first.destination, second.destination) == (HOME.key, HOME.key)
    assert not second.repeatable
    assert key.endswith("#1")
    assert second.body == {
        "address": {"channel_id": "wechat-demo", "value": "openid-1"},
        "part": {"is": "TextPart", "text": "二"},
        "index": 1,
        "message_id": f"{CONVERSATION}.3.0",
        "conversation_id": CONVERSATION,
        "author": "api:crm",
    }


def test_replies_go_to_the_address_of_the_last_message() -> None:
    stream = stream_in("queued")
    web = Address(channel_id=WX, value="openid-2")
    stream.do(message(address=web))
    (sent,) = stream.do(reply())
    assert sent.address == web


def resend(stream: Stream, row: int, author: str = "api:crm") -> list[object]:
    return stream.do(
        i.ResendMessage(
            conversation_id=CONVERSATION,
            author=author,
            of=stream.rows()[row][0],
            address=HOME,
            part=TextPart(text="再发"),
        )
    )


@pytest.mark.parametrize("standing", ["queued", "closed"])
def test_an_undelivered_part_is_sent_again_as_a_new_row(standing: str) -> None:
    stream = stream_in("queued")
    stream.report(0, DeliveryState.UNCERTAIN)
    if standing == "closed":
        stream.do(close())
    events = resend(stream, 0)
    assert names(events) == ["MessageSent"]
    (_, again) = stream.rows()[1]
    assert again.body["part"] == {"is": "TextPart", "text": "再发"}
    assert stream.commits[-1]["events"][0]["resend_of"] == stream.rows()[0][0]


def test_two_people_do_not_send_one_part_again() -> None:
    stream = stream_in("queued")
    stream.report(0, DeliveryState.FAILED, "rejected")
    resend(stream, 0)
    assert resend(stream, 0, "api:other") == [Refused(reason="already_decided")]


def test_what_arrived_is_not_sent_again_or_discarded() -> None:
    stream = stream_in("queued")
    stream.report(0, DeliveryState.SENT)
    refused = [Refused(reason="not_undelivered", detail="sent")]
    assert resend(stream, 0) == refused
    assert stream.do(i.DiscardMessage(author="api:crm", of=stream.rows()[0][0])) == refused


def test_a_discarded_part_names_its_message() -> None:
    stream = stream_in("queued")
    stream.report(0, DeliveryState.FAILED, "rejected")
    row = stream.rows()[0][0]
    assert stream.do(i.DiscardMessage(author="api:crm", of=row)) == [
        MessageDiscarded(
            of=row, author="api:crm", message_id=stream.rows()[0][1].body["message_id"]
        )
    ]
    assert resend(stream, 0) == [Refused(reason="already_decided")]


def test_a_part_to_an_address_that_left_is_not_sent_again() -> None:
    stream = stream_in("queued")
    gone = i.ResendMessage(
        conversation_id=CONVERSATION,
        author="api:crm",
        of="x",
        address=Address(channel_id=WX, value="nobody"),
        part=TextPart(text="a"),
    )
    assert stream.do(gone) == [Refused(reason="no_address")]


@pytest.mark.parametrize("name", [f"{CUSTOMER_ID}.2", f"{CUSTOMER_ID}.x", "ff.1", ""])
def test_a_part_of_a_conversation_that_never_was_is_not_sent_again(name: str) -> None:
    command = i.ResendMessage(
        conversation_id=ConversationId(name),
        author="api:crm",
        of="x",
        address=HOME,
        part=TextPart(text="a"),
    )
    assert stream_in("queued").do(command) == [Refused(reason="unknown_conversation")]


S = DeliveryState


@pytest.mark.parametrize(
    ("first", "then", "climbs"),
    [
        (S.SENT, S.DELIVERED, True),
        (S.DELIVERED, S.READ, True),
        (S.SENT, S.FAILED, True),
        (S.UNCERTAIN, S.SENT, True),
        (S.UNCERTAIN, S.FAILED, True),
        (S.DISCARDED, S.DELIVERED, True),
        (S.SENT, S.SENT, False),
        (S.READ, S.DELIVERED, False),
        (S.SENT, S.UNCERTAIN, False),
        (S.FAILED, S.SENT, False),
        (S.DELIVERED, S.FAILED, False),
    ],
)
def test_states_only_climb(first: DeliveryState, then: DeliveryState, climbs: bool) -> None:
    stream = stream_in("queued")
    stream.report(0, first)
    (event,) = stream.report(0, then)
    if climbs:
        assert isinstance(event, DeliveryChanged)
        assert event.state is then
    else:
        assert event == Ignored(reason="not_climbing")


def test_a_report_about_an_unknown_row_is_kept() -> None:
    stream = Stream()
    known = i.DeliveryReport(of="00:9#0", state=DeliveryState.FAILED, provider_code="45015")
    assert stream.do(known) == [
        DeliveryChanged(of="00:9#0", state=DeliveryState.FAILED, provider_code="45015")
    ]


def test_undelivered_rows_are_remembered_longest() -> None:
    stream = stream_in("queued")
    stream.report(0, DeliveryState.UNCERTAIN)
    for number in range(40):
        stream.do(i.DeliveryReport(of=f"row{number}", state=DeliveryState.SENT))
    assert len(stream.state.rows) == 16
    assert next(iter(stream.state.rows)) == stream.rows()[0][0]


def test_a_person_may_write_while_the_bot_talks() -> None:
    stream = Stream()
    stream.do(message())
    assert names(stream.do(reply(seen=1))) == ["MessageSent"]
    assert stream.standing == "bot"
    stream.do(hand_off())
    assert stream.texts()[0] == "您好，我来帮您。"


def test_a_view_of_the_future_is_refused() -> None:
    stream = stream_in("queued")
    seq = stream.state.seq
    assert stream.do(reply(seen=seq + 1)) == [Refused(reason="unknown_view", detail=str(seq))]
    assert names(stream.do(reply(seen=seq))) == ["MessageSent"]


@pytest.mark.parametrize(
    "words",
    [message("等等"), reply("我先答了", author="agent:8"), reply("系统对接", author="api:crm")],
    ids=["customer", "colleague", "program"],
)
def test_an_agents_reply_over_later_words_of_others_is_stopped(words: object) -> None:
    stream = stream_in("queued")
    seen = stream.state.seq
    stream.do(words)
    stream.do(assign())
    assert stream.do(agent_reply(seen=seen)) == stale(4)
    assert names(stream.do(agent_reply(seen=4))) == ["MessageSent"]


def test_notices_receipts_notes_and_the_desk_make_no_reply_stale() -> None:
    stream = stream_in("queued")
    seen = stream.state.seq
    stream.do(in_line())
    stream.do(note(author="agent:8"))
    stream.do(offer())
    stream.do(assign())
    stream.report(0, DeliveryState.SENT)
    assert names(stream.do(agent_reply(seen=seen))) == ["MessageSent"]
