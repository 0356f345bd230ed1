"""Inputs of the streams: what providers, people, timers and other streams hand in.

Each is stored as the `body` of an inbox row before it is acknowledged, and stands again in the
commit that consumed it.
"""

from dataclasses import dataclass
from datetime import datetime

from hub.model.bot import BotAnswer
from hub.model.ids import (
    AgentId,
    ChannelId,
    ConversationId,
    CustomerId,
    InteractionId,
    MessageId,
    QueueId,
)
from hub.model.meanings import Meaning
from hub.model.message import (
    Address,
    DeliveryState,
    MediaFile,
    MediaState,
    NoticeConsent,
    NoticePart,
    Part,
    ReplyGrant,
)
from hub.model.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMessage:
    """A customer wrote. `external_id` is unique in the channel account (de-duplication key).

    `order` sorts what one address sent: the provider's time and id, fixed width. `has_profile`: the
    provider tells more of this person when asked.
    """

    address: Address
    external_id: str
    order: str
    parts: tuple[Part, ...]
    sent_at: datetime
    grant: ReplyGrant | None = None
    choice: str = ""
    display_name: str = ""
    has_profile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSignal:
    """A customer did something other than write: "followed", "unfollowed", "menu_click", "scan"…

    `kind` "unsupported" keeps an event we do not know, whole, in `raw`. `meaning`: what the bank
    wants a press or scan to do, as it stood when it was taken in.
    """

    address: Address
    external_id: str
    order: str
    kind: str
    sent_at: datetime
    value: str = ""
    raw: tuple[tuple[str, str], ...] = ()
    grant: ReplyGrant | None = None
    consents: tuple[NoticeConsent, ...] = ()
    meaning: Meaning | None = None
    has_profile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A provider tells what became of a message it took; it names no customer of ours."""

    channel_id: ChannelId
    provider_id: str
    external_id: str
    state: DeliveryState
    reported_at: datetime
    code: str = ""


Inbound = CustomerMessage | CustomerSignal | Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class BotReplied:
    """`message_id` is the customer's message the bot was asked about.

    `rateable`: the channel has buttons, and the text fits on a message with them.
    """

    conversation_id: ConversationId
    message_id: MessageId
    answer: BotAnswer
    rateable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BotFailed:
    """The bot could not answer; `code` is stable and without content."""

    conversation_id: ConversationId
    message_id: MessageId
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """A person or program writes to the customer.

    `seen` is the stream's seq the author looked at; `parts` are already fitted to the channel,
    each is one send of the provider. `interaction_id` and `epoch` are given by an assigned agent.
    """

    conversation_id: ConversationId
    author: str
    parts: tuple[Part, ...]
    seen: int
    interaction_id: InteractionId | None = None
    epoch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNotice:
    """A person or program sends a service notice, whatever windows are open.

    It goes into `conversation_id`; without one into the open conversation, else into the last, and
    to a customer who never wrote into one of its own that is closed at once. `interaction_id` and
    `epoch` are given by an assigned agent.
    """

    author: str
    address: Address
    part: NoticePart
    conversation_id: ConversationId | None = None
    interaction_id: InteractionId | None = None
    epoch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendMessage:
    """A person decided to send an undelivered part again, as a new row naming the old."""

    conversation_id: ConversationId
    author: str
    of: str
    address: Address
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardMessage:
    """A person decided that an undelivered part shall not be sent again."""

    author: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHandOff:
    conversation_id: ConversationId
    author: str
    reason: str = "asked"
    queue_id: QueueId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseConversation:
    conversation_id: ConversationId
    author: str
    reason: str = "closed_by_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOffered:
    """The desk offers the interaction to an agent; a higher epoch replaces a lower."""

    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkReturned:
    """The desk took the interaction back to its queue (declined, timed out, lost, transfer).

    `note` is what the colleague who gave it away (`author`) wrote for the next one.
    """

    interaction_id: InteractionId
    epoch: int
    reason: str
    queue_id: QueueId | None = None
    note: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkQueued:
    """The desk's word for the customer: `place` people are served before, `wait_s` seconds or -1.

    `agents`: how many signed-in agents could serve it at all; `ready`: how many of them are ready,
    -1 = not told.
    """

    interaction_id: InteractionId
    place: int
    wait_s: int = -1
    agents: int = 0
    ready: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAssigned:
    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndInteraction:
    """The assigned agent ends the talk; wrap-up begins."""

    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishWrapUp:
    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int
    disposition: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    """A word among colleagues; it never leaves the hub."""

    conversation_id: ConversationId
    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What became of one outbox row `of` (a sender's result or a matched receipt).

    `message_id` and `index` (of the part) are those in the row's body: rules do not know row keys.
    """

    of: str
    state: DeliveryState
    provider_id: str = ""
    code: str = ""
    provider_code: str = ""
    message_id: MessageId | None = None
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReport:
    """What became of the file in part `index` of a customer's message.

    `file` is known once it is stored; `code` says why it is held back or refused.
    """

    media_id: str
    conversation_id: ConversationId
    message_id: MessageId
    index: int
    state: MediaState
    file: MediaFile | None = None
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileReport:
    """What the provider told of the customer at this address.

    `same_as`: another customer of ours who is this very person, by the provider's own word.
    """

    address: Address
    profile: Profile
    same_as: CustomerId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeCustomer:
    """To the customer with the higher id: merge into the lower one, at the next close."""

    into: CustomerId
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoMerge:
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsorbCustomer:
    """From the merged stream to the lower one: its addresses and what may be sent to them."""

    customer_id: CustomerId
    addresses: tuple[Address, ...]
    grants: tuple[tuple[str, ReplyGrant], ...] = ()
    consents: tuple[tuple[str, str, int], ...] = ()
    profiles: tuple[tuple[str, Profile], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCustomer:
    """From the stream whose merge was undone: take its addresses out again."""

    customer_id: CustomerId
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """Made by the shard's owner from the state; never stored in the inbox."""

    name: str
    generation: int


CustomerInput = (
    CustomerMessage
    | CustomerSignal
    | BotReplied
    | BotFailed
    | SendMessage
    | SendNotice
    | ResendMessage
    | DiscardMessage
    | RequestHandOff
    | CloseConversation
    | WorkOffered
    | WorkReturned
    | WorkQueued
    | WorkAssigned
    | EndInteraction
    | FinishWrapUp
    | AddNote
    | DeliveryReport
    | MediaReport
    | ProfileReport
    | MergeCustomer
    | UndoMerge
    | AbsorbCustomer
    | ReleaseCustomer
    | TimerFired
)
