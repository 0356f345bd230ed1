"""Time, hints, and what works on streams: commands, feed, bot, projections."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

from hub.model.bot import BotAnswer, BotQuestion

Doc = dict[str, Any]


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC, cut to milliseconds (what every store keeps)."""

    def monotonic(self) -> float:
        """Seconds; only differences mean something."""

    async def sleep(self, seconds: float) -> None: ...


class Bus(Protocol):
    """Hints without content: a lost one is repaired by a sweep, a doubled one is harmless.

    Topics: "inbox:<shard>", "outbox:<shard>", "journal:<stream>", "list:<projection>",
    "channels".
    """

    def publish(self, topic: str) -> None: ...
    def subscribe(self, prefix: str, hear: Callable[[str], None]) -> Callable[[], None]:
        """Call `hear(topic)` for every topic that begins with `prefix`; returns the undo."""


class Bot(Protocol):
    async def answer(self, question: BotQuestion) -> BotAnswer: ...


class Projection(Protocol):
    """A fold of the journal into documents; can be dropped and rebuilt."""

    @property
    def name(self) -> str: ...
    def ids(self, commit: Doc) -> Collection[str]:
        """The documents this commit touches."""

    def fold(self, key: str, doc: Doc | None, commit: Doc) -> Doc:
        """The document after the commit; pure."""


class Commands(Protocol):
    """The way of people and programs into a stream."""

    async def submit(
        self, stream: str, command_id: str, author: str, body: Doc, *, wait: float
    ) -> Doc | None:
        """Store a packed input under `cmd:<author>:<stream>:<command_id>`, wait for its commit.

        Returns the commit (its `events` tell done or `Refused`), the first one's when the id was
        used before, or None when it is stored but not decided within `wait` seconds.

        Raises:
            StoreUncertain: not known whether it is stored; repeat with the same id.
        """


class Feed(Protocol):
    """Numbered events for screens: snapshot, then everything after it, resumable by number."""

    def stream(self, stream: str, after: int) -> AsyncGenerator[Doc, None]:
        """Commits of a stream with seq > `after`, old ones first, then as they become durable."""

    async def follow(self, stream: str, after: int, hear: Callable[[Doc], None]) -> None:
        """The same until cancelled, each handed to `hear` at the moment it is durable.

        `hear` must not block and not change the commit; what it raises ends the following.
        """

    def documents(self, projection: str, after: Mapping[int, int]) -> AsyncIterator[Doc]:
        """Documents of a projection changed after these (shard, n), then every further change."""
