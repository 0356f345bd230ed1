"""From a row handed in to its commit and its mark, beside a bare writer of the same rows.

The control writes the very documents the engine wrote a round before (inbox rows, then commits,
then done-marks), as many at once as are in flight, into collections with the same indexes. It
decides nothing, reads nothing and forgets nothing: what is above it is the price of the engine.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from hub.decisions.customer import CustomerRules
from hub.decisions.policy import Policy
from hub.model.ids import ChannelId
from hub.model.inputs import CustomerMessage
from hub.model.message import Address, ReplyGrant, TextPart
from hub.runtime.bus import LocalBus
from hub.runtime.clock import SystemClock
from hub.store.embedded import EmbeddedMongo
from hub.store.embedded_folder import EmbeddedSettings
from hub.store.mongo.stores import MongoStores, open_stores
from hub.streams.effects import MARKS
from hub.streams.heart import Heart
from hub.streams.settings import EngineSettings
from tests.bench.measure import Comparison, as_json, compare, table

Doc = dict[str, Any]

CHANNEL = ChannelId("wechat-bench")
CUSTOMERS = 200
MESSAGES = 1200
FLIGHTS = (1, 8, 64, 256)
NEEDED = {8: (0.6, 2.5), 64: (0.6, 2.5), 256: (0.6, 2.5)}
"""In flight → least rate ratio, most CPU ratio."""

TEXT = "我想查询一下上个月信用卡账单的还款情况，可以告诉我怎么在手机银行上查看吗？"
DAY = datetime(2026, 11, 21, tzinfo=UTC)


class Feeder:
    """Messages of customers who already wait for a person: no bot, no timer, one row each."""

    def __init__(self) -> None:
        self._count = 0

    def next(self) -> CustomerMessage:
        self._count += 1
        value = f"oBench{self._count % CUSTOMERS:022d}"
        grant = ReplyGrant(kind="message", quota=5, until=DAY)
        return CustomerMessage(
            address=Address(channel_id=CHANNEL, value=value),
            external_id=f"m:{value}:{self._count:017d}",
            order=f"{1_795_000_000:012d}.{self._count:020d}",
            parts=(TextPart(text=TEXT),),
            sent_at=DAY,
            grant=grant,
        )


class Subject:
    """The engine: each of `flight` senders hands in a row and waits for its durable commit."""

    def __init__(self, heart: Heart, feeder: Feeder, flight: int, messages: int) -> None:
        self._heart = heart
        self._feeder = feeder
        self._flight = flight
        self._count = messages
        self._messages: list[CustomerMessage] = []
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self.commits: list[Doc] = []
        heart.owner.heard.append(self._hear)

    def _hear(self, commits: Sequence[Doc]) -> None:
        for commit in commits:
            self.commits.append(commit)
            told = self._waiting.pop(commit["input"]["key"], None)
            if told is not None and not told.done():
                told.set_result(None)

    def prepare(self) -> None:
        self.commits.clear()
        self._messages = [self._feeder.next() for _ in range(self._count)]

    async def __call__(self) -> int:
        left = iter(self._messages)

        async def sender() -> None:
            for message in left:
                key = f"{CHANNEL}:{message.external_id}"
                told = self._waiting[key] = asyncio.get_running_loop().create_future()
                await self._heart.acceptor.accept(message)
                await told

        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._flight):
                tasks.create_task(sender())
        await self._heart.owner.settled()
        return self._count


class Control:
    """A bare group writer: `flight` senders wait while all their rows go out in three calls."""

    def __init__(self, stores: MongoStores, subject: Subject, flight: int) -> None:
        database = stores.client[stores.database.name]
        self._inbox = database["inbox"]
        self._journal = database["journal"]
        self._subject = subject
        self._flight = flight
        self._round = 0
        self._pairs: list[tuple[Doc, Doc]] = []
        self._waiting: list[tuple[Doc, Doc, asyncio.Future[None]]] = []

    def prepare(self) -> None:
        self._round += 1
        commits = [self._again(c) for c in self._subject.commits]
        self._pairs = [(_row_of(c), c) for c in commits]

    async def __call__(self) -> int:
        left = iter(self._pairs)

        async def sender() -> None:
            for row, commit in left:
                told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.append((row, commit, told))
                await told

        async with asyncio.TaskGroup() as tasks:
            senders = [tasks.create_task(sender()) for _ in range(self._flight)]
            while not all(s.done() for s in senders):
                await asyncio.sleep(0)
                batch, self._waiting = self._waiting, []
                if batch:
                    await self._write(batch)
        return len(self._pairs)

    async def _write(self, batch: list[tuple[Doc, Doc, asyncio.Future[None]]]) -> None:
        expire_at = datetime(2026, 12, 21, tzinfo=UTC)
        change = {"$set": {"open": False, "expire_at": expire_at}, "$unset": {"body": ""}}
        await self._inbox.insert_many([row for row, _, _ in batch], ordered=False)
        await self._journal.insert_many([commit for _, commit, _ in batch], ordered=True)
        keys = [row["_id"] for row, _, _ in batch]
        for i in range(0, len(keys), MARKS):
            await self._inbox.update_many({"_id": {"$in": keys[i : i + MARKS]}}, change)
        for _, _, told in batch:
            told.set_result(None)

    def _again(self, commit: Doc) -> Doc:
        """The commit under ids of its own."""
        made = {**commit["input"], "key": f"c{self._round}:{commit['input']['key']}"}
        stream = f"{commit['stream']}~{self._round}"
        return {**commit, "_id": f"c{self._round}:{commit['_id']}", "input": made, "stream": stream}


def _row_of(commit: Doc) -> Doc:
    made = commit["input"]
    return {
        "_id": made["key"],
        "shard": commit["shard"] + 1000,
        "stream": commit["stream"],
        "source": made["source"],
        "order": made["order"],
        "body": made["body"],
        "open": True,
        "at": commit["at"],
    }


async def measure(
    data: Path, flights: Sequence[int], *, rounds: int, messages: int
) -> list[Comparison]:
    clock = SystemClock()
    async with EmbeddedMongo(EmbeddedSettings(data=data), clock) as mongo:
        stores = await open_stores(mongo.uri, "bench", clock)
        rules = CustomerRules(Policy(without_bot=frozenset({CHANNEL})))
        heart = Heart(
            stores.heart, stores.reading, [rules], [], {}, LocalBus(), clock, EngineSettings()
        )
        found = []
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(heart.run())
            async with asyncio.timeout(30):
                while not heart.owned():
                    await clock.sleep(0.05)
            feeder = Feeder()
            for flight in flights:
                count = messages if flight > 1 else messages // 8
                subject = Subject(heart, feeder, flight, count)
                control = Control(stores, subject, flight)
                name = f"{flight} in flight"
                found.append(await compare(name, subject, control, rounds=rounds))
                heart.owner.heard.remove(subject._hear)
            running.cancel()
        await stores.close()
    return found


def main(options: list[str]) -> int:
    """Exit 1 when a ratio is missed."""
    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        rows = runner.run(measure(Path(folder), FLIGHTS, rounds=5, messages=MESSAGES))
    print(as_json(rows) if "--json" in options else table(rows))
    missed = [
        r.name
        for r, flight in zip(rows, FLIGHTS, strict=True)
        if flight in NEEDED
        and (r.rate_ratio < NEEDED[flight][0] or r.cpu_ratio > NEEDED[flight][1])
    ]
    return 1 if missed else 0
