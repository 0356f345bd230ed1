"""`/api/v1/customers`."""

from datetime import datetime
from functools import partial

from pydantic import Field

from hub.http.conversation_shapes import AddressShape
from hub.http.cursors import CustomerCursor, before_of, next_cursor
from hub.http.outcomes import (
    CommandBody,
    command_of,
    command_route,
    reply_to,
)
from hub.http.problems import ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import CustomerKey, Limit, Nothing, Shape
from hub.ports import Doc
from hub.services.access import LEADS, STAFF
from hub.services.customers import Customers
from hub.services.keys import Scope
from hub.services.masking import masked

BASE = "/api/v1/customers"
ONE = BASE + "/{customer_id}"


class ProfileShape(Shape):
    """What the provider tells of the person at one address. `union_id` is the same in all accounts
    of one owner, `scene` the QR code the customer came by."""

    address: AddressShape
    following: bool
    union_id: str
    display_name: str
    language: str
    followed_at: datetime | None
    source: str
    scene: str


class CustomerShape(Shape):
    """`merged_into` names the customer this one was joined to, `absorbed` those joined to it."""

    id: str
    display_name: str
    addresses: tuple[AddressShape, ...]
    first_seen_at: datetime
    updated_at: datetime
    conversations: int
    open_conversation_id: str
    merged_into: str
    merge_planned: str = Field(description="Will be merged into this customer at the next close.")
    absorbed: tuple[str, ...]
    profiles: tuple[ProfileShape, ...]


class CustomerPage(Shape):
    items: tuple[CustomerShape, ...]
    next: str | None = Field(description="`cursor` of the next page, null at the end.")


class CustomerPath(Shape):
    customer_id: CustomerKey


class CustomerQuery(Shape):
    cursor: CustomerCursor | None = None
    limit: Limit = 50


class MergeBody(CommandBody):
    into: CustomerKey


class CustomerApi:
    def __init__(self, customers: Customers) -> None:
        self._customers = customers

    def routes(self) -> tuple[AnyRoute, ...]:
        tag = "Customers"
        joining = partial(
            command_route, tag=tag, params=CustomerPath, roles=LEADS, scope=Scope.WRITE_CUSTOMERS
        )
        return (
            Route(
                method="GET",
                path=BASE,
                name="list_customers",
                tag=tag,
                summary="Customers, last changed first",
                handle=self.page,
                query=CustomerQuery,
                answers={200: CustomerPage},
                roles=STAFF,
                scope=Scope.READ_CUSTOMERS,
            ),
            Route(
                method="GET",
                path=ONE,
                name="get_customer",
                tag=tag,
                summary="One customer",
                handle=self.get,
                params=CustomerPath,
                answers={200: CustomerShape},
                problems=frozenset({404}),
                roles=STAFF,
                scope=Scope.READ_CUSTOMERS,
            ),
            joining(
                path=ONE + "/merge",
                name="merge_customer",
                summary="Join two customers: the higher id goes into the lower at its next close",
                handle=self.merge,
                body=MergeBody,
            ),
            joining(
                path=ONE + "/unmerge",
                name="unmerge_customer",
                summary="Undo the merge of this customer into another",
                handle=self.unmerge,
            ),
        )

    async def page(self, call: Call[Nothing, CustomerQuery, Nothing]) -> Reply:
        asked = call.query
        rows = await self._customers.page(
            call.signed_in.user, limit=asked.limit + 1, before=before_of(asked.cursor)
        )
        page = CustomerPage(
            items=tuple(_shape(row) for row in rows[: asked.limit]),
            next=next_cursor(rows, asked.limit),
        )
        return Reply(status=200, content=page)

    async def get(self, call: Call[CustomerPath, Nothing, Nothing]) -> Reply:
        customer = await self._customers.get(call.signed_in.user, call.path.customer_id)
        if customer is None:
            raise ProblemError("not_found")
        return Reply(status=200, content=_shape(customer))

    async def merge(self, call: Call[CustomerPath, Nothing, MergeBody]) -> Reply:
        command = command_of(call)
        outcome = await self._customers.merge(
            call.signed_in.user, call.path.customer_id, call.body.into, command
        )
        return reply_to(outcome, command)

    async def unmerge(self, call: Call[CustomerPath, Nothing, CommandBody]) -> Reply:
        command = command_of(call)
        outcome = await self._customers.unmerge(call.signed_in.user, call.path.customer_id, command)
        return reply_to(outcome, command)


def _shape(stored: Doc) -> CustomerShape:
    doc = masked(stored)
    return CustomerShape(
        id=doc["_id"],
        display_name=doc.get("display_name", ""),
        addresses=tuple(AddressShape.model_validate(a) for a in doc["addresses"]),
        first_seen_at=doc["first_seen_at"],
        updated_at=doc["updated_at"],
        conversations=doc["conversations"],
        open_conversation_id=doc.get("open_conversation_id") or "",
        merged_into=doc.get("merged_into") or "",
        merge_planned=doc.get("merge_planned") or "",
        absorbed=tuple(doc.get("absorbed", ())),
        profiles=tuple(_profile(each) for each in doc.get("profiles", ())),
    )


def _profile(doc: Doc) -> ProfileShape:
    return ProfileShape(
        address=AddressShape.model_validate(doc["address"]),
        following=doc["following"],
        union_id=doc.get("union_id", ""),
        display_name=doc.get("display_name", ""),
        language=doc.get("language", ""),
        followed_at=doc.get("followed_at"),
        source=doc.get("source", ""),
        scene=doc.get("scene", ""),
    )
