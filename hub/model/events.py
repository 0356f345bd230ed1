"""Events of the streams: facts in the past tense. One commit holds the events of one input."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.model.bot import BotAnswer, BotQuestion, Candidate
from hub.model.ids import (
    GENERAL_QUEUE,
    AgentId,
    ChannelId,
    ConversationId,
    CustomerId,
    InteractionId,
    MessageId,
    QueueId,
)
from hub.model.meanings import Meaning
from hub.model.message import Address, DeliveryState, MediaFile, NoticeConsent, Part, ReplyGrant
from hub.model.people_events import (
    CustomerAbsorbed,
    CustomerReleased,
    MergedInto,
    MergePlanned,
    MergeUndone,
    ProfileKnown,
    ProfileWanted,
    SamePersonFound,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """The input changes nothing, for a reason ("timer_not_armed", "superseded", …)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A rule says no. `reason` is a stable code for the author, `detail` a hint without content."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """`decide` raised: the input is kept in the commit and does not poison the shard."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationOpened:
    conversation_id: ConversationId
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """The parts stand here too, so that readers need only events."""

    message_id: MessageId
    conversation_id: ConversationId
    address: Address
    parts: tuple[Part, ...]
    sent_at: datetime
    grant: ReplyGrant | None = None
    choice: str = ""
    display_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalReceived:
    """`conversation_id` is None when no conversation is open: only a press that asks something
    opens one."""

    address: Address
    kind: str
    value: str = ""
    conversation_id: ConversationId | None = None
    grant: ReplyGrant | None = None
    raw: tuple[tuple[str, str], ...] = ()
    consents: tuple[NoticeConsent, ...] = ()
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionHeld:
    """A fragment: the bot is asked when more has come, or nothing more comes. `text` is all of it.

    `message_id` is the last message it is made of.
    """

    conversation_id: ConversationId
    message_id: MessageId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAsked:
    """`message_id` is the last message the question is made of; `instead_of` names the question
    that is part of this one and needs no answer any more."""

    conversation_id: ConversationId
    message_id: MessageId
    question: BotQuestion
    channel_id: ChannelId | None = None
    instead_of: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAnswered:
    """`question` is what was asked, "" for a pressed button."""

    conversation_id: ConversationId
    message_id: MessageId
    answer: BotAnswer
    question: str = ""


class MissReason(StrEnum):
    """How a question stayed without an answer."""

    REFUSED = "refused"
    ASKED_BACK = "asked_back"
    HANDED_OFF = "handed_off"
    RATED_DOWN = "rated_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionMissed:
    """A question the articles did not answer; `candidates` are what the bot thought of."""

    conversation_id: ConversationId
    message_id: MessageId
    text: str
    reason: MissReason
    language: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRated:
    """The customer says whether an article helped; `message_id` is the one the bot was asked
    about. Once for an answer."""

    conversation_id: ConversationId
    message_id: MessageId
    helpful: bool
    article_id: str
    article_version: int
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent:
    """A message of ours was taken for sending; each part becomes one outbox row.

    `author`: "agent:<id>", "bot", "system", "api:<key>". `charged` names the grant kind each part
    used ("" where the channel has no windows), of a service notice the consent it used up
    ("consent:<template>"). `resend_of` is the outbox row a person sends again.
    """

    message_id: MessageId
    conversation_id: ConversationId
    author: str
    address: Address
    parts: tuple[Part, ...]
    charged: tuple[str, ...] = ()
    resend_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWithheld:
    """A message of the bot or the system that no rule of the channel lets us send now."""

    conversation_id: ConversationId
    author: str
    parts: tuple[Part, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDiscarded:
    of: str
    author: str
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged:
    """`index` is that of the part in its message."""

    of: str
    state: DeliveryState
    provider_id: str = ""
    code: str = ""
    provider_code: str = ""
    message_id: MessageId | None = None
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaStored:
    """The file in part `index` of a customer's message stands and may be looked at."""

    media_id: str
    conversation_id: ConversationId
    message_id: MessageId
    index: int
    file: MediaFile


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDelayed:
    """It was fetched and is held back, because what has to look at it does not answer."""

    media_id: str
    conversation_id: ConversationId
    message_id: MessageId
    index: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRefused:
    """It could not be fetched or must not be kept: `code` says why, the bytes are not here."""

    media_id: str
    conversation_id: ConversationId
    message_id: MessageId
    index: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOff:
    """The bot's part ends; a person is to answer. The desk is told all it routes and shows."""

    conversation_id: ConversationId
    interaction_id: InteractionId
    reason: str
    queue_id: QueueId = GENERAL_QUEUE
    channel_id: ChannelId | None = None
    waiting_since: datetime | None = None
    display_name: str = ""
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionOffered:
    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRequeued:
    interaction_id: InteractionId
    epoch: int
    reason: str
    queue_id: QueueId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionAssigned:
    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionResumed:
    """The customer wrote on during wrap-up: the same agent goes on."""

    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpStarted:
    interaction_id: InteractionId
    reason: str
    epoch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpFinished:
    interaction_id: InteractionId
    disposition: str
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded:
    """A word among colleagues; no effect of it leaves the hub."""

    note_id: MessageId
    conversation_id: ConversationId
    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationClosed:
    """`interaction_id` of the one that ends with it, for the desk to release."""

    conversation_id: ConversationId
    reason: str
    interaction_id: InteractionId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerArmed:
    name: str
    generation: int
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDisarmed:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """The input goes on to the customer this one was merged into."""

    to: CustomerId


Event = (
    Ignored
    | Refused
    | Failed
    | ConversationOpened
    | MessageReceived
    | SignalReceived
    | ProfileWanted
    | ProfileKnown
    | SamePersonFound
    | QuestionHeld
    | BotAsked
    | BotAnswered
    | QuestionMissed
    | AnswerRated
    | MessageSent
    | MessageWithheld
    | MessageDiscarded
    | DeliveryChanged
    | MediaStored
    | MediaDelayed
    | MediaRefused
    | HandedOff
    | InteractionOffered
    | InteractionRequeued
    | InteractionAssigned
    | InteractionResumed
    | WrapUpStarted
    | WrapUpFinished
    | NoteAdded
    | ConversationClosed
    | TimerArmed
    | TimerDisarmed
    | MergePlanned
    | MergedInto
    | MergeUndone
    | Forwarded
    | CustomerAbsorbed
    | CustomerReleased
)
