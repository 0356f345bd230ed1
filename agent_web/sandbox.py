"""The sandbox: a page with pretended phones and the journal they cause. Added in the demo only.

The browser talks to this process alone: calls of the phones go through an allow-list to the
simulators, the journal comes from the feed.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from agent_web.device_proxy import DeviceProxy
from agent_web.event_stream import Streams
from agent_web.journal_stream import CustomerJournal, numbers_of
from hub.http.problems import ProblemError
from hub.model.ids import customer_of
from hub.ports import Doc, Feed, Journal

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
        "media-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
    )
)
PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def add_sandbox(
    app: web.Application,
    *,
    simulators: Mapping[str, str],
    feed: Feed,
    journal: Journal,
    channel_id: str,
    desk: str,
    effects_of: Callable[[Doc], list[Doc]],
    house: Mapping[str, Any],
    static: Path,
) -> None:
    """`simulators`: kind of channel → base address. `desk`: the stream that serves the customers.
    `effects_of` names the effects of a commit as `{key, kind, destination}`. `house`: bank,
    environment, workspace and its logins, as the page tells them. `static` holds the built page;
    its assets are served elsewhere."""
    streams = Streams()
    pages = _Pages(static / "sandbox.html", {"channel_id": channel_id, **house})
    journals = _Journals(feed, journal, channel_id, desk, effects_of, streams)
    proxy = DeviceProxy(simulators, streams)
    app.router.add_get("/sandbox", pages.page)
    app.router.add_get("/sandbox/config", pages.config)
    app.router.add_get("/sandbox/journal", journals.stream, allow_head=False)
    app.add_routes(proxy.routes())
    app.cleanup_ctx.append(proxy.session)
    app.on_shutdown.append(streams.close)


class _Pages:
    def __init__(self, page: Path, config: Mapping[str, Any]) -> None:
        self._page = page
        self._config = dict(config)

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


class _Journals:
    def __init__(
        self,
        feed: Feed,
        journal: Journal,
        channel_id: str,
        desk: str,
        effects_of: Callable[[Doc], list[Doc]],
        streams: Streams,
    ) -> None:
        self._feed = feed
        self._journal = journal
        self._channel_id = channel_id
        self._desk = desk
        self._effects_of = effects_of
        self._streams = streams

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The commits about one address' customer, resumable by `<seq>.<seq of the desk>`."""
        if request.query.get("channel") != self._channel_id:
            raise ProblemError("not_found", "The sandbox shows one channel only")
        address = request.query.get("address", "")
        if not 0 < len(address) <= LONGEST_ADDRESS:
            raise ProblemError("malformed", "address: 1 to 128 characters")
        followed = CustomerJournal(
            self._feed,
            self._journal,
            customer_id=customer_of(self._channel_id, address),
            desk=self._desk,
            after=numbers_of(request),
            show=self._shown,
        )
        return await self._streams.serve(request, *followed.sources())

    def _shown(self, commit: Doc) -> bytes:
        effects = self._effects_of(commit)
        shown = {
            "stream": commit["stream"],
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
