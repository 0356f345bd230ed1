"""What waits for a person: undelivered messages, and inputs nobody could place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.model.codec import pack, unpack, unpack_as
from hub.model.effects import JobKind
from hub.model.ids import ConversationId
from hub.model.inputs import DiscardMessage, ResendMessage
from hub.model.message import Address, Part
from hub.ports import Commands, Doc, Inbox, Outbox
from hub.services.commands import Command, Decided, Missing, Outcome, Refusal, submit

UNDECIDED = ["failed", "uncertain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """`key` is the row's; `state` "failed", "uncertain" or "buried"; ids only, no content."""

    key: str
    kind: str
    state: str
    reason: str
    at: datetime
    stream: str = ""
    destination: str = ""
    attempts: int = 0
    provider_code: str = ""
    conversation_id: str = ""
    message_id: str = ""


class DeadLetters:
    def __init__(self, *, outbox: Outbox, inbox: Inbox, commands: Commands, wait: float) -> None:
        self._outbox = outbox
        self._inbox = inbox
        self._commands = commands
        self._wait = wait

    async def undelivered(
        self, *, limit: int, after: str, of: Collection[str] | None = None
    ) -> list[DeadLetter]:
        """`of`: only those of these conversations."""
        return [_undelivered(row) for row in await self._outbox.dead(limit, after, of=of)]

    async def buried(self, *, limit: int, after: str) -> list[DeadLetter]:
        return [_buried(row) for row in await self._inbox.dead(limit, after)]

    async def get(self, key: str) -> DeadLetter | None:
        row = await self._outbox.get(key)
        return None if row is None else _undelivered(row)

    async def retry(self, key: str, command: Command) -> Outcome:
        """Send an undelivered message again, as a new row. Raises StoreUncertain, Overloaded."""
        row = await self._outbox.get(key)
        if row is None:
            return Missing()
        if refusal := _not_decidable(row, command):
            return refusal
        body = row["body"]
        resend = ResendMessage(
            conversation_id=ConversationId(body["conversation_id"]),
            author=command.author,
            of=key,
            address=unpack_as(body["address"], Address),
            part=unpack(body["part"], Part),
        )
        return await self._decide(row, command, pack(resend), "resent")

    async def discard(self, key: str, command: Command) -> Outcome:
        """Never send this message again. Raises StoreUncertain, Overloaded."""
        row = await self._outbox.get(key)
        if row is None:
            return Missing()
        if refusal := _not_decidable(row, command):
            return refusal
        body = pack(DiscardMessage(author=command.author, of=key))
        return await self._decide(row, command, body, "discarded")

    async def _decide(self, row: Doc, command: Command, body: Doc, decision: str) -> Outcome:
        outcome = await submit(self._commands, row["stream"], command, body, wait=self._wait)
        if isinstance(outcome, Decided):
            change = {
                "dead": False,
                "decided": decision,
                "decided_by": command.author,
                "decided_command": command.command_id,
            }
            await self._outbox.settle(row["_id"], {"state": UNDECIDED}, change)
        return outcome


def _not_decidable(row: Mapping[str, object], command: Command) -> Refusal | None:
    """The stream refuses a second decision too, but remembers only its latest rows."""
    if row["kind"] != JobKind.MESSAGE.value:
        return Refusal(reason="not_a_message")
    if row["state"] not in UNDECIDED:
        return Refusal(reason="not_undelivered", detail=str(row["state"]))
    decided = (row.get("decided_by"), row.get("decided_command"))
    if decided[1] is not None and decided != (command.author, command.command_id):
        return Refusal(reason="already_decided")
    return None


def _undelivered(row: Doc) -> DeadLetter:
    body = row["body"]
    return DeadLetter(
        key=row["_id"],
        kind=row["kind"],
        state=row["state"],
        reason=row.get("code", ""),
        at=row["at"],
        stream=row["stream"],
        destination=row["destination"],
        attempts=row["attempts"],
        provider_code=row.get("provider_code", ""),
        conversation_id=body.get("conversation_id", ""),
        message_id=body.get("message_id", ""),
    )


def _buried(row: Doc) -> DeadLetter:
    return DeadLetter(
        key=row["_id"],
        kind="input",
        state="buried",
        reason=row.get("reason", ""),
        at=row["buried_at"],
        stream=row.get("stream", ""),
        destination=row["source"],
    )
