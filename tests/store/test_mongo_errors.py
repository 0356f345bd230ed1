"""What the driver reports and what may be concluded from it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    CursorNotFound,
    DocumentTooLarge,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidOperation,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WriteError,
    WTimeoutError,
)

from hub.errors import StoreUncertain
from hub.store.mongo.calls import insert
from hub.store.mongo.client import Collection, asking
from hub.store.mongo.inbox import MongoInbox
from hub.store.mongo.journal import MongoJournal
from hub.store.mongo.outbox import MongoOutbox

Doc = dict[str, Any]

DUPLICATE = {"index": 1, "code": 11000, "errmsg": "E11000 duplicate key"}
LATE = {"code": 64, "errmsg": "waiting for replication timed out", "errInfo": {"wtimeout": True}}


def bulk(*errors: Doc, concern: list[Doc] | None = None) -> BulkWriteError:
    return BulkWriteError(
        {"writeErrors": list(errors), "writeConcernErrors": concern or [], "nInserted": 1}
    )


UNCERTAIN: list[tuple[str, PyMongoError]] = [
    ("connection lost", AutoReconnect("connection closed")),
    ("no answer in time", NetworkTimeout("timed out")),
    ("no server", ServerSelectionTimeoutError("No servers found yet")),
    ("stepped down", NotPrimaryError("not primary", {"code": 10107})),
    ("server gave up", ExecutionTimeout("operation exceeded time limit", 50)),
    ("cursor died with its server", CursorNotFound("cursor id 1 not found", 43)),
    ("majority too slow", WTimeoutError("timed out", 64, {"errInfo": {"wtimeout": True}})),
    ("majority unknown", WriteConcernError("not enough data-bearing nodes", 100)),
    ("shutting down", OperationFailure("interrupted at shutdown", 11600)),
    ("disk full", OperationFailure("out of disk space", 14031)),
    ("write conflict", WriteError("write conflict", 112)),
    (
        "labelled by the server",
        OperationFailure("x", 4242, {"errorLabels": ["RetryableWriteError"]}),
    ),
    ("concern beside a duplicate", bulk(DUPLICATE, concern=[LATE])),
    ("concern alone", bulk(concern=[LATE])),
    (
        "concern in a duplicate's details",
        DuplicateKeyError("E11000", 11000, {"writeConcernError": LATE}),
    ),
    ("stepped down beside a duplicate", bulk(DUPLICATE, {"index": 2, "code": 10107})),
]

CERTAIN: list[tuple[str, Exception]] = [
    ("duplicate", DuplicateKeyError("E11000", 11000, dict(DUPLICATE))),
    ("duplicates in a bulk", bulk(DUPLICATE)),
    ("no such command", OperationFailure("no such command", 59)),
    ("not allowed", OperationFailure("not authorized", 13)),
    ("bad update", WriteError("unknown operator", 9)),
    ("too large", DocumentTooLarge("BSON document too large")),
    ("closed client", InvalidOperation("Cannot use AsyncMongoClient after close")),
]


@pytest.mark.parametrize(("label", "error"), UNCERTAIN, ids=[label for label, _ in UNCERTAIN])
async def test_nothing_is_concluded_from(label: str, error: PyMongoError) -> None:
    with pytest.raises(StoreUncertain) as caught, asking():
        raise error
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(("label", "error"), CERTAIN, ids=[label for label, _ in CERTAIN])
async def test_a_certain_answer_passes(label: str, error: Exception) -> None:
    with pytest.raises(type(error)) as caught, asking():
        raise error
    assert caught.value is error


async def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), asking():
        raise ZeroDivisionError


class Answering:
    """A collection whose inserts end in one error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def insert_many(self, rows: list[Doc], *, ordered: bool) -> None:
        raise self.error


ROWS = [{"_id": "a"}, {"_id": "b"}, {"_id": "c"}]


async def ask(error: Exception) -> list[int]:
    collection: Any = Answering(error)
    typed: Collection = collection
    return await insert(typed, ROWS, ordered=False)


async def test_duplicates_are_told_by_their_places() -> None:
    errors = ({"index": 2, "code": 11000}, {"index": 0, "code": 11000})
    assert await ask(bulk(*errors)) == [0, 2]


async def test_a_write_concern_error_beside_duplicates_is_no_list_of_duplicates() -> None:
    with pytest.raises(StoreUncertain):
        await ask(bulk(DUPLICATE, concern=[LATE]))


async def test_a_time_out_is_no_list_of_duplicates() -> None:
    with pytest.raises(StoreUncertain):
        await ask(NetworkTimeout("timed out"))


async def test_another_write_error_beside_a_duplicate_is_not_swallowed() -> None:
    with pytest.raises(BulkWriteError):
        await ask(bulk(DUPLICATE, {"index": 2, "code": 121, "errmsg": "validation"}))


async def inbox(database: Any) -> object:
    return await MongoInbox(database).insert(ROWS, ordered=True)


async def journal(database: Any) -> object:
    return await MongoJournal(database).append(ROWS)


async def outbox(database: Any) -> object:
    return await MongoOutbox(database).insert(ROWS)


@pytest.mark.parametrize("write", [inbox, journal, outbox])
async def test_the_heart_hears_uncertain_from_every_insert(
    write: Callable[[Any], Awaitable[object]],
) -> None:
    database = {write.__name__: Answering(bulk(DUPLICATE, concern=[LATE]))}
    with pytest.raises(StoreUncertain):
        await write(database)


async def test_a_cancellation_the_driver_swallowed_is_raised_again() -> None:
    async def work() -> None:
        with asking(), suppress(asyncio.CancelledError):  # as asyncio.wait_for does on 3.11
            await asyncio.sleep(60)

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
    assert task.cancelled()


async def test_cleaning_up_after_a_cancellation_may_still_ask() -> None:
    asked = False

    async def work() -> None:
        nonlocal asked
        try:
            await asyncio.sleep(60)
        finally:
            with asking():
                await asyncio.sleep(0)
            asked = True

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
    assert asked
