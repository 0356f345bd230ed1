"""What a person at a screen can do: the commands of the screen protocol."""

from typing import Annotated, Literal

from pydantic import Field

from agent_web.documents import Frame
from hub.http.card_shapes import Card
from hub.http.shapes import ConversationKey, MediaKey, MessageText, Seq
from hub.model.desk import Presence


class Command(Frame):
    pass


class OfInteraction(Command):
    interaction_id: str = Field(min_length=1, max_length=80)
    epoch: int = Field(ge=0)


class SendText(OfInteraction):
    """`seen`: the topic's number the author looked at; a later word of others refuses it.

    `media_ids` are files given to `POST /api/v1/media`; they are sent after the text, a `card`
    between the two.
    """

    do: Literal["send"] = "send"
    conversation_id: ConversationKey
    text: MessageText | None = None
    media_ids: tuple[MediaKey, ...] = Field(default=(), max_length=9)
    card: Card | None = None
    seen: Seq


class Note(Command):
    do: Literal["note"] = "note"
    conversation_id: ConversationKey
    text: MessageText


class Resend(Command):
    """`of`: the key of a failed or uncertain delivery."""

    do: Literal["resend"] = "resend"
    of: str = Field(min_length=1, max_length=80)


class Discard(Command):
    do: Literal["discard"] = "discard"
    of: str = Field(min_length=1, max_length=80)


class SetPresence(Command):
    do: Literal["presence"] = "presence"
    presence: Presence
    reason: str = Field("", max_length=40)


class Accept(OfInteraction):
    do: Literal["accept"] = "accept"


class Decline(OfInteraction):
    do: Literal["decline"] = "decline"
    reason: str = Field("", max_length=40)


class Claim(Command):
    do: Literal["claim"] = "claim"
    interaction_id: str = Field(min_length=1, max_length=80)


class Transfer(OfInteraction):
    """Either a queue or an agent."""

    do: Literal["transfer"] = "transfer"
    to_queue: str = Field("", max_length=40)
    to_agent: str = Field("", max_length=64)
    note: str = Field("", max_length=2000)


class Move(Command):
    """For supervisors; `first`: before all who were never offered."""

    do: Literal["move"] = "move"
    interaction_id: str = Field(min_length=1, max_length=80)
    to_queue: str = Field(min_length=1, max_length=40)
    to_agent: str = Field("", max_length=64)
    first: bool = False


class End(OfInteraction):
    """The talk is over; wrap-up begins."""

    do: Literal["end"] = "end"


class Finish(OfInteraction):
    """Wrap-up is over; the conversation closes."""

    do: Literal["finish"] = "finish"
    disposition: str = Field("", max_length=40)
    summary: str = Field("", max_length=2000)


class HandOff(Command):
    """For supervisors: end the bot's part."""

    do: Literal["hand_off"] = "hand_off"
    conversation_id: ConversationKey


AgentCommand = Annotated[
    SendText
    | Note
    | Resend
    | Discard
    | SetPresence
    | Accept
    | Decline
    | Claim
    | Transfer
    | Move
    | End
    | Finish
    | HandOff,
    Field(discriminator="do"),
]
