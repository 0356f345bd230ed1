"""The sandbox's server side: page, allow-list to the simulators, journal as a stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agent_web import event_stream
from agent_web.sandbox import add_sandbox
from hub.http.middleware import edge
from hub.model.ids import customer_of, customer_stream
from hub.ports import Doc

CHANNEL = "wechat-demo"
OPENID = "oTest_abc-123"
STREAM = customer_stream(customer_of(CHANNEL, OPENID))
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


class ListFeed:
    """Commits of one stream from a list; `left` is set when a reader has ended cleanly."""

    def __init__(self, commits: list[Doc]) -> None:
        self.commits = commits
        self.more = asyncio.Event()
        self.left = asyncio.Event()

    async def stream(self, stream: str, after: int) -> AsyncIterator[Doc]:
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
        app.router.add_get("/phone/{openid}/stream", self.stream)
        app.router.add_get("/control/books", self.state)
        return app

    async def state(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        return web.json_response({"phones": []}, headers={"Set-Cookie": "a=b", "X-Inner": "1"})

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
            channel_id=CHANNEL,
            effects_of=lambda c: [
                {"key": f"{c['_id']}#0", "kind": "bot", "destination": STREAM, "body": {"x": 1}}
            ],
            static=tmp_path,
        )
        async with TestClient(TestServer(app)) as client:
            yield client


async def read_events(client: Client, path: str, count: int, **more: Any) -> list[tuple[int, Any]]:
    """The first numbered events of a stream, then the client leaves."""
    found: list[tuple[int, Any]] = []
    async with client.get(path, **more) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        number = 0
        async for line in response.content:
            if line.startswith(b"id: "):
                number = int(line[4:])
            elif line.startswith(b"data: ") and number:
                found.append((number, orjson.loads(line[6:])))
                number = 0
                if len(found) == count:
                    break
    return found


def journal(after: int = 0) -> str:
    return f"/sandbox/journal?channel={CHANNEL}&address={OPENID}&after={after}"


# ---------------------------------------------------------------- the page
async def test_page_forbids_inline_script_framing_and_foreign_origins(tmp_path: Path) -> None:
    async with sandbox(tmp_path, ListFeed([])) as client:
        response = await client.get("/sandbox")
        assert response.status == 200
        assert "联络" in await response.text()
        policy = response.headers["Content-Security-Policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "connect-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_page_that_is_not_built_says_so(tmp_path: Path) -> None:
    async with sandbox(tmp_path, ListFeed([])) as client:
        (tmp_path / "sandbox.html").unlink()
        response = await client.get("/sandbox")
        assert response.status == 503
        assert "not built" in (await response.json())["detail"]


async def test_config_names_channel_bank_and_environment(tmp_path: Path) -> None:
    async with sandbox(tmp_path, ListFeed([])) as client:
        response = await client.get("/sandbox/config")
        assert await response.json() == {
            "channel_id": "wechat-demo",
            "bank": "联络银行",
            "environment": "demo",
        }


# ---------------------------------------------------------------- the way to the simulators
async def test_calls_reach_the_phone_side_and_only_status_and_body_come_back(
    tmp_path: Path,
) -> None:
    simulator = Simulator()
    async with sandbox(tmp_path, ListFeed([]), simulator) as client:
        response = await client.get(f"{WECHAT}/state", headers={"X-Forwarded-For": "6.6.6.6"})
        assert (response.status, await response.json()) == (200, {"phones": []})
        assert "Set-Cookie" not in response.headers
        assert "X-Inner" not in response.headers
        response = await client.post(f"{WECHAT}/{OPENID}/messages", json={"type": "text"})
        assert (response.status, await response.json()) == (202, {"msg_id": "7"})
        assert [r.path for r in simulator.asked] == ["/phone/state", f"/phone/{OPENID}/messages"]
        assert simulator.bodies == [b'{"type":"text"}']


async def test_headers_and_query_of_the_visitor_do_not_travel_on(tmp_path: Path) -> None:
    simulator = Simulator()
    async with sandbox(tmp_path, ListFeed([]), simulator) as client:
        await client.post(
            f"{WECHAT}/phones?evil=1",
            json={},
            headers={"Cookie": "session=s", "Authorization": "Bearer x", "X-Forwarded-For": "6"},
        )
        (request,) = simulator.asked
        assert request.query_string == ""
        for name in ("Cookie", "Authorization", "X-Forwarded-For"):
            assert name not in request.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sandbox/devices/wechat/../control/books", 404),
        ("GET", "/sandbox/devices/wechat/%2e%2e/control/books", 404),
        ("GET", "/sandbox/devices/wechat/control%2Fbooks", 404),
        ("GET", "/sandbox/devices/sms/state", 404),
        ("POST", "/sandbox/devices/wechat/state", 405),
        ("DELETE", f"/sandbox/devices/wechat/{OPENID}/messages", 405),
        ("POST", "/sandbox/devices/wechat/a%2Fb/messages", 404),
        ("POST", "/sandbox/devices/wechat/a%20b/messages", 404),
    ],
)
async def test_what_is_not_listed_does_not_reach_the_simulator(
    tmp_path: Path, method: str, path: str, status: int
) -> None:
    simulator = Simulator()
    async with sandbox(tmp_path, ListFeed([]), simulator) as client:
        url = client.make_url("/").with_path(path, encoded=True)
        response = await client.session.request(method, url, json={} if method == "POST" else None)
        assert response.status == status
        assert simulator.asked == []


@pytest.mark.parametrize(
    ("label", "body", "content_type", "status"),
    [
        ("a form", b"type=text", "application/x-www-form-urlencoded", 415),
        ("text of a foreign page", b'{"type":"text"}', "text/plain", 415),
        ("no JSON", b"{", "application/json", 400),
        ("too large", b'"' + b"x" * 20_000 + b'"', "application/json", 413),
    ],
)
async def test_bodies_are_checked_before_they_travel(
    tmp_path: Path, label: str, body: bytes, content_type: str, status: int
) -> None:
    simulator = Simulator()
    async with sandbox(tmp_path, ListFeed([]), simulator) as client:
        response = await client.post(
            f"{WECHAT}/{OPENID}/messages", data=body, headers={"Content-Type": content_type}
        )
        assert response.status == status
        assert simulator.asked == []


async def test_dead_simulator_is_answered_as_unavailable(tmp_path: Path) -> None:
    app = web.Application(middlewares=[edge])
    add_sandbox(
        app,
        simulators={"wechat": "http://127.0.0.1:9"},
        feed=ListFeed([]),
        channel_id=CHANNEL,
        effects_of=lambda _: [],
        static=tmp_path,
    )
    async with TestClient(TestServer(app)) as client:
        for path in (f"{WECHAT}/state", f"{WECHAT}/{OPENID}/stream"):
            response = await client.get(path)
            assert response.status == 503
            assert response.content_type == "application/problem+json"


async def test_phone_stream_passes_whole_events_and_the_resume_number(tmp_path: Path) -> None:
    simulator = Simulator()
    async with sandbox(tmp_path, ListFeed([]), simulator) as client:
        found = await read_events(client, f"{WECHAT}/{OPENID}/stream?after=5", 2)
        assert found == [(6, {"n": 6, "text": "您好"}), (7, {"n": 7})]
        assert simulator.asked[0].query_string == "after=5"


async def test_stream_of_an_unknown_phone_is_not_found(tmp_path: Path) -> None:
    async with sandbox(tmp_path, ListFeed([])) as client:
        response = await client.get(f"{WECHAT}/gone/stream")
        assert response.status == 404


# ---------------------------------------------------------------- the journal
async def test_journal_shows_commits_of_the_address_with_their_effects(tmp_path: Path) -> None:
    async with sandbox(tmp_path, ListFeed([commit(1)])) as client:
        ((number, shown),) = await read_events(client, journal(), 1)
        assert number == 1
        assert shown == {
            "seq": 1,
            "shard": 31,
            "n": 41,
            "at": "2026-11-21T06:00:00.123000Z",
            "commit": "1f:000000000041",
            "rules": "customer/1.c3f01595",
            "token": "9f3ac2e1",
            "input": {"key": "k1", "source": "s", "order": "", "body": {"is": "CustomerMessage"}},
            "events": [{"is": "BotAsked", "due": "2026-11-21T06:00:00Z"}],
            "effects": [{"key": "1f:000000000041#0", "kind": "bot", "destination": STREAM}],
        }


async def test_journal_resumes_after_the_number_of_query_or_browser(tmp_path: Path) -> None:
    async with sandbox(tmp_path, ListFeed([commit(1), commit(2), commit(3)])) as client:
        assert [n for n, _ in await read_events(client, journal(after=1), 2)] == [2, 3]
        headers = {"Last-Event-ID": "2"}
        found = await read_events(client, journal(after=0), 1, headers=headers)
        assert [n for n, _ in found] == [3]


async def test_journal_goes_on_as_commits_become_durable(tmp_path: Path) -> None:
    feed = ListFeed([commit(1)])
    async with sandbox(tmp_path, feed) as client, client.get(journal()) as response:
        text = b""
        while b"id: 1\n" not in text:
            text += await response.content.readany()
        feed.commits.append(commit(2))
        feed.more.set()
        while b"id: 2\n" not in text:
            text += await response.content.readany()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("channel=sms-demo&address=o1", 404),
        ("address=o1", 404),
        (f"channel={CHANNEL}", 400),
        (f"channel={CHANNEL}&address={'x' * 129}", 400),
        (f"channel={CHANNEL}&address=o1&after=-1", 400),
        (f"channel={CHANNEL}&address=o1&after=%D9%A1", 400),
        (f"channel={CHANNEL}&address=o1&after={'9' * 16}", 400),
    ],
)
async def test_journal_refuses_what_it_cannot_read(tmp_path: Path, query: str, status: int) -> None:
    async with sandbox(tmp_path, ListFeed([])) as client:
        response = await client.get(f"/sandbox/journal?{query}")
        assert response.status == status


async def test_quiet_stream_beats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "BEAT_S", 0.01)
    async with sandbox(tmp_path, ListFeed([])) as client, client.get(journal()) as response:
        beats = b""
        while beats.count(b"event: beat\n") < 3:
            beats += await response.content.readany()


async def test_reader_ends_when_the_visitor_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "BEAT_S", 0.01)
    feed = ListFeed([commit(1)])
    async with sandbox(tmp_path, feed) as client:
        await read_events(client, journal(), 1)
        async with asyncio.timeout(5):
            await feed.left.wait()


async def test_streams_end_at_once_when_the_server_stops(tmp_path: Path) -> None:
    feed = ListFeed([commit(1)])
    async with asyncio.timeout(5):
        async with sandbox(tmp_path, feed) as client:
            response = await client.get(journal())
            await response.content.readany()
            assert client.server.runner is not None
            await client.server.runner.cleanup()
            assert feed.left.is_set()
