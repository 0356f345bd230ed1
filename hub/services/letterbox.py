"""Undelivered messages as a person may see them: agents see those of their conversations."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from hub.services.access import Role, User
from hub.services.commands import Command, Missing, Outcome
from hub.services.conversations import Conversations
from hub.services.dead_letters import DeadLetter, DeadLetters


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """`next`: the key to go on from, "" at the end."""

    letters: Sequence[DeadLetter]
    next: str


class Letterbox:
    def __init__(self, dead_letters: DeadLetters, conversations: Conversations) -> None:
        self._dead_letters = dead_letters
        self._conversations = conversations

    async def undelivered(self, viewer: User, *, limit: int, after: str) -> Letters:
        of = None
        if viewer.role is Role.AGENT:
            of = await self._conversations.with_undelivered(viewer)
        found = await self._dead_letters.undelivered(limit=limit + 1, after=after, of=of)
        return _page(found, limit)

    async def buried(self, *, limit: int, after: str) -> Letters:
        return _page(await self._dead_letters.buried(limit=limit + 1, after=after), limit)

    async def retry(self, viewer: User, key: str, command: Command) -> Outcome:
        return await self._decide(self._dead_letters.retry, viewer, key, command)

    async def discard(self, viewer: User, key: str, command: Command) -> Outcome:
        return await self._decide(self._dead_letters.discard, viewer, key, command)

    async def _decide(
        self,
        decide: Callable[[str, Command], Awaitable[Outcome]],
        viewer: User,
        key: str,
        command: Command,
    ) -> Outcome:
        letter = await self._dead_letters.get(key)
        if letter is None or not await self._is_for(viewer, letter):
            return Missing()
        return await decide(key, command)

    async def _is_for(self, viewer: User, letter: DeadLetter) -> bool:
        if viewer.role is not Role.AGENT:
            return True
        return await self._conversations.get(viewer, letter.conversation_id) is not None


def _page(found: Sequence[DeadLetter], limit: int) -> Letters:
    shown = found[:limit]
    return Letters(letters=shown, next=shown[-1].key if len(found) > limit else "")
