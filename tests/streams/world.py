"""Two processes of the real engine, customers, agents and a provider, on a database that lies.

Everything runs in virtual time; the same seed gives the same schedule. Processes crash and come
back, freeze past their lease and go on as zombies; answers are cut, writes land late, the primary
fails over. Then the chaos ends, the world heals, and the checker judges the history.
"""

import asyncio
from collections import Counter
from typing import Any

from hub.errors import Overloaded, StoreUncertain
from hub.model.ids import commit_id
from hub.model.inputs import Receipt
from hub.model.message import DeliveryState
from hub.streams.rows import inbound_row, input_row
from tests.streams.chaos import Chaos, Rates, Spans
from tests.streams.checker import Checker
from tests.streams.loop import VirtualClock, run_virtual
from tests.streams.scene import SHARDS, Scene, counted_tokens
from tests.streams.toy import AGENTS, DESK

Doc = dict[str, Any]

RATES = Rates(cut=0.04, fail_over=0.008, lag=0.008, freeze=0.008)
SPANS = Spans(step=(0.0, 0.008), lag=(0.05, 2.5))


class World(Scene):
    """Customers, agents and a nemesis on top of the scene; `rough` while there is mischief."""

    def __init__(self, seed: int, chaos: Chaos, tasks: asyncio.TaskGroup, *, messages: int) -> None:
        super().__init__(seed, chaos, tasks)
        self.rough = True
        self.busy = 0
        self.messages = messages
        self.stats: Counter[str] = Counter()
        self._clock = VirtualClock()
        self.refuse = lambda _: self.rough and self.random.random() < 0.15
        self.way = lambda _: (self.random.uniform(0, 0.3), self.random.uniform(0, 0.3))

    # ------------------------------------------------------------ processes
    def crash(self, place: str) -> None:
        self.stats["crash"] += 1
        self.kill(place)
        self.enter(place)

    def enter(self, place: str) -> None:
        self.start(place, skew_ms=self.random.randint(-8000, 8000))

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
                async with asyncio.timeout(self.random.uniform(0.2, 4)):
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
    async with Chaos(seed, rates, SPANS) as chaos:
        async with asyncio.TaskGroup() as tasks:
            world = World(seed, chaos, tasks, messages=messages)
            for place in "PQ":
                world.enter(place)
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
            for _ in range(240):
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
    seed: int, *, rates: Rates | None = None, rough_s: float = 40.0, messages: int = 8
) -> tuple[list[str], Counter[str]]:
    """One schedule; what is wrong afterwards (nothing, it is hoped) and what was done to it."""
    with counted_tokens():
        return run_virtual(lambda: _play(seed, rates or RATES, rough_s, messages))
