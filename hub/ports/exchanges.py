"""The record of every exchange with a provider, redacted before it is handed over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.model.ids import ChannelId
from hub.ports.heart import Doc


class Direction(StrEnum):
    """Who called whom."""

    TO_PROVIDER = "to_provider"
    FROM_PROVIDER = "from_provider"


class Outcome(StrEnum):
    """REFUSED: the other side said no. FAILED: certainly no effect. UNCERTAIN: perhaps one."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call with its answer. No secret, no token and no word of a customer stands in it.

    `operation` is the provider's name of the call or push, `status` the HTTP status (0 = none),
    `code` ours and `provider_code` theirs, `ref` the outbox row or the inbound key. `sent` and
    `received` are flat: dotted name → short text.
    """

    channel_id: ChannelId
    at: datetime
    direction: Direction
    operation: str
    outcome: Outcome
    status: int = 0
    code: str = ""
    provider_code: str = ""
    request_id: str = ""
    milliseconds: int = 0
    sent: Mapping[str, str] = field(default_factory=dict)
    received: Mapping[str, str] = field(default_factory=dict)
    ref: str = ""


class ExchangeLog(Protocol):
    def record(self, exchange: Exchange) -> None:
        """Returns at once; a log that cannot keep up drops the oldest, never a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeQuery:
    """Empty fields ask for nothing. `text` stands anywhere in the operation or in a code, in any
    case; from `since` on, before `until`."""

    channel_id: str = ""
    direction: str = ""
    outcome: str = ""
    operation: str = ""
    request_id: str = ""
    ref: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


class ExchangeStore(Protocol):
    """Rows of exchanges; `_id` begins with the time in milliseconds (13 digits), so that the order
    of keys is the order of time. Each has an `expire_at` after which it may be gone."""

    async def add(self, rows: Sequence[Doc]) -> None:
        """Rows that stand already stay as they are. Raises StoreUncertain."""

    async def page(self, query: ExchangeQuery, *, limit: int, before: str = "") -> list[Doc]:
        """Newest first; `before` is the `_id` of the last row seen. Raises StoreUncertain."""
