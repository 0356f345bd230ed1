"""Rules of the stored shapes that every store keeps alike. Pure functions."""

from collections.abc import Iterable, Mapping
from typing import Any

Doc = dict[str, Any]

OPEN_STATES = frozenset({"queued", "sending"})
DEAD_STATES = frozenset({"failed", "uncertain"})

EXCHANGE_FIELDS = ("channel_id", "direction", "outcome", "operation", "request_id", "ref")
EXCHANGE_TEXTS = ("operation", "code", "provider_code")


def gapless(docs: Iterable[Doc], field: str, after: int) -> list[Doc]:
    """The prefix that follows `after` without a gap in a dense number.

    A cursor is no snapshot: it may show a later document and have missed an earlier one.
    """
    prefix = []
    for doc in docs:
        if doc[field] > after + 1:
            break
        after = doc[field]
        prefix.append(doc)
    return prefix


def gapless_streams(docs: Iterable[Doc], after: Mapping[str, int]) -> list[Doc]:
    """`gapless` by `seq`, for each stream alone; `docs` come by (stream, seq)."""
    seen = dict(after)
    kept = []
    for doc in docs:
        stream = doc["stream"]
        if doc["seq"] <= seen[stream] + 1:
            seen[stream] = doc["seq"]
            kept.append(doc)
    return kept


def settled(change: Mapping[str, Any]) -> Doc:
    """The change of an outbox row with what follows from its state: `open`, and `dead`.

    `dead` marks what waits for a person; a change may say `dead: False` when one has decided.
    """
    state = change.get("state")
    if state is None:
        return dict(change)
    return {"open": state in OPEN_STATES, "dead": state in DEAD_STATES, **change}


def distinct_heads(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], str]:
    """The highest `order` of each (shard, source), in the order of first sight."""
    heads: dict[tuple[int, str], str] = {}
    for row in rows:
        key = (row["shard"], row["source"])
        order = row["order"]
        if heads.get(key, "") <= order:
            heads[key] = order
    return heads
