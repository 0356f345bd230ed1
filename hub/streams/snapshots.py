"""Snapshots of any size: a state too heavy for one document stands in parts beside its head.

Parts carry the digest of the whole in their keys, are written before the head that names them and
dropped when a later head stands. A head whose parts are not all there is no snapshot.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Any

import orjson
import structlog

from hub.ports import Snapshots
from hub.streams.rows import weight

Doc = dict[str, Any]
log = structlog.get_logger(__name__)

KEPT_IN_HEAD = 16
"""Values lighter than this part of the limit stay in the head."""


class SnapshotKeeper:
    """Saves for one process. `limit`: bytes of a state that stands in one document."""

    def __init__(self, snapshots: Snapshots, limit: int) -> None:
        self._snapshots = snapshots
        self._limit = limit
        self._parted: set[str] = set()

    def expect_parts(self, stream: str) -> None:
        """The snapshot that stands has parts: they go when it is replaced."""
        self._parted.add(stream)

    async def save(self, snapshots: Sequence[Doc]) -> None:
        """Raises StoreUncertain; the same call again is harmless."""
        heads: list[Doc] = []
        for snapshot in snapshots:
            try:
                head, parts = divided(snapshot, self._limit)
            except ValueError as error:
                log.warning("no snapshot", stream=snapshot["_id"], error=str(error))
                continue
            for part in parts:
                await self._snapshots.put_part(part)
            heads.append(head)
        await self._snapshots.save(heads)
        for head in heads:
            await self._drop_old_parts(head)

    async def _drop_old_parts(self, head: Doc) -> None:
        stream = head["_id"]
        if "parts" in head or stream in self._parted:
            await self._snapshots.drop_parts(stream, head["seq"])
        if "parts" in head:
            self._parted.add(stream)
        else:
            self._parted.discard(stream)


async def load_snapshots(
    snapshots: Snapshots, versions: Mapping[str, str], *, again: bool = True
) -> dict[str, Doc]:
    """Whole snapshots of streams, as far as they were made under these rules.

    Looks twice: parts may go while they are read, because a later snapshot stands.
    """
    found = await snapshots.load(versions)
    whole: dict[str, Doc] = {}
    torn: list[str] = []
    for stream, head in found.items():
        if head["rules"] != versions[stream]:
            continue
        if "parts" not in head:
            whole[stream] = head
        elif (state := await _put_together(snapshots, head)) is not None:
            whole[stream] = {**head, "state": state}
        else:
            torn.append(stream)
    if torn and again:
        whole |= await load_snapshots(snapshots, {s: versions[s] for s in torn}, again=False)
    elif torn:
        log.warning("snapshots without all their parts", streams=torn)
    return whole


def divided(snapshot: Doc, limit: int) -> tuple[Doc, list[Doc]]:
    """The head with what is light of the state, and the parts of the rest.

    Raises:
        ValueError: a value that cannot be divided is heavier than the limit.
    """
    data = orjson.dumps(snapshot["state"], default=str)
    if len(data) <= limit:
        return snapshot, []
    digest = blake2b(snapshot["rules"].encode() + data, digest_size=8).hexdigest()
    stream, seq = snapshot["_id"], snapshot["seq"]
    light: Doc = {}
    parts: list[Doc] = []
    for name, value in snapshot["state"].items():
        if weight(value) <= limit // KEPT_IN_HEAD:
            light[name] = value
            continue
        for path, piece in _pieces([name], value, limit):
            key = part_key(stream, seq, digest, len(parts))
            part = {"_id": key, "stream": stream, "seq": seq, "path": path, "value": piece}
            parts.append(part)
    named = {"digest": digest, "count": len(parts)}
    return {**snapshot, "state": light, "parts": named}, parts


def part_key(stream: str, seq: int, digest: str, number: int) -> str:
    return f"{stream}#{seq}#{digest}#{number}"


def _pieces(path: list[str], value: Any, limit: int) -> Iterator[tuple[list[str], Any]]:
    """Halves of a list or dict until each is light enough, with the names that lead to it."""
    if weight(value) <= limit:
        yield path, value
    elif isinstance(value, dict) and len(value) == 1:
        for name, inner in value.items():
            yield from _pieces([*path, name], inner, limit)
    elif isinstance(value, list | dict) and len(value) > 1:
        half = len(value) // 2
        for start, end in ((0, half), (half, None)):
            piece = value[start:end] if isinstance(value, list) else _slice(value, start, end)
            yield from _pieces(path, piece, limit)
    else:
        raise ValueError(f"one value of {weight(value)} bytes")


def _slice(value: Doc, start: int, end: int | None) -> Doc:
    return dict(islice(value.items(), start, end))


async def _put_together(snapshots: Snapshots, head: Doc) -> Doc | None:
    """The whole state, or None when a part is missing."""
    state: Doc = dict(head["state"])
    named = head["parts"]
    for number in range(named["count"]):
        key = part_key(head["_id"], head["seq"], named["digest"], number)
        part = await snapshots.part(key)
        if part is None:
            return None
        _put(state, part["path"], part["value"])
    return state


def _put(state: Doc, path: list[str], value: Any) -> None:
    """In the order of the parts the items come back in their own order."""
    *way, name = path
    for step in way:
        state = state.setdefault(step, {})
    if name not in state:
        state[name] = value
    elif isinstance(value, dict):
        state[name].update(value)
    else:
        state[name] += value
