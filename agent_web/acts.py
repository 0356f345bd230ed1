"""What a person does at a screen, as inputs of the streams; and what became of it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, assert_never

from agent_web import commands as asked
from agent_web.protocol import Do, Done
from agent_web.topics import LEADS, Viewer
from hub.errors import Overloaded, PermanentSendError, StoreUncertain
from hub.model import desk_inputs as desk
from hub.model.catalogue import Disposition
from hub.model.codec import pack
from hub.model.ids import (
    COMMAND,
    AgentId,
    ChannelId,
    ConversationId,
    InteractionId,
    QueueId,
    conversation_of_interaction,
    customer_of_conversation,
    customer_stream,
    desk_stream,
)
from hub.model.inputs import AddNote, EndInteraction, FinishWrapUp, RequestHandOff, SendMessage
from hub.model.message import Part, TextPart
from hub.ports import Capabilities, Commands, Doc, Journal, Outbox, Reading
from hub.services.access import User
from hub.services.cards import unfit_card
from hub.services.catalogue import Catalogue
from hub.services.commands import (
    Broken,
    Command,
    Decided,
    Missing,
    Outcome,
    Refusal,
    Stored,
    outcome_of,
    submit,
)
from hub.services.conversations import CONVERSATIONS
from hub.services.dead_letters import DeadLetters
from hub.services.fitting import fit
from hub.services.media.files import Files

T = TypeVar("T")
READ_S = 10.0
INTERACTION = re.compile(r"[0-9a-f]{20}\.[1-9][0-9]{0,8}-[1-9][0-9]{0,8}")
FORBIDDEN = Refusal(reason="forbidden")
DISPOSITION_NEEDED = Refusal(reason="disposition_needed")
UNKNOWN_DISPOSITION = Refusal(reason="unknown_disposition")
MayWatch = Callable[[Viewer, str], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """`wait`: seconds a command waits for its decision. `may_watch(viewer, topic)` opens it."""

    commands: Commands
    journal: Journal
    reading: Reading
    outbox: Outbox
    dead_letters: DeadLetters
    capabilities: Mapping[ChannelId, Capabilities]
    dispositions: Catalogue[Disposition]
    files: Files
    may_watch: MayWatch
    wait: float

    async def do(self, user: User, viewer: Viewer, act: Do) -> Done:
        command = Command(command_id=act.id, author=user.author)
        try:
            outcome = await self._outcome(user, viewer, command, act.command)
        except (StoreUncertain, Overloaded, TimeoutError):
            return Done(id=act.id, state="unknown")
        return _done(act.id, outcome)

    async def _outcome(
        self, user: User, viewer: Viewer, command: Command, act: asked.AgentCommand
    ) -> Outcome:
        me = AgentId(user.username)
        if not viewer.keys:
            return FORBIDDEN
        match act.do:
            case "move" | "hand_off" if LEADS not in viewer.keys:
                return FORBIDDEN
            case "resend" | "discard":
                return await _in_time(self._undelivered(viewer, command, act))
            case "send":
                return await self._send(user, viewer, command, act)
            case "note" | "end" | "finish" | "hand_off":
                value = _of_customer(act, me, command.author)
                return await self._to_customer(viewer, command, _customer_of(act), value)
            case _:
                body = pack(_of_desk(act, me, command.author))
                return await submit(self.commands, desk_stream(), command, body, wait=self.wait)

    async def _send(
        self, user: User, viewer: Viewer, command: Command, act: asked.SendText
    ) -> Outcome:
        conversation = await _in_time(self.reading.get(CONVERSATIONS, act.conversation_id))
        if conversation is None:
            return await _in_time(self._not_listed(viewer, act))
        parts = await _in_time(self._parts(user, act, conversation["channel_id"]))
        if isinstance(parts, Refusal):
            theirs = await self._may(viewer, customer_stream(_customer_of(act) or ""))
            return parts if theirs else FORBIDDEN
        message = SendMessage(
            conversation_id=ConversationId(act.conversation_id),
            author=command.author,
            parts=parts,
            seen=act.seen,
            interaction_id=InteractionId(act.interaction_id),
            epoch=act.epoch,
        )
        return await self._to_customer(viewer, command, _customer_of(act), message)

    async def _parts(
        self, user: User, act: asked.SendText, channel_id: ChannelId
    ) -> tuple[Part, ...] | Refusal:
        capabilities = self.capabilities.get(channel_id)
        if capabilities is None:
            return Refusal(reason="channel_not_configured")
        parts: list[Part] = [TextPart(text=act.text)] if act.text else []
        if act.card:
            card = act.card.part()
            if refusal := await unfit_card(card, user, self.files, capabilities):
                return refusal
            parts.append(card)
        if act.media_ids:
            files = await self.files.parts(user, act.media_ids, capabilities)
            if isinstance(files, Refusal):
                return files
            parts += files
        try:
            return fit(parts, capabilities)
        except PermanentSendError as error:
            return Refusal(reason=error.code)

    async def _not_listed(self, viewer: Viewer, act: asked.SendText) -> Outcome:
        """A conversation the desk gave to somebody may be newer than the list. Raises
        StoreUncertain: the screen asks again."""
        stream = customer_stream(customer_of_conversation(act.conversation_id))
        if not await self._may(viewer, stream):
            return FORBIDDEN
        named = conversation_of_interaction(InteractionId(act.interaction_id))
        if named == act.conversation_id and await self.journal.of_stream(stream, 0, 1):
            raise StoreUncertain("conversation not listed yet")
        return Missing()

    async def _undelivered(
        self, viewer: Viewer, command: Command, act: asked.Resend | asked.Discard
    ) -> Outcome:
        """A stranger hears the same of a row there is and of one there is not."""
        row = await self.outbox.get(act.of)
        if row is None:
            return Missing()
        if not await self._may(viewer, row["stream"]):
            return await self._earlier(row["stream"], command, Missing())
        if isinstance(act, asked.Resend):
            return await self.dead_letters.retry(act.of, command)
        return await self.dead_letters.discard(act.of, command)

    async def _to_customer(
        self, viewer: Viewer, command: Command, customer: str | None, value: Any
    ) -> Outcome:
        if customer is None:
            return Missing()
        stream = customer_stream(customer)
        refusal: Refusal | None = None
        if not await self._may(viewer, stream):
            refusal = FORBIDDEN
        elif isinstance(value, FinishWrapUp):
            refusal = await _in_time(self._unfit(value.disposition))
        if refusal is not None:
            return await _in_time(self._earlier(stream, command, refusal))
        return await submit(self.commands, stream, command, pack(value), wait=self.wait)

    async def _unfit(self, disposition: str) -> Refusal | None:
        if not disposition:
            return DISPOSITION_NEEDED if await self.dispositions.all() else None
        known = await self.dispositions.get(disposition)
        return UNKNOWN_DISPOSITION if known is None else None

    async def _may(self, viewer: Viewer, stream: str) -> bool:
        return LEADS in viewer.keys or await self.may_watch(viewer, stream)

    async def _earlier(self, stream: str, command: Command, refusal: Refusal | Missing) -> Outcome:
        """The decision of an act done while it was allowed: the answer to it may have been lost."""
        key = f"{COMMAND}{command.author}:{stream}:{command.command_id}"
        commit = await self.journal.find(stream, key)
        return refusal if commit is None else outcome_of(commit)


async def _in_time(asks: Awaitable[T]) -> T:
    """What asks a store; commands and topics have limits of their own. Raises TimeoutError."""
    async with asyncio.timeout(READ_S):
        return await asks


def lane_of(act: asked.AgentCommand) -> str:
    """Acts of one lane are done in order."""
    match act.do:
        case "resend" | "discard":
            return f"outbox:{act.of}"
        case "send" | "note" | "end" | "finish" | "hand_off":
            return customer_stream(_customer_of(act) or "")
        case _:
            return desk_stream()


def _customer_of(
    act: asked.SendText | asked.Note | asked.End | asked.Finish | asked.HandOff,
) -> str | None:
    match act.do:
        case "send" | "note" | "hand_off":
            return customer_of_conversation(act.conversation_id)
        case _ if INTERACTION.fullmatch(act.interaction_id):
            return customer_of_conversation(conversation_of_interaction(act.interaction_id))
        case _:
            return None


def _of_customer(
    act: asked.Note | asked.End | asked.Finish | asked.HandOff, me: AgentId, author: str
) -> AddNote | EndInteraction | FinishWrapUp | RequestHandOff:
    match act.do:
        case "note":
            return AddNote(
                conversation_id=ConversationId(act.conversation_id), author=author, text=act.text
            )
        case "end":
            return EndInteraction(
                interaction_id=InteractionId(act.interaction_id), agent_id=me, epoch=act.epoch
            )
        case "finish":
            return FinishWrapUp(
                interaction_id=InteractionId(act.interaction_id),
                agent_id=me,
                epoch=act.epoch,
                disposition=act.disposition,
                summary=act.summary,
            )
        case "hand_off":
            return RequestHandOff(
                conversation_id=ConversationId(act.conversation_id), author=author
            )
        case _:
            assert_never(act)


def _of_desk(
    act: asked.SetPresence
    | asked.Accept
    | asked.Decline
    | asked.Claim
    | asked.Transfer
    | asked.Move,
    me: AgentId,
    author: str,
) -> desk.DeskInput:
    if isinstance(act, asked.SetPresence):
        return desk.SetPresence(agent_id=me, presence=act.presence, reason=act.reason)
    interaction = InteractionId(act.interaction_id)
    match act:
        case asked.Accept(epoch=epoch):
            return desk.AcceptOffer(interaction_id=interaction, agent_id=me, epoch=epoch)
        case asked.Decline(epoch=epoch, reason=reason):
            return desk.DeclineOffer(
                interaction_id=interaction, agent_id=me, epoch=epoch, reason=reason
            )
        case asked.Claim():
            return desk.ClaimWork(interaction_id=interaction, agent_id=me)
        case asked.Transfer(epoch=epoch, note=note):
            return desk.TransferWork(
                interaction_id=interaction,
                agent_id=me,
                epoch=epoch,
                to_queue=QueueId(act.to_queue) if act.to_queue else None,
                to_agent=AgentId(act.to_agent) if act.to_agent else None,
                note=note,
            )
        case asked.Move(first=first):
            return desk.MoveWork(
                interaction_id=interaction,
                author=author,
                to_queue=QueueId(act.to_queue),
                to_agent=AgentId(act.to_agent) if act.to_agent else None,
                first=first,
            )
        case _:
            assert_never(act)


def _done(act_id: str, outcome: Outcome) -> Done:
    match outcome:
        case Decided(commit=commit, changed=changed):
            return Done(
                id=act_id,
                state="decided",
                changed=changed,
                seq=commit["seq"],
                message_ids=_messages(commit),
            )
        case Stored():
            return Done(id=act_id, state="stored")
        case Refusal(reason=reason, detail=detail, seq=seq):
            return Done(id=act_id, state="refused", reason=reason, detail=detail, seq=seq)
        case Broken(commit_id=commit_id):
            return Done(id=act_id, state="refused", reason="failed", detail=commit_id)
        case Missing():
            return Done(id=act_id, state="refused", reason="not_found")
        case _:
            assert_never(outcome)


def _messages(commit: Doc) -> tuple[str, ...]:
    return tuple([each["message_id"] for each in commit["events"] if each["is"] == "MessageSent"])
