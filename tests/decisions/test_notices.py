"""Service notices: which conversation they land in, and the consents they use up."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from hub.model import inputs as i
from hub.model.events import ConversationClosed, ConversationOpened, MessageSent, Refused
from hub.model.ids import ConversationId, CustomerId, InteractionId
from hub.model.message import Address, DeliveryState, NoticeConsent, NoticePart
from hub.model.people_events import MergedInto
from hub.projections.conversations import Conversations
from hub.projections.customers import Customers
from tests.decisions.lists import lists_agree
from tests.decisions.stream import (
    CONVERSATION,
    CUSTOMER_ID,
    HOME,
    INTERACTION,
    START,
    WX,
    Stream,
    close,
    message,
    names,
    reply,
    signal,
    stream_in,
)

APPROVED = NoticePart(template_id="tm-1", values={"amount": "1"}, title="交易提醒")
AGREED = NoticePart(template_id="sub-1", values={"thing1": "A012"}, consent=True)
LASTING = NoticePart(template_id="sub-2", values={"thing1": "A"}, consent=True, lasting=True)


def notice(
    part: NoticePart = APPROVED,
    *,
    into: ConversationId | None = None,
    author: str = "api:core",
    interaction: InteractionId | None = None,
    epoch: int = 0,
    address: Address = HOME,
) -> i.SendNotice:
    return i.SendNotice(
        author=author,
        address=address,
        part=part,
        conversation_id=into,
        interaction_id=interaction,
        epoch=epoch,
    )


def ticks(template: str = "sub-1", *, given: bool = True) -> i.CustomerSignal:
    return i.CustomerSignal(
        address=HOME,
        external_id="s",
        order="0",
        kind="notification_consent",
        sent_at=START,
        consents=(NoticeConsent(template_id=template, given=given),),
    )


def sent(events: list[object]) -> MessageSent:
    [found] = [event for event in events if isinstance(event, MessageSent)]
    return found


# ---------------------------------------------------------------- where it lands
def test_a_notice_goes_out_when_the_window_is_shut() -> None:
    stream = stream_in("active")
    stream.later(timedelta(minutes=1))
    stream.at = START + timedelta(hours=49)
    assert stream.do(reply(author="agent:7", interaction=INTERACTION, epoch=1)) == [
        Refused(reason="reply_window_closed")
    ]
    found = sent(stream.do(notice(author="agent:7", interaction=INTERACTION, epoch=1)))
    assert (found.conversation_id, found.parts, found.charged) == (CONVERSATION, (APPROVED,), ("",))
    [(_, job)] = [row for row in stream.rows() if row[1].body["part"]["is"] == "NoticePart"]
    assert (job.destination, job.body["part"]["title"]) == (HOME.key, "交易提醒")


def test_after_the_close_it_stands_in_the_last_conversation() -> None:
    stream = stream_in("closed")
    stream.do(message("又来了"))
    stream.do(i.CloseConversation(conversation_id=ConversationId(f"{CUSTOMER_ID}.2"), author="x"))
    assert sent(stream.do(notice())).conversation_id == f"{CUSTOMER_ID}.2"
    assert stream.standing == "closed"


def test_one_that_is_named_takes_it_though_another_is_open() -> None:
    stream = stream_in("closed")
    stream.do(message("又来了"))
    assert sent(stream.do(notice(into=CONVERSATION))).conversation_id == CONVERSATION
    seen = stream.state.seq - 1
    assert isinstance(
        stream.do(reply(seen=seen, conversation=ConversationId(f"{CUSTOMER_ID}.2")))[0], MessageSent
    ), "a word elsewhere makes no view stale"


def test_who_never_wrote_gets_a_conversation_that_is_closed_at_once() -> None:
    stream = Stream()
    stream.do(signal("followed"))
    opened, message_sent, closed = stream.do(notice())
    assert opened == ConversationOpened(conversation_id=CONVERSATION, address=HOME)
    assert isinstance(message_sent, MessageSent)
    assert message_sent.message_id == f"{CONVERSATION}.2.0"
    assert closed == ConversationClosed(conversation_id=CONVERSATION, reason="only_notice")
    assert stream.standing == "closed"
    assert names(stream.do(notice())) == ["MessageSent"]
    stream.do(message())
    assert stream.state.conversation is not None
    assert stream.state.conversation.conversation_id == f"{CUSTOMER_ID}.2"


def test_a_conversation_that_never_was_takes_none() -> None:
    stream = stream_in("bot")
    never = ConversationId(f"{CUSTOMER_ID}.7")
    assert stream.do(notice(into=never)) == [Refused(reason="unknown_conversation")]


# ---------------------------------------------------------------- who may
@pytest.mark.parametrize(
    ("author", "epoch"), [("agent:8", 1), ("agent:7", 0)], ids=["another agent", "an old epoch"]
)
def test_an_agent_must_still_have_the_interaction(author: str, epoch: int) -> None:
    stream = stream_in("active")
    wanted = notice(author=author, interaction=INTERACTION, epoch=epoch)
    assert stream.do(wanted) == [Refused(reason="not_yours")]


@pytest.mark.parametrize("standing", ["bot", "queued", "active", "wrap_up"])
def test_programs_and_leads_may_in_every_state(standing: str) -> None:
    assert names(stream_in(standing).do(notice(author="agent:lead"))) == ["MessageSent"]


def test_nothing_goes_to_who_left_or_is_not_known() -> None:
    stream = stream_in("closed")
    stranger = Address(channel_id=WX, value="stranger")
    assert stream.do(notice(address=stranger)) == [Refused(reason="no_address")]
    stream.do(signal("unfollowed"))
    assert stream.do(notice()) == [Refused(reason="unreachable")]


def test_a_merged_customer_is_named_where_it_went() -> None:
    stream = stream_in("closed")
    lower = CustomerId("00" * 10)
    stream.do(i.MergeCustomer(into=lower, author="x"))
    assert stream.do(notice()) == [Refused(reason="customer_merged", detail=lower)]


def test_a_notice_without_a_value_is_no_notice() -> None:
    empty = NoticePart(template_id="tm-1", values={})
    assert stream_in("bot").do(notice(empty)) == [Refused(reason="empty")]


# ---------------------------------------------------------------- consent
def test_a_subscription_needs_a_tick_for_each_notice() -> None:
    stream = stream_in("active")
    assert stream.do(notice(AGREED)) == [Refused(reason="consent_missing")]
    stream.do(ticks())
    stream.do(ticks())
    assert sent(stream.do(notice(AGREED))).charged == ("consent:sub-1",)
    assert sent(stream.do(notice(AGREED))).charged == ("consent:sub-1",)
    assert stream.do(notice(AGREED)) == [Refused(reason="consent_missing")]


def test_a_tick_is_good_for_its_own_template_only() -> None:
    stream = stream_in("active")
    stream.do(ticks("sub-other"))
    assert stream.do(notice(AGREED)) == [Refused(reason="consent_missing")]


def test_a_lasting_consent_is_not_used_up_and_ends_when_it_is_taken_back() -> None:
    stream = stream_in("active")
    stream.do(ticks("sub-2"))
    assert sent(stream.do(notice(LASTING))).charged == ("",)
    assert sent(stream.do(notice(LASTING))).charged == ("",)
    stream.do(ticks("sub-2", given=False))
    assert stream.do(notice(LASTING)) == [Refused(reason="consent_missing")]


@pytest.mark.parametrize(
    ("code", "again"), [("provider_busy", ["MessageSent"]), ("consent_refused", ["Refused"])]
)
def test_what_was_not_taken_uses_no_consent_up_unless_there_was_none(
    code: str, again: list[str]
) -> None:
    stream = stream_in("active")
    stream.do(ticks())
    stream.do(notice(AGREED))
    stream.report(-1, DeliveryState.FAILED, code)
    assert names(stream.do(notice(AGREED))) == again


def test_what_was_taken_stays_used() -> None:
    stream = stream_in("active")
    stream.do(ticks())
    stream.do(notice(AGREED))
    stream.report(-1, DeliveryState.SENT)
    assert stream.do(notice(AGREED)) == [Refused(reason="consent_missing")]


def test_the_reply_windows_are_as_before() -> None:
    stream = stream_in("active")
    before = stream.state.addresses[HOME.key].grants["message"].left
    stream.do(ticks())
    stream.do(notice(AGREED))
    stream.report(-1, DeliveryState.FAILED, "provider_busy")
    assert stream.state.addresses[HOME.key].grants["message"].left == before


def test_consents_go_along_with_a_merge() -> None:
    stream = stream_in("active")
    stream.do(ticks())
    stream.do(close())
    [planned, merged] = stream.do(i.MergeCustomer(into=CustomerId("00" * 10), author="x"))
    assert type(planned).__name__ == "MergePlanned"
    assert isinstance(merged, MergedInto)
    assert merged.consents == ((HOME.key, "sub-1", 1),)
    other = Stream(customer_id=CustomerId("00" * 10))
    other.do(
        i.AbsorbCustomer(
            customer_id=CUSTOMER_ID, addresses=merged.addresses, consents=merged.consents
        )
    )
    assert names(other.do(notice(AGREED))) == [
        "ConversationOpened", "MessageSent", "ConversationClosed",
    ]  # fmt: skip


def test_only_the_last_fifty_templates_are_remembered() -> None:
    stream = stream_in("active")
    for number in range(51):
        stream.do(ticks(f"sub-{number}"))
    consents = stream.state.addresses[HOME.key].consents
    assert len(consents) == 50
    assert "sub-0" not in consents


# ---------------------------------------------------------------- any order
ACTS = st.lists(st.sampled_from(["tick", "take back", "send", "sent", "failed"]), max_size=40)


@settings(deadline=None, max_examples=60)
@given(acts=ACTS)
def test_no_more_notices_go_out_than_were_ticked(acts: list[str]) -> None:
    """A model that only counts: what was ticked, less what went out and did not fail."""
    stream, left, waiting = stream_in("active"), 0, 0
    for act in acts:
        match act:
            case "tick":
                stream.do(ticks())
                left += 1
            case "take back":
                stream.do(ticks(given=False))
                left = 0
            case "send":
                went = names(stream.do(notice(AGREED))) == ["MessageSent"]
                assert went == (left > 0)
                left, waiting = left - went, waiting + went
            case _ if not waiting:
                continue
            case _:
                stream.report(-1, DeliveryState(act), "provider_busy" if act == "failed" else "")
                left, waiting = left + (act == "failed"), 0
        assert stream.state.addresses[HOME.key].consents.get("sub-1", 0) == left


def test_the_lists_show_a_conversation_of_a_notice_alone_as_closed() -> None:
    stream = Stream()
    stream.do(signal("followed"))
    stream.do(notice())
    conversations: dict[str, Any] = {}
    customers: dict[str, Any] = {}
    for commit in stream.commits:
        for projection, docs in ((Conversations(), conversations), (Customers(), customers)):
            for key in projection.ids(commit):
                docs[key] = projection.fold(key, docs.get(key), commit)
    lists_agree(stream, conversations, customers)
    assert conversations[CONVERSATION]["last_kind"] == "NoticePart"
    assert conversations[CONVERSATION]["close_reason"] == "only_notice"
