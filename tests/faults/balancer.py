"""A plain TCP balancer before several hubs: one connection to each in turn, no health checks."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

HOST = "127.0.0.1"
CHUNK = 64 * 1024


@asynccontextmanager
async def balancer(port: int, backends: Sequence[int]) -> AsyncIterator[None]:
    """Serve on `port` until the block is left; a backend that is down costs one connection."""
    turn = count()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(HOST, backends[next(turn) % len(backends)])
        except OSError:
            writer.transport.abort()
            return
        async with asyncio.TaskGroup() as both:
            both.create_task(_pass_on(reader, there[1]))
            both.create_task(_pass_on(there[0], writer))

    server = await asyncio.start_server(serve, HOST, port)
    try:
        yield
    finally:
        server.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Whatever comes, until either side ends."""
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
