"""The database in memory: copies at the boundary, listings, and what a fault may do."""

from typing import Any

from hub.store.memory.database import REMOVE, Connection, Database
from hub.store.memory.faults import NoFaults
from hub.store.memory.table import EVERY

Doc = dict[str, Any]
PLAIN = "users"


class Lagging(NoFaults):
    """Writes reach the majority only by hand; nothing waits for it."""

    replicated_at_once = False


async def test_nothing_is_shared_with_who_wrote_or_reads() -> None:
    database = Database()
    connection = Connection(database, "P")
    given: Doc = {"_id": "a", "list": [{"x": 1}], "pair": (1, 2)}
    await connection.insert(PLAIN, [given])
    given["list"][0]["x"] = 2
    first = await connection.get_one(PLAIN, "a")
    assert first == {"_id": "a", "list": [{"x": 1}], "pair": [1, 2]}
    first["list"].append("more")

    def change(row: Doc | None) -> Doc | None:
        assert row is not None
        row["list"].append("refused")
        return None

    assert await connection.update(PLAIN, [("a", change)]) == []
    [scanned] = await connection.scan(PLAIN, [EVERY])
    assert scanned["list"] == [{"x": 1}]


async def test_rows_are_listed_in_key_order_under_their_labels_only() -> None:
    connection = Connection(Database(), "P")

    def row(key: str, shard: int, *, is_open: bool) -> Doc:
        return {"_id": key, "shard": shard, "open": is_open}

    await connection.insert(
        "inbox", [row("c", 1, is_open=True), row("a", 1, is_open=True), row("b", 2, is_open=True)]
    )
    assert await connection.update("inbox", [("c", lambda _: row("c", 1, is_open=False))]) == ["c"]
    assert [r["_id"] for r in await connection.scan("inbox", [("open", 1)])] == ["a"]
    assert await connection.update("inbox", [("a", lambda _: REMOVE)]) == ["a"]
    assert await connection.scan("inbox", [("open", 1)]) == []
    assert await connection.get_one("inbox", "a") is None


async def test_reads_see_the_majority_and_writes_the_primary() -> None:
    database = Database(Lagging())
    connection = Connection(database, "P")
    await connection.insert(PLAIN, [{"_id": "a"}, {"_id": "b"}])
    assert database.pending == 2
    assert await connection.get_one(PLAIN, "a") is None
    assert await connection.insert(PLAIN, [{"_id": "a"}]) == [0]
    database.replicate()
    assert [r["_id"] for r in await connection.scan(PLAIN, [EVERY])] == ["a"]


async def test_a_fail_over_takes_back_inserts_changes_and_removals() -> None:
    database = Database(Lagging())
    connection = Connection(database, "P")
    await connection.insert(PLAIN, [{"_id": "a", "v": 1}, {"_id": "b", "v": 1}])
    database.replicate(2)
    await connection.update(
        PLAIN,
        [
            ("a", lambda _: {"_id": "a", "v": 2}),
            ("a", lambda _: {"_id": "a", "v": 3}),
            ("b", lambda _: REMOVE),
            ("c", lambda _: {"_id": "c", "v": 1}),
        ],
    )
    database.replicate()
    database.fail_over()
    rows = {"a": {"_id": "a", "v": 2}, "b": {"_id": "b", "v": 1}}
    assert database.primary(PLAIN).rows == rows
    assert database.majority(PLAIN).rows == rows
    assert (database.written, database.replicated, database.pending) == (3, 3, 0)
