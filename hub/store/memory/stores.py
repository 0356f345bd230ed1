"""All stores in memory, as one process sees them over a shared database."""

from hub.ports import Clock, HeartStores
from hub.store.memory.alarms import MemoryAlarms
from hub.store.memory.database import Connection, Database
from hub.store.memory.documents import MemoryDocuments
from hub.store.memory.exchanges import MemoryExchanges
from hub.store.memory.inbox import MemoryInbox
from hub.store.memory.journal import MemoryJournal
from hub.store.memory.media import MemoryMedia
from hub.store.memory.outbox import MemoryOutbox
from hub.store.memory.projections import MemoryProjections, MemoryReading
from hub.store.memory.shards import MemoryShards
from hub.store.memory.snapshots import MemorySnapshots
from hub.store.memory.tokens import MemoryTokens


class MemoryStores:
    """`process` names the caller to the faults of the database."""

    def __init__(self, database: Database, clock: Clock, *, process: str = "") -> None:
        connection = Connection(database, process)
        self.heart = HeartStores(
            inbox=MemoryInbox(connection),
            journal=MemoryJournal(connection),
            shards=MemoryShards(connection),
            outbox=MemoryOutbox(connection),
            alarms=MemoryAlarms(connection),
            snapshots=MemorySnapshots(connection),
            projections=MemoryProjections(connection),
        )
        self.documents = MemoryDocuments(connection)
        self.exchanges = MemoryExchanges(connection)
        self.reading = MemoryReading(connection)
        self.media = MemoryMedia(connection)
        self.tokens = MemoryTokens(connection, clock)

    async def close(self) -> None:
        """Nothing is held."""
