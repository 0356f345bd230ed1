"""What a commit causes outside its stream, derived from the commit alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.model.ids import StreamId


class JobKind(StrEnum):
    MESSAGE = "message"
    BOT = "bot"
    MEDIA = "media"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row of the outbox. One at a time per `destination`, in commit order.

    `repeatable` work may run twice because its answer is de-duplicated by our key; an overdue row
    of any other kind becomes uncertain.
    """

    kind: JobKind
    destination: str
    body: dict[str, Any]
    repeatable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """An input for another stream."""

    stream: StreamId
    body: dict[str, Any]


Effect = Job | Tell
