"""Streams out of snapshots and journal into memory."""

from collections.abc import Collection
from typing import Any

from hub.decisions.rules import StreamRules
from hub.model.events import Failed
from hub.ports import HeartStores
from hub.streams.shard import Held, RuleBook
from hub.streams.snapshots import load_snapshots

Doc = dict[str, Any]


async def load_streams(
    stores: HeartStores, rules: RuleBook, streams: Collection[str]
) -> dict[str, Held]:
    """The folds of streams as far as they are durable."""
    versions = {stream: rules.of(stream).version for stream in streams}
    snapshots = await load_snapshots(stores.snapshots, versions)
    held: dict[str, Held] = {}
    for stream in streams:
        book = rules.of(stream)
        snapshot = snapshots.get(stream)
        if snapshot is None:
            held[stream] = Held(stream, book, book.new(stream))
        else:
            held[stream] = Held(
                stream,
                book,
                book.thaw(snapshot["state"]),
                snapshot_seq=snapshot["seq"],
                parted="parts" in snapshot,
            )
            held[stream].state.seq = snapshot["seq"]
    for commit in await stores.journal.of_streams({s: h.state.seq for s, h in held.items()}):
        fold(held[commit["stream"]], commit)
    return held


def happened(rules: StreamRules, commit: Doc) -> list[Any]:
    """The events of a commit as the rules know them; a failure of `decide` is none."""
    return [rules.unpack(doc) for doc in commit["events"] if doc["is"] != Failed.__name__]


def fold(held: Held, commit: Doc) -> None:
    """One more durable commit into a stream's state."""
    for event in happened(held.rules, commit):
        held.rules.apply(held.state, event, commit["at"])
    held.state.seq = commit["seq"]


def effects_of(rules: RuleBook, commit: Doc) -> list[Any]:
    """The effects of a commit read back from the journal."""
    book = rules.of(commit["stream"])
    body = commit["input"]["body"]
    return [
        effect
        for event in happened(book, commit)
        for effect in book.effects(commit["stream"], event, body)
    ]
