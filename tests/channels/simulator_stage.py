"""The simulator, a hook it calls, and one phone."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from channels.wechat.simulator.account import PushRules, demo_account
from channels.wechat.simulator.deliveries import Deliveries
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.pushes import message_fields
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from tests.channels.support import ManualClock, free_port, world_of

ACCOUNT = demo_account()


@dataclass(slots=True)
class Hook:
    """A hub of three lines; answers what it is told, in turn, then `success`."""

    answers: list[tuple[int, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    stuck: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.text())
        if self.stuck is not None:
            await self.stuck.wait()
        status, text = self.answers.pop(0) if self.answers else (200, "success")
        return web.Response(status=status, text=text)

    def numbers(self) -> list[str]:
        """MsgIds in the order they came, in plain mode."""
        return [body.split("<MsgId>")[1].split("<")[0] for body in self.bodies]


@dataclass(slots=True)
class Stage:
    world: World
    clock: ManualClock
    hook: Hook
    deliveries: Deliveries
    http: aiohttp.ClientSession
    url: str
    phone: Phone

    def write(self, text: str = "你好") -> str:
        return self.deliveries.message(self.phone, message_fields("text", {"Content": text}))

    def states(self) -> list[str]:
        return [row["state"] for row in self.world.pushes]

    def bubbles(self, side: str) -> list[str]:
        entries = [e for e in self.phone.entries if e["kind"] == "bubble"]
        return [e["text"] for e in entries if e["side"] == side]

    async def call(self, path: str, body: Any = None, **query: str) -> Any:
        raw = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        async with self.http.request(
            "GET" if body is None else "POST", self.url + path, params=query, data=raw
        ) as response:
            return json.loads(await response.text())

    async def token(self, *, force: bool = False) -> str:
        answer = await self.call("/cgi-bin/stable_token", stable(force=force))
        return str(answer["access_token"])

    async def text(self, token: str, text: str = "您好", openid: str = "") -> int:
        body = {
            "touser": openid or self.phone.openid,
            "msgtype": "text",
            "text": {"content": text},
        }
        answer = await self.call("/cgi-bin/message/custom/send", body, access_token=token)
        return int(answer["errcode"])


def stable(*, force: bool = False) -> dict[str, Any]:
    return {
        "grant_type": "client_credential",
        "appid": ACCOUNT.app_id,
        "secret": ACCOUNT.app_secret,
        "force_refresh": force,
    }


@asynccontextmanager
async def stage(mode: str = "plain", **rules: Any) -> AsyncIterator[Stage]:
    clock, hook = ManualClock(), Hook()
    app = web.Application()
    app.router.add_route("*", "/hook", hook.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    hook_port, port = free_port(), free_port()
    await web.TCPSite(runner, "127.0.0.1", hook_port).start()
    world = world_of(clock, f"http://127.0.0.1:{hook_port}/hook", mode)
    world.push_rules = PushRules.model_validate(rules)
    url = f"http://127.0.0.1:{port}"
    try:
        async with running(world, port=port) as deliveries, aiohttp.ClientSession() as http:
            yield Stage(world, clock, hook, deliveries, http, url, world.add_phone())
    finally:
        await runner.cleanup()
