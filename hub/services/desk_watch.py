"""Gateways that died: where the desk is owned, their connections become losses."""

from collections.abc import Awaitable, Callable

import structlog

from hub.decisions.desk.state import DeskState
from hub.errors import Overloaded, StoreUncertain
from hub.model.codec import pack
from hub.model.desk_inputs import LoseConnection
from hub.model.ids import shard_of
from hub.ports import Clock, Doc, Shards
from hub.services.live import LiveStream
from hub.streams.leases import BEATS_A_LEASE, Watch
from hub.streams.rows import input_row

log = structlog.get_logger(__name__)

NEVER_BEAT = -1


class DeskWatch:
    """A gateway lives as long as its process' counter moves, as owners do.

    `owned` tells whether this process owns a shard, `add` stores an input. A process is given the
    length of a lease before it is taken for dead, also when the desk is newly ours or the process
    has not beaten yet.
    """

    def __init__(
        self,
        desk: LiveStream,
        shards: Shards,
        owned: Callable[[int], bool],
        add: Callable[[Doc], Awaitable[bool]],
        clock: Clock,
        *,
        process: str,
        lease_s: float,
    ) -> None:
        self._desk = desk
        self._shards = shards
        self._owned = owned
        self._add = add
        self._clock = clock
        self._process = process
        self._lease_s = lease_s
        self._watch: Watch | None = None
        self._told: set[str] = set()

    async def run(self) -> None:
        """Look as often as owners beat, until cancelled."""
        while True:
            await self._clock.sleep(self._lease_s / BEATS_A_LEASE)
            try:
                await self.look()
            except (StoreUncertain, Overloaded) as error:
                log.warning("gateways not watched", error=str(error))

    async def look(self) -> None:
        """Hand in a loss for each connection of a dead process. Raises StoreUncertain, Overloaded.

        A loss that was stored is not handed in again while the desk has yet to decide it.
        """
        if not self._owned(shard_of(self._desk.stream)) or not self._desk.is_loaded:
            self._watch = None
            return
        if self._watch is None:
            self._watch = Watch(self._clock, self._process, self._lease_s)
        beats = await self._shards.beats()
        losses = losses_of(self._desk.state)
        silent = dict.fromkeys((_process_of(each) for each in losses), NEVER_BEAT)
        alive = self._watch.observe(silent | beats)
        self._told &= losses.keys()
        for connection_id, loss in losses.items():
            if _process_of(connection_id) not in alive and connection_id not in self._told:
                await self._hand_in(connection_id, loss)

    async def _hand_in(self, connection_id: str, loss: LoseConnection) -> None:
        key = f"lost:{connection_id}"
        row = input_row(key, self._desk.stream, key, "", pack(loss), self._clock.now())
        await self._add(row)
        self._told.add(connection_id)
        log.info("connection lost with its gateway", connection_id=connection_id)


def losses_of(state: DeskState) -> dict[str, LoseConnection]:
    """The loss of every connection the desk knows, by connection."""
    return {
        connection_id: LoseConnection(agent_id=agent_id, connection_id=connection_id)
        for agent_id, agent in state.agents.items()
        for connection_id in agent.connections
    }


def _process_of(connection_id: str) -> str:
    return connection_id.partition(".")[0]
