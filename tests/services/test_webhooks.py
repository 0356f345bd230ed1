"""Notices to integrators: each once, in order, whatever the receiver does."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from hub.model.ids import customer_stream
from hub.ports import Doc
from hub.services.vault import Vault
from hub.services.webhook_delivery import Answered, Courier, Deliveries, RetryRules
from hub.services.webhook_events import EventType, notices_of
from hub.services.webhook_signing import signed_headers
from hub.services.webhook_tries import KEPT, Try, WebhookTries
from hub.services.webhooks import Webhook, Webhooks
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.streams.rows import commit_doc
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.stores import Stores

ALL = tuple(EventType)
CUSTOMERS = ("00" * 10, "7f" + "00" * 9)


@dataclass
class Receiver:
    """Takes notices while it is `up`; `forgets`: takes so many whose answer is lost."""

    up: bool = True
    forgets: int = 0
    took: list[tuple[str, str]] = field(default_factory=list)
    tries: int = 0
    takes_ms: int = 0
    clock: ManualClock = field(default_factory=ManualClock)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        self.tries += 1
        self.clock.advance(timedelta(milliseconds=self.takes_ms))
        if not self.up:
            return Answered(status=0, error="timeout")
        content: Any = orjson.loads(body)
        assert content["id"] == headers["webhook-id"]
        self.took.append((content["id"], content["type"]))
        if self.forgets:
            self.forgets -= 1
            return Answered(status=0, error="broken_off")
        return Answered(status=204)


class Hub:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.stores = MemoryStores(Database(), self.clock)
        self.receiver = Receiver(clock=self.clock)
        self.owned = set(range(256))
        journal = self.stores.heart.journal
        self.webhooks = Webhooks(self.stores.documents, journal, self.clock, Vault([b"k" * 32]))
        self.numbers: dict[int, int] = {}
        self.start()

    def start(self) -> None:
        """As a process that begins now: it remembers nothing."""
        courier = Courier(self.webhooks, self.receiver.post, self.clock)
        journal = self.stores.heart.journal
        self.deliveries = Deliveries(courier, journal, lambda: self.owned, self.clock, RetryRules())

    async def happens(self, customer: str, *events: str) -> None:
        shard = int(customer[:2], 16)
        n = self.numbers[shard] = self.numbers.get(shard, 0) + 1
        row = {"_id": f"r{shard}.{n}", "source": "s", "order": "", "body": {"is": "X"}}
        row["stream"] = customer_stream(customer)
        told: list[Doc] = [{"is": event, "conversation_id": f"{customer}.1"} for event in events]
        commit = commit_doc(shard, n, n, "t", "rules", row, told, self.clock.now())
        assert await self.stores.heart.journal.append([commit]) is None

    async def round(self) -> None:
        for webhook in await self.deliveries.due():
            await self.deliveries.tell(webhook)

    async def subscribed(self, *events: EventType) -> Webhook:
        webhook, _ = await self.webhooks.create(
            "https://crm.example/in", events or ALL, by="agent:admin"
        )
        return webhook


async def test_what_happens_after_the_subscription_is_told_in_order() -> None:
    hub = Hub()
    await hub.happens(CUSTOMERS[0], "ConversationOpened")
    await hub.subscribed()
    await hub.happens(CUSTOMERS[0], "MessageReceived", "BotAsked")
    await hub.happens(CUSTOMERS[0], "MessageSent", "HandedOff")
    await hub.round()
    await hub.round()
    assert hub.receiver.took == [
        ("00-000000000002-0", "message.received"),
        ("00-000000000003-0", "message.sent"),
        ("00-000000000003-1", "conversation.handed_off"),
    ]


async def test_only_the_events_asked_for_are_told_and_never_a_note() -> None:
    hub = Hub()
    await hub.subscribed(EventType.CONVERSATION_CLOSED)
    await hub.happens(CUSTOMERS[0], "MessageReceived", "NoteAdded", "ConversationClosed")
    await hub.round()
    assert hub.receiver.took == [("00-000000000001-2", "conversation.closed")]


async def test_a_receiver_killed_for_ten_minutes_gets_each_event_once_in_order() -> None:
    """One event a second over two customers; the receiver is away from 60 s to 660 s."""
    hub = Hub()
    await hub.subscribed()
    for second in range(900):
        hub.receiver.up = not 60 <= second < 660
        await hub.happens(CUSTOMERS[second % 2], "MessageReceived")
        await hub.round()
        hub.clock.advance(timedelta(seconds=1))
    for _ in range(300):
        await hub.round()
        hub.clock.advance(timedelta(seconds=1))
    ids = [notice for notice, _ in hub.receiver.took]
    assert len(ids) == len(set(ids)) == 900
    for shard in ("00", "7f"):
        wanted = [f"{shard}-{n:012d}-0" for n in range(1, 451)]
        assert [each for each in ids if each.startswith(shard)] == wanted
    assert hub.receiver.tries - 900 < 15


async def test_a_lost_answer_doubles_that_one_notice_under_the_same_id() -> None:
    hub = Hub()
    await hub.subscribed()
    await hub.happens(CUSTOMERS[0], "MessageReceived", "MessageSent", "HandedOff")
    await hub.happens(CUSTOMERS[0], "ConversationClosed")
    hub.receiver.forgets = 1
    await hub.round()
    await hub.round()
    hub.clock.advance(timedelta(seconds=2))
    await hub.round()
    assert [notice for notice, _ in hub.receiver.took] == [
        "00-000000000001-0",
        "00-000000000001-0",
        "00-000000000001-1",
        "00-000000000001-2",
        "00-000000000002-0",
    ]


async def test_a_new_process_goes_on_in_the_middle_of_a_commit() -> None:
    hub = Hub()
    await hub.subscribed()
    await hub.happens(CUSTOMERS[0], "MessageReceived", "MessageSent", "HandedOff")

    class Dies(Receiver):
        async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
            if len(self.took) == 2:
                return Answered(status=0, error="timeout")
            return await super().post(url, headers, body)

    hub.receiver = Dies()
    hub.start()
    await hub.round()
    first = hub.receiver.took
    hub.receiver = Receiver()
    hub.start()
    await hub.round()
    assert [n for n, _ in first] == ["00-000000000001-0", "00-000000000001-1"]
    assert [n for n, _ in hub.receiver.took] == ["00-000000000001-2"]


async def test_each_shard_is_told_by_the_process_that_owns_it() -> None:
    hub = Hub()
    await hub.subscribed()
    hub.owned = {0}
    await hub.happens(CUSTOMERS[0], "MessageReceived")
    await hub.happens(CUSTOMERS[1], "MessageReceived")
    await hub.round()
    assert [notice[:2] for notice, _ in hub.receiver.took] == ["00"]
    hub.owned = {0x7F}
    await hub.round()
    assert [notice[:2] for notice, _ in hub.receiver.took] == ["00", "7f"]


async def test_who_fails_for_a_day_is_paused_visibly_and_goes_on_when_resumed() -> None:
    hub = Hub()
    webhook = await hub.subscribed()
    hub.receiver.up = False
    await hub.happens(CUSTOMERS[0], "MessageReceived")
    for _ in range(24 * 60 + 10):
        await hub.round()
        hub.clock.advance(timedelta(minutes=1))
    paused = await hub.webhooks.get(webhook.webhook_id)
    assert paused is not None
    assert (paused.state, paused.because, paused.last_status) == ("paused", "no_answer", 0)
    assert hub.receiver.tries < 320
    hub.receiver.up = True
    await hub.round()
    assert hub.receiver.took == []
    await hub.webhooks.resume(webhook.webhook_id)
    await hub.round()
    hub.clock.advance(timedelta(minutes=5))
    await hub.round()
    assert [notice for notice, _ in hub.receiver.took] == ["00-000000000001-0"]


def shown(tries: list[Try]) -> list[tuple[int, int, int, int, str, int]]:
    """Oldest first: commits, notices, status, error, attempt."""
    return [
        (one.first, one.last, one.notices, one.status, one.error, one.attempt)
        for one in reversed(tries)
    ]


async def test_each_try_is_kept_and_a_run_that_was_confirmed_is_one() -> None:
    hub = Hub()
    hub.receiver.takes_ms = 40
    webhook = await hub.subscribed()
    await hub.happens(CUSTOMERS[1], "MessageReceived", "MessageSent")
    await hub.happens(CUSTOMERS[1], "NoteAdded")
    await hub.happens(CUSTOMERS[1], "MessageReceived")
    await hub.round()
    hub.receiver.up = False
    await hub.happens(CUSTOMERS[1], "ConversationClosed")
    for _ in range(2):
        await hub.round()
        hub.clock.advance(timedelta(seconds=4))
    hub.receiver.up = True
    await hub.round()
    tries = await hub.webhooks.tries.page(webhook.webhook_id, limit=9)
    assert shown(tries) == [
        (1, 3, 3, 204, "", 1),
        (4, 4, 1, 0, "timeout", 1),
        (4, 4, 1, 0, "timeout", 2),
        (4, 4, 1, 204, "", 3),
    ]
    assert [one.milliseconds for one in tries] == [40, 40, 40, 120]
    assert {one.shard for one in tries} == {0x7F}
    assert tries[0].at > tries[1].at


async def test_what_was_told_before_a_try_failed_is_kept_too() -> None:
    hub = Hub()
    webhook = await hub.subscribed()
    await hub.happens(CUSTOMERS[0], "MessageReceived", "MessageSent")
    hub.receiver.forgets = 0

    class Refuses(Receiver):
        async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
            return Answered(status=500) if self.took else await super().post(url, headers, body)

    hub.receiver = Refuses()
    hub.start()
    await hub.round()
    tries = await hub.webhooks.tries.page(webhook.webhook_id, limit=9)
    assert shown(tries) == [(1, 1, 1, 204, "", 1), (1, 1, 1, 500, "", 1)]


async def test_the_last_two_hundred_tries_are_kept_and_paged() -> None:
    hub = Hub()
    webhook = await hub.subscribed()
    for _ in range(KEPT + 30):
        await hub.happens(CUSTOMERS[0], "MessageReceived")
        await hub.round()
    kept = await hub.stores.documents.page("webhook_tries", {}, limit=1000)
    assert len(kept) == KEPT
    tries = hub.webhooks.tries
    newest = await tries.page(webhook.webhook_id, limit=3)
    assert [(one.number, one.last) for one in newest] == [(230, 230), (229, 229), (228, 228)]
    oldest = await tries.page(webhook.webhook_id, limit=9, before=33)
    assert [one.number for one in oldest] == [32, 31]


async def test_two_processes_write_tries_side_by_side(stores: Stores) -> None:
    """Each goes on from what it knows; nothing is written over within a turn."""
    one, two = WebhookTries(stores.documents), WebhookTries(stores.documents)
    tried = Try(at=NOON, shard=1, first=1, last=1, notices=1, status=204, attempt=1, milliseconds=5)
    for n in range(3):
        await one.add("0a" * 6, replace(tried, shard=1, last=n))
    for n in range(4):
        await two.add("0a" * 6, replace(tried, shard=2, last=n))
    await one.add("0a" * 6, replace(tried, shard=1, last=9))
    await two.add("0b" * 6, tried)
    found = await one.page("0a" * 6, limit=99)
    assert [(each.number, each.shard) for each in reversed(found)] == [
        *((1, 1), (2, 1), (3, 1)),
        *((4, 2), (5, 2), (6, 2), (7, 2)),
        (8, 1),
    ]
    await one.forget("0a" * 6)
    assert await two.page("0a" * 6, limit=9) == []
    assert len(await two.page("0b" * 6, limit=9)) == 1


async def test_a_replay_tells_again_from_a_time_or_a_number_with_the_same_ids() -> None:
    hub = Hub()
    webhook = await hub.subscribed()
    for _ in range(4):
        await hub.happens(CUSTOMERS[0], "MessageReceived")
        hub.clock.advance(timedelta(minutes=1))
    await hub.round()
    since = hub.clock.now() - timedelta(minutes=2)
    await hub.webhooks.replay(webhook.webhook_id, await hub.webhooks.numbers_at(since))
    await hub.round()
    await hub.webhooks.replay(webhook.webhook_id, {0: 3})
    await hub.round()
    assert [int(notice.split("-")[1]) for notice, _ in hub.receiver.took] == [
        *(1, 2, 3, 4),
        *(3, 4),
        4,
    ]


async def test_a_removed_subscription_is_told_nothing_and_leaves_nothing() -> None:
    hub = Hub()
    webhook = await hub.subscribed()
    await hub.happens(CUSTOMERS[0], "MessageReceived")
    await hub.round()
    assert await hub.webhooks.remove(webhook.webhook_id)
    await hub.happens(CUSTOMERS[0], "MessageReceived")
    await hub.deliveries.tell(webhook)
    assert len(hub.receiver.took) == 1
    for collection in ("webhooks", "webhook_cursors", "webhook_tries"):
        assert await hub.stores.documents.page(collection, {}, limit=9) == [], collection


async def test_the_secret_is_sealed_and_shown_once() -> None:
    hub = Hub()
    webhook, secret = await hub.webhooks.create("https://a.example", ALL, by="agent:admin")
    assert secret.startswith("whsec_")
    assert secret not in str(await hub.stores.documents.get("webhooks", webhook.webhook_id))
    assert await hub.webhooks.secret_of(webhook.webhook_id) == secret


def test_a_signature_is_the_one_of_the_standard() -> None:
    """The example of the specification's own test data."""
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_prose_in_a_notice_is_masked() -> None:
    commit = {
        "_id": "00:000000000001",
        "stream": customer_stream(CUSTOMERS[0]),
        "seq": 1,
        "at": ManualClock().now(),
        "events": [{"is": "MessageReceived", "parts": [{"is": "TextPart", "text": "13812345678"}]}],
    }
    body = notices_of(commit)[0].body()
    assert b"13812345678" not in body
    assert b"138****5678" in body


@pytest.mark.parametrize("failures", [1, 2, 5, 9, 40])
def test_tries_come_later_and_later_up_to_five_minutes(failures: int) -> None:
    seconds = {1: 2, 2: 4, 5: 32, 9: 300, 40: 300}
    assert RetryRules().pause(failures) == timedelta(seconds=seconds[failures])
