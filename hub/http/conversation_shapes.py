"""Conversations, messages and commits as the API shows them."""

from datetime import datetime

from pydantic import ConfigDict, Field

from hub.decisions.customer.table import ConversationState
from hub.http.card_shapes import Card
from hub.http.cursors import ConversationCursor
from hub.http.outcomes import CommandBody
from hub.http.shapes import (
    After,
    ChannelKey,
    ConversationKey,
    CustomerKey,
    Limit,
    MediaKey,
    MessageText,
    SearchText,
    Seq,
    Shape,
)
from hub.model.message import DeliveryState
from hub.ports import Doc
from hub.services.history import HistoryMessage
from hub.services.masking import masked


class AddressShape(Shape):
    channel_id: str
    value: str


class ConversationShape(Shape):
    """`seq` is the number of the stream's last commit shown here; commands send it as `seen`.

    `agent_id` has it, is offered it, or had it at the close; `agents` are those it is open to: who
    serves it, or with whom it ended.
    """

    id: str
    customer_id: str
    state: ConversationState
    channel_id: str
    address: AddressShape
    display_name: str
    seq: int
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    close_reason: str
    owed_since: datetime | None = Field(
        description="Since then the customer waits for a person's word; a bot's is none."
    )
    last_text: str
    last_kind: str
    last_author: str
    messages: int
    undelivered: int
    notes: int
    interaction_id: str
    agent_id: str
    agents: tuple[str, ...]
    handed_off_reason: str
    queue_id: str
    waiting_since: datetime | None
    disposition: str
    summary: str


class ConversationPage(Shape):
    items: tuple[ConversationShape, ...]
    next: str | None = Field(description="`cursor` of the next page, null at the end.")


class ConversationPath(Shape):
    conversation_id: ConversationKey


class ConversationQuery(Shape):
    state: ConversationState | None = None
    channel_id: ChannelKey | None = None
    customer_id: CustomerKey | None = None
    mine: bool = Field(default=False, description="Only those you serve, or that ended with you.")
    q: SearchText | None = Field(
        default=None,
        description="Stands in the name or the last message; newest first, in one page.",
    )
    cursor: ConversationCursor | None = None
    limit: Limit = 50


class SeqQuery(Shape):
    after: After = 0
    limit: Limit = 100


class PartShape(Shape):
    """`is` names the kind of part (TextPart, MediaPart, MenuPart…); the other keys are its own."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str = Field(alias="is")


class DeliveryShape(Shape):
    """`key` names the row in the outbox (and in the dead letters)."""

    key: str
    state: DeliveryState
    code: str
    provider_code: str


class MessageShape(Shape):
    """`author` is "customer", "bot", "system", "agent:<name>" or "api:<key>".

    `deliveries` has one entry a part for what we sent. `withheld` is the reason a message of ours
    was not sent at all.
    """

    id: str
    seq: int
    at: datetime
    author: str
    address: AddressShape | None
    parts: tuple[PartShape, ...]
    deliveries: tuple[DeliveryShape, ...]
    withheld: str
    resend_of: str
    internal: bool = Field(description="A note among colleagues, never sent.")


class MessagePage(Shape):
    """`seq`: how far the stream was read; the delivery states are as of there."""

    items: tuple[MessageShape, ...]
    seq: int
    next: int | None = Field(description="`after` of the next page, null at the end.")


class DataShape(Shape):
    """An input or an event as it stands in the journal; `is` names its kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str = Field(alias="is")


class InputShape(Shape):
    key: str
    source: str
    order: str
    body: DataShape


class CommitShape(Shape):
    id: str
    shard: int
    n: int
    stream: str
    seq: int
    rules: str
    at: datetime
    input: InputShape
    events: tuple[DataShape, ...]


class JournalPage(Shape):
    items: tuple[CommitShape, ...]
    next: int | None = Field(description="`after` of the next page, null at the end.")


class SendBody(CommandBody):
    seen: Seq = Field(description="The conversation's `seq` the author looked at.")
    text: MessageText | None = None
    media_ids: tuple[MediaKey, ...] = Field(
        default=(),
        max_length=9,
        description="Files of yours (`POST /api/v1/media`), sent after the text.",
    )
    card: Card | None = Field(
        default=None, description="A link or a place, sent between the text and the files."
    )


def conversation_shape(stored: Doc) -> ConversationShape:
    doc = masked(stored)
    return ConversationShape(
        id=doc["_id"],
        customer_id=doc["customer_id"],
        state=ConversationState(doc["state"]),
        channel_id=doc["channel_id"],
        address=AddressShape.model_validate(doc["address"]),
        display_name=doc.get("display_name", ""),
        seq=doc["seq"],
        opened_at=doc["opened_at"],
        updated_at=doc["updated_at"],
        closed_at=doc.get("closed_at"),
        close_reason=doc.get("close_reason") or "",
        owed_since=doc.get("owed_since"),
        last_text=doc.get("last_text", ""),
        last_kind=doc.get("last_kind", ""),
        last_author=doc.get("last_author", ""),
        messages=doc["messages"],
        undelivered=doc.get("undelivered", 0),
        notes=doc.get("notes", 0),
        interaction_id=doc.get("interaction_id") or "",
        agent_id=doc.get("agent_id") or "",
        agents=tuple(doc.get("agents", ())),
        handed_off_reason=doc.get("handed_off_reason") or "",
        queue_id=doc.get("queue_id") or "",
        waiting_since=doc.get("waiting_since"),
        disposition=doc.get("disposition") or "",
        summary=doc.get("summary") or "",
    )


def message_shape(message: HistoryMessage) -> MessageShape:
    return MessageShape(
        id=message.message_id,
        seq=message.seq,
        at=message.at,
        author=message.author,
        address=AddressShape.model_validate(message.address) if message.address else None,
        parts=tuple(PartShape.model_validate(part) for part in masked(message.parts)),
        deliveries=tuple(
            DeliveryShape(
                key=delivery.key,
                state=delivery.state,
                code=delivery.code,
                provider_code=delivery.provider_code,
            )
            for delivery in message.deliveries
        ),
        withheld=message.withheld,
        resend_of=message.resend_of,
        internal=message.internal,
    )


def commit_shape(commit: Doc) -> CommitShape:
    """Without the owner's token and what only finds the commit."""
    inner = {"_id", "token", "command"}
    shown = masked({key: value for key, value in commit.items() if key not in inner})
    return CommitShape.model_validate({"id": commit["_id"], **shown})
