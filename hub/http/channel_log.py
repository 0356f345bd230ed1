"""`/api/v1/channel-log`: every exchange with a provider, without anybody's content."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field

from hub.http.channel_accounts import OPERATORS
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import ChannelKey, Limit, Nothing, SearchText, Shape
from hub.ports import Direction, Doc, ExchangeQuery, ExchangeStore, Outcome

Place = Annotated[
    str,
    Field(pattern=r"^[0-9]{13}-[0-9a-f]{8}-[0-9a-f]{8}$", description="`next` of the page before."),
]
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


def _as_described(value: Any) -> Any:
    """Pydantic alone takes a bare number for seconds since 1970."""
    if isinstance(value, str) and not ISO.fullmatch(value):
        raise ValueError("must be a date and time with its zone (RFC 3339)")
    return value


ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt].+(?:[Zz]|[+-]\d\d:\d\d)")
Instant = Annotated[AwareDatetime, BeforeValidator(_as_described)]


class Way(StrEnum):
    """IN: the provider called us."""

    IN = "in"
    OUT = "out"


WAYS = {Way.IN: Direction.FROM_PROVIDER, Way.OUT: Direction.TO_PROVIDER}
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
SHOWN = {direction.value: way for way, direction in WAYS.items()}


class ExchangeShape(Shape):
    """`outcome`: "refused" means the other side said no (of a push: we did), "failed" certainly
    without effect, "uncertain" perhaps with one. `code` is ours, `provider_code` theirs. `ref` is
    the outbox row or the inbound key. `sent` and `received` are redacted."""

    id: str
    channel_id: str
    at: datetime
    direction: Way
    operation: str
    outcome: Outcome
    status: int
    code: str
    provider_code: str
    request_id: str
    ms: int
    sent: dict[str, str]
    received: dict[str, str]
    ref: str


class ExchangePage(Shape):
    """Newest first."""

    items: tuple[ExchangeShape, ...]
    next: str | None = Field(description="`cursor` of the next page, null at the end.")


class LogQuery(Shape):
    channel_id: ChannelKey | None = None
    direction: Way | None = None
    outcome: Outcome | None = None
    operation: Word | None = Field(default=None, examples=["message/custom/send"])
    request_id: Word | None = None
    ref: Word | None = None
    q: SearchText | None = Field(
        default=None, description="Anywhere in the operation or in a code.", examples=["45047"]
    )
    since: Instant | None = None
    until: Instant | None = Field(default=None, description="Exclusive.")
    cursor: Place | None = None
    limit: Limit = 50

    def query(self) -> ExchangeQuery:
        return ExchangeQuery(
            channel_id=self.channel_id or "",
            direction=WAYS[self.direction] if self.direction else "",
            outcome=self.outcome or "",
            operation=self.operation or "",
            request_id=self.request_id or "",
            ref=self.ref or "",
            text=self.q or "",
            since=_within(self.since),
            until=_within(self.until),
        )


class ChannelLogApi:
    def __init__(self, exchanges: ExchangeStore) -> None:
        self._exchanges = exchanges

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="GET",
                path="/api/v1/channel-log",
                name="list_exchanges",
                tag="Channel log",
                summary="What was exchanged with providers, newest first",
                handle=self.page,
                query=LogQuery,
                answers={200: ExchangePage},
                roles=OPERATORS,
            ),
        )

    async def page(self, call: Call[Nothing, LogQuery, Nothing]) -> Reply:
        asked = call.query
        rows = await self._exchanges.page(
            asked.query(), limit=asked.limit + 1, before=asked.cursor or ""
        )
        shown = rows[: asked.limit]
        page = ExchangePage(
            items=tuple(_shape(row) for row in shown),
            next=shown[-1]["_id"] if len(rows) > asked.limit else None,
        )
        return Reply(status=200, content=page)


def _shape(row: Doc) -> ExchangeShape:
    return ExchangeShape(
        id=row["_id"],
        channel_id=row["channel_id"],
        at=row["at"],
        direction=SHOWN[row["direction"]],
        operation=row["operation"],
        outcome=Outcome(row["outcome"]),
        status=row["status"],
        code=row.get("code", ""),
        provider_code=row.get("provider_code", ""),
        request_id=row.get("request_id", ""),
        ms=row["milliseconds"],
        sent=dict(row["sent"]),
        received=dict(row["received"]),
        ref=row.get("ref", ""),
    )


def _within(at: datetime | None) -> datetime | None:
    """Times nothing was exchanged at are as good as the nearest others."""
    return None if at is None else min(max(at, FIRST), LAST)
