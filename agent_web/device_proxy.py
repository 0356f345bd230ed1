"""The way from the sandbox page to the simulators: an allow-list of calls, nothing else passes.

Only the listed methods and paths exist; a JSON body, a resume number or a file with its kind and
name go out; the status and a JSON body or the bytes of a file come back.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping

import aiohttp
import orjson
from aiohttp import web

from agent_web.event_stream import Streams, after_of
from hub.http.problems import ProblemError

CALL_S = 8.0
BODY_LIMIT = 16 * 1024
EVENT_LIMIT = 1024 * 1024
FILE = "application/octet-stream"
FILE_LIMIT = 32 * 1024 * 1024
FILE_S = 60.0
FILE_KINDS = frozenset({"image", "voice", "video", "file"})
LONGEST_NAME = 200
SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/")
CAUTION = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}
ADDRESS = r"{address:[A-Za-z0-9_-]+}"
MEDIUM = r"{medium:[A-Za-z0-9_-]{1,128}}"
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
            web.get(f"{PREFIX}/media/{MEDIUM}", self.look, allow_head=False),
            web.get(f"{PREFIX}/media/{MEDIUM}/heard", self.look, allow_head=False),
            web.post(f"{PREFIX}/{ADDRESS}/media", self.give),
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

    async def give(self, request: web.Request) -> web.Response:
        """A file of the phone: its kind and name in the query, its bytes as the body."""
        kind, name = request.query.get("type", ""), request.query.get("name", "")
        if kind not in FILE_KINDS or len(name) > LONGEST_NAME:
            raise ProblemError("malformed", "type: image, voice, video or file; name: up to 200")
        if request.content_type != FILE:
            raise ProblemError("media_type")
        target = self._target(request)
        async with asyncio.timeout(FILE_S):
            body = await _whole(request)
        params = {"type": kind, "name": name}
        return await self._call("POST", target, body, params=params, within_s=FILE_S)

    async def look(self, request: web.Request) -> web.Response:
        """A file that a bubble shows. It is a stranger's: nothing in it runs here."""
        try:
            async with (
                asyncio.timeout(FILE_S),
                self._client.get(self._target(request), allow_redirects=False) as answer,
            ):
                if answer.status != 200:
                    raise ProblemError(
                        "not_found", "The simulator does not have this file any more"
                    )
                content = await _at_most(answer.content, FILE_LIMIT)
                content_type = answer.content_type
        except (TimeoutError, aiohttp.ClientError) as exc:
            raise _silent() from exc
        shown = content_type.startswith(SHOWN)
        return web.Response(
            body=content,
            content_type=content_type if shown else FILE,
            headers={**CAUTION, "Content-Disposition": "inline" if shown else "attachment"},
        )

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

    async def _call(
        self,
        method: str,
        target: str,
        body: bytes | None,
        *,
        params: Mapping[str, str] | None = None,
        within_s: float = CALL_S,
    ) -> web.Response:
        """With `params` the body is a file, else it is JSON."""
        kind = "application/json" if params is None else FILE
        headers = {"Content-Type": kind} if body is not None else {}
        try:
            async with (
                asyncio.timeout(within_s),
                self._client.request(
                    method,
                    target,
                    data=body if params is None else io.BytesIO(body or b""),
                    params=params,
                    headers=headers,
                    allow_redirects=False,
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


async def _whole(request: web.Request) -> bytes:
    if (request.content_length or 0) > FILE_LIMIT:
        raise ProblemError("too_large")
    return await _at_most(request.content, FILE_LIMIT)


async def _at_most(content: aiohttp.StreamReader, most: int) -> bytes:
    """Raises ProblemError when there is more."""
    found = bytearray()
    async for chunk in content.iter_any():
        found += chunk
        if len(found) > most:
            raise ProblemError("too_large")
    return bytes(found)


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
