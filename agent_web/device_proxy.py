"""The way from the sandbox page to the simulators: an allow-list of calls, nothing else passes.

Only the listed methods and paths exist, only a JSON body and a resume number go out, and only the
status and the JSON body come back.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping

import aiohttp
import orjson
from aiohttp import web

from agent_web.event_stream import Streams, after_of
from hub.http.problems import ProblemError

CALL_S = 8.0
BODY_LIMIT = 16 * 1024
EVENT_LIMIT = 1024 * 1024
ADDRESS = r"{address:[A-Za-z0-9_-]+}"
PREFIX = r"/sandbox/devices/{kind:[a-z_]+}"


class DeviceProxy:
    def __init__(self, simulators: Mapping[str, str], streams: Streams) -> None:
        self._simulators = simulators
        self._streams = streams
        self._session: aiohttp.ClientSession | None = None

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{PREFIX}/state", self.read, allow_head=False),
            web.post(f"{PREFIX}/phones", self.act),
            web.post(f"{PREFIX}/{ADDRESS}/messages", self.act),
            web.post(f"{PREFIX}/{ADDRESS}/events", self.act),
            web.get(f"{PREFIX}/{ADDRESS}/stream", self.follow, allow_head=False),
        ]

    async def session(self, app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=None)
        ) as session:
            self._session = session
            yield

    async def read(self, request: web.Request) -> web.Response:
        return await self._call("GET", self._target(request), None)

    async def act(self, request: web.Request) -> web.Response:
        return await self._call("POST", self._target(request), await _json_body(request))

    async def follow(self, request: web.Request) -> web.StreamResponse:
        params = {"after": str(after_of(request))}
        try:
            async with asyncio.timeout(CALL_S):
                upstream = await self._client.get(
                    self._target(request), params=params, allow_redirects=False
                )
        except (TimeoutError, aiohttp.ClientError) as exc:
            raise _silent() from exc
        async with upstream:
            if upstream.status != 200:
                raise ProblemError("not_found", "The simulator does not know this phone")
            return await self._streams.serve(request, _events(upstream.content))

    @property
    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise ProblemError("unavailable", "The server is starting")
        return self._session

    def _target(self, request: web.Request) -> str:
        base = self._simulators.get(request.match_info["kind"])
        if base is None:
            raise ProblemError("not_found", "There is no such device")
        path = request.rel_url.raw_path.split("/", 4)[4]
        return f"{base}/phone/{path}"

    async def _call(self, method: str, target: str, body: bytes | None) -> web.Response:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            async with (
                asyncio.timeout(CALL_S),
                self._client.request(
                    method, target, data=body, headers=headers, allow_redirects=False
                ) as answer,
            ):
                return web.Response(
                    status=answer.status,
                    body=await answer.read(),
                    content_type="application/json",
                    headers={"Cache-Control": "no-store"},
                )
        except (TimeoutError, aiohttp.ClientError) as exc:
            raise _silent() from exc


def _silent() -> ProblemError:
    return ProblemError("unavailable", "The simulator does not answer")


async def _json_body(request: web.Request) -> bytes:
    if request.content_type != "application/json":
        raise ProblemError("media_type")
    if (request.content_length or 0) > BODY_LIMIT:
        raise ProblemError("too_large")
    body = await request.read()
    if len(body) > BODY_LIMIT:
        raise ProblemError("too_large")
    try:
        return orjson.dumps(orjson.loads(body))
    except orjson.JSONDecodeError as exc:
        raise ProblemError("malformed", "The body is no JSON") from exc


async def _events(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Whole events as they come; a simulator that goes away ends the stream."""
    rest = b""
    try:
        async for chunk in content.iter_any():
            rest += chunk
            whole, end, rest = rest.rpartition(b"\n\n")
            if end:
                yield whole + end
            if len(rest) > EVENT_LIMIT:
                return
    except aiohttp.ClientError:
        return
