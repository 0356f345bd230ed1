"""Events of a desk. `Ignored`, `Refused`, `Failed` and timers are those of every stream."""

from dataclasses import dataclass
from datetime import datetime

from hub.model.desk import AgentProfile, Medium, OfferReasons, Presence, Queue
from hub.model.events import Failed, Ignored, Refused, TimerArmed, TimerDisarmed
from hub.model.ids import AgentId, ChannelId, ConversationId, InteractionId, QueueId

AT_ONCE = -1
"""In place of how many are ready: the work was offered with its first commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskConfigured:
    queues: tuple[Queue, ...]
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConnected:
    """The first connection signs in, as NOT_READY."""

    agent: AgentProfile
    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDisconnected:
    agent_id: AgentId
    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentUpdated:
    agent: AgentProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceChanged:
    """`reason` of OFFLINE: "signed_out" or "lost"; of NOT_READY "no_answer" for a missed offer."""

    agent_id: AgentId
    presence: Presence
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """New work. `place` is how many are served before it; `wait_s` an estimate, -1 = unknown.

    `agents` is how many signed-in agents have the skills, whatever they do now; `ready` how many of
    these are ready though none could take it, or `AT_ONCE`, as events of before `ready` read too.
    """

    interaction_id: InteractionId
    conversation_id: ConversationId
    queue_id: QueueId
    channel_id: ChannelId
    waiting_since: datetime
    medium: Medium = Medium.TEXT
    display_name: str = ""
    reason: str = ""
    language: str = "zh"
    place: int = 0
    wait_s: int = -1
    agents: int = 0
    ready: int = AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """`until`: then the offer is taken back."""

    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int
    until: datetime
    reasons: OfferReasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    interaction_id: InteractionId
    agent_id: AgentId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Back to the queue with its waiting time, before all that were never offered.

    `reason`: "declined", "no_answer", "agent_lost", "transferred", "moved", "withdrawn".
    `barred_until`: the agent it is taken from is not offered it again before.
    `target`: the one agent it is meant for. `note` and `author`: of a transfer.
    """

    interaction_id: InteractionId
    agent_id: AgentId | None
    epoch: int
    reason: str
    queue_id: QueueId
    first: bool = True
    target: AgentId | None = None
    barred_until: datetime | None = None
    note: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappingUp:
    interaction_id: InteractionId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    interaction_id: InteractionId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    interaction_id: InteractionId
    reason: str = ""


DeskEvent = (
    Ignored
    | Refused
    | Failed
    | TimerArmed
    | TimerDisarmed
    | DeskConfigured
    | AgentConnected
    | AgentDisconnected
    | AgentUpdated
    | PresenceChanged
    | Queued
    | Offered
    | Accepted
    | Returned
    | WrappingUp
    | Resumed
    | Released
)
