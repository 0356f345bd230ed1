"""What the desk did with each interaction, and why: one document an interaction."""

from collections.abc import Collection
from typing import Any

from hub.model.ids import DESK, conversation_of_interaction, customer_of_conversation, stream_kind

Doc = dict[str, Any]
KEPT_EVENTS = 200
"""The first one and the latest."""


class Assignments:
    """`Projection` "assignments": the desk's events as they stand in the journal."""

    name = "assignments"

    def ids(self, commit: Doc) -> Collection[str]:
        if stream_kind(commit["stream"]) != DESK:
            return ()
        return dict.fromkeys(
            event["interaction_id"] for event in commit["events"] if "interaction_id" in event
        ).keys()

    def fold(self, key: str, doc: Doc | None, commit: Doc) -> Doc:
        earlier: list[Doc] = [] if doc is None else doc["events"]
        said = {"seq": commit["seq"], "at": commit["at"], "rules": commit["rules"]}
        new = [
            {**said, "event": event}
            for event in commit["events"]
            if event.get("interaction_id") == key
        ]
        conversation = conversation_of_interaction(key)
        return {
            "_id": key,
            "stream": commit["stream"],
            "conversation_id": conversation,
            "customer_id": customer_of_conversation(conversation),
            "updated_at": commit["at"],
            "events": _kept([*earlier, *new]),
            "shard": commit["shard"],
            "n": commit["n"],
            "seq": commit["seq"],
        }


def _kept(events: list[Doc]) -> list[Doc]:
    return events if len(events) <= KEPT_EVENTS else [events[0], *events[1 - KEPT_EVENTS :]]
