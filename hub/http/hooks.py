"""`/hooks/{channel_id}`: where providers call. Nothing is answered before it is stored.

Kept short on purpose: no session, no models, one look-up, one call of the adapter. Logs carry the
channel and a request id, never what was sent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog
from aiohttp import web

from hub.errors import InboundRejected, Overloaded, StoreUncertain
from hub.http.metrics import Metrics
from hub.http.middleware import new_request_id
from hub.model.ids import ChannelId
from hub.model.inputs import Inbound
from hub.ports import (
    Accept,
    ChannelAdapter,
    Clock,
    SupportsWebhook,
    WebhookReply,
    WebhookRequest,
)

log = structlog.get_logger(__name__)

MAX_BODY = 64 * 1024
BUDGET_S = 4.0
"""WeChat repeats a call after 5 s; the rest is for the way."""

_NOT_FOUND = WebhookReply(status=404, body=b"no such channel")
_TOO_LARGE = WebhookReply(status=413, body=b"too large")
_LATER = WebhookReply(status=503, body=b"try again")
_FAILED = WebhookReply(status=500, body=b"failed")


class Hooks:
    """The handler of all channels that take calls, those added later as well."""

    def __init__(
        self,
        channels: Mapping[ChannelId, ChannelAdapter],
        *,
        accept: Accept,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._channels = channels
        self._accept = accept
        self._clock = clock
        self._metrics = metrics
        self._doors: dict[ChannelId, _Door] = {}

    def handlers(self) -> dict[ChannelId, Callable[[web.Request], Awaitable[web.Response]]]:
        """One a channel there is now: a fixed path is found faster than a pattern."""
        return {channel_id: partial(self._handle, channel_id) for channel_id in self._channels}

    async def handle(self, request: web.Request) -> web.Response:
        return await self._handle(ChannelId(request.match_info["channel_id"]), request)

    async def _handle(self, channel_id: ChannelId, request: web.Request) -> web.Response:
        webhook = webhook_of(self._channels.get(channel_id))
        if webhook is None:
            return _response(_NOT_FOUND)
        door = self._doors.get(channel_id)
        if door is None:
            door = _Door(channel_id, self._accept, self._clock, self._metrics)
            self._doors[channel_id] = door
        return _response(await door.answer(request, webhook))


def webhook_of(channel: ChannelAdapter | None) -> SupportsWebhook | None:
    """The channel as one that takes calls; None: it is not there, or it does not."""
    return channel if hasattr(channel, "on_webhook") else None  # type: ignore[return-value]


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
        accept: Accept,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._channel_id = channel_id
        self._accept = _counted(accept, channel_id, metrics)
        self._clock = clock
        self._seconds = metrics.hook_seconds.labels(channel_id)
        self._answers = metrics.hook_answers
        self._fine = metrics.hook_answers.labels(channel_id, "200")

    async def answer(self, request: web.Request, webhook: SupportsWebhook) -> WebhookReply:
        began = self._clock.monotonic()
        reply = await self._answer(request, webhook)
        self._seconds.observe(self._clock.monotonic() - began)
        if reply.status == 200:
            self._fine.inc()
        else:
            self._answers.labels(self._channel_id, str(reply.status)).inc()
        return reply

    async def _answer(self, request: web.Request, webhook: SupportsWebhook) -> WebhookReply:
        if (request.content_length or 0) > MAX_BODY:
            return _TOO_LARGE
        try:
            async with asyncio.timeout(BUDGET_S):
                return await webhook.on_webhook(
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
