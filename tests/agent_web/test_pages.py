"""The pages: one document for every place of the client, nothing for what is elsewhere."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agent_web.app import add_pages, build_of
from hub.http.app import build_http
from tests.http.world import compose


@asynccontextmanager
async def client_of(static: Path) -> AsyncIterator[TestClient[Any, Any]]:
    app: web.Application = build_http(compose().deps)
    add_pages(app, static)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def static(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<!doctype html><title>联络</title>", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "path", ["/", "/team", "/conversations/1f0a2b3c4d5e6f708192.12", "/apish", "/a/b/c"]
)
async def test_every_place_of_the_client_is_the_same_page(static: Path, path: str) -> None:
    async with client_of(static) as client:
        answer = await client.get(path)
        assert answer.status == 200
        assert "联络" in await answer.text()
        assert answer.headers["Cache-Control"] == "no-cache"
        policy = answer.headers["Content-Security-Policy"]
        for rule in ("script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
            assert rule in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/nothing", 404),
        ("/api", 404),
        ("/hooks/nobody", 404),
        ("/ws/nothing", 404),
        ("/static/nothing.js", 404),
        ("/favicon.ico", 404),
        ("/conversations/app.js", 404),
        ("/api/v1/dead-letters/MWY6/retry", 405),
        ("/health/live", 200),
    ],
)
async def test_what_is_elsewhere_is_not_the_page(static: Path, path: str, status: int) -> None:
    async with client_of(static) as client:
        answer = await client.get(path)
        assert answer.status == status
        assert "联络</title>" not in await answer.text()


async def test_a_page_that_is_not_built_says_so(tmp_path: Path) -> None:
    async with client_of(tmp_path) as client:
        answer = await client.get("/")
        assert answer.status == 503
        assert "not built" in (await answer.json())["detail"]


async def test_assets_are_kept_for_ever_and_everything_else_is_asked_for_again(
    static: Path,
) -> None:
    (static / "assets").mkdir()
    (static / "assets" / "index-CIU7eePq.js").write_text("1", encoding="utf-8")
    deps = compose().deps
    app = build_http(replace(deps, options=replace(deps.options, static_dir=static)))
    add_pages(app, static)
    async with TestClient(TestServer(app)) as client:
        asset = await client.get("/static/assets/index-CIU7eePq.js")
        assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        again = await client.get(
            "/static/assets/index-CIU7eePq.js", headers={"If-None-Match": asset.headers["ETag"]}
        )
        assert (again.status, again.headers["Cache-Control"]) == (
            304,
            "public, max-age=31536000, immutable",
        )
        page = await client.get("/static/index.html")
        assert (page.status, page.headers["Cache-Control"]) == (200, "no-cache")
        gone = await client.get("/static/assets/index-0000.js")
        assert (gone.status, gone.headers["Cache-Control"]) == (404, "no-cache")


def test_the_name_of_a_build_changes_with_its_page(static: Path) -> None:
    before = build_of(static, "1.0")
    assert before == build_of(static, "1.0")
    (static / "index.html").write_text("other", encoding="utf-8")
    assert build_of(static, "1.0") != before
