"""The encoder blocks nobody and nothing grows without bound."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from bot.engines import vectors
from bot.engines.encoder import Vectors
from bot.engines.vectors import VectorDesk
from tests.bot.given import LetterEncoder


class Watched(LetterEncoder):
    """Counts what it is asked; waits at the gate while that is closed."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.gate.wait(10)
        self.asked.extend(texts)
        return super().encode(texts)


@pytest.fixture
def encoder() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched.gate.set()


async def test_same_text_is_encoded_once(encoder: Watched) -> None:
    desk = VectorDesk(encoder)
    first, second = await desk.vector("卡丢了"), await desk.vector("卡丢了")
    assert first is not None
    assert first is second
    assert encoder.asked == ["卡丢了"]
    desk.close()


async def test_least_recent_text_is_forgotten(
    encoder: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MOST_KEPT", 2)
    desk = VectorDesk(encoder)
    for text in ("a", "b", "a", "c", "a", "b"):
        await desk.vector(text)
    assert encoder.asked == ["a", "b", "c", "b"]
    desk.close()


async def test_slow_encoder_gives_none_in_time_and_its_place_stays_taken(
    encoder: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MOST_WAITING", 3)
    desk = VectorDesk(encoder, within_s=0.01)
    encoder.gate.clear()
    assert [await desk.vector(text) for text in "abcd"] == [None] * 4
    encoder.gate.set()
    desk.close()
    assert "d" not in encoder.asked


async def test_places_are_free_again_after_the_work(
    encoder: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MOST_WAITING", 1)
    desk = VectorDesk(encoder)
    assert await desk.vector("a") is not None
    assert await desk.vector("b") is not None
    desk.close()


async def test_who_waits_at_the_close_gets_a_vector_and_the_threads_end(encoder: Watched) -> None:
    before = set(threading.enumerate())
    desk = VectorDesk(encoder)
    encoder.gate.clear()
    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(desk.vector(text)) for text in "abc"]
        await asyncio.sleep(0)
        desk.close()
        encoder.gate.set()
    assert all(task.result() is not None for task in waiting)
    for thread in set(threading.enumerate()) - before:
        await asyncio.to_thread(thread.join, 5)
        assert not thread.name.startswith("encoder") or not thread.is_alive()
    assert await desk.vector("d") is None
    assert "d" not in encoder.asked
