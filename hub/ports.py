"""What the core needs of the outside world. Protocols without base classes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from hub.model.bot import BotAnswer, BotQuestion
from hub.model.ids import ChannelId
from hub.model.inputs import Inbound
from hub.model.message import Address, Part

Doc = dict[str, Any]


# ---------------------------------------------------------------- time and hints
class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC, cut to milliseconds (what every store keeps)."""

    def monotonic(self) -> float:
        """Seconds; only differences mean something."""

    async def sleep(self, seconds: float) -> None: ...


class Bus(Protocol):
    """Hints without content: a lost one is repaired by a sweep, a doubled one is harmless.

    Topics: "inbox:<shard>", "outbox:<shard>", "journal:<stream>", "list:<projection>".
    """

    def publish(self, topic: str) -> None: ...
    def subscribe(self, prefix: str, hear: Callable[[str], None]) -> Callable[[], None]:
        """Call `hear(topic)` for every topic that begins with `prefix`; returns the undo."""


# ---------------------------------------------------------------- the heart's stores
# All writes are majority and journalled before they return; all reads are majority reads.
# Every method may raise StoreUncertain: the write may stand, not stand, or land later.


class Inbox(Protocol):
    """Rows `{_id, shard, stream, source, order, body, open, seen, at}`; `shard` -1: not routed."""

    async def insert(self, rows: Sequence[Doc], *, ordered: bool) -> list[int]:
        """Indexes of rows whose key stood already; with `ordered` the write stops at the first."""

    async def touch(self, keys: Sequence[str]) -> set[str]:
        """Confirm rows by a write of their own (`$inc seen`); returns the keys that truly stand."""

    async def exists(self, key: str) -> bool:
        """Whether the row stands, open or done."""

    async def sources(self, shards: Collection[int], limit: int) -> dict[tuple[int, str], str]:
        """`(shard, source)` of open rows and the highest `order` seen; looks at `limit` rows."""

    async def keys(self, heads: Mapping[tuple[int, str], str], limit: int) -> list[tuple[int, str]]:
        """`(shard, key)` of open rows up to these heads, by shard, source and order.

        What is cut by `limit` is the end.
        """

    async def fetch(self, keys: Sequence[str]) -> dict[str, Doc]:
        """These rows by key, as far as they are open."""

    async def done(self, keys: Sequence[str], expire_at: datetime) -> None:
        """`open: false`, `expire_at`, body dropped."""

    async def unrouted(self, limit: int, after: tuple[datetime, str] | None = None) -> list[Doc]:
        """Open rows without a stream (receipts), oldest first; `after` is an `(at, _id)`."""

    async def route(self, key: str, shard: int, stream: str, body: Doc) -> bool:
        """Give an unrouted row its stream; False when it has one already."""

    async def bury(self, key: str, reason: str, at: datetime) -> None:
        """Close an open row as a dead letter; the body stays."""

    async def dead(self, limit: int, after: str = "") -> list[Doc]: ...
    async def done_rows(self, limit: int, after: str = "") -> list[Doc]:
        """`{_id, stream}` of rows done and not buried, by key, until they expire."""


class Journal(Protocol):
    """Commits `{_id, shard, n, stream, seq, token, rules, input, events, at}`.

    `_id` is `hub.model.ids.commit_id(shard, n)`.
    """

    async def append(self, commits: Sequence[Doc]) -> int | None:
        """Write in order, stop at the first taken id: its index, or None when all stand."""

    async def get(self, commit: str) -> Doc | None: ...
    async def tail(self, shard: int, after: int, limit: int) -> list[Doc]:
        """Commits of a shard with n > `after`, by n, without a gap (a cursor is no snapshot)."""

    async def tails(self, after: Mapping[int, int]) -> dict[int, int]:
        """The highest n of each shard that has one above the given."""

    async def of_stream(self, stream: str, after: int, limit: int) -> list[Doc]:
        """Commits of a stream with seq > `after`, by seq."""

    async def of_streams(self, after: Mapping[str, int]) -> list[Doc]:
        """All commits of several streams above the seq given for each, by (stream, seq)."""

    async def find(self, stream: str, key: str) -> Doc | None:
        """The commit of a stream that consumed the input `key` (`input.key`)."""


class Shards(Protocol):
    """Ownership rows `{_id: shard, process, token, cursor}` and processes `{_id, beat}`."""

    async def all(self) -> dict[int, Doc]: ...
    async def take(self, shard: int, *, held: str | None, process: str, token: str) -> bool:
        """Compare-and-set on the token last seen (`held`, None = no row yet)."""

    async def take_all(self, held: Mapping[int, str | None], process: str, token: str) -> set[int]:
        """The same for many at once; returns the shards now ours."""

    async def advance(self, cursors: Mapping[int, int]) -> None:
        """Move cursors; a cursor may fall back, never run ahead of effects and marks."""

    async def beat(self, process: str) -> None: ...
    async def beats(self) -> dict[str, int]: ...
    async def leave(self, process: str) -> None:
        """A clean stop: shards without a holder may be taken at once."""


class Outbox(Protocol):
    """Rows `{_id, shard, n, k, kind, destination, stream, body, repeatable, state, token, attempts,
    not_before, open, told, at, provider_id?, channel_id?, code?, …}`; open = queued or sending."""

    async def insert(self, rows: Sequence[Doc]) -> list[int]:
        """Ordered; index of the first row whose key stood already (then it stopped), or nothing."""

    async def touch(self, keys: Sequence[str]) -> set[str]: ...
    async def open(self, shards: Collection[int]) -> list[Doc]:
        """All rows queued or sending of these shards, by (n, k), without their bodies.

        All, because a row in back-off holds up its destination and must not hide others.
        """

    async def claim(self, keys: Sequence[str], token: str, at: datetime) -> list[Doc]:
        """`queued → sending(token)` by compare-and-set; the rows this call moved, and no other."""

    async def settle(self, key: str, expected: Mapping[str, Any], change: Doc) -> bool:
        """Set fields of one row if it still matches `expected` (a value may be a list = any of)."""

    async def untold(self, shards: Collection[int], limit: int) -> list[Doc]:
        """Settled rows whose result has not been handed to their stream yet."""

    async def told(self, keys: Sequence[str], state: str) -> None:
        """The result was handed over; a row whose state is another by now stays untold."""

    async def get(self, key: str) -> Doc | None: ...
    async def by_provider_id(self, channel_id: str, provider_id: str) -> Doc | None: ...
    async def dead(self, limit: int, after: str = "") -> list[Doc]:
        """Failed and uncertain rows that nobody has decided about, by key."""

    async def places(self, limit: int, after: str = "") -> list[Doc]:
        """`{_id, shard, n}` of all rows, by key."""


class Alarms(Protocol):
    """One row a stream: when its owner should look at its timers. Only an alarm clock."""

    async def put(self, dues: Mapping[str, tuple[int, int, datetime | None]]) -> None:
        """stream → (shard, seq, due), None = no timer; ignored when a higher seq has put.

        So a write of an owner that is none any more, or one that lands late, silences nothing.
        """

    async def due(self, shards: Collection[int], at: datetime, limit: int) -> list[str]: ...


class Snapshots(Protocol):
    """`{_id: stream, seq, n, rules, state}`; only a higher seq replaces; `places`: `{_id, seq}`."""

    async def load(self, streams: Collection[str]) -> dict[str, Doc]:
        """The snapshots there are; the caller ignores one made under other rules."""

    async def save(self, snapshots: Sequence[Doc]) -> None: ...
    async def places(self, limit: int, after: str = "") -> list[Doc]: ...


class ProjectionStore(Protocol):
    """Documents of one projection with `n` and `shard` of their last commit, and cursors."""

    async def load(self, name: str, ids: Collection[str]) -> dict[str, Doc]: ...
    async def save(self, name: str, docs: Sequence[Doc]) -> None:
        """Replace each document whose stored n is smaller (of the same shard)."""

    async def cursors(self, name: str) -> dict[int, int]: ...
    async def advance(self, name: str, cursors: Mapping[int, int]) -> None: ...
    async def drop(self, name: str) -> None:
        """Documents and cursors of one projection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartStores:
    """What the engine works on; one instance a database."""

    inbox: Inbox
    journal: Journal
    shards: Shards
    outbox: Outbox
    alarms: Alarms
    snapshots: Snapshots
    projections: ProjectionStore


# ---------------------------------------------------------------- plain documents
class Documents(Protocol):
    """Plain documents (users, sessions, articles, settings, policies): version and compare-and-set.

    `collection` is one of `hub.ports.PLAIN`. Every document has `_id` and `version` (from 1).
    """

    async def get(self, collection: str, key: str) -> Doc | None: ...
    async def create(self, collection: str, doc: Doc) -> bool:
        """False when the key stands already."""

    async def replace(self, collection: str, doc: Doc, *, version: int) -> bool:
        """False when the stored version is another."""

    async def delete(self, collection: str, key: str) -> bool: ...
    async def page(
        self, collection: str, where: Mapping[str, Any], *, limit: int, after: str = ""
    ) -> list[Doc]:
        """By `_id`, equality conditions only."""


PLAIN = ("users", "sessions", "policies", "provider_tokens", "settings")


class Reading(Protocol):
    """Queries of the projections for lists and search."""

    async def page(
        self,
        name: str,
        where: Mapping[str, Any],
        *,
        limit: int,
        before: tuple[datetime, str] | None = None,
    ) -> list[Doc]:
        """Newest `updated_at` first; `before` is the (updated_at, _id) of the last row seen."""

    async def get(self, name: str, key: str) -> Doc | None: ...
    async def changed(self, name: str, after: Mapping[int, int], limit: int) -> list[Doc]:
        """Documents whose (shard, n) lies above the given numbers."""


# ---------------------------------------------------------------- channels
@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRule:
    """After this trigger the provider takes `quota` sends within `valid`."""

    quota: int
    valid: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do; the core reads it and degrades in one place.

    `parts`: class names of `hub.model.message` it can send; `max_text` in characters; `grants` by
    trigger kind, empty when the channel has no reply windows.
    """

    parts: frozenset[str]
    max_text: int
    max_options: int = 0
    grants: Mapping[str, GrantRule] = field(default_factory=dict)
    receipts: bool = False
    typing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReceipt:
    """The provider took the message; `provider_id` is empty where it gives none."""

    provider_id: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """`received_at` is ours, aware UTC."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReply:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


Accept = Callable[[Inbound], Awaitable[bool]]
"""Store durably; True = new, False = stood already. Raises StoreUncertain, Overloaded."""


class ChannelAdapter(Protocol):
    """One configured account on one channel."""

    @property
    def id(self) -> ChannelId: ...
    @property
    def kind(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...
    async def run(self, accept: Accept) -> None:
        """Serve until cancelled (poll, keep tokens fresh). Returns only by raising."""

    async def send(self, to: Address, part: Part, *, key: str) -> SendReceipt:
        """One call to the provider; `key` is the outbox row's id (for providers that de-duplicate).

        Raises:
            RetryableSendError: certainly not taken, may work later.
            PermanentSendError: certainly not taken.
            UncertainSendError: no readable answer after the request left.
        """

    def health(self) -> Mapping[str, str]:
        """Facts for operators: "state" is "ok", "degraded" or "down"; no secrets."""


class SupportsWebhook(Protocol):
    """A channel whose provider calls `/hooks/{channel_id}`."""

    async def on_webhook(self, request: WebhookRequest, accept: Accept) -> WebhookReply:
        """Authenticate, parse, accept; answers only after everything is stored.

        Raises:
            InboundRejected: not authentic or not readable; nothing was stored.
        """


class TokenStore(Protocol):
    """Provider tokens shared by all processes: one refresher, many readers."""

    async def read(self, name: str) -> Doc | None:
        """`{token, expires_at, generation, refreshing_until?}` or None."""

    async def begin_refresh(self, name: str, generation: int, until: datetime) -> bool:
        """True for the one caller that may refresh the token of this generation now."""

    async def finish_refresh(
        self, name: str, generation: int, token: str, expires_at: datetime
    ) -> None:
        """Store the token as generation + 1."""


# ---------------------------------------------------------------- bot, projections, feed
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

    def stream(self, stream: str, after: int) -> AsyncIterator[Doc]:
        """Commits of a stream with seq > `after`, old ones first, then as they become durable."""

    def documents(self, projection: str, after: Mapping[int, int]) -> AsyncIterator[Doc]:
        """Documents of a projection changed after these (shard, n), then every further change."""
