"""A sandbox with a pretended simulator and a journal out of a list."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agent_web.sandbox import add_sandbox
from hub.http.middleware import edge
from hub.model.ids import customer_of, customer_stream, desk_stream
from hub.ports import Doc

CHANNEL = "wechat-demo"
OPENID = "oTest_abc-123"
CUSTOMER = customer_of(CHANNEL, OPENID)
STREAM = customer_stream(CUSTOMER)
DESK = desk_stream()
HOUSE = {"bank": "联络银行", "environment": "demo", "workspace": "/", "agents": ["agent1"]}
WECHAT = "/sandbox/devices/wechat"
Client = TestClient[web.Request, web.Application]


def commit(seq: int) -> Doc:
    return {
        "_id": f"1f:{40 + seq:012d}",
        "shard": 31,
        "n": 40 + seq,
        "stream": STREAM,
        "seq": seq,
        "token": "9f3ac2e1b7d04411",
        "rules": "customer/1.c3f01595",
        "at": datetime(2026, 11, 21, 6, 0, 0, 123000, tzinfo=UTC),
        "input": {"key": f"k{seq}", "source": "s", "order": "", "body": {"is": "CustomerMessage"}},
        "events": [{"is": "BotAsked", "due": datetime(2026, 11, 21, 6, 0, tzinfo=UTC)}],
    }


def of_desk(seq: int, second: int, interaction: str = f"{CUSTOMER}.1-1") -> Doc:
    """A commit of the desk that offers an interaction, at a second of the minute."""
    return {
        **commit(seq),
        "_id": f"77:{seq:012d}",
        "stream": DESK,
        "at": datetime(2026, 11, 21, 6, 0, second, tzinfo=UTC),
        "events": [{"is": "Offered", "interaction_id": interaction}],
    }


class ListFeed:
    """Feed and journal of commits from a list; `left` is set when a reader has ended cleanly."""

    def __init__(self, commits: list[Doc]) -> None:
        self.commits = commits
        self.more = asyncio.Event()
        self.left = asyncio.Event()

    async def stream(self, stream: str, after: int) -> AsyncGenerator[Doc, None]:
        try:
            while True:
                self.more.clear()
                for each in [c for c in self.commits if c["stream"] == stream]:
                    if each["seq"] > after:
                        after = each["seq"]
                        yield each
                await self.more.wait()
        finally:
            self.left.set()

    async def of_stream(self, stream: str, after: int, limit: int) -> list[Doc]:
        found = [c for c in self.commits if c["stream"] == stream and c["seq"] > after]
        return found[:limit]

    async def follow(self, stream: str, after: int, hear: Callable[[Doc], None]) -> None:
        raise NotImplementedError

    def documents(self, projection: str, after: Any) -> AsyncIterator[Doc]:
        raise NotImplementedError


class Simulator:
    """Answers as a simulator does and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.bodies: list[bytes] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/phone/state", self.state)
        app.router.add_post("/phone/phones", self.take)
        app.router.add_post("/phone/{openid}/messages", self.take)
        app.router.add_post("/phone/{openid}/media", self.take)
        app.router.add_get("/phone/media/{medium}", self.medium)
        app.router.add_get("/phone/{openid}/stream", self.stream)
        app.router.add_get("/control/books", self.state)
        return app

    async def state(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        return web.json_response({"phones": []}, headers={"Set-Cookie": "a=b", "X-Inner": "1"})

    async def medium(self, request: web.Request) -> web.Response:
        """A file whose name is its content type: "text.html", "image.png"."""
        self.asked.append(request)
        content_type = request.match_info["medium"].replace("_", "/")
        return web.Response(body=b"bytes", content_type=content_type, headers={"X-Inner": "1"})

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        self.bodies.append(await request.read())
        return web.json_response({"msg_id": "7"}, status=202)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        if request.match_info["openid"] == "gone":
            raise web.HTTPNotFound
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b'id: 6\ndata: {"n":6,"text":"')
        await response.write('您好"}\n\nid: 7\n'.encode())
        await response.write(b'data: {"n":7}\n\n')
        return response


@asynccontextmanager
async def sandbox(
    tmp_path: Path, feed: ListFeed, simulator: Simulator | None = None
) -> AsyncIterator[Client]:
    page = tmp_path / "sandbox.html"
    page.write_text("<!doctype html><title>联络</title>", encoding="utf-8")
    app = web.Application(middlewares=[edge])
    async with TestServer((simulator or Simulator()).app()) as device:
        add_sandbox(
            app,
            simulators={"wechat": str(device.make_url("/")).rstrip("/")},
            feed=feed,
            journal=feed,  # type: ignore[arg-type]
            channel_id=CHANNEL,
            desk=DESK,
            house=HOUSE,
            effects_of=lambda c: [
                {"key": f"{c['_id']}#0", "kind": "bot", "destination": STREAM, "body": {"x": 1}}
            ],
            static=tmp_path,
        )
        async with TestClient(TestServer(app)) as client:
            yield client


async def read_events(client: Client, path: str, count: int, **more: Any) -> list[tuple[str, Any]]:
    """The first numbered events of a stream, then the client leaves."""
    found: list[tuple[str, Any]] = []
    async with client.get(path, **more) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        number = ""
        async for line in response.content:
            if line.startswith(b"id: "):
                number = line[4:].decode().strip()
            elif line.startswith(b"data: ") and number:
                found.append((number, orjson.loads(line[6:])))
                number = ""
                if len(found) == count:
                    break
    return found


def journal(after: object = 0) -> str:
    return f"/sandbox/journal?channel={CHANNEL}&address={OPENID}&after={after}"
