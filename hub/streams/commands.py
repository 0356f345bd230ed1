"""Commands of people and programs: stored, decided, and answered with the durable commit."""

import asyncio
from collections.abc import Sequence
from math import inf
from typing import Any

from hub.errors import StoreUncertain
from hub.model.ids import COMMAND
from hub.ports import Clock, Journal
from hub.streams.accepting import Acceptor
from hub.streams.rows import input_row

Doc = dict[str, Any]

STORED_S = 15.0
"""The longest a row may take to be stored."""

TICK_S = 0.1
"""One look at all who wait: a timer for each would cost more than all else about waiting."""


class _Asker:
    """One who waits for a commit. `turn` brings it, or None: it is time to ask the journal.

    `told`: what became of the row. `late`: who waits wants to hear of that too. `until`: when the
    loop's clock shows that, the wait has been long enough.
    """

    __slots__ = ("_loop", "_turn", "late", "told", "until")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._turn: asyncio.Future[Doc | None] = self._loop.create_future()
        self.until = inf
        self.told: bool | StoreUncertain | None = None
        self.late = False

    def tell(self, commit: Doc | None) -> None:
        if not self._turn.done():
            self._turn.set_result(commit)

    def stored(self, found: bool | StoreUncertain | None) -> None:
        """A row that stood already may be decided already; None: the process ends."""
        self.told = found
        if found is None:
            self._turn.cancel()
        elif self.late or found is not True:
            self.tell(None)

    async def heard(self, within: float) -> Doc | None:
        self.until = self._loop.time() + within
        commit = await self._turn
        self.until = inf
        if commit is None:
            self._turn = self._loop.create_future()
        return commit


class CommandDesk:
    """Implements `hub.ports.Commands`; `hear` must be called with every durable commit."""

    POLL_S = 0.5
    LONGEST_POLL_S = 4.0

    def __init__(self, acceptor: Acceptor, journal: Journal, clock: Clock) -> None:
        self._acceptor = acceptor
        self._journal = journal
        self._clock = clock
        self._asking: dict[str, list[_Asker]] = {}
        self._ticking = False

    def hear(self, commits: Sequence[Doc]) -> None:
        if not self._asking:
            return
        for commit in commits:
            for asker in self._asking.pop(commit["input"]["key"], ()):
                asker.tell(commit)

    async def submit(
        self, stream: str, command_id: str, author: str, body: Doc, *, wait: float
    ) -> Doc | None:
        key = f"{COMMAND}{author}:{stream}:{command_id}"
        asker = _Asker()
        self._asking.setdefault(key, []).append(asker)
        if not self._ticking:
            self._tick()
        try:
            row = input_row(key, stream, key, "", body, self._clock.now())
            self._acceptor.put(row, asker.stored)
            deadline = self._clock.monotonic() + wait
            commit = await asker.heard(min(wait, self.POLL_S))
            if commit is None and asker.told is None:
                asker.late = True
                commit = await asker.heard(STORED_S)
            if commit is not None:
                return commit
            if asker.told is None:
                raise StoreUncertain("not stored in time")
            if isinstance(asker.told, StoreUncertain):
                raise asker.told
            return await self._look(key, stream, asker, deadline)
        finally:
            self._forget(key, asker)

    def _tick(self) -> None:
        """Ends the waits that were long enough; goes on while anybody waits."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for askers in self._asking.values():
            for asker in askers:
                if asker.until <= now:
                    asker.tell(None)
        self._ticking = bool(self._asking)
        if self._ticking:
            loop.call_later(TICK_S, self._tick)

    async def _look(self, key: str, stream: str, asker: _Asker, deadline: float) -> Doc | None:
        """The commit from whoever decides it; another process' is found by asking the journal."""
        pause = self.POLL_S
        while True:
            found = await self._journal.find(stream, key)
            if found is not None:
                return found
            left = deadline - self._clock.monotonic()
            if left <= 0:
                return None
            commit = await asker.heard(min(left, pause))
            if commit is not None:
                return commit
            pause = min(pause * 2, self.LONGEST_POLL_S)

    def _forget(self, key: str, asker: _Asker) -> None:
        asking = self._asking.get(key)
        if asking is not None and asker in asking:
            asking.remove(asker)
            if not asking:
                del self._asking[key]
