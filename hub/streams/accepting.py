"""Accepting: a row stands durably before anybody is told so. One write for all who wait."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

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


Told = Callable[[bool | StoreUncertain | None], None]
"""Hears what became of a row: True = new, False = stood already, None = the process ends."""


class _Waiting(NamedTuple):
    row: Doc
    told: Told


class _Answer(asyncio.Future[bool]):
    """For who waits in line; whoever waited may be gone, and its error needs no other hearer."""

    def hear(self, found: bool | StoreUncertain | None) -> None:
        if self.done():
            return
        if found is None:
            self.cancel()
        elif isinstance(found, StoreUncertain):
            self.set_exception(found)
            self.exception()
        else:
            self.set_result(found)


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
        return await self._asked(row)

    async def add_all(self, rows: Sequence[Doc]) -> None:
        """Store rows of our own making; all stand when this returns.

        Raises:
            Overloaded, StoreUncertain: some may stand; repeat with the same keys.
        """
        for answer in [self._asked(row) for row in rows]:
            await answer

    def put(self, row: Doc, told: Told) -> None:
        """`add` for who does not wait for the row alone. Raises Overloaded."""
        if len(self._waiting) >= self._bound:
            raise Overloaded("inbox")
        self._waiting.append(_Waiting(row, told))
        self._wake.set()

    def _asked(self, row: Doc) -> asyncio.Future[bool]:
        answer = _Answer()
        self.put(row, answer.hear)
        return answer

    async def run(self) -> None:
        try:
            while True:
                await self._wake.wait()
                await asyncio.sleep(0)  # who comes in the same turn of the loop shares the write
                batch = self._waiting[: self._batch]
                del self._waiting[: self._batch]
                if not self._waiting:
                    self._wake.clear()
                if batch:
                    await self._write(batch)
        finally:
            for waiting in self._waiting:
                waiting.told(None)
            self._waiting.clear()

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            fresh = await confirm_all(self._inbox, [w.row for w in batch])
        except StoreUncertain as error:
            for _, told in batch:
                told(StoreUncertain(str(error)))
            return
        except BaseException:
            for _, told in batch:
                told(None)
            raise
        for (row, told), new in zip(batch, fresh, strict=True):
            told(new)
            if new and row["shard"] != UNROUTED:
                self.recent[row["_id"]] = row
        while len(self.recent) > self._bound:
            del self.recent[next(iter(self.recent))]
        self.accepted += sum(fresh)
        self.duplicates += len(fresh) - sum(fresh)
        for shard in {w.row["shard"] for w in batch}:
            self._bus.publish(f"inbox:{shard}")
