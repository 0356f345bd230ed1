"""`/api/v1/audit`: who did what, when and from where."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import MAX_SEQ, Limit, Nothing, Shape, whole
from hub.http.users import ADMINS
from hub.model.codec import plain
from hub.ports import Doc
from hub.services.audit import Audit, FlawCode
from hub.services.keys import Scope

Place = Annotated[
    int,
    Field(ge=1, le=MAX_SEQ, description="`next` of the page before."),
    BeforeValidator(whole),
]
MOST_NAMED = 20
Word = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]


class HappeningShape(Shape):
    """`n` counts without a gap; `proof` and `previous` chain the rows.

    An act that changes something has a row of the outcome "begun" before it and one after it, each
    with the number of the other (`ended`, `begun`). "begun" with `ended` 0: it goes on, or its
    process died and it is not known whether it was done.
    """

    n: int
    at: datetime
    actor: str
    act: str
    object: str
    outcome: str
    source: str
    detail: dict[str, str | int | bool]
    begun: int = Field(description="The row that says this act began; 0 = the act has one row.")
    ended: int = Field(description="The row of this act's outcome; 0 = there is none.")
    previous: str
    proof: str


class AuditPageShape(Shape):
    """Newest first. A page that filters may hold fewer than `limit` and yet not be the last."""

    items: tuple[HappeningShape, ...]
    next: int | None = Field(description="`cursor` of the next page, null at the end.")


class AuditQuery(Shape):
    actor: Word | None = Field(default=None, examples=["agent:admin"])
    act: Word | None = Field(default=None, examples=["session.opened"])
    object: Word | None = None
    outcome: Word | None = Field(default=None, examples=["refused"])
    source: Word | None = Field(default=None, examples=["192.0.2.7"])
    cursor: Place | None = None
    limit: Limit = 50


class FlawShape(Shape):
    """`row_missing`: rows `n` to `last` are not there, or others stand in their place.
    `link_broken`: row `n` does not follow the one before it. `row_changed`: it was changed, or not
    written by a hub of this key. `head_removed`, `head_changed`: the note which row is the last
    one. `end_cut`: rows `n` to `last` were cut off at the end."""

    n: int
    last: int
    code: FlawCode
    problem: str = Field(description="The same in English.")


class CheckedShape(Shape):
    """Looked at for this answer: the latest 500 rows. At most 20 flaws are named."""

    first: int
    last: int
    holds: bool
    flaws: tuple[FlawShape, ...]


class UnfinishedActShape(Shape):
    """Row `n` says that an act began, more than 10 minutes ago, and no row says how it ended: its
    hub stopped or lost the database on the way, and it is perhaps done."""

    n: int
    act: str
    actor: str
    at: datetime


class UnfinishedShape(Shape):
    """Of the latest 5 000 rows. At most 20 acts are named, the newest first."""

    first: int
    last: int
    count: int
    items: tuple[UnfinishedActShape, ...]


class VerifiedShape(Shape):
    """`lianluo verify` looked at the whole chain: up to row `n`, with so many flaws and so many
    unfinished acts."""

    n: int
    at: datetime
    flaws: int
    unfinished: int | None = Field(description="null: a release looked that did not count them.")


class AuditStateShape(Shape):
    """`n` and `proof` of the last row: kept elsewhere they show later that nothing was cut off.
    `n` 0: nothing was recorded yet."""

    n: int
    proof: str
    at: datetime | None
    checked: CheckedShape
    unfinished: UnfinishedShape
    verified: VerifiedShape | None = Field(description="null: never, or not by a hub of this key.")


class AuditApi:
    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="GET",
                path="/api/v1/audit",
                name="list_audit",
                tag="Audit",
                summary="The audit log, newest first",
                handle=self.page,
                query=AuditQuery,
                answers={200: AuditPageShape},
                roles=ADMINS,
                scope=Scope.READ_AUDIT,
            ),
            Route(
                method="GET",
                path="/api/v1/audit/state",
                name="get_audit_state",
                tag="Audit",
                summary="The end of the chain, and whether it holds",
                handle=self.state,
                answers={200: AuditStateShape},
                roles=ADMINS,
                scope=Scope.READ_AUDIT,
            ),
        )

    async def page(self, call: Call[Nothing, AuditQuery, Nothing]) -> Reply:
        asked = call.query
        where = asked.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
        found = await self._audit.page(where, limit=asked.limit, before=asked.cursor or 0)
        page = AuditPageShape(
            items=tuple(_shape(row, found.ended) for row in found.rows), next=found.next or None
        )
        return Reply(status=200, content=page)

    async def state(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        found = await self._audit.state()
        flaws = tuple(FlawShape(**plain(flaw)) for flaw in found.found.flaws[:MOST_NAMED])
        unfinished = found.found.unfinished
        shape = AuditStateShape(
            n=found.n,
            proof=found.proof,
            at=found.at,
            checked=CheckedShape(
                first=found.first,
                last=found.n,
                holds=not flaws,
                flaws=flaws,
            ),
            unfinished=UnfinishedShape(
                first=found.first_begun,
                last=found.n,
                count=len(unfinished),
                items=tuple(UnfinishedActShape(**plain(act)) for act in unfinished[:MOST_NAMED]),
            ),
            verified=None if found.walked is None else VerifiedShape(**plain(found.walked)),
        )
        return Reply(status=200, content=shape)


def _shape(row: Doc, ended: Mapping[int, int]) -> HappeningShape:
    """Rows of earlier releases name no other row."""
    linked = {"begun": row.get("begun", 0), "ended": ended.get(row["n"], 0)}
    names = HappeningShape.model_fields.keys() - linked.keys()
    return HappeningShape(**{name: row[name] for name in names}, **linked)
