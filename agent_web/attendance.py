"""The desk hears of every agent's screen that opens and of every one that closes, for certain."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from agent_web.screens import Screen
from hub.decisions.desk.state import DeskState
from hub.errors import Overloaded, StoreUncertain
from hub.model.codec import pack
from hub.model.desk_events import AgentDisconnected
from hub.model.desk_inputs import ConnectAgent, LoseConnection
from hub.model.ids import AgentId, desk_stream
from hub.ports import Clock, Commands, Doc
from hub.services.access import Role

WAIT_S = 5.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
AT_ONCE = 32
"""Words for the desk under way; a whole house that comes back leaves room for those who work."""

MAX_OWED = 5000
"""Screens whose end the desk has not heard yet; beyond, no new ones are let in."""


class Attendance:
    """`spawn` starts a task that somebody owns. A process that dies owes its losses to the desk's
    owner, who takes the missing beat for them.

    A `Listener` of the desk: a process that only stood still comes back with screens the desk has
    given up. They are sent away, and return as new connections.
    """

    def __init__(
        self,
        commands: Commands,
        clock: Clock,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._commands = commands
        self._clock = clock
        self._spawn = spawn
        self._here: dict[str, Screen] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._owed = 0
        self.settled = asyncio.Event()
        self.settled.set()

    @property
    def full(self) -> bool:
        return self._owed >= MAX_OWED

    def enter(self, screen: Screen) -> None:
        """Leads without a capacity of their own only look on."""
        user = screen.session.user
        if user.role is Role.AGENT or user.is_routed:
            screen.known = asyncio.get_running_loop().create_future()
            self._here[screen.connection_id] = screen
            self._spawn(self._enter(screen, screen.known))

    def leave(self, screen: Screen) -> None:
        if screen.known is not None:
            del self._here[screen.connection_id]
            self._owed += 1
            self.settled.clear()
            self._spawn(self._leave(screen, screen.known))

    def loaded(self, state: DeskState, recent: Sequence[Doc]) -> None:
        """Screens the desk knew and knows no more; who is on the way in is left alone."""
        known = {each for agent in state.agents.values() for each in agent.connections}
        for connection_id, screen in tuple(self._here.items()):
            entered = screen.known is not None and screen.known.done()
            if entered and connection_id not in known:
                screen.bye("stopping")

    def committed(self, state: DeskState, commit: Doc, events: Sequence[Any]) -> None:
        for event in events:
            if isinstance(event, AgentDisconnected) and event.connection_id in self._here:
                self._here[event.connection_id].bye("stopping")

    async def _enter(self, screen: Screen, known: asyncio.Future[None]) -> None:
        profile = screen.session.user.profile
        connect = ConnectAgent(agent=profile, connection_id=screen.connection_id)
        try:
            await self._hand_in(screen, "connect", connect)
        finally:
            if not known.done():
                known.set_result(None)

    async def _leave(self, screen: Screen, known: asyncio.Future[None]) -> None:
        """After the entry is decided: two inputs of different keys have no order of their own."""
        try:
            await known
            lose = LoseConnection(
                agent_id=AgentId(screen.session.user.username),
                connection_id=screen.connection_id,
            )
            await self._hand_in(screen, "lose", lose)
        finally:
            self._owed -= 1
            if not self._owed:
                self.settled.set()

    async def _hand_in(self, screen: Screen, word: str, value: Any) -> None:
        """Until the desk has decided it."""
        command_id, author = f"{word}.{screen.connection_id}", screen.session.user.author
        body, pause = pack(value), FIRST_PAUSE_S
        while True:
            try:
                async with self._turns:
                    commit = await self._commands.submit(
                        desk_stream(), command_id, author, body, wait=WAIT_S
                    )
            except (StoreUncertain, Overloaded):
                commit = None
            if commit is not None:
                return
            await self._clock.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)
