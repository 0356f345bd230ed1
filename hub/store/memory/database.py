"""A database in memory with the failure model of a replica set.

Operations go row by row and pass `Faults.step` before each. Writes change the primary view and
are acknowledged when the majority view has their last one; reads see the majority view, key by
key: a cursor is no snapshot. What goes in and what comes out is copied.
"""

from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Any, TypeVar, cast

from hub.store.memory.faults import Faults, NoFaults, Operation
from hub.store.memory.labels import labels_of
from hub.store.memory.table import Key, Table

Doc = dict[str, Any]
T = TypeVar("T")

REMOVE: Doc = {}
"""What a change returns to remove its row."""

Change = Callable[[Doc | None], Doc | None]
"""From a copy of the row (None: there is none) to the new row, `REMOVE`, or None: no match."""


def copied(value: T) -> T:
    """A copy of a document that shares no dict and no list with it."""
    if isinstance(value, dict):
        return cast(T, {k: copied(v) for k, v in value.items()})
    if isinstance(value, list | tuple):
        return cast(T, [copied(v) for v in value])
    return value


class Database:
    """What all processes of a test share. `replicate` and `fail_over` are driven by faults."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults: Faults = NoFaults() if faults is None else faults
        self.written = 0
        self.replicated = 0
        self._primary: dict[str, Table] = {}
        self._majority: dict[str, Table] = self._primary if self.faults.replicated_at_once else {}
        self._pending: deque[tuple[str, Key, Doc | None]] = deque()

    def primary(self, collection: str) -> Table:
        return self._table(self._primary, collection)

    def majority(self, collection: str) -> Table:
        return self._table(self._majority, collection)

    def readable(self, collection: str) -> Table:
        """The view that reads see."""
        return self.majority(collection)

    def _table(self, tables: dict[str, Table], collection: str) -> Table:
        table = tables.get(collection)
        if table is None:
            table = tables[collection] = Table(labels_of(collection))
        return table

    def write(self, operation: Operation, key: Key, doc: Doc | None) -> None:
        """One row of an operation into the primary view and the log."""
        self.primary(operation.collection).put(key, doc)
        self.written += 1
        operation.last_write = self.written
        if self.faults.replicated_at_once:
            self.replicated = self.written
            return
        self._pending.append((operation.collection, key, doc))
        self.faults.wrote()

    @property
    def pending(self) -> int:
        """Log entries the majority does not have yet."""
        return len(self._pending)

    def replicate(self, count: int = 1) -> None:
        """Carry log entries over to the majority view, oldest first."""
        for _ in range(min(count, len(self._pending))):
            collection, key, doc = self._pending.popleft()
            self.majority(collection).put(key, doc)
            self.replicated += 1

    def fail_over(self) -> None:
        """A new primary: what the majority does not have is rolled back."""
        for collection, key, _ in self._pending:
            self.primary(collection).put(key, self.majority(collection).rows.get(key))
        self._pending.clear()
        self.written = self.replicated


class Connection:
    """The operations, as one process calls them."""

    def __init__(self, database: Database, process: str) -> None:
        self._database = database
        self._faults = database.faults
        self._process = process

    async def insert(
        self, collection: str, rows: Sequence[Doc], *, ordered: bool = True
    ) -> list[int]:
        """Indexes of rows whose key stood already; an ordered insert stops at the first."""
        docs = [copied(dict(r)) for r in rows]
        operation = Operation("insert", collection, self._process)

        async def work() -> list[int]:
            table = self._database.primary(collection)
            places = range(len(docs))
            stood: list[int] = []
            for i in places if ordered else self._faults.arrange(places):
                await self._faults.step(operation)
                key = docs[i]["_id"]
                if key not in table.rows:
                    self._database.write(operation, key, docs[i])
                    continue
                stood.append(i)
                if ordered:
                    break
            await self._faults.acknowledge(operation)
            return sorted(stood)

        return await self._faults.run(operation, work)

    async def update(self, collection: str, changes: Iterable[tuple[Key, Change]]) -> list[Key]:
        """Change rows one by one, each by itself atomic; the keys whose change matched."""
        todo = list(changes)
        operation = Operation("update", collection, self._process)

        async def work() -> list[Key]:
            table = self._database.primary(collection)
            matched: list[Key] = []
            for key, change in todo:
                await self._faults.step(operation)
                row = table.rows.get(key)
                new = change(None if row is None else copied(row))
                if new is None:
                    continue
                self._database.write(operation, key, None if new is REMOVE else copied(new))
                matched.append(key)
            await self._faults.acknowledge(operation)
            return matched

        return await self._faults.run(operation, work)

    async def get(self, collection: str, keys: Collection[Key]) -> list[Doc]:
        """The rows that stand, in the order of `keys`."""
        operation = Operation("get", collection, self._process)

        async def work() -> list[Doc]:
            found = []
            for key in keys:
                await self._faults.step(operation)
                row = self._database.readable(collection).rows.get(key)
                if row is not None:
                    found.append(copied(row))
            return found

        return await self._faults.run(operation, work)

    async def get_one(self, collection: str, key: Key) -> Doc | None:
        rows = await self.get(collection, (key,))
        return rows[0] if rows else None

    async def scan(
        self,
        collection: str,
        labels: Iterable[Hashable],
        where: Callable[[Doc], bool] = lambda _: True,
        *,
        after: Key | None = None,
        limit: int | None = None,
    ) -> list[Doc]:
        """Rows under the labels, label by label and key by key, from behind the key `after`."""
        todo = list(labels)
        operation = Operation("scan", collection, self._process)

        async def work() -> list[Doc]:
            found: list[Doc] = []
            for label in todo:
                key = after
                while limit is None or len(found) < limit:
                    table = self._database.readable(collection)
                    key = table.next(label, key)
                    if key is None:
                        break
                    row = table.rows[key]
                    if where(row):
                        found.append(copied(row))
                    await self._faults.step(operation)
            return found

        return await self._faults.run(operation, work)

    async def last(self, collection: str, labels: Iterable[Hashable]) -> list[Doc]:
        """The last row under each label that has one."""
        todo = list(labels)
        operation = Operation("last", collection, self._process)

        async def work() -> list[Doc]:
            found = []
            for label in todo:
                await self._faults.step(operation)
                table = self._database.readable(collection)
                key = table.last(label)
                if key is not None:
                    found.append(copied(table.rows[key]))
            return found

        return await self._faults.run(operation, work)
