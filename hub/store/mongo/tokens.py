"""Provider tokens in MongoDB."""

from datetime import datetime

from hub import ports
from hub.store.mongo.calls import insert, read_one
from hub.store.mongo.client import Database, Doc, asking


class MongoTokens:
    def __init__(self, database: Database, clock: ports.Clock) -> None:
        self._tokens = database["provider_tokens"]
        self._clock = clock

    async def read(self, name: str) -> Doc | None:
        row = await read_one(self._tokens, name)
        return None if row is None or row["generation"] == 0 else row

    async def begin_refresh(self, name: str, generation: int, until: datetime) -> bool:
        free = {"$not": {"$gt": self._clock.now()}}
        where = {"_id": name, "generation": generation, "refreshing_until": free}
        with asking():
            result = await self._tokens.update_one(where, {"$set": {"refreshing_until": until}})
        if result.matched_count or generation:
            return result.matched_count == 1
        first = {"_id": name, "generation": 0, "refreshing_until": until}
        return not await insert(self._tokens, [first], ordered=True)

    async def finish_refresh(
        self, name: str, generation: int, token: str, expires_at: datetime
    ) -> None:
        row = {"_id": name, "token": token, "expires_at": expires_at, "generation": generation + 1}
        with asking():
            await self._tokens.replace_one({"_id": name, "generation": generation}, row)


def _conforms(tokens: MongoTokens) -> ports.TokenStore:
    return tokens
