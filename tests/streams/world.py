"""Two processes of the real engine, customers, agents and a provider, on a database that lies.

Everything runs in virtual time; the same seed gives the same schedule. Processes crash and come
back, freeze past their lease and go on as zombies; answers are cut, writes land late, the primary
fails over. Then the chaos ends, the world heals, and the checker judges the history.
"""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

from hub.errors import Overloaded, StoreUncertain
from hub.model.ids import commit_id, shard_of
from hub.model.inputs import Receipt
from hub.model.message import DeliveryState
from hub.runtime.bus import LocalBus
from hub.store.memory.stores import MemoryStores
from hub.streams.heart import Heart
from hub.streams.rows import inbound_row, input_row
from hub.streams.sending import Done
from hub.streams.settings import EngineSettings
from tests.streams.chaos import Chaos, Rates
from tests.streams.checker import Checker, History
from tests.streams.loop import VirtualClock, run_virtual
from tests.streams.toy import AGENTS, DESK, CustomerRules, DeskRules

Doc = dict[str, Any]

SHARDS = (0, 1, shard_of(DESK))
SETTINGS = EngineSettings(
    shards=frozenset(SHARDS),
    lease_s=3.0,
    sweep_s=1.0,
    alarm_s=0.5,
    retake_s=0.1,
    snapshot_every=4,
    overdue_s=4.0,
    send_timeout_s=2.0,
    round_rows=16,
)


class Node:
    """One process: its own memory, its own clock, the common database."""

    def __init__(self, world: "World", name: str) -> None:
        self.name = name
        self.world = world
        clock = VirtualClock(timedelta(milliseconds=world.random.randint(-3000, 3000)))
        stores = MemoryStores(world.chaos.database, clock, process=name)
        rules = [CustomerRules(), DeskRules()]
        workers = {"message": self.send}
        self.heart = Heart(
            stores.heart, stores.reading, rules, [], workers, LocalBus(), clock, SETTINGS
        )

    async def send(self, row: Doc) -> Done:
        """The provider: takes whatever is submitted, answers late, sends a receipt."""
        await self.world.chaos.gate(self.name)
        provider_id = f"p{len(self.world.history.carrier)}"
        self.world.history.carrier.append(row["_id"])
        self.world.carried.append(provider_id)
        await asyncio.sleep(self.world.random.uniform(0, 0.3))
        await self.world.chaos.gate(self.name)
        return Done(change={"provider_id": provider_id, "channel_id": "toy"})


class World:
    current: "World"
    """The world being played; planted bugs reach for it."""

    def __init__(self, seed: int, chaos: Chaos, tasks: asyncio.TaskGroup, *, messages: int) -> None:
        World.current = self
        self.tasks = tasks
        self.random = random.Random(seed)
        self.chaos = chaos
        self.history = History()
        self.carried: list[str] = []
        self.nodes: dict[str, Node] = {}
        self.lives: dict[str, asyncio.Task[None]] = {}
        self.rough = True
        self.busy = 0
        self.messages = messages
        self.stats: Counter[str] = Counter()
        self._born = 0
        self._clock = VirtualClock()

    # ------------------------------------------------------------ processes
    def start(self, place: str) -> None:
        self._born += 1
        node = Node(self, f"{place}{self._born}")
        self.nodes[place] = node
        self.lives[place] = self.tasks.create_task(self._live(node))

    async def _live(self, node: Node) -> None:
        try:
            await node.heart.run()
        except asyncio.CancelledError:
            pass

    def crash(self, place: str) -> None:
        self.stats["crash"] += 1
        self.chaos.freeze(self.nodes[place].name, 1e9)
        self.lives[place].cancel()
        self.start(place)

    async def nemesis(self) -> None:
        while True:
            await asyncio.sleep(self.random.uniform(1, 8))
            if self.rough and self.random.random() < 0.5:
                self.crash(self.random.choice("PQ"))

    # ------------------------------------------------------------ the outside
    async def accept(self, row: Doc) -> None:
        """Hand in until acknowledged, at whichever process answers."""
        self.busy += 1
        while True:
            node = self.nodes[self.random.choice("PQ")]
            try:
                async with asyncio.timeout(4):
                    await node.heart.acceptor.add(row)
                break
            except (StoreUncertain, Overloaded, TimeoutError):
                pass
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
            await asyncio.sleep(self.random.uniform(0, 0.5))
        self.history.acked[row["_id"]] = row
        self.busy -= 1

    async def customer(self, stream: str, source: str) -> None:
        self.busy += 1
        for i in range(self.messages):
            await asyncio.sleep(self.random.choice((0, self.random.uniform(0, 8))))
            key = f"m{self.random.randint(0, 99):02d}:{source}:{i}"
            body = {"kind": "msg", "text": key}
            await self.accept(input_row(key, stream, source, f"{i:04d}", body, self._clock.now()))
        self.busy -= 1

    async def late_retries(self) -> None:
        while True:
            await asyncio.sleep(1)
            if self.rough and self.history.acked and self.random.random() < 0.5:
                await self.accept(self.random.choice(list(self.history.acked.values())))

    async def receipts(self) -> None:
        told = 0
        while True:
            await asyncio.sleep(0.05)
            while told < len(self.carried):
                provider_id = self.carried[told]
                told += 1
                receipt = Receipt(
                    channel_id="toy",  # type: ignore[arg-type]
                    provider_id=provider_id,
                    external_id=f"r:{provider_id}",
                    state=DeliveryState.DELIVERED,
                    reported_at=self._clock.now(),
                )
                row = inbound_row(receipt, self._clock.now())
                await self.accept(row)
                self.history.receipts[row["_id"]] = provider_id

    async def agent(self, name: str) -> None:
        """Reads the durable journal; accepts, answers twice, ends – and sometimes does nothing."""
        seen = dict.fromkeys(SHARDS, 0)
        journal = self.chaos.database.majority("journal").rows
        while True:
            await asyncio.sleep(0.05)
            for shard in SHARDS:
                commit = journal.get(commit_id(shard, seen[shard] + 1))
                if commit is None:
                    continue
                seen[shard] += 1
                for doc in commit["events"]:
                    await self._react(name, doc["e"], commit["stream"])

    async def _react(self, name: str, event: list[Any], stream: str) -> None:
        willing = not self.rough or self.random.random() < 0.8
        if event[0] == "Offered" and event[2] == name and willing:
            await self._command(name, "accept", event[1], event[3], DESK, 0)
        if event[0] == "Assigned" and event[2] == name and willing:
            for x in (1, 2):
                await self._command(name, "reply", event[1], event[3], stream, x)
            await asyncio.sleep(self.random.uniform(0, 1))
            await self._command(name, "end", event[1], event[3], stream, 9)

    async def _command(
        self, name: str, kind: str, work: str, epoch: int, stream: str, order: int
    ) -> None:
        key = f"{kind}{order}:{name}:{work}:{epoch}"
        body = {"kind": kind, "work": work, "epoch": epoch, "agent": name}
        source = f"{name}/{work}/{epoch}"
        row = input_row(key, stream, source, str(order), body, self._clock.now())
        await self.accept(row)

    # ------------------------------------------------------------ judging
    def tables(self) -> dict[str, dict[Any, Doc]]:
        database = self.chaos.database
        return {c: database.majority(c).rows for c in ("journal", "inbox", "outbox", "shards")}

    def quiet(self) -> bool:
        """Nothing waits: all inputs consumed, all sends settled and told, all work ended."""
        tables = self.tables()
        if self.busy or len(self.history.receipts) < len(self.carried) or not self.chaos.idle:
            return False
        known = {r.get("provider_id") for r in tables["outbox"].values()}
        for row in tables["inbox"].values():
            late_receipt = row["shard"] < 0 and row["body"]["provider_id"] not in known
            if row.get("open") and not late_receipt:
                return False
        for row in tables["outbox"].values():
            if row["state"] in ("queued", "sending") or row.get("told") is False:
                return False
        return not self._open_work(tables["journal"])

    def _open_work(self, journal: dict[Any, Doc]) -> bool:
        wanted, ended = set(), Counter[str]()
        for doc in journal.values():
            for packed in doc["events"]:
                event = packed.get("e", [packed["is"]])
                if event[0] == "Want":
                    wanted.add(event[1])
                elif event[0] in ("Ended", "Released"):
                    ended[event[1]] += 1
        return any(ended[w] < 2 for w in wanted)


async def _play(
    seed: int, rates: Rates, rough_s: float, messages: int
) -> tuple[list[str], Counter[str]]:
    async with Chaos(seed, rates) as chaos:
        async with asyncio.TaskGroup() as tasks:
            world = World(seed, chaos, tasks, messages=messages)
            for place in "PQ":
                world.start(place)
            others = [
                tasks.create_task(world.nemesis()),
                tasks.create_task(world.late_retries()),
            ]
            others.append(tasks.create_task(world.receipts()))
            others += [tasks.create_task(world.agent(a)) for a in AGENTS]
            for c in range(4):
                for a in range(1 + c % 2):
                    others.append(
                        tasks.create_task(world.customer(f"customer:{c % 2:02d}c{c}", f"c{c}.{a}"))
                    )
            await asyncio.sleep(rough_s)
            world.rough = False
            chaos.calm()
            healed = False
            for _ in range(600):
                await asyncio.sleep(1)
                if world.quiet():
                    healed = True
                    break
            for task in [*others, *world.lives.values()]:
                task.cancel()
        bad = Checker(world.tables(), world.history).check()
        commits = len(world.tables()["journal"])
        world.stats.update(chaos.counts)
        world.stats["commits"] = commits
        world.stats["uncertain"] = sum(
            r["state"] == "uncertain" for r in world.tables()["outbox"].values()
        )
        return (bad if healed else ["stuck: not quiet after healing", *bad]), world.stats


def play(
    seed: int, *, rates: Rates | None = None, rough_s: float = 40.0, messages: int = 4
) -> tuple[list[str], Counter[str]]:
    """One schedule; what is wrong afterwards (nothing, it is hoped) and what was done to it."""
    return run_virtual(lambda: _play(seed, rates or Rates(), rough_s, messages))
