"""The sandbox's pages and the way from them to the simulators."""

import io
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agent_web.sandbox import add_sandbox
from hub.http.middleware import edge
from tests.agent_web.sandbox_rig import (
    CHANNEL,
    DESK,
    HOUSE,
    OPENID,
    WECHAT,
    ListFeed,
    Simulator,
    read_events,
    sandbox,
)


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
            "workspace": "/",
            "agents": ["agent1"],
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


async def test_a_file_of_the_phone_travels_with_its_kind_and_name_only(tmp_path: Path) -> None:
    simulator = Simulator()
    async with sandbox(tmp_path, ListFeed([]), simulator) as client:
        response = await client.post(
            f"{WECHAT}/{OPENID}/media?type=voice&name=a%26b.wav&evil=1",
            data=b"RIFF",
            headers={"Content-Type": "application/octet-stream", "Cookie": "session=s"},
        )
        assert response.status == 202
        (request,) = simulator.asked
        assert dict(request.query) == {"type": "voice", "name": "a&b.wav"}
        assert "Cookie" not in request.headers
        assert simulator.bodies == [b"RIFF"]


@pytest.mark.parametrize(
    ("query", "content_type", "size", "status"),
    [
        ("type=virus", "application/octet-stream", 1, 400),
        (f"type=file&name={'x' * 201}", "application/octet-stream", 1, 400),
        ("type=file", "text/plain", 1, 415),
        ("type=file", "application/octet-stream", 32 * 1024 * 1024 + 1, 413),
    ],
    ids=["kind", "name", "form of a foreign page", "too large"],
)
async def test_a_file_is_checked_before_it_travels(
    tmp_path: Path, query: str, content_type: str, size: int, status: int
) -> None:
    simulator = Simulator()
    async with sandbox(tmp_path, ListFeed([]), simulator) as client:
        response = await client.post(
            f"{WECHAT}/{OPENID}/media?{query}",
            data=io.BytesIO(bytes(size)),
            headers={"Content-Type": content_type},
        )
        assert response.status == status
        assert simulator.asked == []


@pytest.mark.parametrize(
    ("medium", "content_type", "how"),
    [
        ("image_png", "image/png", "inline"),
        ("audio_wav", "audio/wav", "inline"),
        ("text_html", "application/octet-stream", "attachment"),
    ],
)
async def test_a_file_is_shown_only_as_what_runs_nothing(
    tmp_path: Path, medium: str, content_type: str, how: str
) -> None:
    async with sandbox(tmp_path, ListFeed([]), Simulator()) as client:
        response = await client.get(f"{WECHAT}/media/{medium}")
        assert (response.status, await response.read()) == (200, b"bytes")
        assert response.headers["Content-Type"] == content_type
        assert response.headers["Content-Disposition"] == how
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "X-Inner" not in response.headers


async def test_dead_simulator_is_answered_as_unavailable(tmp_path: Path) -> None:
    app = web.Application(middlewares=[edge])
    add_sandbox(
        app,
        simulators={"wechat": "http://127.0.0.1:9"},
        feed=ListFeed([]),
        journal=ListFeed([]),  # type: ignore[arg-type]
        channel_id=CHANNEL,
        desk=DESK,
        house=HOUSE,
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
        assert found == [("6", {"n": 6, "text": "您好"}), ("7", {"n": 7})]
        assert simulator.asked[0].query_string == "after=5"


async def test_stream_of_an_unknown_phone_is_not_found(tmp_path: Path) -> None:
    async with sandbox(tmp_path, ListFeed([])) as client:
        response = await client.get(f"{WECHAT}/gone/stream")
        assert response.status == 404
