"""What integrators hear of a commit. Pure functions; prose is masked as on every screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from hub.model.ids import CUSTOMER, stream_kind, stream_name
from hub.services.masking import masked


class EventType(StrEnum):
    CONVERSATION_OPENED = "conversation.opened"
    CONVERSATION_HANDED_OFF = "conversation.handed_off"
    CONVERSATION_CLOSED = "conversation.closed"
    MESSAGE_RECEIVED = "message.received"
    MESSAGE_SENT = "message.sent"
    MESSAGE_WITHHELD = "message.withheld"
    DELIVERY_CHANGED = "delivery.changed"
    INTERACTION_OFFERED = "interaction.offered"
    INTERACTION_ASSIGNED = "interaction.assigned"
    INTERACTION_REQUEUED = "interaction.requeued"
    WRAP_UP_FINISHED = "wrap_up.finished"


TOLD: Mapping[str, EventType] = {
    "ConversationOpened": EventType.CONVERSATION_OPENED,
    "HandedOff": EventType.CONVERSATION_HANDED_OFF,
    "ConversationClosed": EventType.CONVERSATION_CLOSED,
    "MessageReceived": EventType.MESSAGE_RECEIVED,
    "MessageSent": EventType.MESSAGE_SENT,
    "MessageWithheld": EventType.MESSAGE_WITHHELD,
    "DeliveryChanged": EventType.DELIVERY_CHANGED,
    "InteractionOffered": EventType.INTERACTION_OFFERED,
    "InteractionAssigned": EventType.INTERACTION_ASSIGNED,
    "InteractionRequeued": EventType.INTERACTION_REQUEUED,
    "WrapUpFinished": EventType.WRAP_UP_FINISHED,
}
"""Notes among colleagues are told to nobody."""

PING = "ping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`id` is the same at every try: a receiver that keeps it takes nothing twice."""

    id: str
    type: str
    at: datetime
    data: Mapping[str, Any]

    def body(self) -> bytes:
        content = {"id": self.id, "type": self.type, "timestamp": self.at, "data": self.data}
        return orjson.dumps(content, option=orjson.OPT_UTC_Z)


def notices_of(commit: Mapping[str, Any]) -> Sequence[Notice]:
    """In the order of the events; only of customers' streams."""
    stream = commit["stream"]
    if stream_kind(stream) != CUSTOMER:
        return ()
    return [
        Notice(
            id=f"{commit['_id'].replace(':', '-')}-{place}",
            type=TOLD[event["is"]].value,
            at=commit["at"],
            data={"customer_id": stream_name(stream), "seq": commit["seq"], **_fields(event)},
        )
        for place, event in enumerate(commit["events"])
        if event["is"] in TOLD
    ]


def _fields(event: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in event.items() if name not in {"is", "raw"}}
    found: dict[str, Any] = masked(shown)
    return found
