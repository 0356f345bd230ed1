"""One desk driven by hand: what the engine does, without the engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.desk.state import Agent, DeskState, Work
from hub.model import desk_inputs as i
from hub.model.codec import pack
from hub.model.desk import AgentProfile, Medium, Presence, Queue, Skill, Slots, WorkState
from hub.model.desk_events import Offered
from hub.model.effects import Effect, Tell
from hub.model.ids import (
    AgentId,
    ChannelId,
    ConversationId,
    InteractionId,
    QueueId,
    commit_id,
    customer_of,
    desk_stream,
    shard_of,
)

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WX = ChannelId("wechat-demo")
ANN, BOB, CAT = AgentId("ann"), AgentId("bob"), AgentId("cat")
GENERAL, LOANS, VIP = QueueId("general"), QueueId("loans"), QueueId("vip")
QUEUES = (
    Queue(queue_id=GENERAL, name="综合"),
    Queue(queue_id=LOANS, name="贷款", skills=(Skill(skill="loans", level=2),)),
    Queue(queue_id=VIP, name="贵宾", priority=1, offer_for=timedelta(seconds=10)),
)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def work_id(number: int) -> InteractionId:
    customer = customer_of(WX, f"openid-{number}")
    return InteractionId(f"{customer}.1-1")


W1, W2, W3, W4 = (work_id(n) for n in range(1, 5))


def profile(agent_id: AgentId, *, slots: int = 1, **skills: int) -> AgentProfile:
    return AgentProfile(
        agent_id=agent_id,
        display_name=agent_id.title(),
        skills=tuple(Skill(skill=name, level=level) for name, level in skills.items()),
        capacity=(Slots(medium=Medium.TEXT, count=slots), Slots(medium=Medium.VOICE, count=1)),
    )


def place(
    interaction_id: InteractionId,
    at: datetime = START,
    *,
    queue: QueueId = GENERAL,
    medium: Medium = Medium.TEXT,
) -> i.PlaceWork:
    return i.PlaceWork(
        interaction_id=interaction_id,
        conversation_id=ConversationId(interaction_id.rpartition("-")[0]),
        queue_id=queue,
        channel_id=WX,
        waiting_since=at,
        medium=medium,
        display_name="小林",
        reason="asked",
    )


def accept(interaction_id: InteractionId, agent_id: AgentId = ANN, epoch: int = 1) -> i.AcceptOffer:
    return i.AcceptOffer(interaction_id=interaction_id, agent_id=agent_id, epoch=epoch)


def decline(
    interaction_id: InteractionId, agent_id: AgentId = ANN, epoch: int = 1
) -> i.DeclineOffer:
    return i.DeclineOffer(interaction_id=interaction_id, agent_id=agent_id, epoch=epoch)


def claim(interaction_id: InteractionId, agent_id: AgentId = ANN) -> i.ClaimWork:
    return i.ClaimWork(interaction_id=interaction_id, agent_id=agent_id)


def connect(agent: AgentProfile, connection: str = "p.1") -> i.ConnectAgent:
    return i.ConnectAgent(agent=agent, connection_id=connection)


def lose(agent_id: AgentId, connection: str = "p.1") -> i.LoseConnection:
    return i.LoseConnection(agent_id=agent_id, connection_id=connection)


def presence(agent_id: AgentId, to: Presence, reason: str = "") -> i.SetPresence:
    return i.SetPresence(agent_id=agent_id, presence=to, reason=reason)


def ready(agent_id: AgentId) -> i.SetPresence:
    return presence(agent_id, Presence.READY)


def wrap_up(interaction_id: InteractionId, epoch: int = 1) -> i.WrapUpWork:
    return i.WrapUpWork(interaction_id=interaction_id, epoch=epoch)


def resume(interaction_id: InteractionId, epoch: int = 1) -> i.ResumeWork:
    return i.ResumeWork(interaction_id=interaction_id, epoch=epoch)


def release(interaction_id: InteractionId) -> i.ReleaseWork:
    return i.ReleaseWork(interaction_id=interaction_id, reason="finished")


def transfer(
    interaction_id: InteractionId,
    *,
    agent_id: AgentId = ANN,
    epoch: int = 1,
    to_queue: QueueId | None = None,
    to_agent: AgentId | None = None,
    note: str = "",
) -> i.TransferWork:
    return i.TransferWork(
        interaction_id=interaction_id,
        agent_id=agent_id,
        epoch=epoch,
        to_queue=to_queue,
        to_agent=to_agent,
        note=note,
    )


def move(
    interaction_id: InteractionId,
    to_queue: QueueId,
    *,
    to_agent: AgentId | None = None,
    first: bool = False,
) -> i.MoveWork:
    return i.MoveWork(
        interaction_id=interaction_id,
        author="agent:lead",
        to_queue=to_queue,
        to_agent=to_agent,
        first=first,
    )


def configure(*queues: Queue) -> i.ConfigureDesk:
    return i.ConfigureDesk(queues=queues, author="agent:admin")


@dataclass
class Desk:
    """`commits` are journal documents; `tells` what the conversations were told, by commit.

    The desk lives on in memory while a twin is frozen and thawed at every step: both must decide
    alike, and deciding must not touch the state.
    """

    rules: DeskRules = field(default_factory=lambda: DeskRules(DeskSettings()))
    at: datetime = START
    commits: list[dict[str, Any]] = field(default_factory=list)
    tells: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stream = desk_stream()
        self.state: DeskState = self.rules.new(self.stream)

    def do(self, value: Any) -> list[Any]:
        return self.take(pack(value))

    def take(self, body: dict[str, Any], key: str = "") -> list[Any]:
        before, shown = self.rules.freeze(self.state), self.shown()
        events = list(self.rules.decide(self.state, body, key, self.at))
        assert events, "an input without an event"
        assert self.rules.freeze(self.state) == before, "decide changed the state"
        assert self.shown() == shown, "decide changed the board"
        twin = self.rules.thaw(before)
        assert list(self.rules.decide(twin, body, key, self.at)) == events, "memory differs"
        packed = [self.rules.pack(event) for event in events]
        assert [self.rules.unpack(doc) for doc in packed] == events
        self._keep(body, key, packed)
        effects: list[Effect] = [
            e for v in events for e in self.rules.effects(self.stream, v, body)
        ]
        self.tells += [e.body for e in effects if isinstance(e, Tell)]
        for event in events:
            self.rules.apply(self.state, event, self.at)
            self.rules.apply(twin, event, self.at)
        self.state.seq += 1
        twin.seq += 1
        assert self.rules.freeze(twin) == self.rules.freeze(self.state)
        return events

    def shown(self) -> list[Any]:
        """What the board answers."""
        board, agents, works = self.state.board, self.state.agents, self.state.works.values()
        needs = sorted({self.state.need(work) for work in works}, key=repr)
        asked = [(board.best_agents(need, 9), board.tally(need)) for need in needs]
        return [asked, [board.next_work(agent_id, 9) for agent_id in agents]]

    def _keep(self, body: dict[str, Any], key: str, packed: list[dict[str, Any]]) -> None:
        n, shard = len(self.commits) + 1, shard_of(self.stream)
        self.commits.append(
            {
                "_id": commit_id(shard, n),
                "shard": shard,
                "n": n,
                "stream": self.stream,
                "seq": self.state.seq + 1,
                "rules": self.rules.version,
                "at": self.at,
                "input": {"key": key, "source": "", "order": "", "body": body},
                "events": packed,
            }
        )

    def later(self, by: timedelta) -> list[list[Any]]:
        """Let time pass, fire what becomes due on the way; the events of each firing."""
        end, fired = self.at + by, []
        while (due := self.rules.due(self.state)) is not None and due <= end:
            self.at = max(self.at, due)
            for key, body in self.rules.fired(self.state, self.at):
                fired.append(self.take(body, key))
        self.at = end
        return fired

    def staffed(self, *agents: AgentProfile) -> "Desk":
        """Everybody signed in and ready, in this order, a second apart."""
        for agent in agents:
            self.do(connect(agent, f"{agent.agent_id}.1"))
            self.do(ready(agent.agent_id))
            self.at += seconds(1)
        return self

    def standing(self, interaction_id: InteractionId) -> tuple[str, str | None, int] | None:
        """State, agent, epoch; None when released."""
        work = self.state.works.get(interaction_id)
        return (work.state.value, work.agent_id, work.epoch) if work else None


def desk(*queues: Queue, settings: DeskSettings | None = None) -> Desk:
    made = Desk(rules=DeskRules(settings or DeskSettings()))
    made.do(configure(*(queues or QUEUES)))
    made.later(timedelta())
    return made


def room(state: DeskState, agent: Agent, medium: Medium) -> int:
    """Free slots, counted from the work itself."""
    slots = sum(s.count for s in agent.profile.capacity if s.medium is medium)
    mine = agent.profile.agent_id
    return slots - sum(w.agent_id == mine and w.medium is medium for w in state.works.values())


def idle_beside(state: DeskState, work: Work) -> list[AgentId]:
    """Who could take waiting work and does not; said again from the profiles, without the board."""
    if work.state is not WorkState.QUEUED or "match" in state.timers.armed:
        return []
    queue = state.queue(work.queue_id)
    return [
        agent_id
        for agent_id, agent in state.agents.items()
        if agent.presence is Presence.READY
        and agent.connections
        and agent_id not in work.barred
        and room(state, agent, work.medium) > 0
        and all(
            max((h.level for h in agent.profile.skills if h.skill == s.skill), default=0) >= s.level
            for s in queue.skills
        )
    ]


def names(events: Sequence[Any]) -> list[str]:
    return [type(event).__name__ for event in events]


def offers(events: Sequence[Any]) -> list[tuple[InteractionId, AgentId, int]]:
    """What was offered to whom, and the epoch."""
    return [
        (event.interaction_id, event.agent_id, event.epoch)
        for event in events
        if isinstance(event, Offered)
    ]
