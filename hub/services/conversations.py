"""Conversations: lists, history and what people may do in them."""

from collections.abc import Mapping
from datetime import datetime

from hub.model.codec import pack
from hub.model.ids import (
    ChannelId,
    ConversationId,
    customer_of_conversation,
    customer_stream,
)
from hub.model.inputs import CloseConversation, RequestHandOff, SendMessage
from hub.model.message import TextPart
from hub.ports import Capabilities, Commands, Doc, Journal, Reading
from hub.services.commands import Command, Missing, Outcome, Refusal, submit
from hub.services.fitting import fit

CONVERSATIONS = "conversations"


class Conversations:
    def __init__(
        self,
        *,
        reading: Reading,
        journal: Journal,
        commands: Commands,
        capabilities: Mapping[ChannelId, Capabilities],
        wait: float,
    ) -> None:
        self._reading = reading
        self._journal = journal
        self._commands = commands
        self._capabilities = capabilities
        self._wait = wait

    async def page(
        self, where: Mapping[str, str], *, limit: int, before: tuple[datetime, str] | None
    ) -> list[Doc]:
        return await self._reading.page(CONVERSATIONS, where, limit=limit, before=before)

    async def get(self, conversation_id: str) -> Doc | None:
        return await self._reading.get(CONVERSATIONS, conversation_id)

    async def journal(self, conversation_id: str, *, after: int, limit: int) -> list[Doc]:
        """Commits of the customer's stream, in which the conversation is an episode."""
        stream = customer_stream(customer_of_conversation(conversation_id))
        return await self._journal.of_stream(stream, after, limit)

    async def send(
        self, conversation_id: str, command: Command, *, text: str, seen: int
    ) -> Outcome:
        """Send a text to the customer. Raises StoreUncertain, Overloaded."""
        conversation = await self.get(conversation_id)
        if conversation is None:
            return Missing()
        capabilities = self._capabilities.get(conversation["channel_id"])
        if capabilities is None:
            return Refusal(reason="channel_not_configured", seq=conversation["seq"])
        message = SendMessage(
            conversation_id=ConversationId(conversation_id),
            author=command.author,
            parts=fit([TextPart(text=text)], capabilities),
            seen=seen,
        )
        return await self._submit(conversation_id, command, pack(message))

    async def hand_off(self, conversation_id: str, command: Command) -> Outcome:
        """End the bot's part. Raises StoreUncertain, Overloaded."""
        if await self.get(conversation_id) is None:
            return Missing()
        request = RequestHandOff(
            conversation_id=ConversationId(conversation_id), author=command.author
        )
        return await self._submit(conversation_id, command, pack(request))

    async def close(self, conversation_id: str, command: Command) -> Outcome:
        """Close a conversation. Raises StoreUncertain, Overloaded."""
        if await self.get(conversation_id) is None:
            return Missing()
        request = CloseConversation(
            conversation_id=ConversationId(conversation_id), author=command.author
        )
        return await self._submit(conversation_id, command, pack(request))

    async def _submit(self, conversation_id: str, command: Command, body: Doc) -> Outcome:
        stream = customer_stream(customer_of_conversation(conversation_id))
        return await submit(self._commands, stream, command, body, wait=self._wait)
