"""The two servers of the socket benchmarks; `/costs` tells the CPU time, `/memory` the memory.

python -m tests.bench.socket_server control PORT
python -m tests.bench.socket_server subject PORT
python -m tests.bench.socket_server live PORT

The subject is the workspace's gateway with the engine in memory and one topic "desk"; its `/keys`
gives session cookies of leads, who are known to no desk: what is measured is the socket. In "live"
the topics are the hub's own, and `/customers` makes conversations.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import fields
from datetime import timedelta
from inspect import getmembers, iscoroutinefunction
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web

from agent_web.rooms import GATHER_S
from hub.model.ids import customer_of
from hub.model.inputs import CustomerMessage
from hub.model.message import Address, ReplyGrant, TextPart
from hub.runtime.clock import SystemClock
from hub.runtime.collector import settle
from hub.services.access import Role, User
from hub.store.memory.stores import MemoryStores
from tests.agent_web.gateway_rig import PASSWORD, Rig, compose, eventually
from tests.http.world import CHANNEL

PAGE_KIB = 4
CALIBRATION = 20_000
PUSHES = "/push"
PAUSE_S = 1.2 * GATHER_S
"""Between two frames: what a list with a crowd is told sooner goes in one frame."""


async def costs(_request: web.Request) -> web.Response:
    found = {"cpu": time.process_time(), "store": STORE_TIME.store, "meter": STORE_TIME.meter}
    return web.json_response(found)


async def memory(_request: web.Request) -> web.Response:
    gc.collect()
    return web.json_response({"kib": _resident_kib()})


def _resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KIB


class StoreTime:
    """CPU seconds in the stores in memory: their calls never wait, so what they take is theirs.

    What the meter itself takes is measured at the start. The collector's rounds count too: what
    stays and makes it run are the rows, all else goes at once.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.spent = self.swept = 0.0
        self.own_s = self.inside_s = 0.0
        """CPU of the meter a call, and how much of it lands in `spent`."""

    @property
    def store(self) -> float:
        return self.swept + self.spent - self.inside_s * self.calls

    @property
    def meter(self) -> float:
        return self.own_s * self.calls

    def install(self, stores: MemoryStores) -> None:
        """On the stores the engine and the screens work on."""
        gc.callbacks.append(self.sweep)
        heart = stores.heart
        for store in (stores.reading, *(getattr(heart, field.name) for field in fields(heart))):
            for name, call in getmembers(store, iscoroutinefunction):
                setattr(store, name, self.measure(call))

    def measure(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def timed(*args: Any, **options: Any) -> Any:
            began, swept = time.thread_time(), self.swept
            try:
                return await call(*args, **options)
            finally:
                self.spent += time.thread_time() - began - (self.swept - swept)
                self.calls += 1

        return timed

    def sweep(self, phase: str, _info: dict[str, int]) -> None:
        """A callback of the garbage collector."""
        self.swept += time.thread_time() * (1 if phase == "stop" else -1)

    async def calibrate(self) -> None:
        async def nothing() -> None:
            pass

        async def cost(call: Callable[[], Awaitable[None]]) -> float:
            began = time.thread_time()
            for _ in range(CALIBRATION):
                await call()
            return (time.thread_time() - began) / CALIBRATION

        bare, metered = await cost(nothing), await cost(self.measure(nothing))
        self.own_s, self.inside_s = metered - bare, self.spent / self.calls - bare
        self.calls, self.spent = 0, 0.0


STORE_TIME = StoreTime()


async def serve(app: web.Application, port: int) -> None:
    app.router.add_get("/costs", costs)
    app.router.add_get("/memory", memory)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    settle()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    await asyncio.Event().wait()


# ---------------------------------------------------------------- bare aiohttp
async def control(port: int) -> None:
    """Echoes what it is sent; `/push?frames=N&text=…` sends N frames to every socket."""
    sockets: set[web.WebSocketResponse] = set()

    async def hold(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(compress=False)
        await ws.prepare(request)
        sockets.add(ws)
        async for message in ws:
            await ws.send_str(message.data)
        sockets.discard(ws)
        return ws

    async def push(request: web.Request) -> web.Response:
        text = request.query["text"]
        cpu = time.process_time()
        for _ in range(int(request.query["frames"])):
            for ws in sockets:
                await ws.send_str(text)
            await asyncio.sleep(PAUSE_S)
        return web.json_response({"cpu": time.process_time() - cpu, "sockets": len(sockets)})

    app = web.Application()
    app.router.add_get("/ws/agent", hold)
    app.router.add_get(PUSHES, push)
    await serve(app, port)


# ---------------------------------------------------------------- the gateway
async def subject(port: int, *, live: bool) -> None:
    await STORE_TIME.calibrate()
    made = await compose(live=live, clock=SystemClock())
    STORE_TIME.install(made.stores)
    desk = made.source.add("desk")

    async def keys(request: web.Request) -> web.Response:
        users = range(int(request.query["count"]))
        return web.json_response([await _lead(made, f"lead{number}") for number in users])

    async def push(request: web.Request) -> web.Response:
        text = request.query["text"]
        cpu = time.process_time()
        for _ in range(int(request.query["frames"])):
            desk.change(("note", f"{text}{desk.seq % 10}", None))
            await asyncio.sleep(PAUSE_S)
        spent = time.process_time() - cpu
        return web.json_response({"cpu": spent, "sockets": made.gateway.screens})

    async def customers(request: web.Request) -> web.Response:
        return web.json_response(
            [await _conversation(made, number) for number in range(int(request.query["count"]))]
        )

    made.app.router.add_get("/customers", customers)
    made.app.router.add_get("/keys", keys)
    made.app.router.add_get(PUSHES, push)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(made.heart.run())
        tasks.create_task(made.gateway.run())
        tasks.create_task(made.topics.run())
        await serve(made.app, port)


async def _lead(made: Rig, username: str) -> str:
    user = User(username=username, display_name=username, role=Role.SUPERVISOR)
    await made.access.add_user(user, PASSWORD)
    return await made.token(username)


async def _conversation(made: Rig, number: int) -> str:
    now = made.clock.now()
    message = CustomerMessage(
        address=Address(channel_id=CHANNEL, value=f"oGZUI0egBJY1zhBYw2KhdUfw{number:04x}"),
        external_id=f"m{number}",
        order=f"{number:020d}",
        parts=(TextPart(text="您好"),),
        sent_at=now,
        grant=ReplyGrant(kind="message", quota=1_000_000_000, until=now + timedelta(days=1)),
    )
    await made.heart.acceptor.accept(message)
    talk = f"{customer_of(CHANNEL, message.address.value)}.1"
    await eventually(lambda: made.stores.reading.get("conversations", talk))
    return talk


def main(arguments: list[str]) -> None:
    name, port = arguments
    work = control(int(port)) if name == "control" else subject(int(port), live=name == "live")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


if __name__ == "__main__":
    main(sys.argv[1:])
