"""The heart of one process: everything that moves inputs to commits and commits to effects."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from hub.decisions.rules import StreamRules
from hub.ports import Bus, Clock, HeartStores, Projection, Reading
from hub.streams.accepting import Acceptor
from hub.streams.commands import CommandDesk
from hub.streams.feed import JournalFeed
from hub.streams.owner import Owner
from hub.streams.projecting import Projector
from hub.streams.receipts import Receipts
from hub.streams.sending import Sender, Worker
from hub.streams.settings import EngineSettings
from hub.streams.shard import RuleBook


class Heart:
    """`acceptor`, `commands` and `feed` are the ways in and out; `run` must be running."""

    def __init__(
        self,
        stores: HeartStores,
        reading: Reading,
        rules: Iterable[StreamRules],
        projections: Sequence[Projection],
        workers: Mapping[str, Worker],
        bus: Bus,
        clock: Clock,
        settings: EngineSettings,
    ) -> None:
        self.acceptor = Acceptor(stores.inbox, bus, clock)
        self.commands = CommandDesk(self.acceptor, stores.journal, clock)
        book = RuleBook({r.kind: r for r in rules})
        self.owner = Owner(stores, book, bus, clock, settings, self.acceptor.recent)
        self.feed = JournalFeed(
            stores.journal,
            reading,
            bus,
            clock,
            owned=self.owner.shards.__contains__,
            sweep_s=settings.sweep_s,
        )
        self.sender = Sender(
            stores.outbox, self.acceptor, workers, self.owned, bus, clock, settings
        )
        self._receipts = Receipts(stores.inbox, stores.outbox, bus, clock, settings)
        self._projectors = [
            Projector(p, stores.projections, stores.journal, self.owned, bus, clock, settings)
            for p in projections
        ]
        self.owner.heard += [self.commands.hear, self.feed.hear]
        self.owner.heard += [p.hear for p in self._projectors]

    def owned(self) -> list[int]:
        """The shards this process owns now."""
        return list(self.owner.shards)

    async def run(self) -> None:
        """Until cancelled; an error of any part ends all of them."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.acceptor.run())
            tasks.create_task(self.owner.run())
            tasks.create_task(self.sender.run())
            tasks.create_task(self._receipts.run())
            for projector in self._projectors:
                tasks.create_task(projector.run())
