"""Fetching what strangers name, against a real server on loopback and a planted resolver."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from hub.errors import PermanentSendError, RetryableSendError
from hub.runtime.fetching import Fetcher
from hub.store.embedded_process import pick_port

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(2000)


@dataclass
class Site:
    """A server of ours, and the names that lead to it."""

    port: int
    asked: list[str] = field(default_factory=list)
    names: dict[str, list[list[str]]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def fetcher(self, *, allowed: bool = True) -> Fetcher:
        return Fetcher([self.base] if allowed else [], self.resolve)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    here = Site(pick_port())

    async def picture(request: web.Request) -> web.Response:
        here.asked.append(request.path)
        return web.Response(body=PICTURE, content_type="image/png")

    async def to(request: web.Request) -> web.Response:
        here.asked.append(request.path)
        raise web.HTTPFound(request.query["url"])

    async def around(request: web.Request) -> web.Response:
        left = int(request.match_info["left"])
        raise web.HTTPFound(f"/around/{left - 1}" if left else "/picture")

    async def status(request: web.Request) -> web.Response:
        return web.Response(status=int(request.match_info["status"]))

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(10_000):
            await answer.write(bytes(1000))
        return answer

    async def silent(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    app = web.Application()
    app.router.add_get("/picture", picture)
    app.router.add_get("/to", to)
    app.router.add_get("/around/{left}", around)
    app.router.add_get("/status/{status}", status)
    app.router.add_get("/endless", endless)
    app.router.add_get("/silent", silent)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", here.port).start()
    yield here
    await runner.cleanup()


async def fetch(fetcher: Fetcher, url: str, *, within_s: float = 5.0) -> bytes:
    found = await fetcher.get(url, max_bytes=5000, within_s=within_s)
    return found.content


async def refusal(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(PermanentSendError) as told:
        await fetch(fetcher, url)
    return told.value.code


async def test_a_configured_provider_may_stand_on_loopback(site: Site) -> None:
    found = await site.fetcher().get(f"{site.base}/picture", max_bytes=5000, within_s=5)
    assert (found.content, found.content_type) == (PICTURE, "image/png")


async def test_any_other_service_on_loopback_is_not_called(site: Site) -> None:
    assert (
        await refusal(site.fetcher(allowed=False), f"{site.base}/picture") == "address_not_public"
    )
    assert site.asked == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["169.254.169.254"],
        ["8.8.8.8", "127.0.0.1"],
        ["::ffff:127.0.0.1"],
    ],
)
async def test_a_name_that_leads_inside_is_not_called(site: Site, addresses: list[str]) -> None:
    site.names["evil.example"] = [addresses]
    url = f"http://evil.example:{site.port}/picture"
    assert await refusal(site.fetcher(), url) == "address_not_public"
    assert site.asked == []


async def test_a_name_is_asked_once_and_that_answer_is_called(site: Site) -> None:
    """The second answer would lead inside: it must never be asked for."""
    site.names["rebind.example"] = [["192.0.2.1"], ["127.0.0.1"]]
    fetcher = Fetcher([f"http://rebind.example:{site.port}"], site.resolve)
    with pytest.raises((RetryableSendError, PermanentSendError)):
        await fetch(fetcher, f"http://rebind.example:{site.port}/picture", within_s=0.3)
    assert site.names["rebind.example"] == [["127.0.0.1"]]
    assert site.asked == []


async def test_a_checked_name_keeps_its_own_name_in_the_request(site: Site) -> None:
    site.names["provider.example"] = [["127.0.0.1"]]
    base = f"http://provider.example:{site.port}"
    assert await fetch(Fetcher([base], site.resolve), f"{base}/picture") == PICTURE


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:1/x", "http://[::1]/x", "http://169.254.169.254/", "http://inside.example/"],
)
async def test_a_redirect_into_our_network_is_not_followed(site: Site, target: str) -> None:
    site.names["inside.example"] = [["10.1.2.3"]]
    url = f"{site.base}/to?url={target}"
    assert await refusal(site.fetcher(), url) == "address_not_public"


async def test_a_redirect_to_another_scheme_is_not_followed(site: Site) -> None:
    url = f"{site.base}/to?url=file:///etc/passwd"
    assert await refusal(site.fetcher(), url) == "scheme_not_allowed"


async def test_three_redirects_are_followed_and_no_fourth(site: Site) -> None:
    assert await fetch(site.fetcher(), f"{site.base}/around/2") == PICTURE
    assert await refusal(site.fetcher(), f"{site.base}/around/3") == "too_many_redirects"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_what_is_gone_is_not_asked_for_again(site: Site, status: int) -> None:
    assert await refusal(site.fetcher(), f"{site.base}/status/{status}") == "media_gone"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_provider_in_trouble_is_asked_again(site: Site, status: int) -> None:
    with pytest.raises(RetryableSendError) as told:
        await fetch(site.fetcher(), f"{site.base}/status/{status}")
    assert (told.value.code, told.value.provider_code) == ("media_unreachable", str(status))


async def test_an_answer_without_end_is_cut_off(site: Site) -> None:
    assert await refusal(site.fetcher(), f"{site.base}/endless") == "media_too_large"


async def test_a_silent_provider_is_asked_again(site: Site) -> None:
    with pytest.raises(RetryableSendError) as told:
        await fetch(site.fetcher(), f"{site.base}/silent", within_s=0.1)
    assert told.value.code == "media_too_slow"


@pytest.mark.parametrize("url", ["", "not an address", "http://", "http://[::bad/x"])
async def test_what_is_no_address_is_refused(site: Site, url: str) -> None:
    assert await refusal(site.fetcher(), url) in {"scheme_not_allowed", "no_host"}
