"""One customer stream driven by hand: what the engine does, without the engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.decisions.customer import CustomerRules
from hub.decisions.customer.state import CustomerState
from hub.decisions.policy import Policy
from hub.model import inputs as i
from hub.model.bot import BotAction, BotAnswer, Candidate
from hub.model.codec import pack
from hub.model.effects import Effect, Job
from hub.model.ids import (
    AgentId,
    ChannelId,
    ConversationId,
    CustomerId,
    InteractionId,
    MessageId,
    QueueId,
    commit_id,
    customer_of,
    customer_stream,
    shard_of,
)
from hub.model.meanings import Act, Meaning
from hub.model.message import Address, DeliveryState, Part, ReplyGrant, TextPart

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WX = ChannelId("wechat-demo")
HOME = Address(channel_id=WX, value="openid-1")
CUSTOMER_ID = customer_of(HOME.channel_id, HOME.value)
CONVERSATION = ConversationId(f"{CUSTOMER_ID}.1")
INTERACTION = InteractionId(f"{CUSTOMER_ID}.1-1")
AGENT = AgentId("7")


MEANINGS = (
    None,
    Meaning(label="柜台", queue_id=QueueId("loan")),
    Meaning(label="查余额", act=Act.ASK, question="查余额"),
    Meaning(label="人工客服", act=Act.HAND_OFF),
)
"""Of presses and scans."""

NEWEST = 10**6
"""Seen up to now; `Stream.do` puts the number."""


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def names(events: Sequence[Any]) -> list[str]:
    return [type(event).__name__ for event in events]


@dataclass
class Stream:
    """`commits` are journal documents; every decision is checked not to touch the state."""

    customer_id: CustomerId = CUSTOMER_ID
    rules: CustomerRules = field(default_factory=lambda: CustomerRules(Policy()))
    at: datetime = START
    commits: list[dict[str, Any]] = field(default_factory=list)
    effects: list[tuple[str, Effect]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stream = customer_stream(self.customer_id)
        self.state: CustomerState = self.rules.new(self.stream)

    def do(self, value: Any) -> list[Any]:
        if isinstance(value, i.SendMessage) and value.seen == NEWEST:
            value = replace(value, seen=self.state.seq)
        return self.take(pack(value))

    def take(self, body: dict[str, Any], key: str = "") -> list[Any]:
        """Decide, keep as a commit, fold, freeze and thaw."""
        before = self.rules.freeze(self.state)
        events = list(self.rules.decide(self.state, body, key, self.at))
        assert events, "an input without an event"
        assert self.rules.freeze(self.state) == before, "decide changed the state"
        commit = self._commit(body, key, events)
        self.commits.append(commit)
        effects = [e for v in events for e in self.rules.effects(self.stream, v, body)]
        self.effects += [(f"{commit['_id']}#{k}", effect) for k, effect in enumerate(effects)]
        for event in events:
            self.rules.apply(self.state, event, self.at)
        self.state.seq += 1
        frozen = self.rules.freeze(self.state)
        self.state = self.rules.thaw(frozen)
        assert self.rules.freeze(self.state) == frozen
        return events

    def _commit(self, body: dict[str, Any], key: str, events: list[Any]) -> dict[str, Any]:
        n, shard = len(self.commits) + 1, shard_of(self.stream)
        return {
            "_id": commit_id(shard, n),
            "shard": shard,
            "n": n,
            "stream": self.stream,
            "seq": self.state.seq + 1,
            "rules": self.rules.version,
            "at": self.at,
            "input": {"key": key, "source": "", "order": "", "body": body},
            "events": [self.rules.pack(event) for event in events],
        }

    def later(self, by: timedelta) -> list[list[Any]]:
        """Let time pass, fire what becomes due on the way; the events of each firing."""
        end, fired = self.at + by, []
        while (due := self.rules.due(self.state)) is not None and due <= end:
            self.at = max(self.at, due)
            for key, body in self.rules.fired(self.state, self.at):
                fired.append(self.take(body, key))
        self.at = end
        return fired

    @property
    def standing(self) -> str:
        return self.state.conversation.state.value if self.state.conversation else "closed"

    def rows(self) -> list[tuple[str, Job]]:
        """Outbox rows of messages, oldest first."""
        return [(k, e) for k, e in self.effects if isinstance(e, Job) and e.kind == "message"]

    def texts(self) -> list[str]:
        """What was sent to the customer: texts and heads of menus."""
        return [j.body["part"].get("text", j.body["part"].get("head")) for _, j in self.rows()]

    def report(self, row: int, state: DeliveryState, code: str = "") -> list[Any]:
        """What the sender tells of the n-th outbox row of a message."""
        key, job = self.rows()[row]
        return self.do(
            i.DeliveryReport(
                of=key,
                state=state,
                code=code,
                message_id=job.body["message_id"],
                index=job.body["index"],
            )
        )


def grant(at: datetime, *, quota: int = 5, kind: str = "message", hours: float = 48) -> ReplyGrant:
    return ReplyGrant(kind=kind, quota=quota, until=at + timedelta(hours=hours))


def text(words: str) -> tuple[Part, ...]:
    return (TextPart(text=words),)


def message(
    words: str = "你好",
    *,
    at: datetime = START,
    address: Address = HOME,
    parts: tuple[Part, ...] | None = None,
    windowed: bool = True,
    choice: str = "",
    display_name: str = "",
) -> i.CustomerMessage:
    return i.CustomerMessage(
        address=address,
        external_id="m",
        order="0",
        parts=text(words) if parts is None else parts,
        sent_at=at,
        grant=grant(at) if windowed else None,
        choice=choice,
        display_name=display_name,
    )


def signal(
    kind: str, *, given: ReplyGrant | None = None, address: Address = HOME
) -> i.CustomerSignal:
    return i.CustomerSignal(
        address=address, external_id="s", order="0", kind=kind, sent_at=START, grant=given
    )


def answer(
    action: BotAction = BotAction.ANSWER,
    *,
    seq: int = 1,
    words: str = "请拨打客服热线挂失。",
    reason: str = "answered",
    conversation: ConversationId = CONVERSATION,
    candidates: int = 0,
    language: str = "zh",
    article: str = "",
    rateable: bool = False,
) -> i.BotReplied:
    return i.BotReplied(
        conversation_id=conversation,
        message_id=MessageId(f"{conversation}.{seq}"),
        answer=BotAnswer(
            action=action,
            reason=reason,
            text=words,
            language=language,
            article_id=article,
            article_version=3 if article else 0,
            candidates=tuple(
                Candidate(article_id=f"a{n}", title=f"文章{n}", score=0.5)
                for n in range(candidates)
            ),
        ),
        rateable=rateable,
    )


def reply(
    words: str = "您好，我来帮您。",
    *,
    seen: int = NEWEST,
    author: str = "api:crm",
    parts: tuple[Part, ...] | None = None,
    epoch: int = 0,
    interaction: InteractionId | None = None,
    conversation: ConversationId = CONVERSATION,
) -> i.SendMessage:
    return i.SendMessage(
        conversation_id=conversation,
        author=author,
        parts=text(words) if parts is None else parts,
        seen=seen,
        interaction_id=interaction,
        epoch=epoch,
    )


def agent_reply(
    words: str = "您好，我来帮您。", *, epoch: int = 1, seen: int = NEWEST
) -> i.SendMessage:
    return reply(words, seen=seen, author="agent:7", epoch=epoch, interaction=INTERACTION)


def hand_off(reason: str = "asked", queue: QueueId | None = None) -> i.RequestHandOff:
    return i.RequestHandOff(
        conversation_id=CONVERSATION, author="api:crm", reason=reason, queue_id=queue
    )


def offer(epoch: int = 1, agent: AgentId = AGENT) -> i.WorkOffered:
    return i.WorkOffered(interaction_id=INTERACTION, agent_id=agent, epoch=epoch)


def assign(epoch: int = 1, agent: AgentId = AGENT) -> i.WorkAssigned:
    return i.WorkAssigned(interaction_id=INTERACTION, agent_id=agent, epoch=epoch)


def give_back(epoch: int = 1, *, reason: str = "declined", **more: Any) -> i.WorkReturned:
    return i.WorkReturned(interaction_id=INTERACTION, epoch=epoch, reason=reason, **more)


def in_line(place: int = 2, *, wait_s: int = 150, agents: int = 3, ready: int = 1) -> i.WorkQueued:
    return i.WorkQueued(
        interaction_id=INTERACTION, place=place, wait_s=wait_s, agents=agents, ready=ready
    )


def note(words: str = "客户很着急", author: str = "agent:7") -> i.AddNote:
    return i.AddNote(conversation_id=CONVERSATION, author=author, text=words)


def end(epoch: int = 1) -> i.EndInteraction:
    return i.EndInteraction(interaction_id=INTERACTION, agent_id=AGENT, epoch=epoch)


def finish(epoch: int = 1, summary: str = "") -> i.FinishWrapUp:
    return i.FinishWrapUp(
        interaction_id=INTERACTION,
        agent_id=AGENT,
        epoch=epoch,
        disposition="solved",
        summary=summary,
    )


def close() -> i.CloseConversation:
    return i.CloseConversation(conversation_id=CONVERSATION, author="api:crm")


def way_to(standing: str) -> list[Any]:
    """Inputs that bring a new stream's first conversation into a state."""
    steps: dict[str, list[Any]] = {
        "bot": [message()],
        "queued": [message(), hand_off()],
        "offered": [message(), hand_off(), offer()],
        "active": [message(), hand_off(), offer(), assign()],
        "wrap_up": [message(), hand_off(), offer(), assign(), end()],
        "closed": [message(), close()],
    }
    return steps[standing]


def stream_in(standing: str) -> Stream:
    """A stream whose only conversation is in the state."""
    stream = Stream()
    for step in way_to(standing):
        stream.do(step)
    assert stream.standing == standing
    return stream
