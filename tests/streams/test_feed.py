"""Feed and projections: every number once, through gaps, overflow and restarts."""

import asyncio
from collections.abc import Collection

import pytest

from hub.streams import projecting
from hub.streams.projecting import rebuild
from tests.streams.rig import Doc, Process, Rig, S, rigged


class Sayings:
    """One document a stream: all it said; `split` puts each saying in its own document too."""

    name = "sayings"

    def __init__(self, *, split: bool = False) -> None:
        self.split = split

    def ids(self, commit: Doc) -> Collection[str]:
        if not self.split:
            return [commit["stream"]]
        return [f"{'zyxwvutsrq'[commit['n'] % 10]}{commit['n']}"]

    def fold(self, key: str, doc: Doc | None, commit: Doc) -> Doc:
        said = [] if doc is None else doc["said"]
        return {
            "_id": key,
            "shard": commit["shard"],
            "n": commit["n"],
            "updated_at": commit["at"],
            "said": [*said, *(e["text"] for e in commit["events"])],
        }


async def say(rig: Rig, *texts: str, stream: str = S) -> None:
    for text in texts:
        await rig.do(f"{stream}.{text}", "say", text=text, stream=stream)


def doc(rig: Rig, key: str = S) -> Doc:
    return rig.table("projection_sayings").get(key, {})


async def watch(process: Process, after: int, into: list[int], count: int) -> None:
    async for commit in process.heart.feed.stream(S, after):
        into.append(commit["seq"])
        if len(into) == count:
            return


# ---------------------------------------------------------------- feed
def test_a_stream_is_followed_from_any_number_without_gap_and_without_repeat() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        await say(rig, "a", "b", "c")
        await rig.until(lambda: len(rig.journal()) == 3)
        seen: dict[int, list[int]] = {after: [] for after in (0, 2, 3)}
        async with asyncio.TaskGroup() as tasks:
            for after, into in seen.items():
                tasks.create_task(watch(process, after, into, 10 - after))
            await say(rig, *"defghij")
        assert seen == {
            0: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            2: [3, 4, 5, 6, 7, 8, 9, 10],
            3: [4, 5, 6, 7, 8, 9, 10],
        }

    rigged(body)


def test_a_stream_written_by_another_process_is_followed_without_its_hints() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        second = rig.add("Q")
        seen: list[int] = []
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(watch(second, 0, seen, 3))
            await say(rig, "a", "b", "c")
        assert seen == [1, 2, 3]

    rigged(body)


def test_a_changed_document_is_delivered_although_a_later_number_was_seen_first() -> None:
    """Documents of one save become visible one by one, in any order of their keys."""

    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(split=True),)
        process = await rig.start()
        seen: list[int] = []

        async def follow() -> None:
            async for document in process.heart.feed.documents("sayings", {}):
                seen.append(document["n"])
                if len(seen) == 60:
                    return

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(follow())
            for i in range(60):
                await say(rig, str(i))
            await asyncio.sleep(20)
            assert sorted(seen) == list(range(1, 61))

    rigged(body)


# ---------------------------------------------------------------- projector
def test_a_projection_follows_the_journal() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        await rig.start()
        await say(rig, "a", "b", "c")
        await rig.until(lambda: doc(rig).get("n") == 3)
        assert doc(rig)["said"] == ["a", "b", "c"]

    rigged(body)


def test_a_commit_it_did_not_hear_of_is_read_from_the_journal() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        process = await rig.start()
        hearers = process.heart.owner.heard
        kept = hearers.pop()
        await say(rig, "a", "b")
        await rig.until(lambda: len(rig.journal()) == 2)
        hearers.append(kept)
        await say(rig, "c")
        await rig.until(lambda: doc(rig).get("n") == 3, within_s=1)
        assert doc(rig)["said"] == ["a", "b", "c"]

    rigged(body, sweep_s=60)


def test_more_than_it_can_keep_is_read_from_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projecting, "WAITING", 3)

    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        await rig.start()
        save = rig.hold("update", "projection_sayings")
        await say(rig, "a")
        await save.reached.wait()
        await say(rig, *"bcdefghi")
        await rig.until(lambda: len(rig.journal()) == 9)
        save.release()
        await rig.until(lambda: doc(rig).get("n") == 9, within_s=5)
        assert doc(rig)["said"] == list("abcdefghi")

    rigged(body, sweep_s=60)


def test_an_uncertain_write_of_a_projection_is_repeated_without_doubling() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        await rig.start()
        rig.hold("update", "projection_sayings", at=2, cut=True, lost=True)
        await say(rig, "a", "b", "c")
        await rig.until(lambda: doc(rig).get("n") == 3)
        assert doc(rig)["said"] == ["a", "b", "c"]

    rigged(body)


def test_a_projection_goes_on_where_the_last_process_stopped() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        await rig.start()
        await say(rig, "a", "b")
        await rig.until(lambda: doc(rig).get("n") == 2)
        save = rig.hold("update", "projection_sayings", lost=True)
        await say(rig, "c")
        await save.reached.wait()
        rig.chaos.freeze("P", 1e9)
        await rig.start("Q")
        await rig.until(lambda: doc(rig).get("n") == 3)
        assert doc(rig)["said"] == ["a", "b", "c"]

    rigged(body)


def test_an_old_owner_cannot_put_an_old_document_over_a_new_one() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        await rig.start()
        await say(rig, "a")
        await rig.until(lambda: doc(rig).get("n") == 1)
        save = rig.hold("update", "projection_sayings")
        await say(rig, "b")
        await save.reached.wait()
        rig.chaos.freeze("P", 1e9)
        second = await rig.start("Q")
        row = rig.row("c", "say", text="c", order="zz")
        await second.heart.acceptor.add(row)
        await rig.until(lambda: doc(rig).get("n") == 3)
        save.release()
        await asyncio.sleep(1)
        assert doc(rig)["said"] == ["a", "b", "c"]

    rigged(body)


def test_a_rebuilt_projection_equals_the_one_that_was_dropped() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        process = await rig.start()
        for stream in (S, "customer:00t", "customer:01u"):
            await say(rig, "a", "b", stream=stream)
        await rig.until(lambda: len(rig.table("projection_sayings")) == 3)
        await process.stop()
        before = dict(rig.table("projection_sayings"))
        assert before[S]["said"] == ["a", "b"]
        progress: list[int] = []
        heart = process.stores.heart
        count = await rebuild(
            Sayings(), heart.projections, heart.journal, progress.append, {0: 0, 1: 0}
        )
        assert rig.table("projection_sayings") == before
        assert (count, progress) == (6, [4, 6])
        assert await heart.projections.cursors("sayings") == {0: 4, 1: 2}

    rigged(body)
