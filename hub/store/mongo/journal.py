"""The journal in MongoDB.

Numbers are dense, so a shard is read by asking for the next ids: no second index to keep.
"""

from collections.abc import Mapping, Sequence

from hub import ports
from hub.model.ids import COMMAND, commit_id
from hub.store.mongo.calls import insert, read, read_one
from hub.store.mongo.client import Database, Doc
from hub.store.shapes import gapless, gapless_streams

STEP = 64
STRIDE = 6
"""`tails` looks 2**6 times as far ahead where it found a commit at its farthest."""


class MongoJournal:
    def __init__(self, database: Database) -> None:
        self._commits = database["journal"]

    async def append(self, commits: Sequence[Doc]) -> int | None:
        stood = await insert(self._commits, commits, ordered=True)
        return stood[0] if stood else None

    async def get(self, commit: str) -> Doc | None:
        return await read_one(self._commits, commit)

    async def tail(self, shard: int, after: int, limit: int) -> list[Doc]:
        found: list[Doc] = []
        while len(found) < limit:
            reached = after + len(found)
            ids = [
                commit_id(shard, n)
                for n in range(reached + 1, reached + 1 + min(STEP, limit - len(found)))
            ]
            part = await read(self._commits, {"_id": {"$in": ids}})
            part.sort(key=lambda c: c["n"])
            part = gapless(part, "n", reached)
            found += part
            if len(part) < len(ids):
                break
        return found

    async def tails(self, after: Mapping[int, int]) -> dict[int, int]:
        reached = dict(after)
        asked = dict.fromkeys(after, 0)
        while asked:
            ids = [
                commit_id(shard, reached[shard] + 2**power)
                for shard, most in asked.items()
                for power in range(most + 1)
            ]
            seen: dict[int, int] = {}
            for commit in await read(self._commits, {"_id": {"$in": ids}}, {"shard": 1, "n": 1}):
                shard = commit["shard"]
                seen[shard] = max(seen.get(shard, 0), commit["n"])
            steps = {shard: n - reached[shard] for shard, n in seen.items()}
            reached.update(seen)
            asked = {s: most for s, step in steps.items() if (most := _most(step, asked[s])) >= 0}
        return {shard: n for shard, n in reached.items() if n > after[shard]}

    async def of_stream(self, stream: str, after: int, limit: int) -> list[Doc]:
        where = {"stream": stream, "seq": {"$gt": after}}
        return gapless(
            await read(self._commits, where, sort=[("seq", 1)], limit=limit), "seq", after
        )

    async def of_streams(self, after: Mapping[str, int]) -> list[Doc]:
        found: list[Doc] = []
        whole = [stream for stream, seq in after.items() if seq == 0]
        if whole:
            found += await read(self._commits, {"stream": {"$in": whole}})
        for stream, seq in after.items():
            if seq:
                found += await read(self._commits, {"stream": stream, "seq": {"$gt": seq}})
        found.sort(key=lambda c: (c["stream"], c["seq"]))
        return gapless_streams(found, after)

    async def find(self, stream: str, key: str) -> Doc | None:
        by = "command" if key.startswith(COMMAND) else "input.key"
        where = {"stream": stream, by: key}
        found = await read(self._commits, where, limit=1)
        return found[0] if found else None


def _most(step: int, asked: int) -> int:
    """The highest power of two to ask next, after one found `step` ahead; below 0 = none."""
    found = step.bit_length() - 1
    return found + STRIDE if found == asked else found - 1


def _conforms(journal: MongoJournal) -> ports.Journal:
    return journal
