"""`/api/v1/dead-letters`: what waits for a person's decision."""

import base64
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from hub.http.outcomes import (
    CommandBody,
    command_of,
    command_route,
    reply_to,
)
from hub.http.problems import ProblemError
from hub.http.route import EVERYBODY, AnyRoute, Call, Reply, Route
from hub.http.shapes import Limit, Nothing, Shape
from hub.services.access import STAFF, Role
from hub.services.dead_letters import DeadLetter
from hub.services.keys import Scope
from hub.services.letterbox import Letterbox

BASE = "/api/v1/dead-letters"
ONE = BASE + "/{dead_letter_id}"

DeadLetterKey = Annotated[
    str,
    Field(
        min_length=2,
        max_length=512,
        pattern=r"^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$",
        examples=["MWY6MDAwMDAwMDAwMDQyIzA"],
    ),
]
"""Base64 of the row's key: any value of this form is the place of some key."""


class Box(StrEnum):
    """`outbox`: messages of ours that failed or are uncertain; agents find those of conversations
    they may see. `inbox`: inputs without a place, for all others."""

    OUTBOX = "outbox"
    INBOX = "inbox"


class DeadLetterShape(Shape):
    """Ids only; the message stands in its conversation. `reason` is a stable code of ours."""

    id: str
    box: Box
    key: str
    kind: str
    state: str
    reason: str
    provider_code: str
    at: datetime
    stream: str
    destination: str
    attempts: int
    conversation_id: str
    message_id: str


class DeadLetterPage(Shape):
    items: tuple[DeadLetterShape, ...]
    next: str | None = Field(description="`cursor` of the next page, null at the end.")


class DeadLetterPath(Shape):
    dead_letter_id: DeadLetterKey


class DeadLetterQuery(Shape):
    box: Box = Box.OUTBOX
    cursor: DeadLetterKey | None = Field(default=None, description="`next` of the page before.")
    limit: Limit = 50


class DeadLetterApi:
    def __init__(self, letterbox: Letterbox) -> None:
        self._letterbox = letterbox

    def routes(self) -> tuple[AnyRoute, ...]:
        tag = "Dead letters"
        return (
            Route(
                method="GET",
                path=BASE,
                name="list_dead_letters",
                tag=tag,
                summary="What could not be done and waits for a person",
                handle=self.page,
                query=DeadLetterQuery,
                answers={200: DeadLetterPage},
                roles=EVERYBODY,
                scope=Scope.READ_DEAD_LETTERS,
            ),
            *(
                command_route(
                    path=f"{ONE}/{verb}",
                    name=f"{verb}_dead_letter",
                    tag=tag,
                    summary=summary,
                    handle=handle,
                    params=DeadLetterPath,
                    roles=STAFF,
                    scope=Scope.WRITE_DEAD_LETTERS,
                )
                for verb, handle, summary in (
                    ("retry", self.retry, "Send an undelivered message again, as a new one"),
                    ("discard", self.discard, "Never send this message again"),
                )
            ),
        )

    async def page(self, call: Call[Nothing, DeadLetterQuery, Nothing]) -> Reply:
        asked, viewer = call.query, call.signed_in.user
        after = _key_of(asked.cursor) if asked.cursor else ""
        if asked.box is Box.OUTBOX:
            found = await self._letterbox.undelivered(viewer, limit=asked.limit, after=after)
        elif viewer.role is not Role.AGENT:
            found = await self._letterbox.buried(limit=asked.limit, after=after)
        else:
            raise ProblemError("forbidden")
        page = DeadLetterPage(
            items=tuple(_shape(asked.box, letter) for letter in found.letters),
            next=_id_of(found.next) if found.next else None,
        )
        return Reply(status=200, content=page)

    async def retry(self, call: Call[DeadLetterPath, Nothing, CommandBody]) -> Reply:
        command = command_of(call)
        key = _key_of(call.path.dead_letter_id)
        outcome = await self._letterbox.retry(call.signed_in.user, key, command)
        return reply_to(outcome, command)

    async def discard(self, call: Call[DeadLetterPath, Nothing, CommandBody]) -> Reply:
        command = command_of(call)
        key = _key_of(call.path.dead_letter_id)
        outcome = await self._letterbox.discard(call.signed_in.user, key, command)
        return reply_to(outcome, command)


def _id_of(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _key_of(dead_letter_id: str) -> str:
    padded = dead_letter_id + "=" * (-len(dead_letter_id) % 4)
    return base64.urlsafe_b64decode(padded).decode(errors="replace")


def _shape(box: Box, letter: DeadLetter) -> DeadLetterShape:
    return DeadLetterShape(
        id=_id_of(letter.key),
        box=box,
        key=letter.key,
        kind=letter.kind,
        state=letter.state,
        reason=letter.reason,
        provider_code=letter.provider_code,
        at=letter.at,
        stream=letter.stream,
        destination=letter.destination,
        attempts=letter.attempts,
        conversation_id=letter.conversation_id,
        message_id=letter.message_id,
    )
