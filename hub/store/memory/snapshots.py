"""Snapshots in memory."""

from collections.abc import Collection, Sequence
from typing import Any

from hub import ports
from hub.store.memory.database import REMOVE, Change, Connection
from hub.store.memory.labels import SNAPSHOT_PARTS, SNAPSHOTS
from hub.store.memory.table import EVERY

Doc = dict[str, Any]


def _newer(snapshot: Doc) -> Change:
    def change(row: Doc | None) -> Doc | None:
        return snapshot if row is None or row["seq"] < snapshot["seq"] else None

    return change


class MemorySnapshots:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def load(self, streams: Collection[str]) -> dict[str, Doc]:
        return {d["_id"]: d for d in await self._db.get(SNAPSHOTS, streams)}

    async def save(self, snapshots: Sequence[Doc]) -> None:
        await self._db.update(SNAPSHOTS, [(s["_id"], _newer(s)) for s in snapshots])

    async def put_part(self, part: Doc) -> None:
        await self._db.update(SNAPSHOT_PARTS, [(part["_id"], lambda _: part)])

    async def part(self, key: str) -> Doc | None:
        return await self._db.get_one(SNAPSHOT_PARTS, key)

    async def drop_parts(self, stream: str, below: int) -> None:
        def remove(row: Doc | None) -> Doc | None:
            return None if row is None else REMOVE

        old = await self._db.scan(
            SNAPSHOT_PARTS, [("stream", stream)], lambda row: bool(row["seq"] < below)
        )
        await self._db.update(SNAPSHOT_PARTS, [(row["_id"], remove) for row in old])

    async def places(self, limit: int, after: str = "") -> list[Doc]:
        rows = await self._db.scan(SNAPSHOTS, [EVERY], after=after, limit=limit)
        return [{"_id": r["_id"], "seq": r["seq"]} for r in rows]


def _conforms(snapshots: MemorySnapshots) -> ports.Snapshots:
    return snapshots
