"""The outbox: claim by compare-and-set, one at a time per destination, honest about the outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import structlog

from hub.errors import (
    Overloaded,
    PermanentSendError,
    RetryableSendError,
    SendHeld,
    StoreUncertain,
    UncertainSendError,
)
from hub.model.codec import pack
from hub.model.inputs import DeliveryReport
from hub.model.message import DeliveryState
from hub.ports import Bus, Clock, Outbox
from hub.streams.accepting import Acceptor
from hub.streams.rows import input_row
from hub.streams.settings import EngineSettings

Doc = dict[str, Any]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A worker's success: fields for the row, and inputs `(key, body)` for the row's stream."""

    change: Doc = field(default_factory=dict)
    inputs: Sequence[tuple[str, Doc]] = ()


def later(
    row: Doc,
    at: datetime,
    code: str,
    *,
    attempt: bool = True,
    inputs: Sequence[tuple[str, Doc]] = (),
) -> Done:
    """Back to the queue until then, however often it was there."""
    change = {
        "state": "queued",
        "open": True,
        "told": True,
        "attempts": row["attempts"] + attempt,
        "not_before": at,
        "code": code,
    }
    return Done(change=change, inputs=inputs)


Worker = Callable[[Doc], Awaitable[Done]]
"""Does one row. Raises SendError; anything else counts as uncertain."""


class Sender:
    """Works off the outbox rows of the shards this process owns."""

    def __init__(
        self,
        outbox: Outbox,
        acceptor: Acceptor,
        workers: Mapping[str, Worker],
        owned: Callable[[], Sequence[int]],
        bus: Bus,
        clock: Clock,
        settings: EngineSettings,
    ) -> None:
        self._outbox = outbox
        self._acceptor = acceptor
        self._workers = workers
        self._owned = owned
        self._clock = clock
        self._settings = settings
        self._wake = asyncio.Event()
        self._busy: set[str] = set()
        self._claims: dict[str, tuple[str, float]] = {}
        self._room = asyncio.Semaphore(settings.sends)
        bus.subscribe("outbox:", lambda _: self._wake.set())

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sweep())
            while True:
                await self._wake.wait()
                self._wake.clear()
                try:
                    await self._tell()
                    claimed_at = self._clock.monotonic()
                    for row in await self._claim():
                        self._busy.add(row["_id"])
                        await self._room.acquire()
                        tasks.create_task(self._work(row, claimed_at))
                except (StoreUncertain, Overloaded) as error:
                    log.warning("outbox round failed", error=str(error))
                    await self._clock.sleep(self._settings.retake_s)
                    self._wake.set()

    async def _sweep(self) -> None:
        while True:
            await self._clock.sleep(self._settings.sweep_s)
            self._wake.set()

    # ------------------------------------------------------------ choosing
    async def _claim(self) -> list[Doc]:
        """Claim the first row of every destination, where it is queued and may go now."""
        rows = await self._outbox.open(list(self._owned()))
        now = self._clock.now()
        heads: list[str] = []
        taken: set[str] = set()
        for row in rows:
            place = destination(row)
            if row["state"] == "sending":
                await self._check_overdue(row)
            if place in taken:
                continue
            taken.add(place)
            not_before = row.get("not_before")
            if row["state"] == "queued" and (not_before is None or not_before <= now):
                heads.append(row["_id"])
        self._forget_claims(rows)
        room = self._settings.sends - len(self._busy)
        if not heads or room <= 0:
            return []
        return await self._outbox.claim(heads[:room], token_hex(8), now)

    async def _check_overdue(self, row: Doc) -> None:
        """A claim that stood still too long on our own watch: uncertain, never queued again.

        Only work that is de-duplicated by our key goes back to the queue.
        """
        if row["_id"] in self._busy:
            return
        seen = self._claims.get(row["_id"])
        now = self._clock.monotonic()
        if seen is None or seen[0] != row["token"]:
            self._claims[row["_id"]] = (row["token"], now)
        elif now - seen[1] > self._settings.overdue_s:
            expected = {"state": "sending", "token": row["token"]}
            await self._outbox.settle(row["_id"], expected, overdue_change(row))
            log.warning("send overdue", row=row["_id"])

    def _forget_claims(self, rows: Sequence[Doc]) -> None:
        sending = {r["_id"] for r in rows if r["state"] == "sending"}
        self._claims = {k: v for k, v in self._claims.items() if k in sending}

    # ------------------------------------------------------------ doing
    async def _work(self, row: Doc, claimed_at: float) -> None:
        """A claim that others may soon call uncertain is not begun but given back."""
        try:
            if self._clock.monotonic() - claimed_at > self._settings.overdue_s / 2:
                await self._settle(row, {"state": "queued"}, ())
            else:
                change, inputs = await self._outcome(row)
                await self._settle(row, change, inputs)
        finally:
            self._busy.discard(row["_id"])
            self._room.release()
            self._wake.set()

    async def _outcome(self, row: Doc) -> tuple[Doc, Sequence[tuple[str, Doc]]]:
        try:
            async with asyncio.timeout(self._settings.send_timeout_s):
                done = await self._workers[row["kind"]](row)
        except RetryableSendError as error:
            return self._retry(row, error), ()
        except PermanentSendError as error:
            return closed("failed", error.code, error.provider_code, error.request_id), ()
        except (UncertainSendError, TimeoutError) as error:
            return self._unsure(row, error), ()
        except Exception as error:
            log.exception("send failed", row=row["_id"], kind=row["kind"])
            return self._unsure(row, error), ()
        return {**closed("sent"), **done.change}, done.inputs

    def _unsure(self, row: Doc, error: Exception) -> Doc:
        code = getattr(error, "code", "no_answer")
        if row["repeatable"]:
            return self._retry(row, RetryableSendError(code))
        return closed("uncertain", code, getattr(error, "provider_code", ""))

    def _retry(self, row: Doc, error: RetryableSendError) -> Doc:
        attempts = row["attempts"] + (0 if isinstance(error, SendHeld) else 1)
        if attempts >= self._settings.attempts:
            return closed("failed", error.code, error.provider_code, error.request_id)
        wait = min(self._settings.backoff_s * 2 ** (attempts - 1), self._settings.longest_backoff_s)
        pause = error.retry_after or timedelta(seconds=wait)
        return {
            "state": "queued",
            "attempts": attempts,
            "not_before": self._clock.now() + pause,
            "code": error.code,
            "provider_code": error.provider_code,
        }

    async def _settle(self, row: Doc, change: Doc, inputs: Sequence[tuple[str, Doc]]) -> None:
        """Inputs first: a repeated row finds them by their keys. An answer resolves uncertain.

        What was called uncertain meanwhile never goes back to the queue: a person may have decided.
        """
        token = row["token"]
        expected = {"state": ["sending", "uncertain"], "token": token}
        late = change
        if change["state"] == "queued":
            expected = {"state": "sending", "token": token}
            late = closed("failed", change.get("code", "not_sent"), change.get("provider_code", ""))
        wait = 0.05
        while True:
            try:
                await self._acceptor.add_all([self._input(k, row, b) for k, b in inputs])
                if not await self._outbox.settle(row["_id"], expected, change) and late != change:
                    uncertain = {"state": "uncertain", "token": token}
                    await self._outbox.settle(row["_id"], uncertain, late)
                return
            except (StoreUncertain, Overloaded):
                await self._clock.sleep(wait)
                wait = min(wait * 2, 2.0)

    def _input(self, key: str, row: Doc, body: Doc) -> Doc:
        order = f"{row['n']:012d}.{row['k']:04d}"
        source = f"o:{destination(row)}"
        return input_row(key, row["stream"], source, order, body, self._clock.now())

    # ------------------------------------------------------------ telling
    async def _tell(self) -> None:
        """Hand settled results to their streams; a result is told once per state."""
        rows = await self._outbox.untold(list(self._owned()), self._settings.round_rows)
        if not rows:
            return
        await self._acceptor.add_all(
            [self._input(f"d:{r['_id']}:{r['state']}", r, report(r)) for r in rows]
        )
        for state in {r["state"]: None for r in rows}:
            await self._outbox.told([r["_id"] for r in rows if r["state"] == state], state)


def destination(row: Doc) -> str:
    return f"{row['kind']}:{row['destination']}"


def closed(state: str, code: str = "", provider_code: str = "", request_id: str = "") -> Doc:
    """The row is settled and its stream is to be told; failed and uncertain ask for a person."""
    change: Doc = {"state": state, "open": False, "told": False}
    if state in ("failed", "uncertain"):
        change["dead"] = True
    words = {"code": code, "provider_code": provider_code, "request_id": request_id}
    change.update({k: v for k, v in words.items() if v})
    return change


def overdue_change(row: Doc) -> Doc:
    if row["repeatable"]:
        return {"state": "queued"}
    return closed("uncertain", "overdue")


def report(row: Doc) -> Doc:
    return pack(
        DeliveryReport(
            of=row["_id"],
            state=DeliveryState(row["state"]),
            provider_id=row.get("provider_id", ""),
            code=row.get("code", ""),
            provider_code=row.get("provider_code", ""),
            message_id=row["body"].get("message_id"),
            index=row["body"].get("index", 0),
        )
    )
