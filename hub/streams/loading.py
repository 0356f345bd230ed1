"""Streams out of snapshots and journal into memory."""

from collections.abc import Collection
from typing import Any

from hub.ports import HeartStores
from hub.streams.shard import Held, RuleBook

Doc = dict[str, Any]


async def load_streams(
    stores: HeartStores, rules: RuleBook, streams: Collection[str]
) -> dict[str, Held]:
    """The folds of streams as far as they are durable."""
    snapshots = await stores.snapshots.load(streams)
    held: dict[str, Held] = {}
    for stream in streams:
        book = rules.of(stream)
        snapshot = snapshots.get(stream)
        if snapshot is None or snapshot["rules"] != book.version:
            held[stream] = Held(stream, book, book.new(stream))
        else:
            held[stream] = Held(
                stream, book, book.thaw(snapshot["state"]), snapshot_seq=snapshot["seq"]
            )
            held[stream].state.seq = snapshot["seq"]
    for commit in await stores.journal.of_streams({s: h.state.seq for s, h in held.items()}):
        fold(held[commit["stream"]], commit)
    return held


def fold(held: Held, commit: Doc) -> None:
    """One more durable commit into a stream's state."""
    for doc in commit["events"]:
        held.rules.apply(held.state, held.rules.unpack(doc), commit["at"])
    held.state.seq = commit["seq"]


def effects_of(rules: RuleBook, commit: Doc) -> list[Any]:
    """The effects of a commit read back from the journal."""
    book = rules.of(commit["stream"])
    body = commit["input"]["body"]
    return [
        effect
        for doc in commit["events"]
        for effect in book.effects(commit["stream"], book.unpack(doc), body)
    ]
