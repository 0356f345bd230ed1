"""Inputs of a desk: work to place, agents coming and going, answers to offers."""

from dataclasses import dataclass
from datetime import datetime

from hub.model.desk import AgentProfile, Medium, Presence, Queue
from hub.model.ids import AgentId, ChannelId, ConversationId, InteractionId, QueueId
from hub.model.inputs import TimerFired


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureDesk:
    """The queues as they are from now on."""

    queues: tuple[Queue, ...]
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectAgent:
    """A screen of an agent opened; `connection_id` is `<process>.<count>`, unique for ever."""

    agent: AgentProfile
    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseConnection:
    """A screen closed or its gateway died; says nothing about the agent's other screens."""

    agent_id: AgentId
    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAgent:
    """Skills, capacity or name changed; of no effect for an agent who is not signed in."""

    agent: AgentProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPresence:
    """`presence` OFFLINE signs out."""

    agent_id: AgentId
    presence: Presence
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWork:
    """`waiting_since`: when the customer began to wait; it never changes again."""

    interaction_id: InteractionId
    conversation_id: ConversationId
    queue_id: QueueId
    channel_id: ChannelId
    waiting_since: datetime
    medium: Medium = Medium.TEXT
    display_name: str = ""
    reason: str = ""
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer:
    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineOffer:
    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWork:
    """An agent takes waiting work out of the queue; takes a slot as an offer does."""

    interaction_id: InteractionId
    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferWork:
    """By the owner: to a queue or to one agent; `note` is for colleagues only."""

    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int
    to_queue: QueueId | None = None
    to_agent: AgentId | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWork:
    """By a supervisor, in any state but wrap-up: back to a queue, before all others if `first`."""

    interaction_id: InteractionId
    author: str
    to_queue: QueueId
    to_agent: AgentId | None = None
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpWork:
    """From the conversation: the talk of this epoch ended."""

    interaction_id: InteractionId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeWork:
    """From the conversation: the customer wrote on during wrap-up."""

    interaction_id: InteractionId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseWork:
    """From the conversation: it is closed; frees the slot in any state."""

    interaction_id: InteractionId
    reason: str = ""


DeskInput = (
    ConfigureDesk
    | ConnectAgent
    | LoseConnection
    | UpdateAgent
    | SetPresence
    | PlaceWork
    | AcceptOffer
    | DeclineOffer
    | ClaimWork
    | TransferWork
    | MoveWork
    | WrapUpWork
    | ResumeWork
    | ReleaseWork
    | TimerFired
)
