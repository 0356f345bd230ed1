"""The fold of one stream as this process knows it: read once, then kept up by the feed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import structlog

from hub.errors import StoreUncertain
from hub.ports import Clock, Doc, Feed, HeartStores
from hub.streams.loading import happened, load_streams
from hub.streams.shard import RuleBook

log = structlog.get_logger(__name__)

AGAIN_S = 0.5
"""Pause before a stream is read anew after an error."""


class Listener(Protocol):
    """Hears a stream. Called at once and in order; must not block, must not change the state."""

    def loaded(self, state: Any, recent: Sequence[Doc]) -> None:
        """All there is, and the newest commits, oldest first; whatever was heard is obsolete."""

    def committed(self, state: Any, commit: Doc, events: Sequence[Any]) -> None:
        """One more commit; its events are in `state` already."""


class LiveStream:
    """`state` is folded up to `seq`; only durable commits are in it.

    Decisions are taken by the owner on a fold of its own. `recent`: how many of the newest commits
    listeners are given at a load; `prepare` reads, before it, what else they need.
    """

    def __init__(
        self,
        stream: str,
        stores: HeartStores,
        feed: Feed,
        rules: RuleBook,
        clock: Clock,
        *,
        recent: int = 0,
        prepare: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.stream = stream
        self.state: Any = None
        self.listeners: list[Listener] = []
        self._stores = stores
        self._feed = feed
        self._book = rules
        self._rules = rules.of(stream)
        self._clock = clock
        self._recent = recent
        self._prepare = prepare
        self._loaded = asyncio.Event()

    @property
    def is_loaded(self) -> bool:
        return self._loaded.is_set()

    @property
    def seq(self) -> int:
        return 0 if self.state is None else int(self.state.seq)

    async def ready(self) -> None:
        await self._loaded.wait()

    async def load(self) -> None:
        """Read the stream as it is now. Raises StoreUncertain."""
        if self._prepare is not None:
            await self._prepare()
        held = (await load_streams(self._stores, self._book, [self.stream]))[self.stream]
        after = max(0, held.state.seq - self._recent)
        journal = self._stores.journal
        found = await journal.of_stream(self.stream, after, self._recent) if self._recent else []
        recent = [commit for commit in found if commit["seq"] <= held.state.seq]
        self.state = held.state
        for listener in self.listeners:
            listener.loaded(self.state, recent)
        self._loaded.set()

    async def run(self) -> None:
        """Follow until cancelled; after an error the stream is read anew."""
        while True:
            try:
                if not self.is_loaded:
                    await self.load()
                await self._feed.follow(self.stream, self.seq, self._fold)
            except StoreUncertain as error:
                log.warning("stream not read", stream=self.stream, error=str(error))
            except Exception:
                log.exception("fold failed", stream=self.stream)
            self._loaded.clear()
            await self._clock.sleep(AGAIN_S)

    def _fold(self, commit: Doc) -> None:
        if commit["seq"] != self.state.seq + 1:
            raise LookupError(f"{self.stream}: {commit['seq']} after {self.seq}")
        events = happened(self._rules, commit)
        for event in events:
            self._rules.apply(self.state, event, commit["at"])
        self.state.seq = commit["seq"]
        for listener in self.listeners:
            listener.committed(self.state, commit, events)
