"""Customers somebody looks at: one live stream and one view of it, shared by all who watch."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from hub.errors import StoreUncertain
from hub.model.ids import customer_stream
from hub.ports import Clock, Feed, HeartStores
from hub.services.live import Listener, LiveStream
from hub.streams.shard import RuleBook

RECENT = 400
"""Commits a view is given to begin with."""


class CustomerListener(Listener, Protocol):
    async def prepare(self) -> None:
        """Read what a load needs besides the stream. Raises StoreUncertain."""


V = TypeVar("V", bound=CustomerListener)


@dataclass(slots=True)
class _Open(Generic[V]):
    """`idle`: nobody watched when the last round looked."""

    live: LiveStream
    view: V
    life: asyncio.Task[None]
    watchers: int = 0
    idle: bool = False


class LiveCustomers(Generic[V]):
    """Opens a customer's stream with the first watcher, closes it `linger_s` after the last.

    `view_of` makes the listener of a customer. `run` must be running.
    """

    def __init__(
        self,
        stores: HeartStores,
        feed: Feed,
        rules: RuleBook,
        clock: Clock,
        view_of: Callable[[str], V],
        *,
        linger_s: float = 5.0,
        load_within_s: float = 5.0,
    ) -> None:
        self._stores = stores
        self._feed = feed
        self._rules = rules
        self._clock = clock
        self._view_of = view_of
        self._linger_s = linger_s
        self._load_within_s = load_within_s
        self._open: dict[str, _Open[V]] = {}
        self._tasks: asyncio.TaskGroup | None = None

    def __len__(self) -> int:
        return len(self._open)

    async def run(self) -> None:
        """Own the streams until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                while True:
                    await self._clock.sleep(self._linger_s)
                    self._close_idle()
            finally:
                self._tasks = None
                for customer_id in list(self._open):
                    self._close(customer_id)

    async def open(self, customer_id: str) -> V | None:
        """The view, folded up to now; None: nothing ever happened to such a customer.

        Every view given needs a `release`. Raises StoreUncertain.
        """
        found = self._open.get(customer_id) or self._begin(customer_id)
        found.watchers += 1
        found.idle = False
        known = False
        try:
            async with asyncio.timeout(self._load_within_s):
                await found.live.ready()
            known = found.live.seq > 0
        except TimeoutError as error:
            raise StoreUncertain("customer not read in time") from error
        finally:
            if not known:
                self.release(customer_id)
        return found.view if known else None

    def release(self, customer_id: str) -> None:
        found = self._open.get(customer_id)
        if found is not None:
            found.watchers -= 1
            if not found.watchers and found.live.seq == 0:
                self._close(customer_id)

    def _begin(self, customer_id: str) -> _Open[V]:
        if self._tasks is None:
            raise StoreUncertain("not following customers")
        view = self._view_of(customer_id)
        live = LiveStream(
            customer_stream(customer_id),
            self._stores,
            self._feed,
            self._rules,
            self._clock,
            recent=RECENT,
            prepare=view.prepare,
        )
        live.listeners.append(view)
        life = self._tasks.create_task(live.run())
        found = self._open[customer_id] = _Open(live, view, life)
        return found

    def _close_idle(self) -> None:
        for customer_id, found in list(self._open.items()):
            if found.idle:
                self._close(customer_id)
            found.idle = not found.watchers

    def _close(self, customer_id: str) -> None:
        self._open.pop(customer_id).life.cancel()
