"""The state as a document and back, exactly. Keys that may hold dots become values."""

from collections.abc import Mapping
from typing import Any

from hub.decisions.customer.state import (
    Conversation,
    CustomerState,
    Given,
    KnownAddress,
    Outgoing,
    SentRow,
    Timer,
)
from hub.model.codec import plain, unpack_as

Doc = dict[str, Any]


def freeze(state: CustomerState) -> Doc:
    return {
        "customer_id": state.customer_id,
        "seq": state.seq,
        "addresses": [plain(known) for known in state.addresses.values()],
        "episodes": state.episodes,
        "conversation": _freeze_conversation(state.conversation),
        "language": state.language,
        "timers": {name: plain(timer) for name, timer in state.timers.items()},
        "generation": state.generation,
        "outgoing": [
            [message_id, sent.address, sent.seq, [[i, *c] for i, c in sent.charges.items()]]
            for message_id, sent in state.outgoing.items()
        ],
        "rows": [[of, plain(row)] for of, row in state.rows.items()],
        "given": [[message_id, plain(given)] for message_id, given in state.given.items()],
        "merged_into": state.merged_into,
        "merge_planned": state.merge_planned,
        "absorbed": list(state.absorbed),
        "apart": list(state.apart),
    }


def thaw(doc: Mapping[str, Any]) -> CustomerState:
    addresses = [unpack_as(item, KnownAddress) for item in doc["addresses"]]
    return CustomerState(
        customer_id=doc["customer_id"],
        seq=doc["seq"],
        addresses={known.address.key: known for known in addresses},
        episodes=doc["episodes"],
        conversation=_thaw_conversation(doc["conversation"]),
        language=doc["language"],
        timers={name: unpack_as(timer, Timer) for name, timer in doc["timers"].items()},
        generation=doc["generation"],
        outgoing={
            message_id: Outgoing(address, seq, {i: (kind, given) for i, kind, given in charges})
            for message_id, address, seq, charges in doc["outgoing"]
        },
        rows={of: unpack_as(row, SentRow) for of, row in doc["rows"]},
        given={message_id: unpack_as(given, Given) for message_id, given in doc["given"]},
        merged_into=doc["merged_into"],
        merge_planned=doc["merge_planned"],
        absorbed=list(doc["absorbed"]),
        apart=list(doc["apart"]),
    )


def _freeze_conversation(conversation: Conversation | None) -> Doc | None:
    if conversation is None:
        return None
    asked = [[message_id, at] for message_id, at in conversation.asked.items()]
    return {**plain(conversation), "asked": asked}


def _thaw_conversation(doc: Mapping[str, Any] | None) -> Conversation | None:
    if doc is None:
        return None
    return unpack_as({**doc, "asked": dict(doc["asked"])}, Conversation)
