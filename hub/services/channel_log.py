"""Writes down what is exchanged with providers, behind the messages' back.

An exchange is put into a bounded line and written in batches by one writer. When the line is full
the oldest goes, is counted, and a row says how many of a channel are missing.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import count
from secrets import token_hex

import structlog

from hub import ports
from hub.errors import StoreUncertain
from hub.model.ids import ChannelId
from hub.ports import Clock, Direction, Doc, Exchange, ExchangeStore, Outcome

log = structlog.get_logger(__name__)

ROOM = 10_000
BATCH = 500
GATHER_S = 0.25
AGAIN_S = 1.0
LONGEST_AGAIN_S = 30.0
STOP_S = 2.0
KEEP = timedelta(days=30)

OPERATION = "channel_log"
NOT_WRITTEN = "not_written"


class ChannelLog:
    """Implements `ExchangeLog`; `run` must be running. `written` and `dropped` only grow."""

    def __init__(
        self, store: ExchangeStore, clock: Clock, *, keep: timedelta = KEEP, room: int = ROOM
    ) -> None:
        self.written = 0
        self.dropped = 0
        self._store = store
        self._clock = clock
        self._keep = keep
        self._room = room
        self._line: deque[Doc] = deque()
        self._batch: list[Doc] = []
        self._missing: Counter[ChannelId] = Counter()
        self._process = token_hex(4)
        self._numbers = count(1)
        self._wake = asyncio.Event()

    def record(self, exchange: Exchange) -> None:
        if len(self._line) >= self._room:
            oldest = self._line.popleft()
            self._missing[ChannelId(oldest["channel_id"])] += 1
            self.dropped += 1
        self._line.append(self._row(exchange))
        self._wake.set()

    async def run(self) -> None:
        """Write until cancelled, and then what is left within `STOP_S`."""
        try:
            while True:
                await self._wake.wait()
                await self._clock.sleep(GATHER_S)
                self._wake.clear()
                while self._next():
                    await self._write()
        finally:
            with suppress(StoreUncertain, TimeoutError):
                async with asyncio.timeout(STOP_S):
                    while self._next():
                        await self._write_once()

    def _next(self) -> bool:
        """Make the next batch, with what must be said of the ones that are missing."""
        if not self._batch:
            self._batch += self._excuses()
            while self._line and len(self._batch) < BATCH:
                self._batch.append(self._line.popleft())
        return bool(self._batch)

    def _excuses(self) -> Iterable[Doc]:
        missing, self._missing = self._missing, Counter()
        for channel_id, number in missing.items():
            yield self._row(
                Exchange(
                    channel_id=channel_id,
                    at=self._clock.now(),
                    direction=Direction.TO_PROVIDER,
                    operation=OPERATION,
                    outcome=Outcome.FAILED,
                    code=NOT_WRITTEN,
                    received={"exchanges": str(number)},
                )
            )

    async def _write(self) -> None:
        wait = AGAIN_S
        while True:
            try:
                return await self._write_once()
            except StoreUncertain as error:
                log.warning("channel log not written", rows=len(self._batch), error=str(error))
            await self._clock.sleep(wait)
            wait = min(wait * 2, LONGEST_AGAIN_S)

    async def _write_once(self) -> None:
        """Written twice it stands once: rows keep their keys."""
        await self._store.add(self._batch)
        self.written += len(self._batch)
        self._batch = []

    def _row(self, exchange: Exchange) -> Doc:
        """Fields as pairs: their names are the provider's, which a database may not take."""
        at = exchange.at
        key = f"{round(at.timestamp() * 1000):013d}-{self._process}-{next(self._numbers):08x}"
        row: Doc = {
            "_id": key,
            "channel_id": exchange.channel_id,
            "at": at,
            "direction": exchange.direction.value,
            "operation": exchange.operation,
            "outcome": exchange.outcome.value,
            "status": exchange.status,
            "milliseconds": exchange.milliseconds,
            "sent": [[name, value] for name, value in exchange.sent.items()],
            "received": [[name, value] for name, value in exchange.received.items()],
            "expire_at": at + self._keep,
        }
        words = ("code", "provider_code", "request_id", "ref")
        row.update({name: value for name in words if (value := getattr(exchange, name))})
        return row


def _conforms(written: ChannelLog) -> ports.ExchangeLog:
    return written
