"""The documents of the screen protocol. They say what a screen shows, not what is stored."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.model.desk import Medium, Presence, WorkState
from hub.model.message import DeliveryState


class Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Doc(Frame):
    """`seq`: the number of the topic's commit that changed this document last."""

    seq: int


# ---------------------------------------------------------------- "desk"
class SkillShape(Frame):
    skill: str
    level: int


class ScoredShape(Frame):
    agent_id: str
    load: int
    idle_s: int


class RefusedShape(Frame):
    reason: str
    count: int


class WhyShape(Frame):
    """Why the work went to this agent."""

    strategy: str
    candidates: tuple[ScoredShape, ...]
    refused: tuple[RefusedShape, ...]
    eligible: int
    waited_s: int
    rules: str


class WorkDoc(Doc):
    """One interaction at the desk. Agents see their own and what waits in queues they can serve.

    `since`: of this state. `offer_until` while offered. `first`: goes before all new work of its
    queue. `returns`: how often it came back, `returned_because` the last reason. `target`: the
    one agent a transfer is meant for.
    """

    kind: Literal["work"] = "work"
    id: str
    conversation_id: str
    customer_id: str
    queue_id: str
    state: WorkState
    medium: Medium
    channel_id: str
    display_name: str
    reason: str
    language: str
    agent_id: str
    epoch: int
    waiting_since: datetime
    since: datetime
    offer_until: datetime | None
    first: bool
    returns: int
    returned_because: str
    target: str
    note: str
    why: WhyShape | None


class ColleagueDoc(Doc):
    """What everybody may know of an agent: for transfers. `free` text slots left."""

    kind: Literal["colleague"] = "colleague"
    id: str
    display_name: str
    presence: Presence
    free: int


class AgentDoc(Doc):
    """What supervisors see of an agent, and agents of themselves. Loads count slots in use."""

    kind: Literal["agent"] = "agent"
    id: str
    display_name: str
    presence: Presence
    presence_reason: str
    since: datetime
    connected: bool
    screens: int
    skills: tuple[SkillShape, ...]
    load: dict[str, int]
    capacity: dict[str, int]


class QueueDoc(Doc):
    """`oldest`: since when the first in line waits. `ready`: free agents who could serve it.

    `wait_s`: estimate for somebody who comes now, -1 = unknown.
    """

    kind: Literal["queue"] = "queue"
    id: str
    name: str
    name_en: str
    skills: tuple[SkillShape, ...]
    waiting: int
    offered: int
    active: int
    oldest: datetime | None
    ready: int
    wait_s: int
    target_s: int


# ---------------------------------------------------------------- "customer:<id>"
class GrantShape(Frame):
    """A reply window: `left` sends until `until`; `quota` when new."""

    kind: str
    left: int
    quota: int
    until: datetime


class ProfileShape(Frame):
    """What the provider tells of the customer. `linked`: another address here is the same person by
    its word. `source` is its word for how the customer came."""

    language: str
    source: str
    followed_at: datetime | None
    linked: bool


class AddressShape(Frame):
    """`consents`: by template, how many service notices the customer still takes. `scene`: the
    label of the code scanned last."""

    key: str
    channel_id: str
    channel_kind: str
    value: str
    display_name: str
    reachable: bool
    windows: bool
    grants: tuple[GrantShape, ...]
    consents: dict[str, int] = {}
    scene: str = ""
    profile: ProfileShape | None = None


class CustomerDoc(Doc):
    """`windows` of an address: the channel limits replies; `grants` are what is left."""

    kind: Literal["customer"] = "customer"
    id: str
    display_name: str
    language: str
    addresses: tuple[AddressShape, ...]
    conversations: int


class ConversationDoc(Doc):
    """`at_seq` is what a command sends as `seen`; `reply_to` the key of the address replied to.

    `wrap_up_until`: then the wrap-up ends by itself. `owed_since`: since then the customer waits
    for a person's word.
    """

    kind: Literal["conversation"] = "conversation"
    id: str
    customer_id: str
    state: str
    channel_id: str
    display_name: str
    reply_to: str
    interaction_id: str
    agent_id: str
    epoch: int
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    close_reason: str
    handed_off_reason: str
    disposition: str
    summary: str
    wrap_up_until: datetime | None = None
    owed_since: datetime | None
    messages: int
    last_text: str
    last_kind: str
    last_author: str
    undelivered: int


class DeliveryDoc(Frame):
    """`key` names the outbox row; retry and discard take it."""

    key: str
    state: DeliveryState
    code: str
    provider_code: str


class RankedShape(Frame):
    article_id: str
    title: str
    score: float


class RankingShape(Frame):
    """What the bot made of a question; `question` is empty for a pressed button."""

    question: str
    candidates: tuple[RankedShape, ...]


class MessageDoc(Doc):
    """`author`: "customer", "bot", "system", "agent:<name>" or "api:<key>". `n` orders a topic: a
    thousand times the commit's seq and the place in it.

    `parts` as they stand in the journal (`is` names the kind); a file's tells in `media_state` and
    `file` what became of it (`hub.services.media.showing`). `withheld`: why it was not sent.
    `bot` of an answer: action, reason, score of the best article and its id.
    """

    kind: Literal["message"] = "message"
    id: str
    conversation_id: str
    n: int
    at: datetime
    author: str
    parts: tuple[dict[str, Any], ...]
    deliveries: tuple[DeliveryDoc, ...]
    withheld: str
    resend_of: str
    command_id: str
    article: str
    score: float
    ranking: RankingShape | None = None


class NoteDoc(Doc):
    """A word among colleagues."""

    kind: Literal["note"] = "note"
    id: str
    conversation_id: str
    n: int
    at: datetime
    author: str
    text: str


class MarkDoc(Doc):
    """A line between the messages: what happened, with whom, why.

    `what`: "opened", "handed_off", "offered", "assigned", "returned", "wrap_up", "resumed",
    "finished", "closed", "followed", "unfollowed", "signal", "rated_up", "rated_down". A hand-off
    by the bot has its last `ranking`. "pressed", "scanned" and "followed_by_code" have the words of
    the button or code as `detail`.
    """

    kind: Literal["mark"] = "mark"
    id: str
    conversation_id: str
    n: int
    at: datetime
    what: str
    who: str
    detail: str
    ranking: RankingShape | None = None


ScreenDoc = Annotated[
    WorkDoc
    | ColleagueDoc
    | AgentDoc
    | QueueDoc
    | CustomerDoc
    | ConversationDoc
    | MessageDoc
    | NoteDoc
    | MarkDoc,
    Field(discriminator="kind"),
]
