"""The documents the engine writes: inbox rows, commits, effect rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from hub.model.codec import pack
from hub.model.effects import Effect, Job
from hub.model.ids import COMMAND, commit_id, customer_of, customer_stream, shard_of
from hub.model.inputs import Inbound, Receipt

Doc = dict[str, Any]

UNROUTED = -1
"""The shard of a row whose stream is not known yet."""

COMMIT_WEIGHT = 8 * 1024 * 1024
"""Bytes of text a commit may hold; MongoDB takes documents of 16 MiB."""


def inbound_row(inbound: Inbound, at: datetime) -> Doc:
    """The row of what a provider handed in."""
    if isinstance(inbound, Receipt):
        key = f"{inbound.channel_id}:{inbound.external_id}"
        source = f"r:{inbound.channel_id}:{inbound.provider_id}"
        return _row(key, UNROUTED, "", source, "", pack(inbound), at)
    address = inbound.address
    stream = customer_stream(customer_of(address.channel_id, address.value))
    key = f"{address.channel_id}:{inbound.external_id}"
    return _row(key, shard_of(stream), stream, address.key, inbound.order, pack(inbound), at)


def input_row(key: str, stream: str, source: str, order: str, body: Doc, at: datetime) -> Doc:
    """The row of a command or of an effect on another stream."""
    return _row(key, shard_of(stream), stream, source, order, body, at)


def _row(
    key: str, shard: int, stream: str, source: str, order: str, body: Doc, at: datetime
) -> Doc:
    return {
        "_id": key,
        "shard": shard,
        "stream": stream,
        "source": source,
        "order": order,
        "body": body,
        "open": True,
        "at": at,
    }


def commit_doc(
    shard: int, n: int, seq: int, token: str, rules: str, row: Doc, events: list[Doc], at: datetime
) -> Doc:
    commit = {
        "_id": commit_id(shard, n),
        "shard": shard,
        "n": n,
        "stream": row["stream"],
        "seq": seq,
        "token": token,
        "rules": rules,
        "input": {
            "key": row["_id"],
            "source": row["source"],
            "order": row["order"],
            "body": row["body"],
        },
        "events": events,
        "at": at,
    }
    if row["_id"].startswith(COMMAND):
        commit["command"] = row["_id"]
    return commit


def effect_rows(
    commit: Mapping[str, Any], effects: Sequence[Effect]
) -> tuple[list[Doc], list[Doc]]:
    """Outbox rows and inbox rows of a commit, keys `<commit>#<k>`, both in k order."""
    jobs: list[Doc] = []
    tells: list[Doc] = []
    for k, effect in enumerate(effects):
        key = f"{commit['_id']}#{k}"
        if isinstance(effect, Job):
            jobs.append(_job_row(key, k, commit, effect))
        else:
            order = f"{commit['n']:012d}.{k:04d}"
            tells.append(
                input_row(key, effect.stream, commit["stream"], order, effect.body, commit["at"])
            )
    return jobs, tells


def _job_row(key: str, k: int, commit: Mapping[str, Any], job: Job) -> Doc:
    return {
        "_id": key,
        "shard": commit["shard"],
        "n": commit["n"],
        "k": k,
        "kind": job.kind.value,
        "destination": job.destination,
        "stream": commit["stream"],
        "body": job.body,
        "repeatable": job.repeatable,
        "state": "queued",
        "attempts": 0,
        "open": True,
        "at": commit["at"],
    }


def weight(value: Any) -> int:
    """Bytes of a document, about."""
    return len(orjson.dumps(value, default=str))
