"""The inbox in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub import ports
from hub.store.memory.database import Connection
from hub.store.memory.labels import INBOX
from hub.store.shapes import distinct_heads

Doc = dict[str, Any]
UNROUTED = -1


def _touched(row: Doc | None) -> Doc | None:
    return None if row is None else {**row, "seen": row.get("seen", 0) + 1}


class MemoryInbox:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def insert(self, rows: Sequence[Doc], *, ordered: bool) -> list[int]:
        return await self._db.insert(INBOX, rows, ordered=ordered)

    async def touch(self, keys: Sequence[str]) -> set[str]:
        matched = await self._db.update(INBOX, [(key, _touched) for key in keys])
        return {str(key) for key in matched}

    async def exists(self, key: str) -> bool:
        return await self._db.get_one(INBOX, key) is not None

    async def sources(self, shards: Collection[int], limit: int) -> dict[tuple[int, str], str]:
        rows = await self._db.scan(INBOX, [("open", s) for s in shards], limit=limit)
        return distinct_heads(rows)

    async def keys(self, heads: Mapping[tuple[int, str], str], limit: int) -> list[tuple[int, str]]:
        def wanted(row: Doc) -> bool:
            head = heads.get((row["shard"], row["source"]))
            return head is not None and row["order"] <= head

        labels = [("open", s) for s in dict.fromkeys(shard for shard, _ in heads)]
        rows = await self._db.scan(INBOX, labels, wanted)
        rows.sort(key=lambda r: (r["shard"], r["source"], r["order"], r["_id"]))
        return [(r["shard"], r["_id"]) for r in rows[:limit]]

    async def fetch(self, keys: Sequence[str]) -> dict[str, Doc]:
        return {r["_id"]: r for r in await self._db.get(INBOX, keys) if r["open"]}

    async def done(self, keys: Sequence[str], expire_at: datetime) -> None:
        def close(row: Doc | None) -> Doc | None:
            if row is None:
                return None
            kept = {k: v for k, v in row.items() if k != "body"}
            return {**kept, "open": False, "expire_at": expire_at}

        await self._db.update(INBOX, [(key, close) for key in keys])

    async def unrouted(self, limit: int, after: tuple[datetime, str] | None = None) -> list[Doc]:
        def wanted(row: Doc) -> bool:
            return after is None or (row["at"], row["_id"]) > after

        rows = await self._db.scan(INBOX, [("open", UNROUTED)], wanted)
        rows.sort(key=lambda r: (r["at"], r["_id"]))
        return rows[:limit]

    async def route(self, key: str, shard: int, stream: str, body: Doc) -> bool:
        def give(row: Doc | None) -> Doc | None:
            if row is None or row["shard"] != UNROUTED or not row["open"]:
                return None
            return {**row, "shard": shard, "stream": stream, "body": body}

        return bool(await self._db.update(INBOX, [(key, give)]))

    async def bury(self, key: str, reason: str, at: datetime) -> None:
        def close(row: Doc | None) -> Doc | None:
            if row is None or not row["open"]:
                return None
            return {**row, "open": False, "dead": True, "reason": reason, "buried_at": at}

        await self._db.update(INBOX, [(key, close)])

    async def dead(self, limit: int, after: str = "") -> list[Doc]:
        return await self._db.scan(INBOX, ["dead"], after=after, limit=limit)

    async def done_rows(self, limit: int, after: str = "") -> list[Doc]:
        rows = await self._db.scan(INBOX, ["done"], after=after, limit=limit)
        return [{"_id": r["_id"], "stream": r["stream"]} for r in rows]


def _conforms(inbox: MemoryInbox) -> ports.Inbox:
    return inbox
