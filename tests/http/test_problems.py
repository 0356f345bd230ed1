"""Whatever is wrong with a request is told as a problem document."""

import json
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from hub.http.app import build_http
from hub.store.embedded_process import pick_port
from tests.http.world import CHANNEL, HEADERS, world

LIST = "/api/v1/conversations"
ONE = f"{LIST}/{'0' * 20}.1"
SEND = f"{ONE}/messages"
GOOD = {"command_id": "c-1", "seen": 1, "text": "您好"}


async def _problem(answer: ClientResponse, status: int) -> Any:
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/problem+json"
    problem = await answer.json()
    assert problem["status"] == status
    assert problem["instance"] == f"urn:lianluo:request:{answer.headers['X-Request-Id']}"
    return problem


@pytest.mark.parametrize(
    ("label", "path", "pointer"),
    [
        ("not a number", "?limit=many", "/query/limit"),
        ("too many", "?limit=101", "/query/limit"),
        ("pydantic's lenient numbers", "?limit=1_0", "/query/limit"),
        ("a number with a point", "?limit=1.0", "/query/limit"),
        ("other digits", "?limit=%D9%A3", "/query/limit"),
        ("a huge number", "?limit=" + "9" * 5000, "/query/limit"),
        ("unknown state", "?state=lost", "/query/state"),
        ("null byte", "?channel_id=a%00b", "/query/channel_id"),
        ("unknown parameter", "?limt=1", "/query/limt"),
        ("given twice", "?limit=1&limit=2", "/query/limit"),
        ("cursor of nobody", "?cursor=abc", "/query/cursor"),
        ("broken utf-8", "?customer_id=%FF%FE", "/query/customer_id"),
    ],
)
async def test_a_wrong_query_names_the_parameter(label: str, path: str, pointer: str) -> None:
    async with world() as w:
        await w.sign_in()
        problem = await _problem(await w.get(LIST + path), 422)
        assert problem["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("label", "change", "pointer"),
    [
        ("missing", {"seen": None}, "/body/seen"),
        ("text for a number", {"seen": "1"}, "/body/seen"),
        ("half a commit", {"seen": 1.5}, "/body/seen"),
        ("beyond a browser's numbers", {"seen": 2**53}, "/body/seen"),
        ("a huge number", {"seen": 10**400}, "/body/seen"),
        ("negative", {"seen": -1}, "/body/seen"),
        ("empty", {"text": ""}, "/body/text"),
        ("nothing visible", {"text": " \u3000\n"}, "/body/text"),
        ("null byte", {"text": "a\u0000b"}, "/body/text"),
        ("too long", {"text": "长" * 5001}, "/body/text"),
        ("no text at all", {"text": ["a"]}, "/body/text"),
        ("id with a slash", {"command_id": "a/b"}, "/body/command_id"),
        ("id with a line end", {"command_id": "a\n"}, "/body/command_id"),
        ("unknown key", {"seen_at": 1}, "/body/seen_at"),
        ("unknown key with odd signs", {"a/b~c": 1}, "/body/a~1b~0c"),
    ],
)
async def test_a_wrong_body_names_the_field_and_repeats_no_value(
    label: str, change: dict[str, Any], pointer: str
) -> None:
    async with world() as w:
        await w.sign_in()
        problem = await _problem(await w.post(SEND, {**GOOD, **change}), 422)
        assert [e["pointer"] for e in problem["errors"]] == [pointer]


async def test_all_wrong_fields_are_told_at_once() -> None:
    async with world() as w:
        await w.sign_in()
        path = f"{LIST}/NOBODY/messages"
        body = {"command_id": "", "seen": -1, "text": 7}
        problem = await _problem(await w.post(path, body), 422)
        assert [e["pointer"] for e in problem["errors"]] == [
            "/path/conversation_id",
            "/body/command_id",
            "/body/seen",
            "/body/text",
        ]


@pytest.mark.parametrize(
    ("label", "raw"),
    [
        ("no JSON", b"hello"),
        ("nothing", b""),
        ("half", b'{"command_id": "c'),
        ("broken utf-8", b'{"text": "\xff"}'),
        ("a lone surrogate", rb'{"command_id": "c", "seen": 1, "text": "\ud800"}'),
        ("deep", b"[" * 10_000),
    ],
)
async def test_an_unreadable_body_is_malformed(label: str, raw: bytes) -> None:
    async with world() as w:
        await w.sign_in()
        headers = {**HEADERS, "Content-Type": "application/json"}
        await _problem(await w.client.post(SEND, data=raw, headers=headers), 400)


async def test_a_body_of_another_type_or_size_is_refused() -> None:
    async with world() as w:
        await w.sign_in()
        await _problem(await w.client.post(SEND, data={"seen": 1}, headers=HEADERS), 415)
        await _problem(await w.client.post(SEND, headers=HEADERS), 415)
        big = {**GOOD, "text": "x" * 70_000}
        await _problem(await w.post(SEND, big), 413)
        await _problem(await w.client.get(LIST, json={}), 400)


async def test_unknown_paths_and_methods_are_problems_too() -> None:
    async with world() as w:
        await _problem(await w.get("/api/v1/nothing"), 404)
        await _problem(await w.get("/%00%ff/../etc"), 404)
        answer = await w.client.put(LIST, headers=HEADERS)
        await _problem(answer, 405)
        assert answer.headers["Allow"] == "GET"
        await _problem(await w.client.options(LIST), 405)


async def test_a_fault_of_ours_is_a_500_without_its_text() -> None:
    async def broken(request: web.Request) -> web.Response:
        raise RuntimeError("customer 13800138000 said hello")

    async with world() as w:
        app = build_http(w.deps)
        app.router.add_get("/broken", broken)
        async with TestClient(TestServer(app, port=pick_port())) as client:
            answer = await client.get("/broken", headers={"X-Request-Id": "seen-by-proxy"})
            problem = await _problem(answer, 500)
            assert "13800138000" not in json.dumps(problem)
            assert answer.headers["X-Request-Id"] == "seen-by-proxy"


async def test_a_request_id_that_could_hurt_a_log_is_replaced() -> None:
    async with world() as w:
        answer = await w.get("/health/live", **{"X-Request-Id": "a b{}"})
        assert answer.headers["X-Request-Id"] != "a b{}"


@pytest.mark.parametrize(
    "path",
    ["/api/docs", "/api/docs.css", "/api/openapi.json", "/health/live", "/nowhere", LIST],
)
async def test_every_page_carries_the_headers_of_caution(path: str) -> None:
    async with world() as w:
        headers = (await w.get(path)).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "lianluo"


async def test_the_docs_page_loads_nothing_from_outside_and_has_no_script() -> None:
    async with world() as w:
        page = await (await w.get("/api/docs")).text()
        for sign in ("<script", "http://", "https://", "style=", "<style"):
            assert sign not in page
        for named in ("send_message", "problem-invalid", "schema-DecidedShape"):
            assert f'id="{named}"' in page


async def test_every_address_stands_in_the_document() -> None:
    """Also those that are not of the API; the documents themselves need no description."""
    async with world() as w:
        document = await w.get_json("/api/openapi.json")
        resources = w.client.app.router.resources()
    served = {resource.canonical for resource in resources}
    own = {"/api/docs", "/api/docs.css", "/api/openapi.json", f"/hooks/{CHANNEL}"}
    assert own <= served
    assert set(document["paths"]) == served - own


async def test_the_document_tells_who_calls_what_is_not_of_the_api() -> None:
    async with world() as w:
        document = await w.get_json("/api/openapi.json")
        page = await (await w.get("/api/docs")).text()
    paths = document["paths"]
    hook = paths["/hooks/{channel_id}"]["post"]
    assert (hook["security"], hook["x-caller"]) == (
        [],
        "the provider, known by the signature of its protocol",
    )
    assert list(hook["responses"]) == ["200", "400", "403", "404", "405", "413", "500", "503"]
    assert hook["parameters"][0]["name"] == "channel_id"
    ready = paths["/health/ready"]["get"]["responses"]["503"]
    schema = ready["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Health"}
    assert document["components"]["schemas"]["Health"]["required"] == ["status", "failing"]
    assert list(paths["/metrics"]["get"]["responses"]["200"]["content"]) == ["text/plain"]
    assert "For the provider, known by the signature of its protocol" in page


async def test_channels_show_abilities_and_health_and_nothing_else() -> None:
    async with world() as w:
        await w.sign_in()
        items = (await w.get_json("/api/v1/channels"))["items"]
        assert items == [
            {
                "id": CHANNEL,
                "kind": "pretend",
                "capabilities": {
                    "parts": ["MediaPart", "TextPart"],
                    "max_text": 600,
                    "max_options": 0,
                    "receipts": False,
                    "typing": False,
                    "grants": {"message": {"quota": 5, "valid_s": 172800.0}},
                    "media": {
                        "image": {
                            "max_bytes": 50_000,
                            "max_seconds": 0,
                            "content_types": ["image/jpeg", "image/png"],
                        },
                        "voice": {
                            "max_bytes": 50_000,
                            "max_seconds": 1,
                            "content_types": ["audio/mpeg"],
                        },
                    },
                    "linked": [],
                    "larger_linked": False,
                    "link": None,
                    "map_url": "",
                },
                "health": {"state": "ok"},
            }
        ]
