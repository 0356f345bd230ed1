"""Ownership, cursors and beats in memory."""

from collections.abc import Mapping
from typing import Any

from hub import ports
from hub.store.memory.database import REMOVE, Change, Connection
from hub.store.memory.labels import CURSORS, PROCESSES, SHARDS
from hub.store.memory.table import EVERY

Doc = dict[str, Any]
OWNERS = "owners"
"""The cursor document of the shards' owners; each projection has one under its name."""


def advanced(key: str, cursors: Mapping[int, int]) -> Change:
    """Cursors of one document up to the given ones; none moves back."""

    def change(row: Doc | None) -> Doc:
        at = {} if row is None else dict(row["at"])
        for shard, n in cursors.items():
            at[str(shard)] = max(n, at.get(str(shard), 0))
        return {"_id": key, "at": at}

    return change


def cursors_of(doc: Doc | None) -> dict[int, int]:
    return {} if doc is None else {int(s): n for s, n in doc["at"].items()}


class MemoryShards:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def all(self) -> dict[int, Doc]:
        cursors = cursors_of(await self._db.get_one(CURSORS, OWNERS))
        rows = await self._db.scan(SHARDS, [EVERY])
        return {r["_id"]: {**r, "cursor": cursors.get(r["_id"], 0)} for r in rows}

    async def take(self, shard: int, *, held: str | None, process: str, token: str) -> bool:
        return bool(await self.take_all({shard: held}, process, token))

    async def take_all(self, held: Mapping[int, str | None], process: str, token: str) -> set[int]:
        def take(shard: int, seen: str | None) -> Change:
            def change(row: Doc | None) -> Doc | None:
                if (None if row is None else row["token"]) != seen:
                    return None
                return {"_id": shard, "process": process, "token": token}

            return change

        taken = await self._db.update(SHARDS, [(s, take(s, seen)) for s, seen in held.items()])
        return {int(s) for s in taken}

    async def advance(self, cursors: Mapping[int, int]) -> None:
        await self._db.update(CURSORS, [(OWNERS, advanced(OWNERS, cursors))])

    async def beat(self, process: str) -> None:
        def change(row: Doc | None) -> Doc:
            return {"_id": process, "beat": 1 if row is None else row["beat"] + 1}

        await self._db.update(PROCESSES, [(process, change)])

    async def beats(self) -> dict[str, int]:
        return {r["_id"]: r["beat"] for r in await self._db.scan(PROCESSES, [EVERY])}

    async def leave(self, process: str) -> None:
        def free(row: Doc | None) -> Doc | None:
            return {**row, "process": ""} if row and row["process"] == process else None

        rows = await self._db.scan(SHARDS, [EVERY], lambda r: bool(r["process"] == process))
        await self._db.update(SHARDS, [(r["_id"], free) for r in rows])
        await self._db.update(PROCESSES, [(process, lambda row: None if row is None else REMOVE)])


def _conforms(shards: MemoryShards) -> ports.Shards:
    return shards
