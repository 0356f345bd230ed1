"""The group writer: one a process, all waiting commits of all shards in one ordered insert."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from hub.errors import StoreUncertain
from hub.ports import Clock, Journal
from hub.streams.shard import Decided, Shard

log = structlog.get_logger(__name__)


class Writer:
    """Writes what shards decided; one batch in flight, so one in flight a shard.

    `durable` hears commits that stand, in order; `lose` hears a shard whose memory may no longer
    be trusted. Both are called at once and must not block.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        *,
        durable: Callable[[Sequence[Decided]], None],
        lose: Callable[[Shard], None],
        batch: int = 256,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._durable = durable
        self._lose = lose
        self._batch = batch
        self._waiting: list[Decided] = []
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, decided: Decided) -> None:
        self._waiting.append(decided)
        self._work.set()
        self._idle.clear()

    async def taken(self) -> None:
        """Wait until everything added is on its way: to decide earlier would not write earlier."""
        await self._idle.wait()

    async def run(self) -> None:
        while True:
            await self._work.wait()
            batch = [d for d in self._waiting[: self._batch] if d.shard.alive]
            del self._waiting[: self._batch]
            if not self._waiting:
                self._work.clear()
                self._idle.set()
            if batch:
                await self._write(batch)

    async def _write(self, batch: list[Decided]) -> None:
        """Refused at row i: the rows before stand, its shard is lost, the others go again."""
        while batch:
            try:
                refused = await self._journal.append([d.commit for d in batch])
                if refused is None:
                    self._durable(batch)
                    return
                self._durable(batch[:refused])
                batch = await self._after_refusal(batch[refused:])
            except StoreUncertain as error:
                log.warning("commit uncertain", commits=len(batch), error=str(error))
                for shard in {id(d.shard): d.shard for d in batch}.values():
                    self._lose(shard)
                return

    async def _after_refusal(self, batch: list[Decided]) -> list[Decided]:
        """What is left to write when the first row's id was found taken."""
        first = batch[0]
        standing = await self._journal.get(first.commit["_id"])
        if standing is None:
            await self._clock.sleep(0.05)
            return batch
        if standing["token"] == first.shard.token:
            self._durable([first])
            return batch[1:]
        log.info("shard fenced", shard=first.shard.number, n=first.commit["n"])
        self._lose(first.shard)
        return [d for d in batch if d.shard is not first.shard]
