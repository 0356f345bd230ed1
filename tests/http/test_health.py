"""Alive, ready, measured."""

import asyncio

import pytest

from hub.http import health
from tests.http.world import world


async def fine() -> str:
    return ""


async def test_live_asks_nobody() -> None:
    async def down() -> str:
        return "down"

    async with world(probes={"store": down}) as w:
        answer = await w.get("/health/live")
        assert (answer.status, await answer.json()) == (200, {"status": "live", "failing": {}})


async def test_ready_when_every_part_is() -> None:
    async with world(probes={"store": fine, "shards": fine}) as w:
        answer = await w.get("/health/ready")
        assert (answer.status, await answer.json()) == (200, {"status": "ready", "failing": {}})


async def test_not_ready_names_the_parts_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROBE_S", 0.02)

    async def hang() -> str:
        await asyncio.Event().wait()
        return ""

    async def burst() -> str:
        raise OSError("mongodb://user:secret@host")

    async def says() -> str:
        return "12 shards not owned"

    probes = {"store": burst, "fine": fine, "bot": hang, "shards": says}
    async with world(probes=probes) as w:
        answer = await w.get("/health/ready")
        assert answer.status == 503
        assert await answer.json() == {
            "status": "not_ready",
            "failing": {
                "store": "OSError",
                "bot": "no answer in time",
                "shards": "12 shards not owned",
            },
        }


async def test_numbers_that_live_elsewhere_are_read_when_asked() -> None:
    async with world() as w:
        metrics = w.deps.metrics
        metrics.watch("lianluo_backlog", "Commits whose effects wait", lambda: 7)
        metrics.watch_total("lianluo_commits", "Commits", "", lambda: {"": 42})
        page = (await (await w.get("/metrics")).text()).splitlines()
        assert "lianluo_backlog 7.0" in page
        assert "lianluo_commits_total 42.0" in page
        assert any(line.startswith("process_resident_memory_bytes") for line in page)
