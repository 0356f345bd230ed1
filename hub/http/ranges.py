"""A stored file, or the part of it that was asked for, as an answer (RFC 9110, 14)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hub.http.problems import ProblemError
from hub.http.route import Streamed
from hub.ports import StoredMedia

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Open(Protocol):
    async def __call__(self, *, start: int, end: int) -> StoredMedia | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranged:
    """`start`: the first byte of it."""

    start: int
    status: int
    streamed: Streamed


async def ranged(
    asked: Mapping[str, str], stored: StoredMedia, headers: Mapping[str, str], part_of: Open
) -> Ranged:
    """200, or 206 with what `part_of` opens.

    `asked` are the headers of the request, `headers` those of the answer, with its `ETag`.

    Raises:
        ProblemError: 416, or 404 when the file went meanwhile.
    """
    wanted = asked.get("Range", "")
    if asked.get("If-Range", headers["ETag"]) != headers["ETag"]:
        wanted = ""
    start, end = _range_of(wanted, stored.size)
    headers = {**headers, "Content-Length": str(end - start)}
    if not wanted or (start, end) == (0, stored.size):
        whole = Streamed(content=stored.content, headers=headers)
        return Ranged(start=0, status=200, streamed=whole)
    part = await part_of(start=start, end=end)
    if part is None:
        raise ProblemError("not_found")
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    streamed = Streamed(content=part.content, headers=headers)
    return Ranged(start=start, status=206, streamed=streamed)


def _range_of(asked: str, size: int) -> tuple[int, int]:
    """The first byte and the one behind the last; all of it for several ranges."""
    found = RANGE.fullmatch(asked.strip())
    if found is None or not (found[1] or found[2]):
        return 0, size
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start = int(found[1])
        end = min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < start:
            return 0, size
    if start >= end:
        raise ProblemError("range", headers={"Content-Range": f"bytes */{size}"})
    return start, end
