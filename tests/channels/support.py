"""What the channel tests share: a clock moved by hand, a hub's hook, the simulator's account."""

import asyncio
import heapq
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from channels.wechat.adapter import WeChatAdapter
from channels.wechat.config import WeChatConfig
from channels.wechat.simulator.account import Account, demo_account
from channels.wechat.simulator.world import World
from hub.errors import InboundRejected, Overloaded, StoreUncertain
from hub.model.inputs import Inbound
from hub.model.message import MediaFile, MediaKind
from hub.ports import (
    Accept,
    Clock,
    Exchange,
    MediaMeta,
    MediaReader,
    StoredMedia,
    SupportsWebhook,
    TokenStore,
    WebhookRequest,
)
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CHANNEL = "wechat-main"


class ManualClock:
    """Implements `hub.ports.Clock`; sleepers wake when `advance` passes them."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._passed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._start + timedelta(milliseconds=int(self._passed * 1000))

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._passed + seconds, self._count, woken))
        await woken

    async def advance(self, seconds: float) -> None:
        await settle()
        target = self._passed + seconds
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, woken = heapq.heappop(self._sleepers)
            self._passed = due
            if not woken.done():
                woken.set_result(None)
            await settle()
        self._passed = target
        await settle()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    """Real input and output need real turns of the loop; five seconds at most."""
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.0025)
    raise AssertionError("it did not come true")


def free_port() -> int:
    """A port below 32768, out of the way of outgoing connections."""
    for _ in range(200):
        port = random.randint(20000, 32000)  # noqa: S311
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def memory_tokens(clock: Clock) -> TokenStore:
    return MemoryStores(Database(), clock).tokens


def config_of(account: Account, base_url: str = "http://127.0.0.1:9", **more: Any) -> WeChatConfig:
    return WeChatConfig.model_validate({**account.channel_document(CHANNEL, base_url), **more})


def adapter_of(
    account: Account,
    clock: Clock,
    *,
    base_url: str = "http://127.0.0.1:9",
    tokens: TokenStore | None = None,
    files: MediaReader | None = None,
    log: "Log | None" = None,
    **more: Any,
) -> WeChatAdapter:
    store = memory_tokens(clock) if tokens is None else tokens
    config = config_of(account, base_url, **more)
    return WeChatAdapter(config, clock, store, media=files, exchanges=log)


class Files:
    """Implements `hub.ports.MediaReader`: files that were examined before."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[MediaMeta, bytes]] = {}
        self.opened = 0
        self.fail: Exception | None = None

    def add(
        self,
        media_id: str,
        kind: MediaKind,
        content: bytes,
        content_type: str,
        *,
        size: int = -1,
        seconds: int = 0,
    ) -> None:
        file = MediaFile(
            content_type=content_type,
            size=len(content) if size < 0 else size,
            milliseconds=seconds * 1000,
        )
        meta = MediaMeta(
            media_id=media_id,
            kind=kind,
            file=file,
            digest="",
            author="agent:7",
            stored_at=START,
            ready=True,
        )
        self.kept[media_id] = (meta, content)

    async def open(self, media_id: str) -> StoredMedia | None:
        self.opened += 1
        if self.fail is not None:
            raise self.fail
        found = self.kept.get(media_id)
        if found is None:
            return None
        meta, content = found
        return StoredMedia(
            meta=meta,
            content_type=meta.file.content_type,
            size=len(content),
            content=_chunks(content),
        )


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 64 * 1024):
        yield content[start : start + 64 * 1024]


class Log:
    """Implements `hub.ports.ExchangeLog`."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []

    def record(self, exchange: Exchange) -> None:
        self.kept.append(exchange)


def world_of(clock: ManualClock, hook: str = "http://127.0.0.1:9/", mode: str = "safe") -> World:
    account = Account.model_validate({**demo_account().model_dump(), "mode": mode})
    return World(account=account, hook=hook, clock=clock)


class Inbox:
    """Stands for `inbox.accept`: knows keys, keeps what is new, can be told to fail."""

    def __init__(self) -> None:
        self.taken: list[Inbound] = []
        self.calls = 0
        self.fail: Exception | None = None

    async def accept(self, inbound: Inbound) -> bool:
        self.calls += 1
        if self.fail is not None:
            raise self.fail
        if any(known.external_id == inbound.external_id for known in self.taken):
            return False
        self.taken.append(inbound)
        return True


@asynccontextmanager
async def hook_server(
    adapter: SupportsWebhook, accept: Accept, clock: Clock, port: int
) -> AsyncIterator[str]:
    """The least a hub's hook does, on a real socket."""

    async def handle(request: web.Request) -> web.Response:
        asked = WebhookRequest(
            method=request.method,
            query=request.query,
            headers=request.headers,
            body=await request.read(),
            received_at=clock.now(),
        )
        try:
            reply = await adapter.on_webhook(asked, accept)
        except InboundRejected as exc:
            return web.Response(status=exc.status, text=exc.reason)
        except (StoreUncertain, Overloaded):
            return web.Response(status=503)
        return web.Response(
            status=reply.status, body=reply.body, headers={"Content-Type": reply.content_type}
        )

    app = web.Application(client_max_size=1 << 22)
    app.router.add_route("*", "/hook", handle)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        await runner.cleanup()
