"""`/api/v1/customers/{customer_id}/unmask`: hidden numbers, with a reason, audited."""

from datetime import datetime

from pydantic import Field

from hub.http.customers import ONE, CustomerPath
from hub.http.outcomes import problem_of
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing, Seq, Shape
from hub.services.access import Role
from hub.services.commands import Missing, Refusal
from hub.services.unmasking import Reason, Revealed, Unmasking


class RevealedShape(Shape):
    """`kind`: "identity", "card" or "phone"; `masked` is what screens show instead."""

    kind: str
    masked: str
    value: str
    seq: int
    at: datetime
    message_id: str


class RevealedPageShape(Shape):
    items: tuple[RevealedShape, ...]
    next: int | None = Field(description="`after` of the next page, null at the end.")


class UnmaskBody(Shape):
    reason: Reason
    after: Seq = 0


class UnmaskApi:
    """For those who serve customers, and their supervisors: nobody else has the need."""

    def __init__(self, unmasking: Unmasking) -> None:
        self._unmasking = unmasking

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="POST",
                path=ONE + "/unmask",
                name="unmask_customer",
                tag="Customers",
                summary="The numbers in what was written, in full; stands in the audit log",
                handle=self.reveal,
                params=CustomerPath,
                body=UnmaskBody,
                answers={200: RevealedPageShape},
                problems=frozenset({404, 409}),
                roles=frozenset({Role.AGENT, Role.SUPERVISOR}),
                audit="customer.unmasked",
            ),
        )

    async def reveal(self, call: Call[CustomerPath, Nothing, UnmaskBody]) -> Reply:
        asked = call.body
        found = await self._unmasking.reveal(
            call.signed_in.user, call.path.customer_id, after=asked.after
        )
        if isinstance(found, Missing | Refusal):
            raise problem_of(found)
        page = RevealedPageShape(items=tuple(_shape(item) for item in found.items), next=found.next)
        detail = {"reason": asked.reason.value, "numbers": len(found.items)}
        return Reply(status=200, content=page, detail=detail)


def _shape(item: Revealed) -> RevealedShape:
    return RevealedShape(
        kind=item.kind,
        masked=item.masked,
        value=item.value,
        seq=item.seq,
        at=item.at,
        message_id=item.message_id,
    )
