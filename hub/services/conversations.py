"""Conversations: lists, history and what people may do in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.model.codec import pack
from hub.model.ids import (
    ChannelId,
    ConversationId,
    InteractionId,
    customer_of_conversation,
    customer_stream,
)
from hub.model.inputs import CloseConversation, RequestHandOff, SendMessage
from hub.model.message import TextPart
from hub.ports import Above, Capabilities, Commands, Doc, Journal, Reading
from hub.services.access import User
from hub.services.cards import CardPart, unfit_card
from hub.services.commands import Command, Missing, Outcome, Refusal, submit
from hub.services.fitting import fit
from hub.services.media.files import Files
from hub.services.visibility import Visibility, is_theirs

CONVERSATIONS = "conversations"
NOT_YOURS = "not_yours"
TALK_NOT_ENDED = "talk_not_ended"
MOST_UNDELIVERED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`mine`: only those the viewer serves or ended. `text` stands in a name or a last message."""

    customer_id: str = ""
    state: str = ""
    channel_id: str = ""
    mine: bool = False
    text: str = ""


class Conversations:
    """Every call names its viewer and finds what the viewer may see."""

    def __init__(
        self,
        *,
        reading: Reading,
        visibility: Visibility,
        journal: Journal,
        commands: Commands,
        capabilities: Mapping[ChannelId, Capabilities],
        wait: float,
        files: Files,
    ) -> None:
        self._reading = reading
        self._visibility = visibility
        self._journal = journal
        self._commands = commands
        self._capabilities = capabilities
        self._wait = wait
        self._files = files

    async def page(
        self, viewer: User, wanted: Wanted, *, limit: int, before: tuple[datetime, str] | None
    ) -> list[Doc]:
        """Newest first; `before` is not looked at when a text is searched."""
        where = await self._visibility.conversations(viewer, customer_id=wanted.customer_id)
        if wanted.mine:
            where["agents"] = viewer.username
        for name, value in (("state", wanted.state), ("channel_id", wanted.channel_id)):
            if value:
                where[name] = value
        if wanted.text:
            return await self._reading.search(CONVERSATIONS, wanted.text, where, limit=limit)
        return await self._reading.page(CONVERSATIONS, where, limit=limit, before=before)

    async def get(self, viewer: User, conversation_id: str) -> Doc | None:
        """None: there is none, or it is none of the viewer's business."""
        doc = await self._reading.get(CONVERSATIONS, conversation_id)
        if doc is None or not await self._visibility.of_conversation(viewer, doc):
            return None
        return doc

    async def with_undelivered(self, viewer: User) -> set[str]:
        """Conversations the viewer may see in which a message of ours waits for a decision: of
        those that ended with them and of those they serve the latest `MOST_UNDELIVERED`."""
        found: set[str] = set()
        for where in await self._visibility.all_conversations(viewer):
            wanted = {**where, "undelivered": Above(0)}
            docs = await self._reading.page(CONVERSATIONS, wanted, limit=MOST_UNDELIVERED)
            found |= {doc["_id"] for doc in docs}
        return found

    async def journal(self, conversation_id: str, *, after: int, limit: int) -> list[Doc]:
        """Commits of the customer's stream, in which the conversation is an episode."""
        stream = customer_stream(customer_of_conversation(conversation_id))
        return await self._journal.of_stream(stream, after, limit)

    async def send(
        self,
        viewer: User,
        conversation_id: str,
        command: Command,
        *,
        text: str,
        seen: int,
        media_ids: Sequence[str] = (),
        card: CardPart | None = None,
    ) -> Outcome:
        """Send a text, a card and files to the customer. Raises StoreUncertain, Overloaded."""
        conversation = await self.get(viewer, conversation_id)
        if conversation is None:
            return Missing()
        if refusal := _not_theirs(viewer, conversation):
            return refusal
        capabilities = self._capabilities.get(conversation["channel_id"])
        if capabilities is None:
            return Refusal(reason="channel_not_configured", seq=conversation["seq"])
        files = await self._files.parts(viewer, media_ids, capabilities)
        if isinstance(files, Refusal):
            return files
        cards = [card] if card else []
        for each in cards:
            if refusal := await unfit_card(each, viewer, self._files, capabilities):
                return refusal
        words = [TextPart(text=text)] if text or not (files or cards) else []
        assigned = is_theirs(viewer, conversation)
        message = SendMessage(
            conversation_id=ConversationId(conversation_id),
            author=command.author,
            parts=fit([*words, *cards, *files], capabilities),
            seen=seen,
            interaction_id=InteractionId(conversation["interaction_id"]) if assigned else None,
            epoch=conversation["epoch"] if assigned else 0,
        )
        return await self._submit(conversation_id, command, pack(message))

    async def hand_off(self, viewer: User, conversation_id: str, command: Command) -> Outcome:
        """End the bot's part. Raises StoreUncertain, Overloaded."""
        request = RequestHandOff(
            conversation_id=ConversationId(conversation_id), author=command.author
        )
        conversation = await self.get(viewer, conversation_id)
        if conversation is None:
            return Missing()
        return _not_theirs(viewer, conversation) or await self._submit(
            conversation_id, command, pack(request)
        )

    async def close(self, viewer: User, conversation_id: str, command: Command) -> Outcome:
        """Agents end a talk and finish its wrap-up instead. Raises StoreUncertain, Overloaded."""
        conversation = await self.get(viewer, conversation_id)
        if conversation is None:
            return Missing()
        if refusal := _not_theirs(viewer, conversation):
            return refusal
        if not viewer.is_lead:
            return Refusal(reason=TALK_NOT_ENDED, seq=conversation["seq"])
        request = CloseConversation(
            conversation_id=ConversationId(conversation_id), author=command.author
        )
        return await self._submit(conversation_id, command, pack(request))

    async def _submit(self, conversation_id: str, command: Command, body: Doc) -> Outcome:
        stream = customer_stream(customer_of_conversation(conversation_id))
        return await submit(self._commands, stream, command, body, wait=self._wait)


def _not_theirs(viewer: User, conversation: Doc) -> Refusal | None:
    """Leads may act on any conversation as far as its rules allow."""
    if viewer.is_lead or is_theirs(viewer, conversation):
        return None
    return Refusal(reason=NOT_YOURS, seq=conversation["seq"])
