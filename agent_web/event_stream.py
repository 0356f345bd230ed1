"""Server-Sent Events that end when the client leaves, and at once when the server stops."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from hub.http.problems import ProblemError

BEAT_S = 5.0
"""How often a quiet stream says that it lives; the page takes 15 s of silence for loss."""

BEAT = b"event: beat\ndata: {}\n\n"
WAITING = 64
LONGEST_NUMBER = 15
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}

Queue = asyncio.Queue[bytes | None]


def event(number: str, data: bytes) -> bytes:
    return b"id: %b\ndata: %b\n\n" % (number.encode(), data)


def after_of(request: web.Request) -> int:
    """The last number the client has: its own word, or the browser's when it reconnects."""
    asked = request.headers.get("Last-Event-ID") or request.query.get("after") or "0"
    if not (asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_NUMBER):
        raise ProblemError("malformed", "after: a whole number")
    return int(asked)


class Streams:
    """The open streams of one server."""

    def __init__(self) -> None:
        self._lives: set[asyncio.Timeout] = set()

    async def serve(
        self, request: web.Request, *sources: AsyncIterator[bytes]
    ) -> web.StreamResponse:
        """Write whole events until a source ends, the client leaves or the server stops."""
        response = web.StreamResponse(headers=HEADERS)
        await response.prepare(request)
        queue: Queue = asyncio.Queue(WAITING)
        life = asyncio.timeout(None)
        try:
            async with life:
                self._lives.add(life)
                async with asyncio.TaskGroup() as group:
                    pumps = [group.create_task(_pump(events, queue)) for events in sources]
                    await self._write(response, queue)
                    for pump in pumps:
                        pump.cancel()
        except TimeoutError:
            if not life.expired():
                raise
        finally:
            self._lives.discard(life)
        return response

    async def close(self, app: web.Application) -> None:
        now = asyncio.get_running_loop().time()
        for life in self._lives:
            life.reschedule(now)

    async def _write(self, response: web.StreamResponse, queue: Queue) -> None:
        try:
            await response.write(BEAT)
            while (item := await self._next(queue)) is not None:
                await response.write(item)
        except ConnectionResetError:
            return

    async def _next(self, queue: Queue) -> bytes | None:
        try:
            async with asyncio.timeout(BEAT_S):
                return await queue.get()
        except TimeoutError:
            return BEAT


async def _pump(events: AsyncIterator[bytes], queue: Queue) -> None:
    async for item in events:
        await queue.put(item)
    await queue.put(None)
