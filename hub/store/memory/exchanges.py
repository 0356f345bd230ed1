"""The channel log in memory."""

from collections.abc import Sequence

from hub import ports
from hub.ports import Doc, ExchangeQuery
from hub.store.memory.database import Connection
from hub.store.memory.table import EVERY
from hub.store.shapes import EXCHANGE_FIELDS, EXCHANGE_TEXTS

EXCHANGES = "exchanges"


class MemoryExchanges:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, rows: Sequence[Doc]) -> None:
        await self._db.insert(EXCHANGES, rows, ordered=False)

    async def page(self, query: ExchangeQuery, *, limit: int, before: str = "") -> list[Doc]:
        rows = await self._db.scan(EXCHANGES, (EVERY,), lambda row: _is_asked(row, query, before))
        rows.sort(key=lambda row: str(row["_id"]), reverse=True)
        return rows[:limit]


def _is_asked(row: Doc, query: ExchangeQuery, before: str) -> bool:
    text = query.text.lower()
    wanted = {name: value for name in EXCHANGE_FIELDS if (value := getattr(query, name))}
    return (
        (not before or row["_id"] < before)
        and (query.since is None or row["at"] >= query.since)
        and (query.until is None or row["at"] < query.until)
        and all(row.get(name) == value for name, value in wanted.items())
        and any(text in row.get(name, "").lower() for name in EXCHANGE_TEXTS)
    )


def _conforms(exchanges: MemoryExchanges) -> ports.ExchangeStore:
    return exchanges
