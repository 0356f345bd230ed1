"""`/api/v1/audit`: who did what, when and from where."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import MAX_SEQ, Limit, Nothing, Shape, whole
from hub.http.users import ADMINS
from hub.ports import Doc
from hub.services.audit import Audit
from hub.services.keys import Scope

Place = Annotated[
    int,
    Field(ge=1, le=MAX_SEQ, description="`next` of the page before."),
    BeforeValidator(whole),
]
Word = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]


class HappeningShape(Shape):
    """`n` counts without a gap; `proof` and `previous` chain the rows."""

    n: int
    at: datetime
    actor: str
    act: str
    object: str
    outcome: str
    source: str
    detail: dict[str, str | int | bool]
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
        )

    async def page(self, call: Call[Nothing, AuditQuery, Nothing]) -> Reply:
        asked = call.query
        where = asked.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
        found = await self._audit.page(where, limit=asked.limit, before=asked.cursor or 0)
        page = AuditPageShape(
            items=tuple(_shape(row) for row in found.rows), next=found.next or None
        )
        return Reply(status=200, content=page)


def _shape(row: Doc) -> HappeningShape:
    return HappeningShape(**{name: row[name] for name in HappeningShape.model_fields})
