"""The real customers and the real desk on the real engine, on a database that lies.

As in `world`, with the rules of the product: customers write, the desk routes, two agents accept,
decline, let it ring, transfer, answer, end and now and then lose their browser.
"""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.decisions.customer import CustomerRules
from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.policy import Policy
from hub.decisions.rules import StreamRules
from hub.model import desk_inputs as d, inputs as i
from hub.model.codec import pack
from hub.model.desk import Presence, Queue, WorkState
from hub.model.events import InteractionAssigned, MessageReceived
from hub.model.ids import (
    AgentId,
    ChannelId,
    QueueId,
    commit_id,
    customer_of,
    customer_stream,
    desk_stream,
    shard_of,
)
from hub.model.message import Address, TextPart
from hub.streams.rows import inbound_row, input_row
from tests.decisions.desk.desk import ANN, BOB, connect, idle_beside, lose, presence, profile, room
from tests.streams.chaos import Chaos
from tests.streams.checker import Checker
from tests.streams.loop import run_virtual
from tests.streams.scene import SETTINGS, counted_tokens
from tests.streams.world import RATES, SPANS, World

Doc = dict[str, Any]

DESK = desk_stream()
CHANNEL = ChannelId("chat")
HOMES = [Address(channel_id=CHANNEL, value=f"visitor-{n}") for n in range(4)]
STREAMS = [customer_stream(customer_of(home.channel_id, home.value)) for home in HOMES]
SHARDS = sorted({shard_of(stream) for stream in (DESK, *STREAMS)})
QUEUES = (
    Queue(
        queue_id=QueueId("general"),
        name="综合",
        offer_for=timedelta(seconds=8),
        decline_pause=timedelta(seconds=5),
    ),
)
POLICY = Policy(
    without_bot=frozenset({CHANNEL}),
    active_idle=timedelta(seconds=30),
    active_idle_grace=timedelta(seconds=10),
    wrap_up_limit=timedelta(seconds=15),
)


def real_rules() -> list[StreamRules]:
    return [CustomerRules(POLICY), DeskRules(DeskSettings(agent_grace=timedelta(seconds=6)))]


class Folded:
    """The streams as an onlooker of the durable journal knows them."""

    def __init__(self) -> None:
        self.rules = {rules.kind: rules for rules in real_rules()}
        self.states: dict[str, Any] = {
            s: self.rules[s.partition(":")[0]].new(s) for s in (DESK, *STREAMS)
        }
        self._seen = dict.fromkeys(SHARDS, 0)

    def follow(self, journal: dict[Any, Doc]) -> None:
        for shard in SHARDS:
            while (commit := journal.get(commit_id(shard, self._seen[shard] + 1))) is not None:
                self._seen[shard] += 1
                stream = commit["stream"]
                rules, state = self.rules[stream.partition(":")[0]], self.states[stream]
                for doc in commit["events"]:
                    rules.apply(state, rules.unpack(doc), commit["at"])
                state.seq = commit["seq"]


class RealWorld(World):
    settings = replace(SETTINGS, shards=frozenset(SHARDS))

    def __init__(self, seed: int, chaos: Chaos, tasks: asyncio.TaskGroup, *, messages: int) -> None:
        super().__init__(seed, chaos, tasks, messages=messages)
        self.folded = Folded()
        self._commands = 0

    def rules(self) -> list[StreamRules]:
        return real_rules()

    async def command(self, stream: str, source: str, value: Any) -> None:
        self._commands += 1
        order = f"{self._commands:06d}"
        row = input_row(f"cmd:{order}", stream, source, order, pack(value), self._clock.now())
        await self.accept(row)

    async def visitor(self, number: int) -> None:
        self.busy += 1
        for n in range(self.messages):
            await asyncio.sleep(self.random.choice((0, self.random.uniform(0, 18))))
            message = i.CustomerMessage(
                address=HOMES[number],
                external_id=f"m{self.random.randint(0, 99):02d}:{number}:{n}",
                order=f"{n:04d}",
                parts=(TextPart(text=str(n)),),
                sent_at=self._clock.now(),
            )
            await self.accept(inbound_row(message, self._clock.now()))
        self.busy -= 1

    async def watch(self) -> None:
        journal = self.chaos.database.majority("journal").rows
        while True:
            self.folded.follow(journal)
            await asyncio.sleep(0.05)

    # ------------------------------------------------------------ agents
    async def desk_agent(self, agent_id: AgentId) -> None:
        """Acts on what is durable; in the calm at the end on everything, before by mood."""
        screens, me = 0, f"agent:{agent_id}"
        while True:
            await asyncio.sleep(self.random.uniform(0.1, 0.6))
            desk = self.folded.states[DESK]
            agent = desk.agents.get(agent_id)
            if agent is None or not agent.connections:
                screens += 1
                opened = connect(profile(agent_id, slots=2), f"{agent_id}.{screens}")
                await self.command(DESK, me, opened)
                await self.command(DESK, me, presence(agent_id, Presence.READY))
                await asyncio.sleep(2)
                continue
            if self.rough and self.random.random() < 0.04:
                for connection in list(agent.connections):
                    await self.command(DESK, me, lose(agent_id, connection))
                await asyncio.sleep(self.random.uniform(0, 12))
                continue
            if agent.presence is not Presence.READY:
                await self.command(DESK, me, presence(agent_id, Presence.READY))
            for work in desk.in_hand(agent_id):
                if not self.rough or self.random.random() < 0.6:
                    await self._work_on(agent_id, work)

    async def _work_on(self, agent_id: AgentId, work: Any) -> None:
        me, mood = f"agent:{agent_id}", self.random.random() if self.rough else 1.0
        named = {"interaction_id": work.interaction_id, "epoch": work.epoch, "agent_id": agent_id}
        if work.state is WorkState.OFFERED:
            answer = d.DeclineOffer if mood < 0.2 else d.AcceptOffer
            await self.command(DESK, me, answer(**named))
            return
        stream = f"customer:{work.interaction_id.partition('.')[0]}"
        if work.state is WorkState.ACTIVE and mood < 0.25:
            other = BOB if agent_id == ANN else ANN
            way = {"to_agent": other} if mood < 0.12 else {"to_queue": QUEUES[0].queue_id}
            await self.command(DESK, me, d.TransferWork(**named, **way, note="急"))
        elif work.state is WorkState.ACTIVE and mood < 0.6:
            await self._answer(stream, me, work)
        elif work.state is WorkState.ACTIVE:
            await self.command(stream, me, i.EndInteraction(**named))
        else:
            await self.command(stream, me, i.FinishWrapUp(**named, disposition="solved"))

    async def _answer(self, stream: str, author: str, work: Any) -> None:
        state = self.folded.states[stream]
        if state.conversation is not None:
            reply = i.SendMessage(
                conversation_id=state.conversation.conversation_id,
                author=author,
                parts=(TextPart(text="您好"),),
                seen=state.seq,
                interaction_id=work.interaction_id,
                epoch=work.epoch,
            )
            await self.command(stream, author, reply)

    # ------------------------------------------------------------ judging
    def _open_work(self, journal: dict[Any, Doc]) -> bool:
        self.folded.follow(journal)
        open_talks = [s for s in STREAMS if self.folded.states[s].conversation is not None]
        return bool(open_talks) or bool(self.folded.states[DESK].works)


class RealChecker(Checker):
    """Besides what holds of every stream: one agent an interaction, capacity, nobody idle."""

    def __init__(self, world: RealWorld) -> None:
        super().__init__(world.tables(), world.history)
        self._rules = {rules.kind: rules for rules in real_rules()}
        self.epochs: Counter[str] = Counter()

    def rules(self, stream: str) -> Any:
        return self._rules[stream.partition(":")[0]]

    def _desk(self, doc: Doc, state: Any) -> None:
        for agent_id, agent in state.agents.items():
            if any(room(state, agent, s.medium) < 0 for s in agent.profile.capacity):
                self.bad.append(f"capacity of {agent_id} at {doc['_id']}")
        for work in state.works.values():
            leased = work.state in (WorkState.OFFERED, WorkState.ACTIVE)
            if leased and work.agent_id not in state.agents:
                self.bad.append(f"leased to nobody: {work.interaction_id} at {doc['_id']}")
            if idle_beside(state, work):
                self.bad.append(f"idle beside {work.interaction_id} at {doc['_id']}")

    def _event(self, doc: Doc, event: Any) -> None:
        if isinstance(event, MessageReceived):
            self.messages[doc["input"]["source"]].append(doc["input"]["order"])
        if isinstance(event, InteractionAssigned):
            if event.epoch <= self.epochs[event.interaction_id]:
                self.bad.append(f"two agents: {event.interaction_id} epoch {event.epoch}")
            self.epochs[event.interaction_id] = event.epoch


async def _play(seed: int, rough_s: float, messages: int) -> tuple[list[str], Counter[str]]:
    async with Chaos(seed, RATES, SPANS) as chaos:
        async with asyncio.TaskGroup() as tasks:
            world = RealWorld(seed, chaos, tasks, messages=messages)
            for place in "PQ":
                world.enter(place)
            others = [tasks.create_task(world.watch()), tasks.create_task(world.nemesis())]
            await world.command(DESK, "admin", d.ConfigureDesk(queues=QUEUES, author="admin"))
            others += [tasks.create_task(world.late_retries()), tasks.create_task(world.receipts())]
            others += [tasks.create_task(world.desk_agent(agent)) for agent in (ANN, BOB)]
            others += [tasks.create_task(world.visitor(n)) for n in range(len(HOMES))]
            await asyncio.sleep(rough_s)
            world.rough = False
            chaos.calm()
            healed = False
            for _ in range(300):
                await asyncio.sleep(1)
                if world.quiet():
                    healed = True
                    break
            for task in [*others, *world.lives.values()]:
                task.cancel()
        checker = RealChecker(world)
        bad = checker.check()
        world.stats.update(chaos.counts)
        journal = world.tables()["journal"].values()
        world.stats["commits"] = len(journal)
        world.stats.update(doc["is"] for commit in journal for doc in commit["events"])
        return (bad if healed else ["stuck: not quiet after healing", *bad]), world.stats


def play_real(
    seed: int, *, rough_s: float = 60.0, messages: int = 8
) -> tuple[list[str], Counter[str]]:
    """One schedule; what is wrong afterwards (nothing, it is hoped) and what happened in it."""
    with counted_tokens():
        return run_virtual(lambda: _play(seed, rough_s, messages))
