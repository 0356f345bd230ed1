"""Notices to integrators: each subscription reads the journal with its own cursors, in order.

Nothing is queued: what a receiver has not confirmed stands in the journal. A try that fails is
made again, later and later; after `give_up` the subscription is paused for somebody to see.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from secrets import token_hex

import structlog

from hub.errors import SealBroken, StoreUncertain
from hub.ports import Clock, Doc, Journal
from hub.services.webhook_events import PING, Notice, notices_of
from hub.services.webhook_signing import signed_headers
from hub.services.webhook_tries import Try
from hub.services.webhooks import ACTIVE, Webhook, Webhooks

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """`status` 0: no answer came within the time allowed; `error` is a stable code for why."""

    status: int
    error: str = ""


Post = Callable[[str, Mapping[str, str], bytes], Awaitable[Answered]]
"""Address, headers, body → what came of it."""

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

    async def attempt(self, webhook: Webhook, notice: Notice) -> Answered:
        """Raises SealBroken, StoreUncertain."""
        secret = await self.webhooks.secret_of(webhook.webhook_id)
        if secret is None:
            return Answered(status=0, error="removed")
        body = notice.body()
        at = int(self.clock.now().timestamp())
        return await self.post(webhook.url, signed_headers(secret, notice.id, at, body), body)

    async def ping(self, webhook: Webhook) -> int:
        """A notice of no event, now, also for a subscription that is paused: the status, 0 = no
        answer."""
        notice = Notice(id=f"ping-{token_hex(8)}", type=PING, at=self.clock.now(), data={})
        return (await self.attempt(webhook, notice)).status


@dataclass(slots=True, kw_only=True)
class Run:
    """What is told of one shard in one go: notices confirmed alike are one try."""

    webhook: Webhook
    shard: int
    tries: list[Try] = field(default_factory=list)

    def tried(self, new: Try) -> None:
        last = self.tries[-1] if self.tries else None
        if last is None or not (last.delivered and new.status == last.status):
            self.tries.append(new)
            return
        self.tries[-1] = replace(
            last,
            at=new.at,
            last=new.last,
            notices=last.notices + 1,
            milliseconds=last.milliseconds + new.milliseconds,
        )


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
                run = Run(webhook=webhook, shard=shard)
                try:
                    for commit in commits:
                        if not await self._tell_commit(run, commit, told):
                            return
                        n, told = commit["n"], 0
                finally:
                    await self._note(run)
                await self._webhooks.advance(webhook, shard, n, 0)

    async def _tell_commit(self, run: Run, commit: Doc, told: int) -> bool:
        webhook = run.webhook
        wanted = [each for each in notices_of(commit) if each.type in webhook.events]
        for place, notice in enumerate(wanted):
            if place < told:
                continue
            if not await self._deliver(run, commit["n"], notice):
                return False
            done = place + 1
            whole = done == len(wanted)
            n = commit["n"] if whole else commit["n"] - 1
            await self._webhooks.advance(webhook, commit["shard"], n, 0 if whole else done)
        return True

    async def _deliver(self, run: Run, n: int, notice: Notice) -> bool:
        """False: no more now. Paused, removed and replayed subscriptions are told nothing."""
        webhook = run.webhook
        stands = await self._webhooks.get(webhook.webhook_id)
        if stands is None or stands.state != ACTIVE or stands.generation != webhook.generation:
            return False
        began = self._clock.monotonic()
        answered = await self._courier.attempt(webhook, notice)
        status = answered.status
        run.tried(
            Try(
                at=self._clock.now(),
                shard=run.shard,
                first=n,
                last=n,
                notices=1,
                status=status,
                error=answered.error,
                attempt=stands.failures + 1,
                milliseconds=round((self._clock.monotonic() - began) * 1000),
            )
        )
        if 200 <= status < 300:
            if stands.failures or stands.last_status != status:
                await self._webhooks.succeeded(webhook.webhook_id, status)
            self._not_before.pop(webhook.webhook_id, None)
            return True
        await self._failed(webhook.webhook_id, status)
        return False

    async def _note(self, run: Run) -> None:
        """For people to read: that it cannot be written holds up no notice."""
        webhook_id = run.webhook.webhook_id
        try:
            for tried in run.tries:
                if await self._webhooks.get(webhook_id) is not None:
                    await self._webhooks.tries.add(webhook_id, tried)
        except StoreUncertain as error:
            log.warning("webhook tries not written", webhook_id=webhook_id, error=str(error))

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
