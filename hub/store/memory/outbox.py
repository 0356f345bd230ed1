"""The outbox in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub import ports
from hub.store.memory.database import Connection
from hub.store.memory.labels import OUTBOX
from hub.store.memory.matching import matches
from hub.store.memory.table import EVERY
from hub.store.shapes import settled

Doc = dict[str, Any]


def _place(row: Doc) -> tuple[int, int, int]:
    return row["n"], row["k"], row["shard"]


def _touched(row: Doc | None) -> Doc | None:
    return None if row is None else {**row, "seen": row.get("seen", 0) + 1}


class MemoryOutbox:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def insert(self, rows: Sequence[Doc]) -> list[int]:
        return await self._db.insert(OUTBOX, rows, ordered=True)

    async def touch(self, keys: Sequence[str]) -> set[str]:
        matched = await self._db.update(OUTBOX, [(key, _touched) for key in keys])
        return {str(key) for key in matched}

    async def open(self, shards: Collection[int]) -> list[Doc]:
        labels = [("open", s) for s in shards]
        heads: dict[int, tuple[int, int]] = {}
        for row in await self._db.scan(OUTBOX, labels):
            heads[row["shard"]] = max(heads.get(row["shard"], (0, 0)), (row["n"], row["k"]))
        if not heads:
            return []

        def seen(row: Doc) -> bool:
            return row["shard"] in heads and (row["n"], row["k"]) <= heads[row["shard"]]

        rows = sorted(await self._db.scan(OUTBOX, labels, seen), key=_place)
        return [{k: v for k, v in row.items() if k != "body"} for row in rows]

    async def claim(self, keys: Sequence[str], token: str, at: datetime) -> list[Doc]:
        def take(row: Doc | None) -> Doc | None:
            if row is None or row["state"] != "queued":
                return None
            return {**row, "state": "sending", "token": token, "claimed_at": at}

        moved = await self._db.update(OUTBOX, [(key, take) for key in keys])
        rows = await self._db.get(OUTBOX, moved)
        return sorted((r for r in rows if r.get("token") == token), key=_place)

    async def settle(self, key: str, expected: Mapping[str, Any], change: Doc) -> bool:
        def move(row: Doc | None) -> Doc | None:
            if row is None or not matches(row, expected):
                return None
            return {**row, **settled(change)}

        return bool(await self._db.update(OUTBOX, [(key, move)]))

    async def untold(self, shards: Collection[int], limit: int) -> list[Doc]:
        rows = await self._db.scan(OUTBOX, [("untold", s) for s in shards], lambda r: not r["open"])
        return sorted(rows, key=_place)[:limit]

    async def told(self, keys: Sequence[str], state: str) -> None:
        def tell(row: Doc | None) -> Doc | None:
            return {**row, "told": True} if row and row["state"] == state else None

        await self._db.update(OUTBOX, [(key, tell) for key in keys])

    async def get(self, key: str) -> Doc | None:
        return await self._db.get_one(OUTBOX, key)

    async def by_provider_id(self, channel_id: str, provider_id: str) -> Doc | None:
        rows = await self._db.scan(
            OUTBOX,
            [("provider", provider_id)],
            lambda r: bool(r.get("channel_id") == channel_id),
            limit=1,
        )
        return rows[0] if rows else None

    async def dead(
        self, limit: int, after: str = "", *, of: Collection[str] | None = None
    ) -> list[Doc]:
        where = {} if of is None else {"body.conversation_id": list(of)}
        return await self._db.scan(
            OUTBOX, ["dead"], lambda row: matches(row, where), after=after, limit=limit
        )

    async def places(self, limit: int, after: str = "") -> list[Doc]:
        rows = await self._db.scan(OUTBOX, [EVERY], after=after, limit=limit)
        return [{name: r[name] for name in ("_id", "shard", "n")} for r in rows]


def _conforms(outbox: MemoryOutbox) -> ports.Outbox:
    return outbox
