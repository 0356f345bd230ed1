"""From any older database to the one the program knows, and never from a newer one."""

from typing import Any
from uuid import uuid4

import pytest

from hub.errors import StartError, StoreUncertain
from hub.store.mongo.client import Database, Timeouts
from hub.store.mongo.indexes import INDEXES
from hub.store.mongo.migrations import MIGRATIONS, Migration, migrate
from hub.store.mongo.stores import MongoStores, open_stores
from tests.fakes.clock import NOON, ManualClock


async def recorded(database: Database) -> list[int]:
    return [row["_id"] async for row in database["migrations"].find().sort("_id")]


async def test_a_fresh_database_gets_every_collection_and_index(mongo_stores: MongoStores) -> None:
    database = mongo_stores.database
    assert set(INDEXES) | {"migrations"} <= set(await database.list_collection_names())
    for collection, indexes in INDEXES.items():
        names = set(await database[collection].index_information())
        assert names == {"_id_", *(i.document["name"] for i in indexes)}, collection
    assert await recorded(database) == [m.number for m in MIGRATIONS]


async def test_the_heart_keeps_few_indexes(mongo_stores: MongoStores) -> None:
    """Each doubles the price of a write; a partial or sparse one costs only rows it holds."""
    always = {}
    for collection in ("inbox", "journal", "outbox", "alarms"):
        information = await mongo_stores.database[collection].index_information()
        always[collection] = [
            name
            for name, index in information.items()
            if not {"partialFilterExpression", "sparse", "expireAfterSeconds"} & set(index)
        ]
    assert always == {
        "inbox": ["_id_"],
        "journal": ["_id_", "stream"],
        "outbox": ["_id_"],
        "alarms": ["_id_", "due"],
    }


async def test_rows_expire_by_their_expiry_alone(mongo_stores: MongoStores) -> None:
    for collection in ("inbox", "processes", "sessions"):
        information = await mongo_stores.database[collection].index_information()
        expiring = [i for i in information.values() if "expireAfterSeconds" in i]
        assert [(i["key"], i["expireAfterSeconds"]) for i in expiring] == [([("expire_at", 1)], 0)]


async def test_only_done_rows_carry_an_expiry(mongo_stores: MongoStores) -> None:
    inbox = mongo_stores.heart.inbox
    row = {"shard": 1, "stream": "s", "source": "x", "order": "1", "body": {}, "open": True}
    await inbox.insert(
        [{"_id": k, "at": NOON, **row} for k in ("open", "done", "dead", "touched")], ordered=False
    )
    await inbox.done(["done"], NOON)
    await inbox.bury("dead", "unmatched", NOON)
    await inbox.touch(["touched"])
    rows = [r async for r in mongo_stores.database["inbox"].find()]
    assert [r["_id"] for r in rows if "expire_at" in r] == ["done"]
    assert sorted(r["_id"] for r in rows if "body" in r) == ["dead", "open", "touched"]


async def test_a_second_start_changes_nothing(
    mongo_stores: MongoStores, mongo_uri: str, manual_clock: ManualClock
) -> None:
    assert await migrate(mongo_stores.database, manual_clock) == []
    again = await open_stores(mongo_uri, mongo_stores.database.name, manual_clock)
    assert await recorded(again.database) == [m.number for m in MIGRATIONS]
    await again.close()


async def test_a_migration_cut_off_half_way_runs_again(
    mongo_stores: MongoStores, manual_clock: ManualClock
) -> None:
    database = mongo_stores.database
    await database["migrations"].delete_many({})
    await database["inbox"].drop_index("dead")
    assert await migrate(database, manual_clock) == [m.number for m in MIGRATIONS]
    assert "dead" in await database["inbox"].index_information()


async def test_a_later_program_runs_only_what_is_missing(
    mongo_stores: MongoStores, manual_clock: ManualClock
) -> None:
    ran: list[int] = []

    async def later(_: Database) -> None:
        ran.append(98)

    steps = (*MIGRATIONS, Migration(98, "later", later))
    assert await migrate(mongo_stores.database, manual_clock, steps) == [98]
    assert await migrate(mongo_stores.database, manual_clock, steps) == []
    assert ran == [98]


async def test_a_database_of_before_there_was_a_desk_gets_what_it_lacks(
    mongo_stores: MongoStores, manual_clock: ManualClock
) -> None:
    database = mongo_stores.database
    await database["migrations"].delete_one({"_id": 2})
    await database["snapshot_parts"].drop()
    await database["projection_conversations"].drop_index("agents")
    assert await migrate(database, manual_clock) == [2]
    assert "stream" in await database["snapshot_parts"].index_information()
    assert "agents" in await database["projection_conversations"].index_information()


async def test_lists_of_before_are_open_to_those_who_serve_and_with_whom_it_ended(
    mongo_stores: MongoStores, manual_clock: ManualClock
) -> None:
    """Before, everybody a conversation was ever assigned to stood in them."""
    database = mongo_stores.database
    old: list[dict[str, Any]] = [
        {"_id": "c1.1", "state": "closed", "agents": ["7", "8"], "agent_id": "8"},
        {"_id": "c1.2", "state": "active", "agents": ["8", "9"], "agent_id": "9"},
        {"_id": "c2.1", "state": "queued", "agents": ["7"]},
        {"_id": "c3.1", "state": "offered", "agents": ["7"], "agent_id": "7"},
        {"_id": "c4.1", "state": "closed", "agents": ["7"], "agent_id": "8"},
        {"_id": "c5.1", "state": "bot", "agents": []},
        {"_id": "c6.1", "state": "closed", "agents": ["7"], "agent_id": "7"},
        {"_id": "c6.2", "state": "closed", "agents": ["7"], "agent_id": "7"},
    ]
    await database["projection_conversations"].insert_many(
        [{"customer_id": row["_id"].partition(".")[0], **row} for row in old]
    )
    ever = {"c1": ["7", "8", "9"], "c2": ["7"], "c3": ["7"], "c4": ["7"], "c5": [], "c6": ["7"]}
    await database["projection_customers"].insert_many(
        [{"_id": key, "agents": agents} for key, agents in ever.items()]
    )
    for _ in range(2):
        await database["migrations"].delete_one({"_id": 5})
        assert await migrate(database, manual_clock) == [5]
        rows = [row async for row in database["projection_conversations"].find().sort("_id")]
        assert [(row["_id"], row["agents"]) for row in rows if row["agents"]] == [
            ("c1.1", ["8"]),
            ("c1.2", ["9"]),
            ("c6.1", ["7"]),
            ("c6.2", ["7"]),
        ]
        people = [row async for row in database["projection_customers"].find()]
        assert {row["_id"]: (row["agents"], row.get("ended_with")) for row in people} == {
            "c1": (["8", "9"], ["8"]),
            **dict.fromkeys(("c2", "c3", "c4"), ([], [])),
            "c5": ([], None),
            "c6": (["7"], ["7"]),
        }


async def test_a_newer_database_is_refused_and_left_alone(
    mongo_stores: MongoStores, mongo_uri: str, manual_clock: ManualClock
) -> None:
    database = mongo_stores.database
    await database["migrations"].insert_one({"_id": 99, "name": "of tomorrow", "at": NOON})
    await database["inbox"].drop_index("dead")
    with pytest.raises(StartError, match=r"migration 99, this one knows 5"):
        await open_stores(mongo_uri, database.name, manual_clock)
    assert "dead" not in await database["inbox"].index_information()


async def test_a_server_that_does_not_answer_is_uncertain(manual_clock: ManualClock) -> None:
    short = Timeouts(connect=200, select_server=200, socket=200)
    with pytest.raises(StoreUncertain):
        await open_stores("mongodb://127.0.0.1:9/", "x", manual_clock, timeouts=short)


async def test_the_majority_and_the_journal_are_asked_whatever_the_address_says(
    mongo_uri: str, manual_clock: ManualClock
) -> None:
    address = mongo_uri.partition("?")[0] + "?w=1&journal=false&readConcernLevel=local"
    stores = await open_stores(address, f"test_{uuid4().hex[:12]}", manual_clock)
    assert stores.database["inbox"].write_concern.document == {
        "w": "majority",
        "j": True,
        "wtimeout": 10_000,
    }
    assert stores.database["inbox"].read_concern.level == "majority"
    assert stores.client.options.retry_writes
    await stores.client.drop_database(stores.database.name)
    await stores.close()
