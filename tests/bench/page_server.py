"""The built workspace on a server that speaks its protocol in the hub's place."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, async_playwright
from pydantic import TypeAdapter

import agent_web
from agent_web.app import add_pages
from agent_web.documents import ScreenDoc
from agent_web.protocol import (
    HEARTBEAT_S,
    VERSION,
    ClientFrame,
    Closed,
    Ping,
    Pong,
    Update,
    Watch,
    Welcome,
)
from hub.services.access import Role
from hub.store.embedded_process import pick_port
from tests.e2e.conftest import ARGUMENTS

STATIC = Path(agent_web.__file__).parent / "static"
LEAD = {"username": "supervisor1", "display_name": "陈晨 Chen Chen", "role": "supervisor"}
SAID: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)


@dataclass(kw_only=True)
class Stand:
    """`topics` is what a screen sees that watches; nobody is signed in without `signed_in`."""

    now: datetime
    topics: dict[str, Sequence[ScreenDoc]] = field(default_factory=dict)
    signed_in: bool = True
    seq: int = 1
    sockets: set[web.WebSocketResponse] = field(default_factory=set)

    async def session(self, _request: web.Request) -> web.Response:
        return web.json_response(LEAD) if self.signed_in else web.json_response({}, status=401)

    async def nothing(self, _request: web.Request) -> web.Response:
        return web.json_response({"items": [], "next": None})

    async def screen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self.sockets.add(socket)
        welcome = Welcome(
            protocol=VERSION,
            username=LEAD["username"],
            display_name=LEAD["display_name"],
            role=Role.SUPERVISOR,
            now=self.now,
            build="stand",
            connection_id="1",
            heartbeat_s=HEARTBEAT_S,
            bank="联络银行",
            environment="demo",
        )
        await socket.send_str(welcome.model_dump_json())
        async for message in socket:
            await self._hear(socket, SAID.validate_json(message.data))
        self.sockets.discard(socket)
        return socket

    async def _hear(self, socket: web.WebSocketResponse, frame: ClientFrame) -> None:
        match frame:
            case Watch(topic=topic) if topic in self.topics:
                docs = tuple(self.topics[topic])
                await socket.send_str(self._update(topic, docs, full=True))
            case Watch(topic=topic):
                closed = Closed(topic=topic, reason="unknown")
                await socket.send_str(closed.model_dump_json())
            case Ping():
                await socket.send_str(Pong(now=self.now).model_dump_json())
            case _:
                pass

    async def change(self, topic: str, doc: ScreenDoc) -> None:
        """One more commit of the topic."""
        self.seq += 1
        moved = doc.model_copy(update={"seq": self.seq})
        text = self._update(topic, (moved,), full=False)
        for socket in self.sockets:
            await socket.send_str(text)

    def _update(self, topic: str, docs: tuple[ScreenDoc, ...], *, full: bool) -> str:
        update = Update(topic=topic, seq=self.seq, full=full, docs=docs, gone=())
        return update.model_dump_json()


@asynccontextmanager
async def serve(stand: Stand) -> AsyncIterator[str]:
    """The address of the workspace."""
    if not (STATIC / "index.html").is_file():
        raise RuntimeError("the screens are not built: run ./lianluo bench")
    app = web.Application()
    app.router.add_get("/api/v1/session", stand.session)
    app.router.add_get("/api/v1/{rest:.*}", stand.nothing)
    app.router.add_get("/ws/agent", stand.screen)
    app.router.add_static("/static/", STATIC)
    add_pages(app, STATIC)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    port = pick_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        async with asyncio.timeout(10):
            await runner.cleanup()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    named = os.environ.get("LIANLUO_CHROMIUM") or shutil.which("chromium")
    if named is None:
        raise RuntimeError("no browser: set LIANLUO_CHROMIUM=/path/to/chromium")
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        running = await playwright.chromium.launch(executable_path=named, args=ARGUMENTS)
        try:
            yield running
        finally:
            await running.close()
