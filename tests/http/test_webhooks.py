"""Webhooks over HTTP: who may be called, and what a receiver on this machine hears."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from hub.http.sessions import COURIER
from hub.http.webhook_post import WebhookPost
from hub.ports import Doc
from hub.services.webhook_delivery import Deliveries, RetryRules
from hub.services.webhook_signing import signed_headers
from hub.store.embedded_process import pick_port
from tests.http.world import HEADERS, World, eventually, world

PATH = "/api/v1/webhooks"


@asynccontextmanager
async def receiver(heard: list[Doc], status: int = 204) -> AsyncIterator[str]:
    """A server that keeps what it is sent; its address."""

    async def take(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        heard.append({"headers": headers, "body": await request.read()})
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_post("/in", take)
    app.router.add_post("/elsewhere", take)
    runner = web.AppRunner(app)
    await runner.setup()
    port = pick_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def hub_for(origin: str) -> AsyncIterator[World]:
    """A hub that may call this receiver and tells what happens."""
    async with world(webhook_post=WebhookPost((origin,))) as w, asyncio.TaskGroup() as tasks:
        courier = w.client.app[COURIER]
        journal = w.stores.heart.journal
        deliveries = Deliveries(courier, journal, lambda: range(256), w.clock, RetryRules())
        running = tasks.create_task(deliveries.run())
        await w.sign_in("admin")
        yield w
        running.cancel()


async def subscribed(w: World, url: str, *events: str) -> Any:
    answer = await w.post(PATH, {"url": url, "events": list(events)})
    assert answer.status == 201, await answer.text()
    return await answer.json()


async def test_a_receiver_hears_what_it_asked_for_signed() -> None:
    heard: list[Doc] = []
    async with receiver(heard) as origin, hub_for(origin) as w:
        made = await subscribed(w, f"{origin}/in", "message.received")
        conversation = await w.customer_says("o-1", "卡号4111111111111111")
        notice = (await eventually(lambda: _first(heard)))[0]
        headers, body = notice["headers"], notice["body"]
        at = int(headers["webhook-timestamp"])
        right = signed_headers(made["secret"], headers["webhook-id"], at, body)
        assert headers["webhook-signature"] == right["webhook-signature"]
        assert conversation.encode() in body
        assert "卡号****1111".encode() in body
        listed = (await w.get_json(PATH))["items"][0]
        assert (listed["state"], listed["last_status"]) == ("active", 204)
        assert "secret" not in listed


async def _first(heard: Sequence[Doc]) -> Sequence[Doc]:
    return list(heard)


async def test_a_ping_is_answered_with_the_receivers_status_and_follows_no_redirect() -> None:
    heard: list[Doc] = []
    async with receiver(heard, status=307) as origin, hub_for(origin) as w:
        made = await subscribed(w, f"{origin}/in", "message.sent")
        answer = await w.client.post(f"{PATH}/{made['webhook']['id']}/ping", headers=HEADERS)
        assert await answer.json() == {"status": 307}
        assert [b'"type":"ping"' in one["body"] for one in heard] == [True]


async def test_pause_resume_replay_and_removal_over_the_api() -> None:
    heard: list[Doc] = []
    async with receiver(heard) as origin, hub_for(origin) as w:
        made = await subscribed(w, f"{origin}/in", "message.received")
        one = f"{PATH}/{made['webhook']['id']}"
        paused = await (await w.client.post(f"{one}/pause", headers=HEADERS)).json()
        assert (paused["state"], paused["because"]) == ("paused", "by_hand")
        await w.customer_says("o-1", "在吗")
        resumed = await (await w.client.post(f"{one}/resume", headers=HEADERS)).json()
        assert resumed["state"] == "active"
        first = (await eventually(lambda: _first(heard)))[0]["headers"]["webhook-id"]
        since = {"since": "2020-01-01T00:00:00Z"}
        assert (await w.post(f"{one}/replay", since)).status == 200

        async def twice() -> bool:
            return len(heard) == 2

        await eventually(twice)
        assert heard[1]["headers"]["webhook-id"] == first
        both = {**since, "after": [{"shard": 0, "n": 1}]}
        assert (await w.post(f"{one}/replay", both)).status == 409
        assert (await w.client.delete(one, headers=HEADERS)).status == 204
        assert (await w.get_json(PATH))["items"] == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://crm.example/in", "https_needed"),
        ("https://127.0.0.1/in", "address_not_public"),
        ("https://[::1]/in", "address_not_public"),
        ("https://169.254.169.254/latest/meta-data", "address_not_public"),
        ("https://10.1.2.3/in", "address_not_public"),
        ("https://user:word@crm.example/in", "address_with_password"),
        ("http://127.0.0.1:9/in", "address_not_public"),
    ],
)
async def test_a_receiver_inside_our_network_is_refused_when_it_is_named(
    url: str, why: str
) -> None:
    async with world() as w:
        await w.sign_in("admin")
        answer = await w.post(PATH, {"url": url, "events": ["message.sent"]})
        assert (answer.status, (await answer.json())["reason"]) == (409, why)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1"])
async def test_a_name_that_leads_inside_is_not_called(address: str) -> None:
    """It looked public when it was subscribed; what counts is where it leads now."""
    asked: list[str] = []

    async def ask(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["203.0.113.7", address]

    post = WebhookPost((), ask)
    assert post.why_not("https://crm.example/in") == ""
    answered = await post.post("https://crm.example/in", {}, b"{}")
    assert (answered.status, answered.error) == (0, "address_not_public")
    assert asked == ["crm.example"]


async def test_the_last_tries_are_shown_with_what_came_of_them() -> None:
    heard: list[Doc] = []
    async with receiver(heard, status=500) as origin, hub_for(origin) as w:
        made = await subscribed(w, f"{origin}/in", "message.received")
        place = f"{PATH}/{made['webhook']['id']}/deliveries"
        assert await w.get_json(place) == {"items": [], "next": None}
        await w.customer_says("o-1", "在吗")

        async def tried() -> Any:
            return (await w.get_json(place))["items"]

        first = (await eventually(tried))[-1]
        assert (first["outcome"], first["status"], first["error"]) == ("failed", 500, "")
        assert (first["id"], first["attempt"], first["notices"]) == (1, 1, 1)
        assert first["first"] == first["last"] == 1
        assert 0 <= first["ms"] < 10_000
        page = await w.get_json(f"{place}?limit=1")
        assert len(page["items"]) == 1
        assert (await w.get(f"{PATH}/{'0' * 12}/deliveries")).status == 404


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (None, "not_connected"),
        (socket.gaierror(-2, "no such name"), "name_not_found"),
        (TimeoutError(), "timeout"),
    ],
)
async def test_why_there_was_no_answer_is_said_in_a_word(
    fault: Exception | None, code: str
) -> None:
    origin = f"http://127.0.0.1:{pick_port()}"

    async def ask(host: str, port: int) -> Sequence[str]:
        if fault is not None:
            raise fault
        return [host]

    named = origin if fault is None else "http://crm.example"
    answered = await WebhookPost((named,), ask).post(f"{named}/in", {}, b"{}")
    assert (answered.status, answered.error) == (0, code)


@pytest.mark.parametrize(
    ("scheme", "says", "code"),
    [("http", b"", "broken_off"), ("https", b"HTTP/1.1 400 Bad\r\n\r\n", "tls_failed")],
)
async def test_a_receiver_that_hangs_up_or_knows_no_tls_is_named_so(
    scheme: str, says: bytes, code: str
) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(5)
        writer.write(says)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", pick_port()) as server:
        host, port = server.sockets[0].getsockname()
        origin = f"{scheme}://{host}:{port}"
        answered = await WebhookPost((origin,)).post(f"{origin}/in", {}, b"{}")
    assert (answered.status, answered.error) == (0, code)


async def test_an_allowed_origin_is_its_port_too() -> None:
    post = WebhookPost(("http://crm.bank.example:8080",))
    assert post.why_not("http://crm.bank.example:8080/in") == ""
    assert post.why_not("http://crm.bank.example/in") == "https_needed"
