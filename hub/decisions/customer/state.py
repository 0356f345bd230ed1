"""What the customer stream remembers: no more than its next decisions need."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.decisions.customer.table import BOT, ConversationState
from hub.model.bot import Candidate
from hub.model.ids import (
    AgentId,
    ConversationId,
    CustomerId,
    InteractionId,
    MessageId,
    QueueId,
)
from hub.model.message import Address, DeliveryState
from hub.model.profile import Profile

CUSTOMER_AUTHOR = "customer"
BOT_AUTHOR = "bot"
SYSTEM_AUTHOR = "system"


@dataclass(slots=True)
class Grant:
    """`left` sends until `until`; `given` is the seq of the commit that brought it."""

    kind: str
    left: int
    until: datetime
    given: int


@dataclass(slots=True)
class KnownAddress:
    """An address with grants has reply windows; `heard` is the seq of its last message.

    `consents`: how many service notices by a template the customer still takes. `asked_who`: the
    provider was asked for the `profile`. `scene` is the code scanned last, `scene_queue` where a
    hand-off of this talk waits because of it.
    """

    address: Address
    grants: dict[str, Grant] = field(default_factory=dict)
    reachable: bool = True
    display_name: str = ""
    heard: int = 0
    consents: dict[str, int] = field(default_factory=dict)
    asked_who: bool = False
    profile: Profile | None = None
    scene: str = ""
    scene_queue: QueueId | None = None


@dataclass(frozen=True, slots=True)
class AskedBack:
    """A question the bot answered with buttons, none of which was pressed yet."""

    message_id: MessageId
    text: str
    language: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """An article a customer got and has not rated; `others` are the candidates beside it."""

    conversation_id: ConversationId
    question: str
    article_id: str
    article_version: int
    model: str
    language: str
    others: tuple[Candidate, ...]


@dataclass(slots=True)
class Conversation:
    """The open episode.

    `address` is where replies go (a key of `CustomerState.addresses`, or None when it left).
    `asked` holds the questions the bot still owes an answer, with their time. `words` have no
    answer yet: they are `held` for more (the last message of them), or `question` is out.
    `said_*` are the last words of anybody but the system, `others_seq` the last ones of anybody
    but `said_by`.
    """

    conversation_id: ConversationId
    address: str | None
    said_at: datetime
    state: ConversationState = BOT
    interaction_id: InteractionId | None = None
    interactions: int = 0
    agent_id: AgentId | None = None
    epoch: int = 0
    misses: int = 0
    asked: dict[MessageId, datetime] = field(default_factory=dict)
    words: str = ""
    held: MessageId | None = None
    question: MessageId | None = None
    asked_back: AskedBack | None = None
    said_seq: int = 0
    said_by: str = ""
    others_seq: int = 0


@dataclass(frozen=True, slots=True)
class Timer:
    generation: int
    due: datetime


@dataclass(slots=True)
class Outgoing:
    """What an unsettled message was charged: part index → (grant kind, its `given`)."""

    address: str
    seq: int
    charges: dict[int, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class SentRow:
    """The last known fate of an outbox row."""

    state: DeliveryState
    message_id: MessageId | None


@dataclass(slots=True)
class CustomerState:
    """`apart`: customers a person separated from this one; no machine merges them again."""

    customer_id: CustomerId
    seq: int = 0
    addresses: dict[str, KnownAddress] = field(default_factory=dict)
    episodes: int = 0
    conversation: Conversation | None = None
    language: str = "zh"
    timers: dict[str, Timer] = field(default_factory=dict)
    generation: int = 0
    outgoing: dict[MessageId, Outgoing] = field(default_factory=dict)
    rows: dict[str, SentRow] = field(default_factory=dict)
    given: dict[MessageId, Given] = field(default_factory=dict)
    merged_into: CustomerId | None = None
    merge_planned: CustomerId | None = None
    absorbed: list[CustomerId] = field(default_factory=list)
    apart: list[CustomerId] = field(default_factory=list)
