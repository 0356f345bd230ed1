"""The feed's short way: commits of this process come from memory, all others from the journal."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import pytest

from hub.errors import StoreUncertain
from hub.model.ids import shard_of
from hub.ports import Journal
from hub.runtime.bus import LocalBus
from hub.streams import feed
from tests.streams.loop import VirtualClock, run_virtual
from tests.streams.rig import Doc, S


class Shelf:
    """A journal of one stream that counts how often it is read; `shown` commits can be."""

    def __init__(self, shown: int = 0) -> None:
        self.shown = shown
        self.reads = 0
        self.fails = 0
        self.reading = asyncio.Event()

    async def of_stream(self, stream: str, after: int, limit: int) -> list[Doc]:
        self.reads += 1
        self.reading.set()
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise StoreUncertain("planted")
        return commits(*range(after + 1, min(self.shown, after + limit) + 1))


def commits(*numbers: int, stream: str = S) -> list[Doc]:
    return [{"stream": stream, "seq": number} for number in numbers]


class Following:
    """A feed with one follower of S, in virtual time; `seen` are the numbers it was given.

    `at_once`: it is called with each commit; else it asks for the next and may take its time.
    """

    def __init__(
        self, shelf: Shelf, tasks: asyncio.TaskGroup, *, owned: bool = True, at_once: bool = False
    ) -> None:
        self.shelf = shelf
        self.bus = LocalBus()
        unused = cast("Any", None)
        self.feed = feed.JournalFeed(
            cast("Journal", shelf), unused, self.bus, VirtualClock(), owned=lambda _: owned
        )
        self.seen: list[int] = []
        self.go = asyncio.Event()
        self.go.set()
        self.spoilt = 0
        way = self.feed.follow(S, 0, self._hear) if at_once else self._follow()
        self.task = tasks.create_task(way)

    def _hear(self, commit: Doc) -> None:
        if commit["seq"] == self.spoilt:
            raise LookupError(commit["seq"])
        self.seen.append(commit["seq"])

    async def _follow(self) -> None:
        async for commit in self.feed.stream(S, 0):
            self.seen.append(commit["seq"])
            await self.go.wait()

    async def make(self, *numbers: int) -> None:
        """This process makes commits: they stand, are heard, and hinted at."""
        self.shelf.shown = max(self.shelf.shown, *numbers)
        self.feed.hear(commits(*numbers))
        self.bus.publish(f"journal:{S}")
        await asyncio.sleep(0.001)


BOTH = (False, True)


def following(
    body: Callable[[Following], Awaitable[None]],
    *,
    shown: int = 0,
    owned: bool = True,
    ways: Sequence[bool] = BOTH,
) -> None:
    """Once each way: `False` asks for commits, `True` is called with them at once."""

    async def main() -> None:
        for at_once in ways:
            async with asyncio.TaskGroup() as tasks:
                follower = Following(Shelf(shown), tasks, owned=owned, at_once=at_once)
                await asyncio.sleep(0.001)
                await body(follower)
                follower.task.cancel()

    run_virtual(main)


def test_commits_of_this_process_come_from_memory_without_a_read() -> None:
    async def body(f: Following) -> None:
        for number in range(3, 60):
            await f.make(number)
        await f.make(60, 61, 62)
        assert f.seen == list(range(1, 63))
        assert f.shelf.reads == 1

    following(body, shown=2)


def test_a_gap_in_memory_is_filled_from_the_journal() -> None:
    async def body(f: Following) -> None:
        await f.make(1)
        f.shelf.shown = 4
        await f.make(5)
        await f.make(6)
        assert f.seen == [1, 2, 3, 4, 5, 6]
        assert f.shelf.reads == 2

    following(body)


def test_a_follower_slower_than_memory_holds_goes_on_from_the_journal() -> None:
    async def body(f: Following) -> None:
        f.go.clear()
        for number in range(1, 4 * feed.WAITING):
            await f.make(number)
        assert f.seen == [1]
        f.go.set()
        await asyncio.sleep(0.001)
        assert f.seen == list(range(1, 4 * feed.WAITING))
        assert 5 <= f.shelf.reads <= 8

    following(body, ways=(False,))


def test_who_is_called_has_heard_before_the_commit_is_hinted_at() -> None:
    async def body(f: Following) -> None:
        for number in (1, 2, 3):
            f.feed.hear(commits(number))
            assert f.seen[-1] == number
            f.bus.publish(f"journal:{S}")
        await asyncio.sleep(0.001)
        assert f.seen == [1, 2, 3]
        assert f.shelf.reads == 1

    following(body, ways=(True,))


def test_what_is_heard_during_a_read_waits_for_its_turn() -> None:
    async def body(f: Following) -> None:
        f.shelf.shown = 2
        f.shelf.reading.clear()
        f.bus.publish(f"journal:{S}")
        await f.shelf.reading.wait()
        f.feed.hear(commits(3, 4))
        assert f.seen == []
        await asyncio.sleep(0.001)
        assert f.seen == [1, 2, 3, 4]

    following(body)


def test_a_hint_of_another_process_after_one_of_our_own_is_followed() -> None:
    async def body(f: Following) -> None:
        await f.make(1)
        f.shelf.shown = 3
        f.bus.publish(f"journal:{S}")
        await asyncio.sleep(0.001)
        assert f.seen == [1, 2, 3]

    following(body)


def test_what_a_hearer_raises_ends_its_following_and_nobody_elses() -> None:
    async def main() -> None:
        shelf = Shelf()
        with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012
            async with asyncio.TaskGroup() as tasks:
                f = Following(shelf, tasks, at_once=True)
                await asyncio.sleep(0.001)
                f.spoilt = 2
                f.feed.hear(commits(1, 2, 3))
                assert f.seen == [1]
                await asyncio.sleep(1)
        assert caught.group_contains(LookupError, match="2")
        assert f.feed._followers == {}

    run_virtual(main)


def test_what_another_process_commits_is_read_at_its_hint_and_at_once() -> None:
    async def body(f: Following) -> None:
        f.shelf.shown = 3
        f.bus.publish(f"journal:{S}")
        await asyncio.sleep(0.001)
        assert f.seen == [1, 2, 3]

    following(body, owned=False)


@pytest.mark.parametrize(("owned", "sweep_s"), [(False, 2.0), (True, 10.0)])
def test_without_a_hint_the_sweep_finds_it(owned: bool, sweep_s: float) -> None:
    async def body(f: Following) -> None:
        f.shelf.shown = 2
        await asyncio.sleep(sweep_s - 0.1)
        assert f.seen == []
        await asyncio.sleep(0.2)
        assert f.seen == [1, 2]

    following(body, owned=owned)


def test_what_stood_when_a_shard_was_taken_is_read_at_once() -> None:
    """A write that was uncertain may stand, and then nobody heard of it."""

    async def body(f: Following) -> None:
        f.shelf.shown = 2
        f.bus.publish(f"taken:{shard_of(S) + 1}")
        await asyncio.sleep(0.001)
        assert f.seen == []
        f.bus.publish(f"taken:{shard_of(S)}")
        await asyncio.sleep(0.001)
        assert f.seen == [1, 2]

    following(body)


def test_an_old_commit_heard_late_is_not_given_twice() -> None:
    async def body(f: Following) -> None:
        f.shelf.shown = 5
        f.bus.publish(f"journal:{S}")
        await asyncio.sleep(0.001)
        await f.make(4, 5)
        await f.make(6)
        assert f.seen == [1, 2, 3, 4, 5, 6]

    following(body)


def test_a_read_that_fails_is_repeated_and_nothing_is_lost() -> None:
    async def body(f: Following) -> None:
        f.shelf.shown, f.shelf.fails = 2, 2
        f.bus.publish(f"journal:{S}")
        await f.make(3)
        await asyncio.sleep(1.1)
        assert f.seen == [1, 2, 3]

    following(body)


def test_a_follower_that_left_is_handed_nothing() -> None:
    async def body(f: Following) -> None:
        f.task.cancel()
        await asyncio.wait([f.task])
        await f.make(1)
        assert f.feed._followers == {}

    following(body)
