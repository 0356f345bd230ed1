"""What plain documents say of queues and agents, handed to the desk."""

from collections.abc import Awaitable, Callable, Sequence
from secrets import token_hex
from typing import Any, TypeVar

from hub.model.codec import pack
from hub.model.desk import AgentProfile, Queue
from hub.model.desk_inputs import ConfigureDesk, UpdateAgent
from hub.model.ids import desk_stream
from hub.ports import Commands
from hub.services.access import Access
from hub.services.catalogue import SYSTEM, Catalogue

T = TypeVar("T")


class DeskSetup:
    """Raises StoreUncertain where the desk may not have been told: call again."""

    def __init__(
        self, queues: Catalogue[Queue], access: Access, commands: Commands, *, wait: float
    ) -> None:
        self._queues = queues
        self._access = access
        self._commands = commands
        self._wait = wait

    async def start(self, told: Sequence[Queue]) -> None:
        """Tell the desk its queues where they are not those it was told last."""
        if tuple(told) != await self._configured():
            await self.queues_changed(SYSTEM)

    async def queues_changed(self, author: str) -> None:
        async def hand_in(queues: tuple[Queue, ...]) -> None:
            await self._submit(ConfigureDesk(queues=queues, author=author), author)

        await _until_it_stands(self._configured, hand_in)

    async def agent_changed(self, username: str, author: str) -> None:
        async def stored() -> AgentProfile | None:
            user = await self._access.user_of(username)
            return None if user is None else user.profile

        async def hand_in(profile: AgentProfile | None) -> None:
            if profile is not None:
                await self._submit(UpdateAgent(agent=profile), author)

        await _until_it_stands(stored, hand_in)

    async def _configured(self) -> tuple[Queue, ...]:
        return tuple(entry.value for entry in await self._queues.all())

    async def _submit(self, command: Any, author: str) -> None:
        """Under a new id each time: what was told before may have to be told again."""
        stream = desk_stream()
        await self._commands.submit(stream, token_hex(8), author, pack(command), wait=self._wait)


async def _until_it_stands(
    stored: Callable[[], Awaitable[T]], hand_in: Callable[[T], Awaitable[None]]
) -> None:
    """Hand in what is stored, again when it changed meanwhile.

    So whoever hands in last has read the document after every write that was handed in before.
    """
    value = await stored()
    while True:
        await hand_in(value)
        now = await stored()
        if now == value:
            return
        value = now
