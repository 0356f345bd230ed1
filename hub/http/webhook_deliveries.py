"""`/api/v1/webhooks/{id}/deliveries`: the last tries of a subscription, for administrators."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from hub.http.problems import ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import MAX_SEQ, Limit, Nothing, Shape, whole
from hub.http.users import ADMINS
from hub.http.webhooks import ONE, WebhookPath
from hub.services.webhook_tries import Try, WebhookTries
from hub.services.webhooks import Webhooks

Place = Annotated[
    int,
    Field(ge=1, le=MAX_SEQ, description="`next` of the page before."),
    BeforeValidator(whole),
]


class DeliveryOutcome(StrEnum):
    DELIVERED = "delivered"
    FAILED = "failed"


class TryShape(Shape):
    """Notices of the commits `first` to `last` of a shard: a run that was confirmed, or the one
    that was not and will be tried again. `status` 0: no answer, and `error` says why: "timeout",
    "name_not_found", "tls_failed", "not_connected", "broken_off", or why the address is not called.
    `attempt`: the how-manieth try of the first of them."""

    id: int
    at: datetime
    shard: int
    first: int
    last: int
    notices: int
    outcome: DeliveryOutcome
    status: int
    error: str
    attempt: int
    ms: int


class DeliveryPage(Shape):
    """Newest first; the last 200 are kept."""

    items: tuple[TryShape, ...]
    next: int | None = Field(description="`cursor` of the next page, null at the end.")


class DeliveryQuery(Shape):
    cursor: Place | None = None
    limit: Limit = 50


class WebhookDeliveryApi:
    def __init__(self, webhooks: Webhooks, tries: WebhookTries) -> None:
        self._webhooks = webhooks
        self._tries = tries

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="GET",
                path=ONE + "/deliveries",
                name="list_webhook_deliveries",
                tag="Webhooks",
                summary="The last tries of a subscription, newest first",
                handle=self.page,
                params=WebhookPath,
                query=DeliveryQuery,
                answers={200: DeliveryPage},
                problems=frozenset({404}),
                roles=ADMINS,
            ),
        )

    async def page(self, call: Call[WebhookPath, DeliveryQuery, Nothing]) -> Reply:
        webhook_id, asked = call.path.webhook_id, call.query
        if await self._webhooks.get(webhook_id) is None:
            raise ProblemError("not_found")
        found = await self._tries.page(webhook_id, limit=asked.limit + 1, before=asked.cursor or 0)
        shown = found[: asked.limit]
        page = DeliveryPage(
            items=tuple(_shape(tried) for tried in shown),
            next=shown[-1].number if len(found) > asked.limit else None,
        )
        return Reply(status=200, content=page)


def _shape(tried: Try) -> TryShape:
    return TryShape(
        id=tried.number,
        at=tried.at,
        shard=tried.shard,
        first=tried.first,
        last=tried.last,
        notices=tried.notices,
        outcome=DeliveryOutcome.DELIVERED if tried.delivered else DeliveryOutcome.FAILED,
        status=tried.status,
        error=tried.error,
        attempt=tried.attempt,
        ms=tried.milliseconds,
    )
