"""The stores of the heart.

All writes are majority and journalled before they return; all reads are majority reads.
Every method may raise StoreUncertain: the write may stand, not stand, or land later.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Doc = dict[str, Any]


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
    """Commits `{_id, shard, n, stream, seq, token, rules, input, events, at, command?}`.

    `command` is the input's key where that is a command's, for `find`.

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
    async def dead(
        self, limit: int, after: str = "", *, of: Collection[str] | None = None
    ) -> list[Doc]:
        """Failed and uncertain rows that nobody has decided about, by key.

        `of`: only those of these conversations.
        """

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
    """`{_id: stream, seq, n, rules, state, parts?}`; only a higher seq replaces.

    A large state stands in parts `{_id, stream, seq, path, value}`, a few MiB each.
    """

    async def load(self, streams: Collection[str]) -> dict[str, Doc]:
        """The snapshots there are; the caller ignores one made under other rules."""

    async def save(self, snapshots: Sequence[Doc]) -> None: ...
    async def put_part(self, part: Doc) -> None:
        """The same key again replaces it."""

    async def part(self, key: str) -> Doc | None: ...
    async def drop_parts(self, stream: str, below: int) -> None:
        """All parts of the stream with a lower seq."""

    async def places(self, limit: int, after: str = "") -> list[Doc]:
        """`{_id, seq}` of all snapshots, by key."""


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
