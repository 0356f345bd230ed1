"""`/files/{token}`: customers open what was sent to them as a link; nobody else learns a thing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from hub.http.deps import HttpOptions
from hub.http.file_links import FileLinkApi
from hub.http.guards import guards_of
from hub.http.problems import ProblemError
from hub.http.site import Site
from hub.services.limits import Rate, Rates
from tests.http.test_media import PNG, send, uploaded
from tests.http.world import ORIGIN, UNLIMITED, World, eventually, world
from tests.services.media import samples

PDF = samples.pdf()
NEVER = "/files/" + "A" * 76


async def sent_link(w: World) -> str:
    """A customer's way to a PDF of an agent: path and token."""
    w.channel.capabilities = replace(
        w.channel.capabilities, parts=w.channel.capabilities.parts | {"LinkPart"}
    )
    conversation = await w.customer_says("ann", "请发合同")
    await w.sign_in("supervisor1")
    media_id = await uploaded(w, PDF, name="合同.pdf")
    answer = await send(w, conversation, media_ids=[media_id], text="请看")
    assert answer.status == 201, await answer.text()

    async def arrived() -> Any:
        return w.channel.sent_links

    [link] = await eventually(arrived)
    assert link.title == "合同.pdf"
    w.client.session.cookie_jar.clear()
    return str(link.url.removeprefix(ORIGIN))


async def openings(w: World) -> list[dict[str, Any]]:
    await w.sign_in("admin")
    items = (await w.get_json("/api/v1/audit?act=file.opened"))["items"]
    w.client.session.cookie_jar.clear()
    return [{name: row[name] for name in ("actor", "act", "object", "outcome")} for row in items]


async def test_a_document_goes_out_as_a_link_that_opens_without_a_session() -> None:
    async with world() as w:
        path = await sent_link(w)
        answer = await w.get(path)
        assert (answer.status, await answer.read()) == (200, PDF)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "Set-Cookie" not in answer.headers


async def test_the_talk_shows_the_file_and_never_the_link() -> None:
    async with world() as w:
        path = await sent_link(w)
        token = path.removeprefix("/files/")
        conversation = await w.customer_says("ann", "收到")
        await w.sign_in("supervisor1")
        page = await w.get_json(f"/api/v1/conversations/{conversation}/messages")
        sent = next(each for each in page["items"] if each["author"] == "agent:supervisor1")
        kinds = [(part["is"], part.get("name", "")) for part in sent["parts"]]
        assert kinds == [("TextPart", ""), ("MediaPart", "合同.pdf")]
        assert token not in str(page)
        journal = await w.get_json(f"/api/v1/conversations/{conversation}/journal")
        assert token not in str(journal)


async def test_each_opening_is_in_the_audit_log_without_the_link() -> None:
    async with world() as w:
        path = await sent_link(w)
        assert await openings(w) == []
        for _ in range(2):
            assert (await w.get(path)).status == 200
        await w.get(NEVER)
        found = await openings(w)
        assert [(row["actor"], row["outcome"]) for row in found] == [("customer", "done")] * 2
        assert len(found[0]["object"]) == 32
        assert path.removeprefix("/files/") not in str(found)
        metrics = await (await w.get("/metrics")).text()
        opened = 'lianluo_api_requests_total{operation="open_file_link",status="200"} 2.0'
        assert opened in metrics


async def test_a_look_at_the_link_gives_the_head_and_counts_as_no_opening() -> None:
    async with world() as w:
        path = await sent_link(w)
        answer = await w.client.head(path)
        assert (answer.status, await answer.read()) == (200, b"")
        assert answer.headers["Content-Length"] == str(len(PDF))
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert await openings(w) == []
        assert (await w.client.head(NEVER)).status == 404


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [("bytes=0-9", 206, 0, 10), ("bytes=10-", 206, 10, len(PDF)), ("bytes=0-", 200, 0, len(PDF))],
)
async def test_a_download_goes_on_where_it_was_cut(
    asked: str, status: int, start: int, end: int
) -> None:
    async with world() as w:
        path = await sent_link(w)
        answer = await w.get(path, Range=asked)
        assert (answer.status, await answer.read()) == (status, PDF[start:end])
        assert len(await openings(w)) == (1 if start == 0 else 0)
        changed = await w.get(path, **{"Range": asked, "If-Range": '"another"'})
        assert (changed.status, await changed.read()) == (200, PDF)


async def test_a_range_behind_the_end_is_refused() -> None:
    async with world() as w:
        answer = await w.get(await sent_link(w), Range=f"bytes={len(PDF)}-")
        assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{len(PDF)}")


async def test_what_a_messenger_hangs_on_the_link_does_no_harm() -> None:
    async with world() as w:
        path = await sent_link(w)
        assert (await w.get(f"{path}?from=singlemessage&isappinstalled=0")).status == 200


async def test_over_unknown_and_broken_links_are_answered_alike() -> None:
    async with world() as w:
        path = await sent_link(w)
        forged = path[:-1] + ("A" if path[-1] != "A" else "B")
        w.clock.ahead += timedelta(hours=72)
        found = [await told(await w.get(each)) for each in (path, NEVER, forged, path[:-5])]
        assert found == [found[0]] * 4
        status, body, headers = found[0]
        assert status == 404
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert "链接已过期" in body
        assert "It has run out" in body
        assert "script" not in body
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; img-src data:; ")
        assert headers["Cache-Control"] == "no-store"


async def test_a_file_that_is_gone_is_a_link_that_is_over() -> None:
    async with world() as w:
        path = await sent_link(w)
        await w.get(path)
        [opening] = await openings(w)
        await w.stores.media.delete(opening["object"])
        assert await told(await w.get(path)) == await told(await w.get(NEVER))


async def test_a_link_opens_its_own_file_and_gives_no_other() -> None:
    """Whoever has one link is a stranger to everything else."""
    async with world() as w:
        path = await sent_link(w)
        await w.sign_in("agent1")
        media_id = await uploaded(w, PNG)
        w.client.session.cookie_jar.clear()
        assert (await w.get(f"/files/{media_id}")).status == 404
        assert (await w.get(f"/api/v1/media/{media_id}")).status == 401
        assert (await w.get(path)).status == 200


async def test_who_opens_too_often_must_wait_and_may_still_sign_in() -> None:
    rates = Rates(caller=UNLIMITED.caller, address=Rate(per_minute=6, burst=3))
    async with world(options=HttpOptions(public_url=ORIGIN, rates=rates)) as w:
        answers = [await w.get(NEVER) for _ in range(4)]
        assert [answer.status for answer in answers] == [404, 404, 404, 429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 10
        assert "请稍后再试" in await answers[-1].text()
        await w.sign_in("agent1")


async def test_a_hub_that_cannot_now_says_so_to_people() -> None:
    async with world() as w:
        api = FileLinkApi(w.deps.links, guards_of(w.deps).audit, Site(bank="<示例> 银行"))
    reply = api.page(ProblemError("unavailable"))
    assert reply.status == 503
    assert reply.streamed is not None
    assert isinstance(reply.streamed.content, bytes)
    page = reply.streamed.content.decode()
    assert "现在打不开文件" in page
    assert "&lt;示例&gt; 银行" in page


async def told(answer: ClientResponse) -> tuple[int, str, dict[str, str]]:
    own = {"x-request-id", "date"}
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in own}
    return answer.status, await answer.text(), headers
