"""A hub that starts before its database waits for it, with an end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hub import app as composition
from hub.config.settings import Settings
from hub.errors import StoreUncertain
from tests.fakes.clock import ManualClock


async def waited(failures: int, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], float]:
    """What happened, and how many seconds it took."""
    told: list[str] = []

    @asynccontextmanager
    async def opened(*_: Any) -> AsyncIterator[str]:
        if told.count("down") < failures:
            told.append("down")
            raise StoreUncertain("no server")
        told.append("open")
        try:
            yield "stores"
        finally:
            told.append("closed")

    async def build(*_: Any) -> str:
        return "hub"

    monkeypatch.setattr(composition, "open_database", opened)
    monkeypatch.setattr(composition, "build", build)
    clock = ManualClock()

    async def serving() -> float:
        began = clock.monotonic()
        try:
            async with composition.built(Settings(), clock):
                told.append("serving")
        except StoreUncertain:
            told.append("gave up")
        return clock.monotonic() - began

    return told, await serving()


async def test_a_database_that_comes_later_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    told, seconds = await waited(3, monkeypatch)
    assert told == ["down", "down", "down", "open", "serving", "closed"]
    assert seconds == 3.0


async def test_a_database_that_never_comes_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    told, seconds = await waited(1000, monkeypatch)
    assert told[-1] == "gave up"
    assert 60.0 <= seconds <= 62.0
