"""Collections and their indexes: few, because each doubles the price of a write."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import IndexModel
from pymongo.errors import OperationFailure

from hub.ports import PLAIN
from hub.store.mongo.client import Database

NAMESPACE_EXISTS = 48
PROJECTION = "projection_"


def projected(name: str) -> str:
    """The collection of a projection."""
    return PROJECTION + name


def _index(
    name: str,
    *keys: tuple[str, int],
    only: Mapping[str, Any] | None = None,
    sparse: bool = False,
    expires: bool = False,
) -> IndexModel:
    options: dict[str, Any] = {}
    if only is not None:
        options["partialFilterExpression"] = only
    if sparse:
        options["sparse"] = True
    if expires:
        options["expireAfterSeconds"] = 0
    return IndexModel(list(keys), name=name, **options)


NEWEST = (("updated_at", -1), ("_id", -1))
PROJECTED = (
    _index("newest", *NEWEST),
    _index("place", ("shard", 1), ("n", 1)),
)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "inbox": (
        _index("open", ("shard", 1), ("source", 1), ("order", 1), only={"open": True}),
        _index("expiry", ("expire_at", 1), expires=True),
        _index("dead", ("dead", 1), ("_id", 1), only={"dead": True}),
    ),
    "journal": (
        _index("stream", ("stream", 1), ("seq", 1)),
        _index("command", ("command", 1), sparse=True),
    ),
    "shards": (),
    "cursors": (),
    "processes": (_index("expiry", ("expire_at", 1), expires=True),),
    "outbox": (
        _index("open", ("shard", 1), ("n", 1), ("k", 1), only={"open": True}),
        _index("untold", ("shard", 1), only={"told": False}),
        _index("dead", ("dead", 1), ("_id", 1), only={"dead": True}),
        _index("provider", ("provider_id", 1), sparse=True),
    ),
    "alarms": (_index("due", ("due", 1)),),
    "snapshots": (),
    "snapshot_parts": (_index("stream", ("stream", 1), ("seq", 1)),),
    projected("conversations"): (
        *PROJECTED,
        _index("state", ("state", 1), *NEWEST),
        _index("customer", ("customer_id", 1), *NEWEST),
        _index("agents", ("agents", 1), *NEWEST),
    ),
    projected("customers"): (*PROJECTED, _index("agents", ("agents", 1), *NEWEST)),
    projected("unanswered"): (*PROJECTED, _index("digest", ("digest", 1), *NEWEST)),
    "media": (_index("expires", ("expires_at", 1), sparse=True),),
    "media_files.files": (),
    "media_files.chunks": (_index("place", ("files_id", 1), ("n", 1)),),
    "exchanges": (
        _index("expiry", ("expire_at", 1), expires=True),
        _index("newest", ("at", -1), ("_id", -1)),
        _index("channel", ("channel_id", 1), ("at", -1), ("_id", -1)),
        _index("faults", ("outcome", 1), ("at", -1), ("_id", -1), only={"fault": True}),
        _index("request", ("request_id", 1), sparse=True),
        _index("ref", ("ref", 1), sparse=True),
    ),
    **dict.fromkeys(PLAIN, ()),
    "sessions": (_index("expiry", ("expire_at", 1), expires=True),),
    "attempts": (_index("expiry", ("expire_at", 1), expires=True),),
}


async def create_indexes(database: Database, collection: str) -> None:
    """The collection with its indexes; nothing happens to what stands already."""
    try:
        await database.create_collection(collection, check_exists=False)
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:
            raise
    default = PROJECTED if collection.startswith(PROJECTION) else ()
    if indexes := INDEXES.get(collection, default):
        await database[collection].create_indexes(list(indexes))
