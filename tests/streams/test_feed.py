"""Feed and projections: every number once, through gaps, overflow and restarts."""

import asyncio
from collections.abc import Collection

import pytest

from hub.streams import feed, projecting
from hub.streams.projecting import rebuild
from tests.streams.loop import until
from tests.streams.rig import Doc, Process, Rig, S, rigged


class Sayings:
    """One document a stream: all it said. `split`: each saying in documents of its own.

    The keys of those fall while n grows, so that the order of keys is not the order of n.
    """

    name = "sayings"

    def __init__(self, *, split: bool = False, copies: int = 1) -> None:
        self.split = split
        self.copies = copies

    def ids(self, commit: Doc) -> Collection[str]:
        if not self.split:
            return [commit["stream"]]
        return [f"{'zyxwvutsrq'[commit['n']]}{copy}" for copy in range(self.copies)]

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
        await until(lambda: len(rig.journal()) == 3)
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


async def documents(process: Process, into: list[int], count: int) -> None:
    async for document in process.heart.feed.documents("sayings", {}):
        into.append(document["n"])
        if len(into) == count:
            return


async def stored_at_once(rig: Rig, count: int) -> None:
    """Inputs that the owner reads, decides and writes together."""
    rows = [rig.row(f"k{i:03d}", "say", text=str(i)) for i in range(count)]
    await rig.p.stores.heart.inbox.insert(rows, ordered=False)
    rig.p.bus.publish("inbox:0")


def test_no_document_is_skipped_while_others_of_the_same_save_are_seen() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(split=True),)
        process = await rig.start()
        seen: list[int] = []
        save = rig.hold("update", "projection_sayings", at=2)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(documents(process, seen, 5))
            await stored_at_once(rig, 5)
            await save.reached.wait()
            await asyncio.sleep(5)
            save.release()
        assert seen == [1, 2, 3, 4, 5]

    rigged(body)


def test_no_document_is_skipped_by_a_read_that_takes_its_time() -> None:
    """The read has passed the place of document 2 when 2 and then 3 are saved."""

    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(split=True),)
        process = await rig.start()
        seen: list[int] = []
        read = rig.hold("scan", "projection_sayings")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(documents(process, seen, 3))
            await stored_at_once(rig, 1)
            await read.reached.wait()
            await stored_at_once(rig, 3)
            await until(lambda: len(rig.table("projection_sayings")) == 3)
            read.release()
        assert seen == [1, 2, 3]

    rigged(body)


def test_more_documents_than_a_page_come_without_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAGE", 3)

    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(split=True, copies=2),)
        process = await rig.start()
        seen: list[int] = []
        await stored_at_once(rig, 7)
        await until(lambda: len(rig.table("projection_sayings")) == 14)
        await documents(process, seen, 14)
        assert seen == [n for n in range(1, 8) for _ in range(2)]

    rigged(body)


# ---------------------------------------------------------------- projector
def test_a_projection_follows_the_journal() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        await rig.start()
        await say(rig, "a", "b", "c")
        await until(lambda: doc(rig).get("n") == 3)
        assert doc(rig)["said"] == ["a", "b", "c"]

    rigged(body)


def test_a_commit_it_did_not_hear_of_is_read_from_the_journal() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        process = await rig.start()
        hearers = process.heart.owner.heard
        kept = hearers.pop()
        await say(rig, "a", "b")
        await until(lambda: len(rig.journal()) == 2)
        hearers.append(kept)
        await say(rig, "c")
        await until(lambda: doc(rig).get("n") == 3, within_s=1)
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
        await until(lambda: len(rig.journal()) == 9)
        save.release()
        await until(lambda: doc(rig).get("n") == 9, within_s=5)
        assert doc(rig)["said"] == list("abcdefghi")

    rigged(body, sweep_s=60)


def test_an_uncertain_write_of_a_projection_is_repeated_without_doubling() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        await rig.start()
        rig.hold("update", "projection_sayings", at=2, cut=True, lost=True)
        await say(rig, "a", "b", "c")
        await until(lambda: doc(rig).get("n") == 3)
        assert doc(rig)["said"] == ["a", "b", "c"]

    rigged(body)


def test_a_projection_goes_on_where_the_last_process_stopped() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        await rig.start()
        await say(rig, "a", "b")
        await until(lambda: doc(rig).get("n") == 2)
        save = rig.hold("update", "projection_sayings", lost=True)
        await say(rig, "c")
        await save.reached.wait()
        rig.chaos.freeze("P", 1e9)
        await rig.start("Q")
        await until(lambda: doc(rig).get("n") == 3)
        assert doc(rig)["said"] == ["a", "b", "c"]

    rigged(body)


def test_an_old_owner_cannot_put_an_old_document_over_a_new_one() -> None:
    async def body(rig: Rig) -> None:
        rig.projections = (Sayings(),)
        await rig.start()
        await say(rig, "a")
        await until(lambda: doc(rig).get("n") == 1)
        save = rig.hold("update", "projection_sayings")
        await say(rig, "b")
        await save.reached.wait()
        rig.chaos.freeze("P", 1e9)
        second = await rig.start("Q")
        row = rig.row("c", "say", text="c", order="zz")
        await second.heart.acceptor.add(row)
        await until(lambda: doc(rig).get("n") == 3)
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
        await until(lambda: len(rig.table("projection_sayings")) == 3)
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
