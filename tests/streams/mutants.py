"""One planted bug for each rule of the heart: the engine with that rule left out.

Each function patches the engine; `test_rules_needed.py` pairs it with the schedule that shows it.
"""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from hub.model.ids import commit_id
from hub.store.memory.database import REMOVE, Connection, Database
from hub.store.memory.inbox import MemoryInbox
from hub.store.memory.labels import INBOX
from hub.store.shapes import distinct_heads
from hub.streams import accepting, after, effects, owner, receipts, recovery, rows, sending, writer
from hub.streams.after import Aftermath
from hub.streams.shard import Decided, Shard
from tests.streams.scene import Scene

Doc = dict[str, Any]
Patch = pytest.MonkeyPatch


def duplicate_proves_it_stands(patch: Patch) -> None:
    async def confirm_all(inbox: Any, docs: Sequence[Doc]) -> list[bool]:
        stood = await inbox.insert(docs, ordered=False)
        return [i not in stood for i in range(len(docs))]

    patch.setattr(accepting, "confirm_all", confirm_all)


def duplicate_effect_proves_it_stands(patch: Patch) -> None:
    async def insert_in_order(docs: Sequence[Doc], insert: Any, touch: Any) -> None:
        rest = list(docs)
        while rest:
            stood = await insert(rest)
            rest = rest[stood[0] + 1 :] if stood else []

    patch.setattr(effects, "insert_in_order", insert_in_order)


def token_is_not_fresh(patch: Patch) -> None:
    patch.setattr(owner, "fresh_token", lambda: "T")


def recovery_finishes_nothing(patch: Patch) -> None:
    async def finish(stores: Any, rules: Any, effects: Any, shard: Shard) -> None:
        while tail := await stores.journal.tail(shard.number, shard.n, 500):
            shard.known.update(c["input"]["key"] for c in tail)
            shard.n, shard.at = tail[-1]["n"], tail[-1]["at"]

    patch.setattr(recovery, "_finish", finish)


def inbox_is_read_before_recovery(patch: Patch) -> None:
    finish = recovery._finish

    async def later(stores: Any, rules: Any, effects: Any, shard: Shard) -> None:
        owed = Shard(shard.number, shard.token, shard.n, shard.at)
        while tail := await stores.journal.tail(shard.number, shard.n, 500):
            shard.n, shard.at = tail[-1]["n"], tail[-1]["at"]
        Scene.current.tasks.create_task(finish(stores, rules, effects, owed))

    patch.setattr(recovery, "_finish", later)


def done_rows_are_deleted(patch: Patch) -> None:
    async def delete(self: MemoryInbox, keys: Sequence[str], expire_at: Any) -> None:
        def remove(row: Doc | None) -> Doc | None:
            return None if row is None else REMOVE

        await self._db.update(INBOX, [(key, remove) for key in keys])

    patch.setattr(MemoryInbox, "done", delete)


def commit_id_is_not_unique(patch: Patch) -> None:
    count = itertools.count()
    patch.setattr(rows, "commit_id", lambda shard, n: f"{commit_id(shard, n)}~{next(count)}")


def reads_are_local(patch: Patch) -> None:
    patch.setattr(Database, "readable", Database.primary)


def sources_are_read_once(patch: Patch) -> None:
    stash: dict[int, list[Doc]] = {}

    async def first(self: MemoryInbox, shards: Any, limit: int) -> dict[tuple[int, str], str]:
        stash[id(self)] = await _scan(self, shards)
        return distinct_heads(stash[id(self)])

    async def again(self: MemoryInbox, heads: Any, limit: int) -> list[tuple[int, str]]:
        found = [r for r in stash[id(self)] if (r["shard"], r["source"]) in heads]
        found.sort(key=lambda r: (r["source"], r["order"]))
        return [(r["shard"], r["_id"]) for r in found]

    patch.setattr(MemoryInbox, "sources", first)
    patch.setattr(MemoryInbox, "keys", again)


async def _scan(inbox: MemoryInbox, shards: Any) -> list[Doc]:
    return await inbox._db.scan(INBOX, [("open", s) for s in shards])


def ignored_inputs_are_not_committed(patch: Patch) -> None:
    decide = owner.Owner._decide

    def without(self: owner.Owner, row: Doc, now: Any, *, stored: bool) -> None:
        shard = self.shards.get(row["shard"])
        held = shard.streams.get(row["stream"]) if shard else None
        if shard is not None and held is not None and stored and row["_id"] not in shard.known:
            events = held.rules.decide(held.state, row["body"], row["_id"], now)
            if events[0][0] == "Ignored":
                shard.known.add(row["_id"])
                Scene.current.history.told.add(row["_id"])
                Scene.current.tasks.create_task(self._effects.mark([row["_id"]]))
                return
        decide(self, row, now, stored=stored)

    patch.setattr(owner.Owner, "_decide", without)


def insert_is_not_ordered(patch: Patch) -> None:
    insert = Connection.insert

    async def unordered(
        self: Connection, collection: str, docs: Any, *, ordered: bool = True
    ) -> list[int]:
        return await insert(self, collection, docs, ordered=ordered and collection != "journal")

    patch.setattr(Connection, "insert", unordered)


def two_batches_fly(patch: Patch) -> None:
    write = writer.Writer._write

    async def twice(self: writer.Writer, batch: list[Decided]) -> None:
        half = (len(batch) + 1) // 2
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(write(self, batch[:half]))
            tasks.create_task(write(self, batch[half:]))

    patch.setattr(writer.Writer, "_write", twice)


def refused_shard_keeps_its_memory(patch: Patch) -> None:
    lost = owner.Owner._on_lost

    def keep(self: owner.Owner, shard: Shard) -> None:
        if not shard.alive or self.shards.get(shard.number) is not shard:
            lost(self, shard)
            return
        journal = Scene.current.chaos.database.majority("journal").rows.values()
        shard.n = max((d["n"] for d in journal if d["shard"] == shard.number), default=0)
        self._writer._waiting = [d for d in self._writer._waiting if d.shard is not shard]

    patch.setattr(owner.Owner, "_on_lost", keep)


def time_may_run_backward(patch: Patch) -> None:
    decide = Shard.decide

    def unguarded(self: Shard, row: Doc, now: Any, *, stored: bool) -> Decided:
        self.at = now
        return decide(self, row, now, stored=stored)

    patch.setattr(Shard, "decide", unguarded)


def effects_before_durable(patch: Patch) -> None:
    write = writer.Writer._write

    async def early(self: writer.Writer, batch: list[Decided]) -> None:
        aftermath: Aftermath = self._durable.__self__._after  # type: ignore[attr-defined]
        made = effects.rows_of([(d.commit, d.effects) for d in batch])
        await aftermath._effects.make(*made)
        await write(self, batch)

    patch.setattr(writer.Writer, "_write", early)


def effects_in_any_order(patch: Patch) -> None:
    async def reversed_one_by_one(docs: Sequence[Doc], insert: Any, touch: Any) -> None:
        for doc in reversed(docs):
            while await insert([doc]) and doc["_id"] not in await touch([doc["_id"]]):
                pass

    patch.setattr(effects, "insert_in_order", reversed_one_by_one)


def cursor_runs_ahead(patch: Patch) -> None:
    follow = Aftermath._follow

    async def ahead(self: Aftermath, batch: list[Decided]) -> None:
        moved = {d.shard.number: d.commit["n"] for d in batch}
        await effects.until_sure(self._clock, lambda: self._stores.shards.advance(moved))
        await follow(self, batch)

    patch.setattr(after.Aftermath, "_follow", ahead)


def destinations_are_not_serial(patch: Patch) -> None:
    patch.setattr(sending, "destination", lambda row: row["_id"])


def overdue_is_queued_again(patch: Patch) -> None:
    patch.setattr(sending, "overdue_change", lambda row: {"state": "queued"})


def unmatched_receipts_are_closed(patch: Patch) -> None:
    resolve = receipts.Receipts.resolve

    async def close(self: receipts.Receipts, row: Doc) -> None:
        await resolve(self, row)
        await self._inbox.bury(row["_id"], "unmatched", self._clock.now())

    patch.setattr(receipts.Receipts, "resolve", close)
