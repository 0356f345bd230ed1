"""The sandbox: a page with pretended phones and the journal they cause. Added in the demo only.

The browser talks to this process alone: calls of the phones go through an allow-list to the
simulators, the journal comes from the feed.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from pathlib import Path

import orjson
from aiohttp import web

from agent_web.device_proxy import DeviceProxy
from agent_web.event_stream import Streams, after_of, event
from hub.http.problems import ProblemError
from hub.model.ids import customer_of, customer_stream
from hub.ports import Doc, Feed

BANK = "联络银行"
LONGEST_ADDRESS = 128
TOKEN_SHOWN = 8

CSP = "; ".join(
    (
        "default-src 'none'",
        "base-uri 'none'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self'",
    )
)
PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def add_sandbox(
    app: web.Application,
    *,
    simulators: Mapping[str, str],
    feed: Feed,
    channel_id: str,
    effects_of: Callable[[Doc], list[Doc]],
    static: Path,
) -> None:
    """`simulators`: kind of channel → base address. `effects_of` names the effects of a commit as
    `{key, kind, destination}`. `static` holds the built page; its assets are served elsewhere."""
    streams = Streams()
    pages = _Pages(static / "sandbox.html", channel_id)
    journal = _Journal(feed, channel_id, effects_of, streams)
    proxy = DeviceProxy(simulators, streams)
    app.router.add_get("/sandbox", pages.page)
    app.router.add_get("/sandbox/config", pages.config)
    app.router.add_get("/sandbox/journal", journal.stream, allow_head=False)
    app.add_routes(proxy.routes())
    app.cleanup_ctx.append(proxy.session)
    app.on_shutdown.append(streams.close)


class _Pages:
    def __init__(self, page: Path, channel_id: str) -> None:
        self._page = page
        self._config = {"channel_id": channel_id, "bank": BANK, "environment": "demo"}

    async def page(self, request: web.Request) -> web.StreamResponse:
        if not self._page.is_file():
            raise ProblemError("unavailable", "The page is not built: run ./lianluo demo")
        return web.FileResponse(self._page, headers=PAGE_HEADERS)

    async def config(self, request: web.Request) -> web.Response:
        return web.Response(
            body=orjson.dumps(self._config),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )


class _Journal:
    def __init__(
        self,
        feed: Feed,
        channel_id: str,
        effects_of: Callable[[Doc], list[Doc]],
        streams: Streams,
    ) -> None:
        self._feed = feed
        self._channel_id = channel_id
        self._effects_of = effects_of
        self._streams = streams

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The commits of one address' customer, resumable by `seq`."""
        if request.query.get("channel") != self._channel_id:
            raise ProblemError("not_found", "The sandbox shows one channel only")
        address = request.query.get("address", "")
        if not 0 < len(address) <= LONGEST_ADDRESS:
            raise ProblemError("malformed", "address: 1 to 128 characters")
        stream = customer_stream(customer_of(self._channel_id, address))
        return await self._streams.serve(request, self._events(stream, after_of(request)))

    async def _events(self, stream: str, after: int) -> AsyncIterator[bytes]:
        commits = self._feed.stream(stream, after)
        try:
            async for commit in commits:
                yield event(commit["seq"], self._shown(commit))
        finally:
            if isinstance(commits, AsyncGenerator):
                await commits.aclose()

    def _shown(self, commit: Doc) -> bytes:
        effects = self._effects_of(commit)
        shown = {
            "seq": commit["seq"],
            "shard": commit["shard"],
            "n": commit["n"],
            "at": commit["at"],
            "commit": commit["_id"],
            "rules": commit["rules"],
            "token": commit["token"][:TOKEN_SHOWN],
            "input": commit["input"],
            "events": commit["events"],
            "effects": [
                {name: each[name] for name in ("key", "kind", "destination")} for each in effects
            ],
        }
        return orjson.dumps(shown, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)
