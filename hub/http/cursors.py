"""Where a page ends: pasted back as `cursor`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from hub.ports import Doc

_ABOUT = "`next` of the page before."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ConversationCursor = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,13}~[0-9a-f]{20}\.[1-9][0-9]{0,8}$", description=_ABOUT),
]
CustomerCursor = Annotated[str, Field(pattern=r"^[0-9]{1,13}~[0-9a-f]{20}$", description=_ABOUT)]


def before_of(cursor: str | None) -> tuple[datetime, str] | None:
    """`(updated_at, id)` of the last row seen."""
    if cursor is None:
        return None
    millis, _, key = cursor.partition("~")
    return _EPOCH + timedelta(milliseconds=int(millis)), key


def next_cursor(rows: Sequence[Doc], limit: int) -> str | None:
    """Of rows asked with one more than `limit`: the cursor of the last one shown."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    millis = (last["updated_at"] - _EPOCH) // timedelta(milliseconds=1)
    return f"{millis}~{last['_id']}"
