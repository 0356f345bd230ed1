"""The connection, and the one place where the driver's errors get their meaning."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import pymongo
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    CursorNotFound,
    ExecutionTimeout,
    OperationFailure,
    ProtocolError,
    PyMongoError,
    WriteConcernError,
)

from hub.errors import StoreUncertain

Doc = dict[str, Any]
Client = AsyncMongoClient[Doc]
Database = AsyncDatabase[Doc]
Collection = AsyncCollection[Doc]

DUPLICATE = 11000
GOODBYE_S = 2.0

UNSURE_CODES = frozenset(
    {
        1,  # InternalError, as when the disk is full
        6,  # HostUnreachable
        7,  # HostNotFound
        8,  # UnknownError
        24,  # LockTimeout
        50,  # MaxTimeMSExpired
        64,  # WriteConcernFailed
        79,  # UnknownReplWriteConcern
        89,  # NetworkTimeout
        91,  # ShutdownInProgress
        100,  # UnsatisfiableWriteConcern
        112,  # WriteConflict
        134,  # ReadConcernMajorityNotAvailableYet
        189,  # PrimarySteppedDown
        262,  # ExceededTimeLimit
        9001,  # SocketException
        10058,  # LegacyNotPrimary
        10107,  # NotWritablePrimary
        11600,  # InterruptedAtShutdown
        11602,  # InterruptedDueToReplStateChange
        13435,  # NotPrimaryNoSecondaryOk
        13436,  # NotPrimaryOrSecondary
        14031,  # OutOfDiskSpace
    }
)
"""Server errors from which nothing may be concluded (MongoDB's error_codes.yml)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Milliseconds. `write_concern`: how long the majority may take to have a write."""

    connect: int = 5_000
    select_server: int = 5_000
    socket: int = 15_000
    write_concern: int = 10_000


def connect(uri: str, timeouts: Timeouts) -> Client:
    """A client that acknowledges and reads by the majority, whatever the address says."""
    return AsyncMongoClient(
        uri,
        appname="lianluo",
        tz_aware=True,
        w="majority",
        journal=True,
        retryWrites=True,
        readConcernLevel="majority",
        wTimeoutMS=timeouts.write_concern,
        connectTimeoutMS=timeouts.connect,
        serverSelectionTimeoutMS=timeouts.select_server,
        socketTimeoutMS=timeouts.socket,
    )


def is_uncertain(error: PyMongoError) -> bool:
    """True when the write may stand, not stand or land later, or the read may be repeated.

    A write-concern error hides beside duplicate keys: in the details of a bulk error, and it is
    lost altogether in the DuplicateKeyError of a single write, so single inserts go as bulks.
    """
    if isinstance(
        error,
        ConnectionFailure | ProtocolError | CursorNotFound | ExecutionTimeout | WriteConcernError,
    ):
        return True
    if not isinstance(error, OperationFailure):
        return False
    details: Mapping[str, Any] = error.details or {}
    if details.get("writeConcernErrors") or details.get("writeConcernError"):
        return True
    if isinstance(error, BulkWriteError):
        return any(e.get("code") in UNSURE_CODES for e in details.get("writeErrors", ()))
    return (
        error.code in UNSURE_CODES
        or error.has_error_label("RetryableWriteError")
        or error.has_error_label("TransientTransactionError")
    )


async def close(client: Client) -> None:
    """To its end, also when we are cancelled meanwhile, and with a server that is gone.

    A client whose closing is broken off keeps its sockets and its monitors.
    """
    cancelled: asyncio.CancelledError | None = None
    with pymongo.timeout(GOODBYE_S):
        closing = asyncio.create_task(client.close())  # noqa: TID251 - awaited right here
    while not closing.done():
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


class asking:  # noqa: N801 - reads as a clause
    """`with asking():` round calls of the driver: what is uncertain becomes StoreUncertain.

    A cancellation that the driver swallowed is raised again: on Python 3.11 `asyncio.wait_for`,
    which it uses to send, returns normally when it is cancelled a moment after it is done.
    """

    __slots__ = ("_cancelling", "_task")

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task else 0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, asyncio.CancelledError):
            return
        if self._task is not None and self._task.cancelling() > self._cancelling:
            raise asyncio.CancelledError from error
        if isinstance(error, PyMongoError) and is_uncertain(error):
            raise StoreUncertain(f"{type(error).__name__}: {str(error)[:200]}") from error


def duplicates(error: BulkWriteError) -> list[int]:
    """Places of the rows whose key stood already, when that is all that went wrong.

    Raises:
        BulkWriteError: something else went wrong as well.
    """
    details = error.details or {}
    failed: Sequence[Mapping[str, Any]] = details.get("writeErrors", ())
    if details.get("writeConcernErrors") or any(e["code"] != DUPLICATE for e in failed):
        raise error
    return sorted(e["index"] for e in failed)
