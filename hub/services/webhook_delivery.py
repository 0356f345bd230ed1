"""Notices to integrators: each subscription reads the journal with its own cursors, in order.

Nothing is queued: what a receiver has not confirmed stands in the journal. A try that fails is
made again, later and later; after `give_up` the subscription is paused for somebody to see.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

import structlog

from hub.errors import SealBroken, StoreUncertain
from hub.ports import Clock, Doc, Journal
from hub.services.webhook_events import PING, Notice, notices_of
from hub.services.webhook_signing import signed_headers
from hub.services.webhooks import ACTIVE, Webhook, Webhooks

log = structlog.get_logger(__name__)

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
"""Address, headers, body → the status of the answer, 0 when none came within the time allowed."""

PAGE = 200
MOST = 1000
SWEEP_S = 1.0
GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRules:
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=5)
    give_up: timedelta = timedelta(hours=24)

    def pause(self, failures: int) -> timedelta:
        return min(self.first * (1 << min(failures - 1, 20)), self.longest)


@dataclass(frozen=True, slots=True)
class Courier:
    """One try of one notice."""

    webhooks: Webhooks
    post: Post
    clock: Clock

    async def attempt(self, webhook: Webhook, notice: Notice) -> int:
        """The status of the answer, 0 = none. Raises SealBroken, StoreUncertain."""
        secret = await self.webhooks.secret_of(webhook.webhook_id)
        if secret is None:
            return 0
        body = notice.body()
        at = int(self.clock.now().timestamp())
        return await self.post(webhook.url, signed_headers(secret, notice.id, at, body), body)

    async def ping(self, webhook: Webhook) -> int:
        """A notice of no event, now, also for a subscription that is paused."""
        notice = Notice(id=f"ping-{token_hex(8)}", type=PING, at=self.clock.now(), data={})
        return await self.attempt(webhook, notice)


class Deliveries:
    """`owned`: the shards of this process; each is told by the one who owns it."""

    def __init__(
        self,
        courier: Courier,
        journal: Journal,
        owned: Callable[[], Collection[int]],
        clock: Clock,
        rules: RetryRules,
    ) -> None:
        self._courier = courier
        self._webhooks = courier.webhooks
        self._journal = journal
        self._owned = owned
        self._clock = clock
        self._rules = rules
        self._busy: set[str] = set()
        self._not_before: dict[str, float] = {}

    async def run(self) -> None:
        """Until cancelled; a slow receiver holds up nobody else."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                try:
                    for webhook in await self.due():
                        self._busy.add(webhook.webhook_id)
                        tasks.create_task(self._guarded(webhook))
                except StoreUncertain as error:
                    log.warning("webhooks not read", error=str(error))
                await self._clock.sleep(SWEEP_S)

    async def due(self) -> list[Webhook]:
        """Active, not being told just now, and not in a pause between two tries."""
        now = self._clock.monotonic()
        return [
            webhook
            for webhook in await self._webhooks.page(limit=MOST, after="")
            if webhook.state == ACTIVE
            and webhook.webhook_id not in self._busy
            and self._not_before.get(webhook.webhook_id, now) <= now
        ]

    async def tell(self, webhook: Webhook) -> None:
        """Everything there is, until it is told or a try fails. Raises StoreUncertain."""
        owned = set(self._owned())
        every = await self._webhooks.cursors(webhook)
        cursors = {shard: cursor for shard, cursor in every.items() if shard in owned}
        news = await self._journal.tails({shard: n for shard, (n, _) in cursors.items()})
        for shard in sorted(news):
            n, told = cursors[shard]
            while commits := await self._journal.tail(shard, n, PAGE):
                for commit in commits:
                    if not await self._tell_commit(webhook, commit, told):
                        return
                    n, told = commit["n"], 0
                await self._webhooks.advance(webhook, shard, n, 0)

    async def _tell_commit(self, webhook: Webhook, commit: Doc, told: int) -> bool:
        wanted = [each for each in notices_of(commit) if each.type in webhook.events]
        for place, notice in enumerate(wanted):
            if place < told:
                continue
            if not await self._deliver(webhook, notice):
                return False
            done = place + 1
            whole = done == len(wanted)
            n = commit["n"] if whole else commit["n"] - 1
            await self._webhooks.advance(webhook, commit["shard"], n, 0 if whole else done)
        return True

    async def _deliver(self, webhook: Webhook, notice: Notice) -> bool:
        """False: no more now. Paused, removed and replayed subscriptions are told nothing."""
        stands = await self._webhooks.get(webhook.webhook_id)
        if stands is None or stands.state != ACTIVE or stands.generation != webhook.generation:
            return False
        status = await self._courier.attempt(webhook, notice)
        if 200 <= status < 300:
            if stands.failures or stands.last_status != status:
                await self._webhooks.succeeded(webhook.webhook_id, status)
            self._not_before.pop(webhook.webhook_id, None)
            return True
        await self._failed(webhook.webhook_id, status)
        return False

    async def _failed(self, webhook_id: str, status: int) -> None:
        webhook = await self._webhooks.failed(webhook_id, status)
        if webhook is None or webhook.failing_since is None:
            return
        if status == GONE:
            await self._pause(webhook_id, "gone")
        elif self._clock.now() - webhook.failing_since >= self._rules.give_up:
            await self._pause(webhook_id, "no_answer")
        pause = self._rules.pause(webhook.failures)
        self._not_before[webhook_id] = self._clock.monotonic() + pause.total_seconds()

    async def _pause(self, webhook_id: str, because: str) -> None:
        log.warning("webhook paused", webhook_id=webhook_id, because=because)
        await self._webhooks.pause(webhook_id, because)

    async def _guarded(self, webhook: Webhook) -> None:
        try:
            await self.tell(webhook)
        except StoreUncertain as error:
            log.warning("webhook not told", webhook_id=webhook.webhook_id, error=str(error))
        except SealBroken:
            await self._pause(webhook.webhook_id, "secret_not_readable")
        except Exception:
            log.exception("webhook not told", webhook_id=webhook.webhook_id)
        finally:
            self._busy.discard(webhook.webhook_id)
