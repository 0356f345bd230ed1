"""Numbered steps from an empty database to the one this program knows. Each may run twice."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from pymongo import UpdateOne

from hub.errors import StartError
from hub.ports import Clock
from hub.store.mongo.calls import insert, read
from hub.store.mongo.client import Collection, Database, Doc, asking
from hub.store.mongo.indexes import INDEXES, create_indexes, projected

CHANGED_AT_ONCE = 1000
ASSIGNED: Doc = {"agents": {"$ne": []}}


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


async def _open_to(database: Database) -> None:
    """The lists were open to everybody a conversation was ever assigned to."""
    conversations = database[projected("conversations")]
    customers = database[projected("customers")]
    agents: dict[str, Doc] = {}
    ended: dict[str, list[str]] = defaultdict(list)
    serving: dict[str, list[str]] = defaultdict(list)
    fields = dict.fromkeys(("customer_id", "agent_id", "agents", "state"), 1)
    for doc in await read(conversations, ASSIGNED, fields):
        theirs = _theirs(doc)
        if theirs != doc.get("agents"):
            agents[doc["_id"]] = {"agents": theirs}
        (ended if doc["state"] == "closed" else serving)[doc["customer_id"]] += theirs
    await _change(conversations, agents)
    people = {}
    for doc in await read(customers, ASSIGNED, {"_id": 1}):
        ended_with = list(dict.fromkeys(ended[doc["_id"]]))
        people[doc["_id"]] = {
            "agents": list(dict.fromkeys(ended_with + serving[doc["_id"]])),
            "ended_with": ended_with,
        }
    await _change(customers, people)


def _theirs(conversation: Doc) -> list[str]:
    """Who serves it, or with whom it ended; an offer gives nothing yet."""
    agent_id = conversation.get("agent_id")
    had = agent_id in conversation.get("agents", ()) and conversation["state"] != "offered"
    return [agent_id] if agent_id and had else []


async def _change(collection: Collection, changes: Mapping[str, Doc]) -> None:
    updates = [UpdateOne({"_id": key}, {"$set": values}) for key, values in changes.items()]
    for start in range(0, len(updates), CHANGED_AT_ONCE):
        await collection.bulk_write(updates[start : start + CHANGED_AT_ONCE], ordered=False)


MIGRATIONS: Sequence[Migration] = (
    Migration(1, "first collections", _collections),
    Migration(2, "desk: catalogue, agents of conversations, parts of snapshots", _collections),
    Migration(3, "commands found by their key", _commands),
    Migration(4, "files, keys and the audit log", _collections),
    Migration(5, "lists open to who serves, and to whom it ended with", _open_to),
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
