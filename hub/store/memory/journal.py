"""The journal in memory."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub import ports
from hub.model.ids import commit_id
from hub.store.memory.database import Connection
from hub.store.memory.labels import JOURNAL
from hub.store.shapes import gapless, gapless_streams

Doc = dict[str, Any]


class MemoryJournal:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def append(self, commits: Sequence[Doc]) -> int | None:
        stood = await self._db.insert(JOURNAL, commits, ordered=True)
        return stood[0] if stood else None

    async def get(self, commit: str) -> Doc | None:
        return await self._db.get_one(JOURNAL, commit)

    async def tail(self, shard: int, after: int, limit: int) -> list[Doc]:
        found = await self._db.scan(
            JOURNAL, [("shard", shard)], after=commit_id(shard, after), limit=limit
        )
        return gapless(found, "n", after)

    async def tails(self, after: Mapping[int, int]) -> dict[int, int]:
        heads = await self._db.last(JOURNAL, [("shard", s) for s in after])
        return {d["shard"]: d["n"] for d in heads if d["n"] > after[d["shard"]]}

    async def of_stream(self, stream: str, after: int, limit: int) -> list[Doc]:
        found = await self._db.scan(
            JOURNAL, [("stream", stream)], lambda d: d["seq"] > after, limit=limit
        )
        return gapless(found, "seq", after)

    async def of_streams(self, after: Mapping[str, int]) -> list[Doc]:
        found = await self._db.scan(
            JOURNAL, [("stream", s) for s in after], lambda d: d["seq"] > after[d["stream"]]
        )
        found.sort(key=lambda d: (d["stream"], d["seq"]))
        return gapless_streams(found, after)

    async def find(self, stream: str, key: str) -> Doc | None:
        found = await self._db.scan(
            JOURNAL, [("stream", stream)], lambda d: d["input"]["key"] == key, limit=1
        )
        return found[0] if found else None


def _conforms(journal: MemoryJournal) -> ports.Journal:
    return journal
