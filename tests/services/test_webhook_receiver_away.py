"""A receiver that is killed for ten minutes: real process, real requests, real store.

Only the time is injected. The receiver checks signatures as the standard tells integrators to.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hub.http.webhook_post import WebhookPost
from hub.model.ids import customer_stream
from hub.services.vault import Vault
from hub.services.webhook_delivery import Courier, Deliveries, RetryRules
from hub.services.webhook_events import EventType
from hub.services.webhooks import Webhook, Webhooks
from hub.store.mongo.stores import MongoStores
from hub.streams.rows import commit_doc
from tests.fakes.clock import NOON, ManualClock
from tests.services.receiver_process import SOON_S, Receiver, is_signed

pytestmark = pytest.mark.timeout(60)

CUSTOMERS = ("00" * 10, "7f" + "00" * 9)
EVERY = 5
AWAY, BACK, END = 60, 660, 900
"""Seconds of the injected clock: killed, started again, nothing more happens."""


class SteppedClock(ManualClock):
    """Who sleeps is woken when the time has been moved that far."""

    def __init__(self) -> None:
        super().__init__()
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []
        self.somebody_sleeps = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        due = asyncio.Event()
        self._sleepers.append((self.at + timedelta(seconds=seconds), due))
        self.somebody_sleeps.set()
        await due.wait()

    async def second(self) -> None:
        """Later by one; returns when all who woke sleep again."""
        self.advance(timedelta(seconds=1))
        self.somebody_sleeps.clear()
        for _, due in [each for each in self._sleepers if each[0] <= self.at]:
            due.set()
        self._sleepers = [each for each in self._sleepers if each[0] > self.at]
        async with asyncio.timeout(SOON_S):
            await self.somebody_sleeps.wait()


@dataclass
class Hub:
    clock: SteppedClock
    stores: MongoStores
    webhooks: Webhooks
    deliveries: Deliveries
    numbers: dict[int, int] = field(default_factory=dict)
    happened: list[str] = field(default_factory=list)

    async def happens(self, customer: str) -> None:
        shard = int(customer[:2], 16)
        n = self.numbers[shard] = self.numbers.get(shard, 0) + 1
        stream = customer_stream(customer)
        row = {"_id": f"r{shard}.{n}", "source": "s", "order": "", "body": {"is": "X"}}
        told = [{"is": "MessageReceived", "conversation_id": f"{customer}.1"}]
        commit = commit_doc(
            shard, n, n, "t", "rules", {**row, "stream": stream}, told, self.clock.now()
        )
        assert await self.stores.heart.journal.append([commit]) is None
        self.happened.append(f"{shard:02x}-{n:012d}-0")

    async def subscribed(self, url: str) -> tuple[Webhook, str]:
        return await self.webhooks.create(url, (EventType.MESSAGE_RECEIVED,), by="agent:admin")

    async def told(self) -> None:
        """The sweep of this second has ended."""
        async with asyncio.timeout(SOON_S):
            while not await self.deliveries.due():  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0.002)

    async def failures(self, webhook: Webhook) -> int:
        found = await self.webhooks.get(webhook.webhook_id)
        assert found is not None
        return found.failures


@asynccontextmanager
async def telling(stores: MongoStores, receiver: Receiver) -> AsyncIterator[Hub]:
    """What a hub runs for its subscriptions, put together as the hub does."""
    clock, journal = SteppedClock(), stores.heart.journal
    webhooks = Webhooks(stores.documents, journal, clock, Vault([b"k" * 32]))
    courier = Courier(webhooks, WebhookPost((receiver.url,)).post, clock)
    deliveries = Deliveries(courier, journal, lambda: range(256), clock, RetryRules())
    await receiver.start()
    try:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(deliveries.run())
            await clock.somebody_sleeps.wait()
            yield Hub(clock, stores, webhooks, deliveries)
            running.cancel()
    finally:
        if receiver.process is not None:
            await receiver.kill()


async def test_a_receiver_killed_for_ten_minutes_gets_each_event_once_in_order(
    mongo_stores: MongoStores, tmp_path: Path
) -> None:
    """An event every five seconds over two customers; 120 of 180 happen while nobody is there."""
    receiver = Receiver(tmp_path / "book")
    async with telling(mongo_stores, receiver) as hub:
        webhook, secret = await hub.subscribed(receiver.url)
        worst = 0
        for second in range(END):
            if second == AWAY:
                assert receiver.ids() == hub.happened[:12]
                await receiver.kill()
            if second == BACK:
                assert len(hub.happened) - len(receiver.ids()) == 120
                await receiver.start()
            if second % EVERY == 0:
                await hub.happens(CUSTOMERS[second // EVERY % 2])
            await hub.clock.second()
            if second < AWAY:
                await hub.told()
            worst = max(worst, await hub.failures(webhook))
        for _ in range(300):
            await hub.clock.second()
        await receiver.has(len(hub.happened))

        took = receiver.took()
        assert 5 <= worst <= 9
        assert await hub.failures(webhook) == 0
    ids = [each["headers"]["webhook-id"] for each in took]
    assert len(ids) == len(set(ids)) == 180
    for shard in ("00", "7f"):
        assert [each for each in ids if each.startswith(shard)] == [
            f"{shard}-{n:012d}-0" for n in range(1, 91)
        ]
    assert [each for each in took if not is_signed(each, secret)] == []
    assert {json.loads(each["body"])["type"] for each in took} == {"message.received"}
    assert [json.loads(each["body"])["id"] for each in took] == ids
    late = [int(each["headers"]["webhook-timestamp"]) - NOON.timestamp() for each in took[12:]]
    assert min(late) >= BACK


async def test_a_signature_of_another_secret_or_a_changed_body_is_seen(
    mongo_stores: MongoStores, tmp_path: Path
) -> None:
    """So that the check of the test before this one can fail."""
    receiver = Receiver(tmp_path / "book")
    async with telling(mongo_stores, receiver) as hub:
        _, secret = await hub.subscribed(receiver.url)
        await hub.happens(CUSTOMERS[0])
        await hub.clock.second()
        await receiver.has(1)
    (notice,) = receiver.took()
    assert is_signed(notice, secret)
    assert not is_signed(notice, "whsec_" + base64.b64encode(b"x" * 32).decode())
    assert not is_signed({**notice, "body": notice["body"].replace(".1", ".2")}, secret)


async def test_a_receiver_killed_while_it_is_told_loses_nothing_and_knows_what_it_had(
    mongo_stores: MongoStores, tmp_path: Path
) -> None:
    """Killed five times among 100 waiting events: only the notice under way may come twice."""
    receiver = Receiver(tmp_path / "book")
    async with telling(mongo_stores, receiver) as hub:
        await hub.subscribed(receiver.url)
        for _ in range(100):
            await hub.happens(CUSTOMERS[0])
        for part in range(1, 6):
            await hub.clock.second()
            async with asyncio.timeout(SOON_S):
                while len(set(receiver.ids())) < part * 15:
                    await hub.clock.second()
            await receiver.kill()
            await hub.clock.second()
            await receiver.start()
        async with asyncio.timeout(SOON_S):
            while len(set(receiver.ids())) < 100:
                await hub.clock.second()
    ids = receiver.ids()
    assert list(dict.fromkeys(ids)) == hub.happened
    assert len(ids) <= 105
    assert all(ids[place - 1] == each for place, each in enumerate(ids) if each in ids[:place])
