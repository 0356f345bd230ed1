"""One process with the real rules, in memory and virtual time, and what its screens would watch."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from agent_web.customer_docs import ChannelFacts
from agent_web.sources import Topics
from hub.decisions.customer import CustomerRules
from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.policy import Policy
from hub.model.codec import pack
from hub.model.ids import ChannelId, customer_of, customer_stream, desk_stream
from hub.model.message import Address
from hub.ports import Capabilities, Doc
from hub.projections.conversations import Conversations
from hub.runtime.bus import LocalBus
from hub.services.desk_watch import DeskWatch
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.streams.heart import Heart
from hub.streams.rows import input_row
from hub.streams.sending import Done
from hub.streams.settings import EngineSettings
from tests.decisions import stream as s
from tests.decisions.desk import desk as d
from tests.streams.loop import VirtualClock, run_virtual, until

LEASE_S = 6.0


class Process:
    """A hub process: `topics` and `watch` run beside its heart. `shards` are those it may own."""

    def __init__(
        self, database: Database, tasks: asyncio.TaskGroup, name: str, shards: range = range(256)
    ) -> None:
        self.clock = VirtualClock()
        self.database = database
        self.stores = MemoryStores(database, self.clock, process=name)
        customer = CustomerRules(Policy(without_bot=frozenset({s.WX})))
        desk = DeskRules(DeskSettings())
        settings = EngineSettings(shards=frozenset(shards), lease_s=LEASE_S)
        self.heart = Heart(
            self.stores.heart,
            self.stores.reading,
            [customer, desk],
            [Conversations()],
            {"message": _sent, "bot": _sent},
            LocalBus(),
            self.clock,
            settings,
        )
        capabilities = Capabilities(parts=frozenset({"TextPart"}), max_text=600)
        self.topics = Topics(
            self.stores.heart,
            self.stores.reading,
            self.heart.feed,
            customer,
            desk,
            {s.WX: ChannelFacts("wechat", capabilities)},
            self.clock,
        )
        self.watch = DeskWatch(
            self.topics.desk,
            self.stores.heart.shards,
            self.heart.owner.shards.__contains__,
            self.heart.acceptor.add,
            self.clock,
            process=self.name,
            lease_s=LEASE_S,
        )
        self.lives = [
            tasks.create_task(self.heart.run()),
            tasks.create_task(self.topics.run()),
            tasks.create_task(self.watch.run()),
        ]

    @property
    def name(self) -> str:
        """As it stands in the connections of its gateway."""
        return self.heart.owner.process

    async def started(self) -> "Process":
        await until(lambda: self.heart.owner.placed and self.topics.desk.is_loaded)
        return self

    async def die(self) -> None:
        """At once: nothing is handed over, the beat stands still."""
        self.heart.owner._leave = _nothing  # type: ignore[method-assign]
        for life in self.lives:
            life.cancel()
        await asyncio.wait(self.lives)

    async def tell(self, value: Any, key: str, stream: str = desk_stream()) -> Doc:
        """Hand an input in and wait for its commit."""
        row = input_row(key, stream, key, "", pack(value), self.clock.now())
        await self.heart.acceptor.add(row)
        return await self.committed(key, stream)

    async def committed(self, key: str, stream: str = desk_stream()) -> Doc:
        while (found := await self.stores.heart.journal.find(stream, key)) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return found

    async def hear(self, words: str, key: str, address: Address = s.HOME) -> str:
        """A customer writes; the stream it went to."""
        stream = customer_stream(customer_of(address.channel_id, address.value))
        await self.tell(s.message(words, at=self.clock.now(), address=address), key, stream)
        return stream


async def _sent(_row: Doc) -> Done:
    return Done()


async def _nothing() -> None:
    pass


Start = Callable[..., Process]


def in_virtual_time(body: Callable[[Start], Awaitable[None]]) -> None:
    """`body` is given what starts a process: its name and the shards it may own."""

    async def main() -> None:
        failed: Exception | None = None
        async with asyncio.TaskGroup() as tasks:
            processes: list[Process] = []
            database = Database()

            def start(name: str = "P", shards: range = range(256)) -> Process:
                processes.append(Process(database, tasks, name, shards))
                return processes[-1]

            try:
                async with asyncio.timeout(1000):
                    await body(start)
            except (AssertionError, LookupError, TimeoutError) as error:
                failed = error
            for process in processes:
                for life in process.lives:
                    life.cancel()
        if failed is not None:
            raise failed

    run_virtual(main)


def other(number: int) -> Address:
    return Address(channel_id=ChannelId("wechat-demo"), value=f"openid-{number}")


__all__ = ["LEASE_S", "Process", "Start", "d", "in_virtual_time", "other", "s"]
