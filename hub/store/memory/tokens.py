"""Provider tokens in memory."""

from datetime import datetime
from typing import Any

from hub import ports
from hub.store.memory.database import Connection
from hub.store.memory.labels import TOKENS

Doc = dict[str, Any]


class MemoryTokens:
    def __init__(self, connection: Connection, clock: ports.Clock) -> None:
        self._db = connection
        self._clock = clock

    async def read(self, name: str) -> Doc | None:
        row = await self._db.get_one(TOKENS, name)
        return None if row is None or row["generation"] == 0 else row

    async def begin_refresh(self, name: str, generation: int, until: datetime) -> bool:
        now = self._clock.now()

        def take(row: Doc | None) -> Doc | None:
            if row is None:
                return (
                    {"_id": name, "generation": 0, "refreshing_until": until}
                    if generation == 0
                    else None
                )
            busy = row.get("refreshing_until")
            if row["generation"] != generation or (busy is not None and busy > now):
                return None
            return {**row, "refreshing_until": until}

        return bool(await self._db.update(TOKENS, [(name, take)]))

    async def finish_refresh(
        self, name: str, generation: int, token: str, expires_at: datetime
    ) -> None:
        def store(row: Doc | None) -> Doc | None:
            if row is None or row["generation"] != generation:
                return None
            return {
                "_id": name,
                "token": token,
                "expires_at": expires_at,
                "generation": generation + 1,
            }

        await self._db.update(TOKENS, [(name, store)])


def _conforms(tokens: MemoryTokens) -> ports.TokenStore:
    return tokens
