"""The adapters of all accounts, started, replaced and stopped while the hub runs.

The host is the mapping everybody else reads. Each process follows the stored accounts: at once
after a change made through it, otherwise at the next look.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Generic, TypeVar

import structlog

from hub.errors import ConfigurationError, PermanentSendError, SealBroken, SendHeld, StoreUncertain
from hub.model.ids import ChannelId
from hub.ports import Accept, Bus, ChannelAdapter, Clock, Doc
from hub.runtime.tasks import supervise
from hub.services.channel_accounts import Account, ChannelAccounts
from hub.streams.sending import Done, Worker

log = structlog.get_logger(__name__)
T = TypeVar("T")

LOOK_S = 2.0
TOPIC = "channels"
REFRESH_S = 5.0
HELD = timedelta(seconds=5)
DRAIN_S = 20.0
"""How long an adapter that was replaced may finish the sends it began; longer than a send takes."""


class AccountState(StrEnum):
    """CHECKING: stored, and not served by this process yet."""

    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    CHECKING = "checking"


@dataclass(slots=True, kw_only=True, eq=False)
class _Place:
    """An account as it is served here; `version` is the stored one it was built from."""

    version: int
    adapter: ChannelAdapter
    task: asyncio.Task[None] | None = None
    sending: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class ChannelHost(Mapping[ChannelId, ChannelAdapter]):
    """`load` once before use; `run` must be running for anything to be served or to change."""

    def __init__(self, accounts: ChannelAccounts, bus: Bus, clock: Clock) -> None:
        self.accounts = accounts
        self._bus = bus
        self._clock = clock
        self._places: dict[ChannelId, _Place] = {}
        self._problems: dict[str, tuple[int, str]] = {}
        self._paused: frozenset[str] = frozenset()
        self._tasks: asyncio.TaskGroup | None = None
        self._accept: Accept | None = None
        self._wake = asyncio.Event()
        self._looked = asyncio.Condition()
        self._begun = 0
        self._ended = 0
        bus.subscribe(TOPIC, lambda _: self._wake.set())

    # ------------------------------------------------------------ what is there
    def __getitem__(self, channel_id: ChannelId) -> ChannelAdapter:
        return self._places[channel_id].adapter

    def __iter__(self) -> Iterator[ChannelId]:
        return iter(tuple(self._places))

    def __len__(self) -> int:
        return len(self._places)

    def state_of(self, account: Account) -> AccountState:
        place = self._places.get(ChannelId(account.account_id))
        if self.problem_of(account):
            return AccountState.FAILED
        if account.paused:
            return AccountState.PAUSED
        if place is None or place.version != account.version:
            return AccountState.CHECKING
        down = place.adapter.health().get("state") == "down"
        return AccountState.FAILED if down else AccountState.RUNNING

    def problem_of(self, account: Account) -> str:
        """Why this version of it is not served; the one before still may be."""
        version, problem = self._problems.get(account.account_id, (account.version, ""))
        return problem if version == account.version else ""

    # ------------------------------------------------------------ following
    async def load(self) -> None:
        """Take in all accounts. Raises StoreUncertain."""
        found = await self.accounts.all()
        self._paused = frozenset(each.account_id for each in found if each.paused)
        for account in found:
            await self._take(account)
        here = {account.account_id for account in found}
        for channel_id in [each for each in self._places if each not in here]:
            self._retire(channel_id, self._places.pop(channel_id))
        self._problems = {key: told for key, told in self._problems.items() if key in here}

    async def run(self, accept: Accept) -> None:
        """Serve all accounts and follow what becomes of them, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks, self._accept = tasks, accept
            for channel_id, place in self._places.items():
                self._start(channel_id, place)
            tasks.create_task(self._look_now_and_then())
            tasks.create_task(supervise("channel accounts", self._follow, self._clock))

    async def changed(self) -> None:
        """Tell everybody, and return when this process serves what is stored, or soon after."""
        wanted = self._begun + 1
        self._bus.publish(TOPIC)
        with suppress(TimeoutError):
            async with asyncio.timeout(REFRESH_S), self._looked:
                await self._looked.wait_for(lambda: self._ended >= wanted)

    async def _look_now_and_then(self) -> None:
        while True:
            await self._clock.sleep(LOOK_S)
            self._wake.set()

    async def _follow(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._begun += 1
            try:
                await self.load()
            except StoreUncertain as error:
                log.warning("channel accounts not read", error=str(error))
                continue
            async with self._looked:
                self._ended = self._begun
                self._looked.notify_all()

    # ------------------------------------------------------------ changing
    async def _take(self, account: Account) -> None:
        """Serve this version of an account; one that cannot be built leaves the one before."""
        channel_id = ChannelId(account.account_id)
        old = self._places.get(channel_id)
        if (old is not None and old.version == account.version) or self.problem_of(account):
            return
        try:
            document = await self.accounts.document(account)
            if document is None:
                return
            adapter = self.accounts.kinds.build(document)
        except (ConfigurationError, SealBroken) as error:
            log.warning("channel account not usable", channel_id=channel_id, error=str(error))
            self._problems[channel_id] = (account.version, str(error))
            return
        self._problems.pop(channel_id, None)
        new = self._places[channel_id] = _Place(version=account.version, adapter=adapter)
        if old is not None:
            self._retire(channel_id, old)
        self._start(channel_id, new)

    def _start(self, channel_id: ChannelId, place: _Place) -> None:
        if self._tasks is None or self._accept is None:
            return
        accept, adapter = self._accept, place.adapter
        work = supervise(f"channel {channel_id}", lambda: adapter.run(accept), self._clock)
        place.task = self._tasks.create_task(work)

    def _retire(self, channel_id: ChannelId, place: _Place) -> None:
        log.info("channel account stops", channel_id=channel_id, version=place.version)
        if self._tasks is not None:
            self._tasks.create_task(self._end(place))

    async def _end(self, place: _Place) -> None:
        """What is on its way is not cut off: nobody could say what became of it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while place.sending:
                    place.idle.clear()
                    await place.idle.wait()
        if place.task is not None:
            place.task.cancel()

    # ------------------------------------------------------------ sending
    def guarded(self, send: Worker) -> Worker:
        """`send` as long as the account is not paused; its adapter stays until it is done."""

        async def guarded(row: Doc) -> Done:
            channel_id = ChannelId(row["body"]["address"]["channel_id"])
            if channel_id not in self._places:
                await self._look_for(channel_id)
            if channel_id in self._paused:
                raise SendHeld("channel_paused", retry_after=HELD)
            place = self._places[channel_id]
            place.sending += 1
            try:
                return await send(row)
            finally:
                place.sending -= 1
                place.idle.set()

        return guarded

    async def _look_for(self, channel_id: ChannelId) -> None:
        """Another process may have added it a moment ago.

        Raises:
            SendHeld: it is there, and cannot be served here yet.
            PermanentSendError: it was removed.
        """
        try:
            account = await self.accounts.get(channel_id)
        except StoreUncertain:
            raise SendHeld("channel_not_ready", retry_after=HELD) from None
        if account is None:
            raise PermanentSendError("unknown_channel")
        self._wake.set()
        raise SendHeld("channel_not_ready", retry_after=HELD)


class Seen(Mapping[ChannelId, T], Generic[T]):
    """What each channel of a live mapping is to somebody who does not need all of it."""

    def __init__(
        self, channels: Mapping[ChannelId, ChannelAdapter], see: Callable[[ChannelAdapter], T]
    ) -> None:
        self._channels = channels
        self._see = see

    def __getitem__(self, channel_id: ChannelId) -> T:
        return self._see(self._channels[channel_id])

    def __iter__(self) -> Iterator[ChannelId]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)
