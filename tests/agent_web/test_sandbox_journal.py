"""The journal of the sandbox: a customer's commits and the desk's about this customer."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientResponse

from agent_web import event_stream
from tests.agent_web.sandbox_rig import (
    CHANNEL,
    DESK,
    STREAM,
    ListFeed,
    commit,
    journal,
    of_desk,
    read_events,
    sandbox,
)


async def numbers_up_to(response: ClientResponse, last: str) -> list[str]:
    """The numbers a running stream shows until the last one came; two seconds at most."""
    text = b""
    async with asyncio.timeout(2):
        while f"id: {last}\n".encode() not in text:
            text += await response.content.readany()
    return [line[4:] for line in text.decode().splitlines() if line.startswith("id: ")]


async def test_journal_shows_commits_of_the_address_with_their_effects(tmp_path: Path) -> None:
    async with sandbox(tmp_path, ListFeed([commit(1)])) as client:
        ((number, shown),) = await read_events(client, journal(), 1)
        assert number == "1.0"
        assert shown == {
            "stream": STREAM,
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
        assert [n for n, _ in await read_events(client, journal(after=1), 2)] == [
            "2.0",
            "3.0",
        ]
        headers = {"Last-Event-ID": "2"}
        found = await read_events(client, journal(after=0), 1, headers=headers)
        assert [n for n, _ in found] == ["3.0"]


async def test_the_desks_commits_about_this_customer_stand_between_by_time(tmp_path: Path) -> None:
    stranger = of_desk(2, 0, "ffffffffffffffffffff.1-1")
    commits = [commit(1), of_desk(1, 30), stranger, of_desk(3, 45)]
    late = commit(2)
    late["at"] = datetime(2026, 11, 21, 6, 0, 40, tzinfo=UTC)
    async with sandbox(tmp_path, ListFeed([*commits, late])) as client:
        found = await read_events(client, journal(), 4)
        assert [(n, shown["stream"]) for n, shown in found] == [
            ("1.0", STREAM),
            ("1.1", DESK),
            ("2.1", STREAM),
            ("2.3", DESK),
        ]
        found = await read_events(client, journal(after="2.1"), 1)
        assert [(n, shown["stream"]) for n, shown in found] == [("2.3", DESK)]


async def test_what_the_desk_does_now_is_shown_with_both_numbers(tmp_path: Path) -> None:
    feed = ListFeed([commit(1)])
    async with sandbox(tmp_path, feed) as client, client.get(journal()) as response:
        assert await numbers_up_to(response, "1.0") == ["1.0"]
        feed.commits += [of_desk(1, 1, "ffffffffffffffffffff.1-1"), of_desk(2, 2)]
        feed.more.set()
        assert await numbers_up_to(response, "1.2") == ["1.2"]


async def test_journal_goes_on_as_commits_become_durable(tmp_path: Path) -> None:
    feed = ListFeed([commit(1)])
    async with sandbox(tmp_path, feed) as client, client.get(journal()) as response:
        assert await numbers_up_to(response, "1.0") == ["1.0"]
        feed.commits.append(commit(2))
        feed.more.set()
        assert await numbers_up_to(response, "2.0") == ["2.0"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("channel=sms-demo&address=o1", 404),
        ("address=o1", 404),
        (f"channel={CHANNEL}", 400),
        (f"channel={CHANNEL}&address={'x' * 129}", 400),
        (f"channel={CHANNEL}&address=o1&after=-1", 400),
        (f"channel={CHANNEL}&address=o1&after=1.", 400),
        (f"channel={CHANNEL}&address=o1&after=1.2.3", 400),
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
        sent = b""
        async with asyncio.timeout(2):
            while sent.count(b"event: beat\n") < 3:
                sent += await response.content.readany()
        assert b"id: " not in sent


async def test_reader_ends_when_the_visitor_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "BEAT_S", 0.01)
    feed = ListFeed([commit(1)])
    async with sandbox(tmp_path, feed) as client:
        await read_events(client, journal(), 1)
        async with asyncio.timeout(5):
            await feed.left.wait()
        assert feed.left.is_set()


async def test_streams_end_at_once_when_the_server_stops(tmp_path: Path) -> None:
    feed = ListFeed([commit(1)])
    async with asyncio.timeout(5):
        async with sandbox(tmp_path, feed) as client:
            response = await client.get(journal())
            await response.content.readany()
            assert client.server.runner is not None
            await client.server.runner.cleanup()
            assert feed.left.is_set()
