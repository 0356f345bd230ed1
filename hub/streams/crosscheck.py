"""Checks of what other tables say must stand in the journal. Reads only."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from typing import Any

from hub.model.ids import commit_id
from hub.ports import HeartStores, Journal

Doc = dict[str, Any]
PAGE = 500

Page = Callable[[int, str], Awaitable[list[Doc]]]


def cursors_ahead(cursors: Mapping[int, int], heads: Mapping[int, int]) -> list[str]:
    """Cursors behind whose number no commit stands; they must have been read before the heads."""
    return [
        f"cursor {cursor} of shard {number:02x} is ahead of the journal ({heads.get(number, 0)})"
        for number, cursor in sorted(cursors.items())
        if cursor > heads.get(number, 0)
    ]


async def stored_and_never_decided(stores: HeartStores, seen: Collection[int]) -> list[str]:
    """Done rows, as long as they are kept, that no commit consumed.

    `seen` are the hashes of inputs found in the journal; whatever is not among them is asked for,
    for a hub may decide while this runs.
    """
    return [
        f"{row['_id']}: done, and no commit of {row['stream']} consumed it"
        async for row in _rows(stores.inbox.done_rows)
        if hash(row["_id"]) not in seen
        and await stores.journal.find(row["stream"], row["_id"]) is None
    ]


async def effects_without_commit(stores: HeartStores, reached: Mapping[int, int]) -> list[str]:
    """Outbox rows whose commit is missing; `reached` is how far each shard was read."""
    return [
        f"{row['_id']}: outbox row of a commit that is missing"
        async for row in _rows(stores.outbox.places)
        if row["n"] > reached.get(row["shard"], 0)
        and await stores.journal.get(commit_id(row["shard"], row["n"])) is None
    ]


async def snapshots_ahead(stores: HeartStores) -> list[str]:
    """Snapshots of a seq whose commit is missing."""
    return [
        f"snapshot of {row['_id']}: seq {row['seq']} lies beyond its last commit"
        async for row in _rows(stores.snapshots.places)
        if not await _stands(stores.journal, row["_id"], row["seq"])
    ]


async def _stands(journal: Journal, stream: str, seq: int) -> bool:
    return bool(await journal.of_stream(stream, seq - 1, 1))


async def _rows(page: Page) -> AsyncIterator[Doc]:
    after = ""
    while rows := await page(PAGE, after):
        for row in rows:
            yield row
        after = rows[-1]["_id"]
