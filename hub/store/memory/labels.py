"""What each collection is listed by: the indexes of the database in memory."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from hub.store.memory.table import EVERY, Labels, every

Doc = dict[str, Any]

INBOX = "inbox"
JOURNAL = "journal"
SHARDS = "shards"
CURSORS = "cursors"
PROCESSES = "processes"
OUTBOX = "outbox"
ALARMS = "alarms"
SNAPSHOTS = "snapshots"
SNAPSHOT_PARTS = "snapshot_parts"
TOKENS = "provider_tokens"
PROJECTION = "projection_"


def inbox_labels(row: Doc) -> Iterable[Hashable]:
    if row["open"]:
        yield ("open", row["shard"])
    if row.get("dead"):
        yield "dead"
    elif not row["open"]:
        yield "done"


def journal_labels(commit: Doc) -> Iterable[Hashable]:
    return (("shard", commit["shard"]), ("stream", commit["stream"]))


def outbox_labels(row: Doc) -> Iterable[Hashable]:
    yield EVERY
    if row["open"]:
        yield ("open", row["shard"])
    if row.get("told") is False:
        yield ("untold", row["shard"])
    if row.get("dead"):
        yield "dead"
    if row.get("provider_id"):
        yield ("provider", row["provider_id"])


def shard_label(doc: Doc) -> Iterable[Hashable]:
    return (("shard", doc["shard"]),)


def part_labels(part: Doc) -> Iterable[Hashable]:
    return (("stream", part["stream"]),)


def no_label(_doc: Doc) -> Iterable[Hashable]:
    return ()


def projected_labels(doc: Doc) -> Iterable[Hashable]:
    return (EVERY, ("shard", doc["shard"]))


def projected(name: str) -> str:
    """The collection of a projection."""
    return PROJECTION + name


_BY_COLLECTION: Mapping[str, Labels] = {
    INBOX: inbox_labels,
    JOURNAL: journal_labels,
    OUTBOX: outbox_labels,
    ALARMS: shard_label,
    CURSORS: no_label,
    SNAPSHOT_PARTS: part_labels,
}


def labels_of(collection: str) -> Labels:
    if collection.startswith(PROJECTION):
        return projected_labels
    return _BY_COLLECTION.get(collection, every)
