"""The list of customers, folded commit by commit."""

from dataclasses import replace
from typing import Any

from hub.model import inputs as i
from hub.model.ids import AgentId, ConversationId, CustomerId, InteractionId
from hub.model.message import Address, DeliveryState
from hub.projections.customers import Customers
from tests.decisions.stream import (
    CONVERSATION,
    CUSTOMER_ID,
    HOME,
    START,
    WX,
    Stream,
    assign,
    close,
    give_back,
    hand_off,
    message,
    minutes,
    offer,
    signal,
    stream_in,
)

PROJECTION = Customers()
LOWER = CustomerId("0" * 20)
HIGHER = CustomerId("f" * 20)
SECOND = InteractionId(f"{CUSTOMER_ID}.2-1")
OTHER = Address(channel_id=WX, value="openid-2")


def folded(stream: Stream) -> dict[str, Any]:
    doc: dict[str, Any] | None = None
    for commit in stream.commits:
        for key in PROJECTION.ids(commit):
            assert key == CUSTOMER_ID
            doc = PROJECTION.fold(key, doc, commit)
    assert doc is not None
    return doc


def written() -> Stream:
    stream = Stream()
    stream.do(message())
    return stream


def test_a_customer_who_wrote() -> None:
    stream = Stream()
    stream.do(signal("followed"))
    stream.at = START + minutes(1)
    stream.do(
        i.CustomerMessage(
            address=HOME,
            external_id="1",
            order="1",
            parts=message().parts,
            sent_at=START,
            display_name="王女士",
        )
    )
    assert folded(stream) == {
        "_id": CUSTOMER_ID,
        "shard": int(CUSTOMER_ID[:2], 16),
        "n": 2,
        "stream": f"customer:{CUSTOMER_ID}",
        "display_name": "王女士",
        "addresses": [{"channel_id": "wechat-demo", "value": "openid-1"}],
        "first_seen_at": START,
        "updated_at": START + minutes(1),
        "conversations": 1,
        "agents": [],
        "ended_with": [],
        "open_conversation_id": CONVERSATION,
        "absorbed": [],
        "profiles": [],
    }


def test_episodes_are_counted_and_the_open_one_is_named() -> None:
    stream = written()
    stream.do(close())
    assert "open_conversation_id" not in folded(stream)
    stream.do(message())
    doc = folded(stream)
    assert (doc["conversations"], doc["open_conversation_id"]) == (2, f"{CUSTOMER_ID}.2")


def test_a_customer_is_open_to_who_serves_them_and_with_whom_a_talk_ended() -> None:
    stream = stream_in("offered")
    steps: list[tuple[Any, list[str]]] = [
        (assign(1), ["7"]),
        (give_back(1), []),
        (offer(2, AgentId("9")), []),
        (assign(3, AgentId("8")), ["8"]),
        (offer(4), []),
        (assign(5, AgentId("8")), ["8"]),
        (close(), ["8"]),
        (message(), ["8"]),
        (replace(hand_off(), conversation_id=ConversationId(f"{CUSTOMER_ID}.2")), ["8"]),
        (replace(assign(1), interaction_id=SECOND), ["8", "7"]),
        (replace(give_back(1), interaction_id=SECOND), ["8"]),
        (replace(assign(2, AgentId("8")), interaction_id=SECOND), ["8"]),
        (replace(give_back(2), interaction_id=SECOND), ["8"]),
    ]
    for step, agents in steps:
        stream.do(step)
        assert folded(stream)["agents"] == agents, step


def test_a_document_of_before_there_were_agents_is_folded_on() -> None:
    stream = stream_in("offered")
    old = folded(stream)
    del old["agents"], old["ended_with"]
    stream.do(assign())
    assert PROJECTION.fold(CUSTOMER_ID, old, stream.commits[-1])["agents"] == ["7"]


def test_a_merge_is_shown_planned_done_and_undone() -> None:
    stream = written()
    stream.do(i.MergeCustomer(into=LOWER, author="api:crm"))
    assert folded(stream)["merge_planned"] == LOWER
    stream.do(close())
    doc = folded(stream)
    assert doc["merged_into"] == LOWER
    assert "merge_planned" not in doc
    stream.do(i.UndoMerge(author="api:crm"))
    assert "merged_into" not in folded(stream)


def test_absorbed_customers_bring_and_take_their_addresses() -> None:
    stream = written()
    stream.do(i.AbsorbCustomer(customer_id=HIGHER, addresses=(OTHER,)))
    doc = folded(stream)
    assert doc["absorbed"] == [HIGHER]
    assert [address["value"] for address in doc["addresses"]] == ["openid-1", "openid-2"]
    stream.do(i.ReleaseCustomer(customer_id=HIGHER, addresses=(OTHER,)))
    doc = folded(stream)
    assert doc["absorbed"] == []
    assert [address["value"] for address in doc["addresses"]] == ["openid-1"]


def test_receipts_and_other_streams_touch_nobody() -> None:
    stream = Stream()
    stream.do(i.DeliveryReport(of="00:1#0", state=DeliveryState.SENT))
    assert list(PROJECTION.ids(stream.commits[0])) == []
    desk = {"stream": "desk:main", "events": [{"is": "ConversationOpened"}]}
    assert list(PROJECTION.ids(desk)) == []


def test_folding_leaves_the_old_document_alone() -> None:
    stream = written()
    before = folded(stream)
    kept = {**before, "addresses": list(before["addresses"])}
    stream.do(message(address=OTHER))
    PROJECTION.fold(CUSTOMER_ID, before, stream.commits[-1])
    assert before == kept
