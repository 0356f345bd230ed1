"""Merging customers and undoing it: always the higher id into the lower."""

from collections import deque
from datetime import timedelta
from typing import Any

import pytest

from hub.model import inputs as i
from hub.model.effects import Job, Tell
from hub.model.events import Forwarded, Ignored, MessageReceived, Refused
from hub.model.ids import (
    CUSTOMER,
    ChannelId,
    CustomerId,
    customer_of,
    stream_kind,
    stream_name,
)
from hub.model.message import Address, DeliveryState, ReplyGrant, TextPart
from hub.model.people_events import CustomerAbsorbed, MergedInto, MergePlanned, MergeUndone
from tests.decisions.stream import START, Stream, grant, message, minutes, names, reply, signal

WX = ChannelId("wechat-demo")
ADDRESSES = sorted(
    (Address(channel_id=WX, value=f"openid-{n}") for n in range(3)),
    key=lambda a: customer_of(a.channel_id, a.value),
)
LOW, MID, HIGH = ADDRESSES


def customer(address: Address) -> CustomerId:
    return customer_of(address.channel_id, address.value)


class Town:
    """Several customers; what one tells another is handed on in order."""

    def __init__(self) -> None:
        self.streams = {customer(a): Stream(customer_id=customer(a)) for a in ADDRESSES}

    def __getitem__(self, address: Address) -> Stream:
        return self.streams[customer(address)]

    def do(self, address: Address, value: Any) -> list[Any]:
        """The events of the stream of the address; everything told on has happened afterwards."""
        stream = self[address]
        known = len(stream.effects)
        events = stream.do(value)
        waiting = deque(effect for _, effect in stream.effects[known:])
        while waiting:
            effect = waiting.popleft()
            if isinstance(effect, Tell) and stream_kind(effect.stream) == CUSTOMER:
                other = self.streams[CustomerId(stream_name(effect.stream))]
                known = len(other.effects)
                other.take(effect.body)
                waiting.extend(told for _, told in other.effects[known:])
        return events

    def write(self, address: Address, words: str = "你好") -> list[Any]:
        return self.do(address, message(words, address=address))

    def merge(self, upper: Address, lower: Address) -> list[Any]:
        return self.do(upper, i.MergeCustomer(into=customer(lower), author="api:crm"))

    def undo(self, address: Address) -> list[Any]:
        return self.do(address, i.UndoMerge(author="api:crm"))

    def close(self, address: Address) -> list[Any]:
        conversation = self[address].state.conversation
        assert conversation is not None
        return self.do(
            address,
            i.CloseConversation(conversation_id=conversation.conversation_id, author="api:crm"),
        )


@pytest.fixture
def town() -> Town:
    """Everybody wrote once, and is closed."""
    town = Town()
    for address in ADDRESSES:
        town.write(address)
        town.close(address)
    return town


@pytest.mark.parametrize(
    ("upper", "lower", "reason"),
    [
        (LOW, HIGH, "wrong_direction"),
        (MID, MID, "same_customer"),
    ],
)
def test_a_merge_goes_to_the_lower_id(
    town: Town, upper: Address, lower: Address, reason: str
) -> None:
    assert town.merge(upper, lower) == [Refused(reason=reason)]


def test_a_merged_customer_is_not_merged_again(town: Town) -> None:
    town.merge(HIGH, MID)
    assert town.merge(HIGH, LOW) == [Refused(reason="already_merged")]


def test_nobody_is_not_merged() -> None:
    assert Town().merge(HIGH, LOW) == [Refused(reason="unknown_customer")]


def test_without_an_open_conversation_the_merge_happens_at_once(town: Town) -> None:
    assert town.merge(HIGH, LOW) == [
        MergePlanned(into=customer(LOW), author="api:crm"),
        MergedInto(into=customer(LOW), addresses=(HIGH,), grants=((HIGH.key, grant(START)),)),
    ]
    assert town[LOW].commits[-1]["events"] == [
        town[LOW].rules.pack(
            CustomerAbsorbed(
                customer_id=customer(HIGH),
                addresses=(HIGH,),
                grants=((HIGH.key, grant(START)),),
            )
        )
    ]


def test_an_open_episode_is_not_moved_but_merged_at_its_close(town: Town) -> None:
    town.write(HIGH)
    assert town.merge(HIGH, LOW) == [MergePlanned(into=customer(LOW), author="api:crm")]
    assert town.merge(HIGH, MID) == [Refused(reason="merge_planned")]
    town.write(HIGH, "还在这里")
    assert town[HIGH].standing == "bot"
    assert names(town.close(HIGH)) == ["ConversationClosed", "MergedInto"]


def test_a_merge_waits_for_an_idle_close_too(town: Town) -> None:
    town.write(HIGH)
    town.merge(HIGH, LOW)
    town[HIGH].do(
        i.BotFailed(
            conversation_id=town[HIGH].state.conversation.conversation_id,  # type: ignore[union-attr]
            message_id=next(iter(town[HIGH].state.conversation.asked)),  # type: ignore[union-attr]
            code="x",
        )
    )
    assert names(town.close(HIGH)) == ["ConversationClosed", "MergedInto"]


def test_afterwards_what_customers_send_goes_on_whole(town: Town) -> None:
    town.merge(HIGH, LOW)
    body = message("我在这里", address=HIGH)
    assert town.do(HIGH, body) == [Forwarded(to=customer(LOW))]
    assert town.do(HIGH, signal("scan", address=HIGH)) == [Forwarded(to=customer(LOW))]
    assert town[HIGH].standing == "closed"
    low = town[LOW]
    assert low.standing == "bot"
    received = low.rules.unpack(low.commits[-2]["events"][1])
    assert isinstance(received, MessageReceived)
    assert (received.address, received.parts) == (HIGH, body.parts)


def test_both_addresses_share_one_conversation(town: Town) -> None:
    town.merge(HIGH, LOW)
    town.write(LOW)
    town.write(HIGH)
    low = town[LOW]
    assert low.state.episodes == 2
    (sent,) = low.do(reply(conversation=low.state.conversation.conversation_id))  # type: ignore[union-attr]
    assert sent.address == HIGH


def test_old_rows_and_commands_stay_where_they_belong(town: Town) -> None:
    town.merge(HIGH, LOW)
    high = town[HIGH]
    report = i.DeliveryReport(of="00:1#0", state=DeliveryState.SENT)
    assert names(high.do(report)) == ["DeliveryChanged"]
    old = reply(conversation=f"{customer(HIGH)}.1")  # type: ignore[arg-type]
    assert high.do(old) == [Refused(reason="conversation_closed")]


def test_what_is_left_of_a_window_moves_and_is_not_used_twice(town: Town) -> None:
    town.merge(HIGH, LOW)
    high, low = town[HIGH], town[LOW]
    assert low.state.addresses[HIGH.key].grants["message"].left == 5
    again = i.ResendMessage(
        conversation_id=f"{customer(HIGH)}.1",  # type: ignore[arg-type]
        author="api:crm",
        of="x",
        address=HIGH,
        part=TextPart(text="a"),
    )
    assert high.do(again) == [Refused(reason="reply_quota_exhausted")]


def test_a_used_part_of_a_window_stays_used(town: Town) -> None:
    town.write(HIGH)
    high = town[HIGH]
    high.do(reply(conversation=high.state.conversation.conversation_id))  # type: ignore[union-attr]
    town.merge(HIGH, LOW)
    town.close(HIGH)
    assert town[LOW].state.addresses[HIGH.key].grants["message"].left == 4


def test_a_chain_of_merges_leads_to_the_lowest(town: Town) -> None:
    town.merge(HIGH, MID)
    town.merge(MID, LOW)
    town.write(HIGH)
    assert town[LOW].standing == "bot"
    assert set(town[LOW].state.addresses) == {LOW.key, MID.key, HIGH.key}


def test_a_customer_merged_already_passes_on_what_it_absorbs(town: Town) -> None:
    town.merge(MID, LOW)
    town.merge(HIGH, MID)
    assert [e["is"] for e in town[MID].commits[-1]["events"]] == ["CustomerAbsorbed", "Forwarded"]
    assert town[LOW].state.absorbed == [customer(MID), customer(HIGH)]
    assert town[MID].state.addresses[HIGH.key].grants["message"].left == 0
    assert town[LOW].state.addresses[HIGH.key].grants["message"].left == 5


def test_undo_gives_the_addresses_back(town: Town) -> None:
    town.merge(HIGH, LOW)
    assert town.undo(HIGH) == [
        MergeUndone(from_customer=customer(LOW), author="api:crm", addresses=(HIGH,))
    ]
    assert set(town[LOW].state.addresses) == {LOW.key}
    assert town[LOW].state.absorbed == []
    town.write(HIGH)
    assert (town[HIGH].standing, town[LOW].standing) == ("bot", "closed")


@pytest.mark.parametrize("order", ["upper first", "lower first"])
def test_undo_in_a_chain_reaches_the_lowest(town: Town, order: str) -> None:
    merges = [(HIGH, MID), (MID, LOW)]
    for upper, lower in merges if order == "upper first" else merges[::-1]:
        town.merge(upper, lower)
    town.undo(HIGH)
    assert set(town[LOW].state.addresses) == {LOW.key, MID.key}
    assert set(town[MID].state.addresses) == {MID.key}
    town.undo(MID)
    assert set(town[LOW].state.addresses) == {LOW.key}


def test_undo_of_the_middle_takes_what_it_absorbed_along(town: Town) -> None:
    town.merge(MID, LOW)
    town.merge(HIGH, MID)
    town.undo(MID)
    assert set(town[LOW].state.addresses) == {LOW.key}
    town.write(HIGH)
    assert town[MID].standing == "bot"


def test_the_lower_keeps_its_conversation_and_chooses_another_address(town: Town) -> None:
    town.merge(HIGH, LOW)
    town.write(LOW)
    town.write(HIGH)
    town.undo(HIGH)
    low = town[LOW]
    assert low.standing == "bot"
    (sent,) = low.do(reply(conversation=low.state.conversation.conversation_id))  # type: ignore[union-attr]
    assert sent.address == LOW


def test_a_conversation_whose_only_address_left_has_none() -> None:
    town = Town()
    town.write(HIGH)
    town.close(HIGH)
    town.merge(HIGH, LOW)
    town.write(HIGH)
    town.undo(HIGH)
    low = town[LOW]
    assert low.do(reply(conversation=low.state.conversation.conversation_id)) == [  # type: ignore[union-attr]
        Refused(reason="no_address")
    ]
    fired = low.later(minutes(1))
    assert names(fired[0]) == ["HandedOff", "MessageWithheld"]


def test_a_plan_is_undone_without_a_word_to_the_lower(town: Town) -> None:
    town.write(HIGH)
    town.merge(HIGH, LOW)
    known = len(town[LOW].commits)
    assert town.undo(HIGH) == [MergeUndone(from_customer=customer(LOW), author="api:crm")]
    assert names(town.close(HIGH)) == ["ConversationClosed"]
    assert len(town[LOW].commits) == known


def test_without_a_merge_nothing_is_undone(town: Town) -> None:
    assert town.undo(HIGH) == [Refused(reason="not_merged")]


def test_the_release_of_a_stranger_changes_nothing(town: Town) -> None:
    released = i.ReleaseCustomer(customer_id=CustomerId("ee" * 10), addresses=())
    assert town[LOW].do(released) == [Ignored(reason="not_absorbed")]


def test_after_undo_the_window_opens_with_the_next_message(town: Town) -> None:
    town.merge(HIGH, LOW)
    town.undo(HIGH)
    town.do(HIGH, message(address=HIGH, at=START + timedelta(hours=1)))
    high = town[HIGH]
    (sent,) = high.do(reply(conversation=high.state.conversation.conversation_id))  # type: ignore[union-attr]
    assert sent.charged == ("message",)


def test_the_effects_of_a_merge_carry_the_original_input(town: Town) -> None:
    town.merge(HIGH, LOW)
    town.do(HIGH, message("原话？", address=HIGH))
    tells = [e for _, e in town[HIGH].effects if isinstance(e, Tell)]
    jobs = [e for _, e in town[LOW].effects if isinstance(e, Job)]
    assert tells[0].body == {
        "is": "AbsorbCustomer",
        "customer_id": customer(HIGH),
        "addresses": [{"channel_id": "wechat-demo", "value": HIGH.value}],
        "grants": [[HIGH.key, {"kind": "message", "quota": 5, "until": grant(START).until}]],
    }
    assert tells[1].body == town[HIGH].commits[-1]["input"]["body"]
    assert jobs[-1].body["question"] == {"text": "原话？"}
    assert jobs[-1].destination == f"customer:{customer(LOW)}"
    assert jobs[-1].repeatable


def test_a_grant_without_rest_still_marks_a_window(town: Town) -> None:
    absorbed = i.AbsorbCustomer(
        customer_id=customer(HIGH),
        addresses=(HIGH,),
        grants=((HIGH.key, ReplyGrant(kind="message", quota=0, until=START)),),
    )
    town[LOW].do(absorbed)
    town[LOW].do(signal("menu_click", address=HIGH))
    assert town[LOW].state.addresses[HIGH.key].grants["message"].left == 0
