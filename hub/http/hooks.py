"""`/hooks/{channel_id}`: where providers call. Nothing is answered before it is stored.

Kept short on purpose: no session, no models, one look-up, one call of the adapter. Logs carry the
channel and a request id, never what was sent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from hub.errors import InboundRejected, Overloaded, StoreUncertain
from hub.http.metrics import Metrics
from hub.http.middleware import new_request_id
from hub.model.ids import ChannelId
from hub.model.inputs import Inbound
from hub.ports import Accept, Clock, SupportsWebhook, WebhookReply, WebhookRequest

log = structlog.get_logger(__name__)

MAX_BODY = 64 * 1024
BUDGET_S = 4.0
"""WeChat repeats a call after 5 s; the rest is for the way."""

_NOT_FOUND = WebhookReply(status=404, body=b"no such channel")
_TOO_LARGE = WebhookReply(status=413, body=b"too large")
_LATER = WebhookReply(status=503, body=b"try again")
_FAILED = WebhookReply(status=500, body=b"failed")


class Hooks:
    """The handler of all channels that take calls."""

    def __init__(
        self,
        webhooks: Mapping[ChannelId, SupportsWebhook],
        *,
        accept: Accept,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._doors = {
            channel_id: _Door(channel_id, webhook, accept, clock, metrics)
            for channel_id, webhook in webhooks.items()
        }

    def handlers(self) -> dict[ChannelId, Callable[[web.Request], Awaitable[web.Response]]]:
        """One a channel: a fixed path is found faster than a pattern."""
        return {channel_id: door.handle for channel_id, door in self._doors.items()}

    async def unknown(self, request: web.Request) -> web.Response:
        return _response(_NOT_FOUND)


def _response(reply: WebhookReply) -> web.Response:
    headers = {"Content-Type": reply.content_type, "X-Content-Type-Options": "nosniff"}
    response = web.Response(status=reply.status, body=reply.body, headers=headers)
    if reply.status == 413:
        response.force_close()
    return response


class _Door:
    """One channel's hook, with its counters at hand."""

    def __init__(
        self,
        channel_id: ChannelId,
        webhook: SupportsWebhook,
        accept: Accept,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._channel_id = channel_id
        self._webhook = webhook
        self._accept = _counted(accept, channel_id, metrics)
        self._clock = clock
        self._seconds = metrics.hook_seconds.labels(channel_id)
        self._answers = metrics.hook_answers
        self._fine = metrics.hook_answers.labels(channel_id, "200")

    async def handle(self, request: web.Request) -> web.Response:
        return _response(await self.answer(request))

    async def answer(self, request: web.Request) -> WebhookReply:
        began = self._clock.monotonic()
        reply = await self._answer(request)
        self._seconds.observe(self._clock.monotonic() - began)
        if reply.status == 200:
            self._fine.inc()
        else:
            self._answers.labels(self._channel_id, str(reply.status)).inc()
        return reply

    async def _answer(self, request: web.Request) -> WebhookReply:
        if (request.content_length or 0) > MAX_BODY:
            return _TOO_LARGE
        try:
            async with asyncio.timeout(BUDGET_S):
                return await self._webhook.on_webhook(
                    WebhookRequest(
                        method=request.method,
                        query=request.query,
                        headers=request.headers,
                        body=await request.read() if request.body_exists else b"",
                        received_at=self._clock.now(),
                    ),
                    self._accept,
                )
        except InboundRejected as exc:
            self._note("hook rejected", reason=exc.reason)
            return WebhookReply(status=exc.status, body=exc.reason.encode())
        except (StoreUncertain, Overloaded, TimeoutError) as exc:
            self._note("hook not stored", reason=type(exc).__name__)
            return _LATER
        except web.HTTPRequestEntityTooLarge:
            return _TOO_LARGE
        except Exception:
            log.exception("hook failed", channel_id=self._channel_id, request_id=new_request_id())
            return _FAILED

    def _note(self, event: str, *, reason: str) -> None:
        log.warning(event, channel_id=self._channel_id, request_id=new_request_id(), reason=reason)


def _counted(
    accept: Accept, channel_id: ChannelId, metrics: Metrics
) -> Callable[[Inbound], Awaitable[bool]]:
    new = metrics.inbound.labels(channel_id, "accepted")
    again = metrics.inbound.labels(channel_id, "duplicate")

    async def accept_counted(inbound: Inbound) -> bool:
        stored = await accept(inbound)
        (new if stored else again).inc()
        return stored

    return accept_counted
