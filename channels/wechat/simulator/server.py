"""Puts the simulator's parts on one port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from channels.wechat.simulator import phone_api, provider, provider_console, provider_media
from channels.wechat.simulator.answering import WORLD
from channels.wechat.simulator.deliveries import Deliveries
from channels.wechat.simulator.world import World

BODY_LIMIT = 32 << 20
SHUTDOWN_S = 1.0


class _Stop(Exception):
    """Ends the deliveries that are still on their way."""


@asynccontextmanager
async def running(world: World, *, port: int, host: str = "127.0.0.1") -> AsyncIterator[Deliveries]:
    """Serve until the block is left; enter and leave it in the same task."""
    connector = aiohttp.TCPConnector(limit=0)
    try:
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            asyncio.TaskGroup() as group,
        ):
            deliveries = Deliveries(world, session, group)
            runner = web.AppRunner(_app(world, deliveries), shutdown_timeout=SHUTDOWN_S)
            await runner.setup()
            try:
                await web.TCPSite(runner, host, port, reuse_address=True).start()
                yield deliveries
            finally:
                await runner.cleanup()
            raise _Stop
    except* _Stop:
        pass


def _app(world: World, deliveries: Deliveries) -> web.Application:
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[phone_api.plain_errors])
    app[WORLD] = world
    app[provider_console.DELIVERIES] = deliveries
    for part in (provider, provider_media, provider_console, phone_api):
        app.add_routes(part.routes())
    app.on_shutdown.append(_end_streams)
    return app


async def _end_streams(app: web.Application) -> None:
    for phone in app[WORLD].phones.values():
        phone.close()
