"""Messages and notes of a conversation with the delivery states, read from the journal."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.decisions.rules import StreamRules
from hub.model.codec import pack
from hub.model.effects import Job, JobKind
from hub.model.ids import customer_of_conversation, customer_stream
from hub.model.message import DeliveryState, TextPart
from hub.ports import Doc, Journal
from hub.services.media.showing import FOLLOWED, follow_media, shown_parts

BATCH = 200


@dataclass(slots=True, kw_only=True)
class Delivery:
    """What became of one part; `key` is its outbox row."""

    key: str
    state: DeliveryState = DeliveryState.QUEUED
    code: str = ""
    provider_code: str = ""


@dataclass(slots=True, kw_only=True)
class HistoryMessage:
    """`deliveries` has one entry a part; empty for what customers wrote and what was withheld.

    `internal`: a note among colleagues, for staff only.
    """

    message_id: str
    seq: int
    at: datetime
    author: str
    parts: Sequence[Doc]
    address: Doc | None = None
    withheld: str = ""
    resend_of: str = ""
    internal: bool = False
    deliveries: list[Delivery] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """`seq` is how far the stream was read: delivery states are as of there."""

    messages: Sequence[HistoryMessage]
    seq: int
    more: bool


class History:
    def __init__(self, journal: Journal, rules: StreamRules) -> None:
        self._journal = journal
        self._rules = rules

    async def page(self, conversation_id: str, *, after: int, limit: int) -> HistoryPage:
        """Messages and notes of commits above seq `after`, oldest first, whole commits at a time.

        Reads on to the end of the stream, because what became of a message stands in later
        commits.
        """
        stream = customer_stream(customer_of_conversation(conversation_id))
        messages: list[HistoryMessage] = []
        by_row: dict[str, Delivery] = {}
        said: dict[str, Sequence[Doc]] = {}
        seq, more = after, False
        async for commit in self._commits(stream, after):
            seq = commit["seq"]
            found = self._messages(conversation_id, stream, commit)
            if len(messages) >= limit:
                more = more or bool(found)
            else:
                messages += found
                said.update((message.message_id, message.parts) for message in found)
                by_row.update((d.key, d) for message in found for d in message.deliveries)
            for event in commit["events"]:
                _follow(event, by_row)
                if event["is"] in FOLLOWED and event["message_id"] in said:
                    follow_media(said[event["message_id"]], event)
        return HistoryPage(messages=messages, seq=seq, more=more)

    async def _commits(self, stream: str, after: int) -> AsyncIterator[Doc]:
        while batch := await self._journal.of_stream(stream, after, BATCH):
            for commit in batch:
                yield commit
            after = batch[-1]["seq"]

    def _messages(self, conversation_id: str, stream: str, commit: Doc) -> list[HistoryMessage]:
        found: list[HistoryMessage] = []
        k = 0
        for index, event in enumerate(commit["events"]):
            value = self._rules.unpack(event)
            rows: list[str] = []
            for effect in self._rules.effects(stream, value, commit["input"]["body"]):
                if isinstance(effect, Job) and effect.kind is JobKind.MESSAGE:
                    rows.append(f"{commit['_id']}#{k}")
                k += 1
            message = _message(event, index, commit, rows)
            if message is not None and event["conversation_id"] == conversation_id:
                found.append(message)
        return found


def _message(event: Doc, index: int, commit: Doc, rows: Sequence[str]) -> HistoryMessage | None:
    """Withheld words have no id in the journal: theirs ends with "w" and the place in the commit,
    as the plain number is a message the customer sent in the same commit."""
    common = {"seq": commit["seq"], "at": commit["at"]}
    match event["is"]:
        case "MessageReceived":
            return HistoryMessage(
                message_id=event["message_id"],
                author="customer",
                parts=shown_parts(event["parts"]),
                address=event["address"],
                **common,
            )
        case "MessageSent":
            return HistoryMessage(
                message_id=event["message_id"],
                author=event["author"],
                parts=shown_parts(event["parts"]),
                address=event["address"],
                resend_of=event.get("resend_of", ""),
                deliveries=[Delivery(key=row) for row in rows],
                **common,
            )
        case "MessageWithheld":
            return HistoryMessage(
                message_id=f"{event['conversation_id']}.{commit['seq']}.w{index}",
                author=event["author"],
                parts=shown_parts(event["parts"]),
                withheld=event["reason"],
                **common,
            )
        case "NoteAdded":
            return HistoryMessage(
                message_id=event["note_id"],
                author=event["author"],
                parts=[pack(TextPart(text=event["text"]))],
                internal=True,
                **common,
            )
        case _:
            return None


def _follow(event: Doc, by_row: dict[str, Delivery]) -> None:
    match event["is"]:
        case "DeliveryChanged":
            delivery = by_row.get(event["of"])
            if delivery is not None:
                delivery.state = DeliveryState(event["state"])
                delivery.code = event.get("code", "")
                delivery.provider_code = event.get("provider_code", "")
        case "MessageDiscarded":
            delivery = by_row.get(event["of"])
            if delivery is not None:
                delivery.state = DeliveryState.DISCARDED
        case _:
            pass
