"""Alarms in memory."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from hub import ports
from hub.store.memory.database import Change, Connection
from hub.store.memory.labels import ALARMS

Doc = dict[str, Any]


def _set(stream: str, shard: int, seq: int, due: datetime | None) -> Change:
    def change(row: Doc | None) -> Doc | None:
        if row is not None and row["seq"] > seq:
            return None
        return {"_id": stream, "shard": shard, "seq": seq, "due": due}

    return change


class MemoryAlarms:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def put(self, dues: Mapping[str, tuple[int, int, datetime | None]]) -> None:
        await self._db.update(
            ALARMS, [(stream, _set(stream, *put)) for stream, put in dues.items()]
        )

    async def due(self, shards: Collection[int], at: datetime, limit: int) -> list[str]:
        rows = await self._db.scan(
            ALARMS,
            [("shard", s) for s in shards],
            lambda r: r["due"] is not None and bool(r["due"] <= at),
        )
        rows.sort(key=lambda r: (r["due"], r["_id"]))
        return [r["_id"] for r in rows[:limit]]


def _conforms(alarms: MemoryAlarms) -> ports.Alarms:
    return alarms
