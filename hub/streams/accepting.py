"""Accepting: a row stands durably before anybody is told so. One write for all who wait."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.errors import Overloaded, StoreUncertain
from hub.model.inputs import Inbound
from hub.ports import Bus, Clock, Inbox
from hub.streams.rows import UNROUTED, inbound_row

Doc = dict[str, Any]


async def confirm_all(inbox: Inbox, rows: Sequence[Doc]) -> list[bool]:
    """Store rows, in any order; True where this call stored the row, False where it stood.

    A duplicate key proves nothing (the first write may yet be rolled back): only a touched row
    counts, and a row that vanished is written again.

    Raises:
        StoreUncertain: nothing may be concluded about any of the rows.
    """
    fresh = [True] * len(rows)
    todo = list(range(len(rows)))
    while todo:
        stood = [todo[i] for i in await inbox.insert([rows[i] for i in todo], ordered=False)]
        if not stood:
            return fresh
        for i in stood:
            fresh[i] = False
        keys = [rows[i]["_id"] for i in stood]
        standing = await inbox.touch(keys)
        todo = [i for i in stood if rows[i]["_id"] not in standing]
    return fresh


@dataclass(slots=True)
class _Waiting:
    row: Doc
    told: asyncio.Future[bool]


def _heard(told: asyncio.Future[bool]) -> None:
    """Whoever waited may be gone; its error needs no other hearer."""
    if not told.cancelled():
        told.exception()


class Acceptor:
    """The only way of inputs from outside into the inbox. `run` must be running."""

    def __init__(
        self, inbox: Inbox, bus: Bus, clock: Clock, *, waiting: int = 4096, batch: int = 256
    ) -> None:
        self._inbox = inbox
        self._bus = bus
        self._clock = clock
        self._bound = waiting
        self._batch = batch
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self.recent: dict[str, Doc] = {}
        """Rows this process stored and nobody has decided yet: the owner need not fetch them."""
        self.accepted = 0
        self.duplicates = 0

    async def accept(self, inbound: Inbound) -> bool:
        """See `hub.ports.Accept`."""
        return await self.add(inbound_row(inbound, self._clock.now()))

    async def add(self, row: Doc) -> bool:
        """Store one row with whoever else waits; True = new, False = stood already.

        Raises:
            Overloaded: too many wait; nothing was taken.
            StoreUncertain: repeat with the same key.
        """
        return await self.put(row)

    async def add_all(self, rows: Sequence[Doc]) -> None:
        """Store rows of our own making; all stand when this returns.

        Raises:
            Overloaded, StoreUncertain: some may stand; repeat with the same keys.
        """
        waiting = [self.put(row) for row in rows]
        for told in waiting:
            told.add_done_callback(_heard)
        for told in waiting:
            await told

    def put(self, row: Doc) -> asyncio.Future[bool]:
        """`add` for who does not wait for the row alone. Raises Overloaded."""
        if len(self._waiting) >= self._bound:
            raise Overloaded("inbox")
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(row, told))
        self._wake.set()
        return told

    async def run(self) -> None:
        try:
            while True:
                await self._wake.wait()
                batch = self._waiting[: self._batch]
                del self._waiting[: self._batch]
                if not self._waiting:
                    self._wake.clear()
                if batch:
                    await self._write(batch)
        finally:
            for waiting in self._waiting:
                waiting.told.cancel()
            self._waiting.clear()

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            fresh = await confirm_all(self._inbox, [w.row for w in batch])
        except StoreUncertain as error:
            for waiting in batch:
                if not waiting.told.done():
                    waiting.told.set_exception(StoreUncertain(str(error)))
            return
        except BaseException:
            for waiting in batch:
                waiting.told.cancel()
            raise
        for waiting, new in zip(batch, fresh, strict=True):
            if not waiting.told.done():
                waiting.told.set_result(new)
            if new and waiting.row["shard"] != UNROUTED:
                self.recent[waiting.row["_id"]] = waiting.row
        while len(self.recent) > self._bound:
            del self.recent[next(iter(self.recent))]
        self.accepted += sum(fresh)
        self.duplicates += len(fresh) - sum(fresh)
        for shard in {w.row["shard"] for w in batch}:
            self._bus.publish(f"inbox:{shard}")
