"""Receipts arrive without a stream: match them to the row they speak of, or keep them."""

from datetime import timedelta
from typing import Any

import structlog

from hub.errors import StoreUncertain
from hub.model.codec import pack, unpack_as
from hub.model.inputs import DeliveryReport, Receipt
from hub.ports import Bus, Clock, Inbox, Outbox
from hub.streams.settings import EngineSettings

Doc = dict[str, Any]
log = structlog.get_logger(__name__)


class Receipts:
    """Unmatched receipts stay open, at most 72 h: they may come before the answer they speak of."""

    def __init__(
        self, inbox: Inbox, outbox: Outbox, bus: Bus, clock: Clock, settings: EngineSettings
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._bus = bus
        self._clock = clock
        self._settings = settings

    async def run(self) -> None:
        while True:
            await self._clock.sleep(self._settings.sweep_s)
            try:
                await self._sweep()
            except StoreUncertain as error:
                log.warning("receipts not resolved", error=str(error))

    async def _sweep(self) -> None:
        """All of them, because any number that match nothing must not hide one that does."""
        limit = self._settings.round_rows
        after = None
        while rows := await self._inbox.unrouted(limit, after):
            for row in rows:
                await self.resolve(row)
            if len(rows) < limit:
                return
            after = (rows[-1]["at"], rows[-1]["_id"])

    async def resolve(self, row: Doc) -> None:
        receipt = unpack_as(row["body"], Receipt)
        found = await self._outbox.by_provider_id(receipt.channel_id, receipt.provider_id)
        if found is not None:
            body = pack(
                DeliveryReport(
                    of=found["_id"],
                    state=receipt.state,
                    code=receipt.code,
                    message_id=found["body"].get("message_id"),
                    index=found["body"].get("index", 0),
                )
            )
            if await self._inbox.route(row["_id"], found["shard"], found["stream"], body):
                self._bus.publish(f"inbox:{found['shard']}")
        elif row["at"] + timedelta(seconds=self._settings.receipt_keep_s) < self._clock.now():
            await self._inbox.bury(row["_id"], "receipt_without_message", self._clock.now())
