"""Numbered steps from an empty database to the one this program knows. Each may run twice."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from hub.errors import StartError
from hub.ports import Clock
from hub.store.mongo.calls import insert, read
from hub.store.mongo.client import Database, asking
from hub.store.mongo.indexes import INDEXES, create_indexes


@dataclass(frozen=True, slots=True)
class Migration:
    """`run` must leave the same result however often and however far it ran before."""

    number: int
    name: str
    run: Callable[[Database], Awaitable[None]]


async def _collections(database: Database) -> None:
    for collection in INDEXES:
        await create_indexes(database, collection)


async def _commands(database: Database) -> None:
    """Commits made before commands had an index of their own."""
    await _collections(database)
    journal = database["journal"]
    where = {"input.key": {"$regex": "^cmd:"}, "command": {"$exists": False}}
    for commit in await read(journal, where, fields={"input.key": 1}):
        key = commit["input"]["key"]
        await journal.update_one({"_id": commit["_id"]}, {"$set": {"command": key}})


MIGRATIONS: Sequence[Migration] = (
    Migration(1, "first collections", _collections),
    Migration(2, "desk: catalogue, agents of conversations, parts of snapshots", _collections),
    Migration(3, "commands found by their key", _commands),
    Migration(4, "files, keys and the audit log", _collections),
)


async def migrate(
    database: Database, clock: Clock, migrations: Sequence[Migration] = MIGRATIONS
) -> list[int]:
    """Run what is missing, in order; the numbers that ran.

    Raises:
        StartError: a newer program has worked on this database.
    """
    recorded = database["migrations"]
    done = {row["_id"] for row in await read(recorded, {})}
    known = max(m.number for m in migrations)
    if max(done, default=0) > known:
        raise StartError(
            f"database {database.name!r} was changed by a newer program (migration {max(done)}, "
            f"this one knows {known}); nothing was touched. Start the newer program, or restore "
            "a copy of the database made before it."
        )
    ran = []
    for migration in migrations:
        if migration.number in done:
            continue
        with asking():
            await migration.run(database)
        row = {"_id": migration.number, "name": migration.name, "at": clock.now()}
        await insert(recorded, [row], ordered=True)
        ran.append(migration.number)
    return ran
