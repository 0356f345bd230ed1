"""`/api/v1/webhooks`: servers of integrators that hear what happens, for administrators."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import AwareDatetime, Field

from hub.http.problems import FieldError, ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import INTEGRAL, MAX_SEQ, Limit, Nothing, Shape
from hub.http.users import ADMINS
from hub.http.webhook_post import WebhookPost
from hub.model.ids import SHARDS
from hub.services.webhook_delivery import Courier
from hub.services.webhook_events import EventType
from hub.services.webhooks import Webhook, Webhooks

BASE = "/api/v1/webhooks"
ONE = BASE + "/{webhook_id}"
Make = Callable[..., AnyRoute]
Handle = Callable[..., Awaitable[Reply]]
WebhookId = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$", examples=["0a1b2c3d4e5f"])]


class ShardNumber(Shape):
    """A commit of a shard; customers whose id begins with `0x<shard>` live there."""

    shard: Annotated[int, Field(ge=0, lt=SHARDS), INTEGRAL]
    n: Annotated[int, Field(ge=0, le=MAX_SEQ), INTEGRAL]


class WebhookShape(Shape):
    """`state` is "active" or "paused"; `because` of a pause: "no_answer", "gone",
    "secret_not_readable" or "by_hand". `last_status` 0: no answer. `at`: the number of each shard
    up to which everything was told."""

    id: str
    url: str
    events: tuple[EventType, ...]
    state: str
    because: str
    failures: int
    failing_since: datetime | None
    last_status: int
    last_at: datetime | None
    created_at: datetime
    created_by: str
    at: tuple[ShardNumber, ...] = Field(description="Only shards where something was told.")


class WebhookPage(Shape):
    items: tuple[WebhookShape, ...]
    next: str | None = Field(description="`cursor` of the next page, null at the end.")


class WebhookQuery(Shape):
    cursor: WebhookId | None = Field(default=None, description="`next` of the page before.")
    limit: Limit = 20


class WebhookPath(Shape):
    webhook_id: WebhookId


class WebhookBody(Shape):
    """`url`: https, on the open internet or at an origin the operator has allowed."""

    url: Annotated[
        str,
        Field(max_length=1000, pattern=r"^https?://[!-~]+$", examples=["https://crm.example/in"]),
    ]
    events: tuple[EventType, ...] = Field(min_length=1, max_length=len(EventType))


class NewWebhook(Shape):
    """`secret` signs the notices (Standard Webhooks); it is shown once."""

    webhook: WebhookShape
    secret: str


class ReplayBody(Shape):
    """From a time, or after a number of each shard as `at` shows them; shards left out begin at
    the beginning."""

    since: AwareDatetime | None = None
    after: tuple[ShardNumber, ...] | None = Field(default=None, max_length=SHARDS)


class PingShape(Shape):
    """`status` of the answer, 0 when there was none."""

    status: int


class WebhookApi:
    def __init__(self, webhooks: Webhooks, courier: Courier, post: WebhookPost) -> None:
        self._webhooks = webhooks
        self._courier = courier
        self._post = post

    def routes(self) -> tuple[AnyRoute, ...]:
        ours = partial(Route, tag="Webhooks", roles=ADMINS)
        one = partial(ours, params=WebhookPath, problems=frozenset({404, 409}))
        return (*self._keeping(ours, one), *self._steering(one))

    def _keeping(self, ours: Make, one: Make) -> tuple[AnyRoute, ...]:
        return (
            ours(
                method="GET",
                path=BASE,
                name="list_webhooks",
                summary="All subscriptions and how they fare",
                handle=self.page,
                query=WebhookQuery,
                answers={200: WebhookPage},
            ),
            ours(
                method="POST",
                path=BASE,
                name="create_webhook",
                summary="Tell a server what happens from now on; the secret is shown once",
                handle=self.create,
                body=WebhookBody,
                answers={201: NewWebhook},
                problems=frozenset({409}),
                audit="webhook.created",
            ),
            one(
                method="DELETE",
                path=ONE,
                name="remove_webhook",
                summary="End a subscription",
                handle=self.remove,
                answers={204: None},
                audit="webhook.removed",
            ),
        )

    def _steering(self, one: Make) -> tuple[AnyRoute, ...]:
        steer = partial(one, method="POST", answers={200: WebhookShape})

        def act(verb: str, done: str, handle: Handle, summary: str, **more: object) -> AnyRoute:
            place = {"path": f"{ONE}/{verb}", "name": f"{verb}_webhook"}
            return steer(handle=handle, summary=summary, audit=f"webhook.{done}", **place, **more)

        told_again = "Tell again what happened since; every notice keeps its id"
        return (
            act(
                "ping", "pinged", self.ping, "Send a test notice at once", answers={200: PingShape}
            ),
            act("pause", "paused", self.pause, "Tell nothing for the time being; nothing is lost"),
            act("resume", "resumed", self.resume, "Go on where it stopped"),
            act("replay", "replayed", self.replay, told_again, body=ReplayBody),
        )

    async def page(self, call: Call[Nothing, WebhookQuery, Nothing]) -> Reply:
        asked = call.query
        found = await self._webhooks.page(limit=asked.limit + 1, after=asked.cursor or "")
        shown = found[: asked.limit]
        page = WebhookPage(
            items=tuple([await self._shape(webhook) for webhook in shown]),
            next=shown[-1].webhook_id if len(found) > asked.limit else None,
        )
        return Reply(status=200, content=page)

    async def create(self, call: Call[Nothing, Nothing, WebhookBody]) -> Reply:
        asked = call.body
        if code := self._post.why_not(asked.url):
            errors = [FieldError(pointer="/body/url", message=code)]
            raise ProblemError("refused", WHY_NOT.get(code, code), errors=errors, reason=code)
        webhook, secret = await self._webhooks.create(
            asked.url, asked.events, by=call.signed_in.user.author
        )
        shape = NewWebhook(webhook=await self._shape(webhook), secret=secret)
        return Reply(status=201, content=shape, subject=webhook.webhook_id)

    async def remove(self, call: Call[WebhookPath, Nothing, Nothing]) -> Reply:
        if not await self._webhooks.remove(call.path.webhook_id):
            raise ProblemError("not_found")
        return Reply(status=204)

    async def ping(self, call: Call[WebhookPath, Nothing, Nothing]) -> Reply:
        webhook = await self._webhooks.get(call.path.webhook_id)
        if webhook is None:
            raise ProblemError("not_found")
        status = await self._courier.ping(webhook)
        return Reply(status=200, content=PingShape(status=status), detail={"status": status})

    async def pause(self, call: Call[WebhookPath, Nothing, Nothing]) -> Reply:
        return await self._told(await self._webhooks.pause(call.path.webhook_id, "by_hand"))

    async def resume(self, call: Call[WebhookPath, Nothing, Nothing]) -> Reply:
        return await self._told(await self._webhooks.resume(call.path.webhook_id))

    async def replay(self, call: Call[WebhookPath, Nothing, ReplayBody]) -> Reply:
        asked = call.body
        if (asked.since is None) == (asked.after is None):
            raise ProblemError("refused", "Give either since or after.", reason="since_or_after")
        if asked.since is not None:
            start = await self._webhooks.numbers_at(asked.since)
        else:
            start = {place.shard: place.n for place in asked.after or ()}
        return await self._told(await self._webhooks.replay(call.path.webhook_id, start))

    async def _told(self, webhook: Webhook | None) -> Reply:
        if webhook is None:
            raise ProblemError("not_found")
        return Reply(status=200, content=await self._shape(webhook))

    async def _shape(self, webhook: Webhook) -> WebhookShape:
        cursors = await self._webhooks.cursors(webhook)
        return WebhookShape(
            id=webhook.webhook_id,
            url=webhook.url,
            events=tuple(EventType(name) for name in sorted(webhook.events)),
            state=webhook.state,
            because=webhook.because,
            failures=webhook.failures,
            failing_since=webhook.failing_since,
            last_status=webhook.last_status,
            last_at=webhook.last_at,
            created_at=webhook.created_at,
            created_by=webhook.created_by,
            at=tuple(ShardNumber(shard=s, n=n) for s, (n, _) in sorted(cursors.items()) if n),
        )


WHY_NOT = {
    "https_needed": "Only https, or an origin named in security.webhook_origins.",
    "address_not_public": "This address is not on the open internet; an operator can allow its "
    "origin in security.webhook_origins.",
    "address_with_password": "Leave user and password out of the address; notices are signed.",
    "no_host": "The address names no server.",
}
