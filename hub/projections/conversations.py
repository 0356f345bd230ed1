"""The list of conversations: one document an episode."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.decisions.customer.state import BOT_AUTHOR, SYSTEM_AUTHOR
from hub.decisions.customer.table import MOVES
from hub.model import events as e
from hub.model.codec import plain, reader
from hub.model.ids import (
    CUSTOMER,
    ConversationId,
    MessageId,
    conversation_of_interaction,
    stream_kind,
    stream_name,
)
from hub.model.message import (
    DeliveryState,
    LinkPart,
    LocationPart,
    MediaPart,
    MenuPart,
    NoticePart,
    Part,
    TextPart,
    UnsupportedPart,
)

Doc = dict[str, Any]
TEXT_LIMIT = 120
"""Characters of the last message shown in a list."""
_read = reader(e.Event)
QUIET = (
    e.DeliveryChanged,
    e.MessageDiscarded,
    e.MediaStored,
    e.MediaDelayed,
    e.MediaRefused,
)
NO_PERSON = frozenset({BOT_AUTHOR, SYSTEM_AUTHOR})
UNDELIVERED = frozenset({DeliveryState.FAILED, DeliveryState.UNCERTAIN})


class Conversations:
    """`Projection` "conversations".

    `undelivered_rows` names what `undelivered` counts; `agent_id` is who has it, is offered it, or
    had it at the close; `agents` are those it is open to: who serves it, or with whom it ended.
    `owed_since`: since then the customer waits for a person's word, from the hand-over at the
    earliest; what a bot says is none.
    """

    name = "conversations"

    def ids(self, commit: Doc) -> Collection[str]:
        if stream_kind(commit["stream"]) != CUSTOMER:
            return ()
        found: dict[str, None] = {}
        for event in commit["events"]:
            if key := conversation_of(event):
                found[key] = None
        return found.keys()

    def fold(self, key: str, doc: Doc | None, commit: Doc) -> Doc:
        return self.fold_read(key, doc, commit, [_read(packed) for packed in commit["events"]])

    def fold_read(self, key: str, doc: Doc | None, commit: Doc, events: Sequence[Any]) -> Doc:
        """`fold` for who has read the events of the commit."""
        new: Doc = _blank(key, commit) if doc is None else dict(doc)
        for packed, event in zip(commit["events"], events, strict=True):
            if conversation_of(packed) == key:
                _move(new, event, commit)
                FOLDS.get(type(event), _nothing)(new, event)
        new["shard"], new["n"], new["seq"] = commit["shard"], commit["n"], commit["seq"]
        return new


def conversation_of(event: Mapping[str, Any]) -> ConversationId | None:
    """The conversation a packed event belongs to: named, or part of the id it names."""
    named = event.get("conversation_id")
    if named:
        return ConversationId(named)
    if interaction := event.get("interaction_id"):
        return conversation_of_interaction(interaction)
    message = event.get("message_id")
    return conversation_of_message(message) if message else None


def conversation_of_message(message: MessageId) -> ConversationId:
    customer, episode, *_ = message.split(".")
    return ConversationId(f"{customer}.{episode}")


def _blank(key: str, commit: Doc) -> Doc:
    return {
        "_id": key,
        "stream": commit["stream"],
        "customer_id": stream_name(commit["stream"]),
        "display_name": "",
        "opened_at": commit["at"],
        "updated_at": commit["at"],
        "last_text": "",
        "last_kind": "",
        "last_author": "",
        "owed_since": None,
        "messages": 0,
        "notes": 0,
        "agents": [],
        "undelivered": 0,
        "undelivered_rows": [],
    }


def _move(doc: Doc, event: Any, commit: Doc) -> None:
    """Receipts, files and decisions about lost rows do not bring a conversation to the top."""
    state = MOVES.get(type(event))
    if state is not None:
        doc["state"] = state.value
    if isinstance(event, e.ConversationClosed):
        doc["closed_at"] = commit["at"]
    if not isinstance(event, QUIET):
        doc["updated_at"] = commit["at"]
    if (owes := OWES.get(type(event))) is not None:
        doc["owed_since"] = owes(doc.get("owed_since"), event, commit["at"])


def _nothing(doc: Doc, event: Any) -> None:
    """Events no list shows."""


def _opened(doc: Doc, event: e.ConversationOpened) -> None:
    doc["channel_id"] = event.address.channel_id
    doc["address"] = plain(event.address)


def _received(doc: Doc, event: e.MessageReceived) -> None:
    doc["channel_id"] = event.address.channel_id
    doc["address"] = plain(event.address)
    if event.display_name:
        doc["display_name"] = event.display_name
    _say(doc, "customer", event.parts)


def _sent(doc: Doc, event: e.MessageSent) -> None:
    if event.resend_of:
        _settle(doc, event.resend_of, lost=False)
    _say(doc, event.author, event.parts)


def _handed_off(doc: Doc, event: e.HandedOff) -> None:
    doc["interaction_id"] = event.interaction_id
    doc["handed_off_reason"] = event.reason
    doc["queue_id"] = event.queue_id
    if event.waiting_since is not None:
        doc["waiting_since"] = event.waiting_since


def _offered(doc: Doc, event: e.InteractionOffered) -> None:
    doc["agent_id"] = event.agent_id
    doc["agents"] = []


def _assigned(doc: Doc, event: e.InteractionAssigned | e.InteractionResumed) -> None:
    doc["agent_id"] = event.agent_id
    doc["epoch"] = event.epoch
    doc["agents"] = [event.agent_id]


def _requeued(doc: Doc, event: e.InteractionRequeued) -> None:
    doc.pop("agent_id", None)
    doc["agents"] = []
    if event.queue_id is not None:
        doc["queue_id"] = event.queue_id


def _finished(doc: Doc, event: e.WrapUpFinished) -> None:
    doc["disposition"] = event.disposition
    doc["summary"] = event.summary


def _noted(doc: Doc, event: e.NoteAdded) -> None:
    doc["notes"] = doc.get("notes", 0) + 1


def _closed(doc: Doc, event: e.ConversationClosed) -> None:
    doc["close_reason"] = event.reason


def _delivery(doc: Doc, event: e.DeliveryChanged) -> None:
    _settle(doc, event.of, lost=event.state in UNDELIVERED)


def _discarded(doc: Doc, event: e.MessageDiscarded) -> None:
    _settle(doc, event.of, lost=False)


def _settle(doc: Doc, row: str, *, lost: bool) -> None:
    others = [one for one in doc["undelivered_rows"] if one != row]
    doc["undelivered_rows"] = [*others, row] if lost else others
    doc["undelivered"] = len(doc["undelivered_rows"])


def _say(doc: Doc, author: str, parts: tuple[Part, ...]) -> None:
    doc["messages"] += 1
    doc["last_author"] = author
    doc["last_kind"] = _kind(parts[0]) if parts else ""
    doc["last_text"] = _text(parts[0])[:TEXT_LIMIT] if parts else ""


def _kind(part: Part) -> str:
    return part.media.value if isinstance(part, MediaPart) else type(part).__name__


def _text(part: Part) -> str:
    """Empty for media and for what we cannot show: naming these is the screen's work."""
    match part:
        case TextPart():
            return part.text
        case MenuPart():
            return part.head
        case LinkPart():
            return part.title
        case LocationPart():
            return part.label
        case MediaPart() | NoticePart() | UnsupportedPart():
            return ""


OWES: Mapping[type, Callable[[datetime | None, Any, datetime], datetime | None]] = {
    e.MessageReceived: lambda since, _, at: since or at,
    e.MessageSent: lambda since, sent, _: since if sent.author in NO_PERSON else None,
    e.InteractionAssigned: lambda since, _, at: since and at,
}

FOLDS: Mapping[type, Callable[[Doc, Any], None]] = {
    e.ConversationOpened: _opened,
    e.MessageReceived: _received,
    e.MessageSent: _sent,
    e.HandedOff: _handed_off,
    e.InteractionOffered: _offered,
    e.InteractionRequeued: _requeued,
    e.InteractionAssigned: _assigned,
    e.InteractionResumed: _assigned,
    e.WrapUpFinished: _finished,
    e.NoteAdded: _noted,
    e.ConversationClosed: _closed,
    e.DeliveryChanged: _delivery,
    e.MessageDiscarded: _discarded,
}
