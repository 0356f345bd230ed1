"""All stores over one MongoDB database."""

from hub.ports import Clock, HeartStores
from hub.store.mongo.alarms import MongoAlarms
from hub.store.mongo.client import Client, Timeouts, asking, close, connect
from hub.store.mongo.documents import MongoDocuments
from hub.store.mongo.exchanges import MongoExchanges
from hub.store.mongo.inbox import MongoInbox
from hub.store.mongo.journal import MongoJournal
from hub.store.mongo.media import MongoMedia
from hub.store.mongo.migrations import migrate
from hub.store.mongo.outbox import MongoOutbox
from hub.store.mongo.projections import MongoProjections
from hub.store.mongo.reading import MongoReading
from hub.store.mongo.shards import MongoShards
from hub.store.mongo.snapshots import MongoSnapshots
from hub.store.mongo.tokens import MongoTokens


class MongoStores:
    """Made by `open_stores`; belongs to the running event loop."""

    def __init__(self, client: Client, database: str, clock: Clock) -> None:
        db = client[database]
        self.client = client
        self.database = db
        self.heart = HeartStores(
            inbox=MongoInbox(db),
            journal=MongoJournal(db),
            shards=MongoShards(db, clock),
            outbox=MongoOutbox(db),
            alarms=MongoAlarms(db),
            snapshots=MongoSnapshots(db),
            projections=MongoProjections(db),
        )
        self.documents = MongoDocuments(db)
        self.exchanges = MongoExchanges(db, clock)
        self.reading = MongoReading(db, clock)
        self.media = MongoMedia(db)
        self.tokens = MongoTokens(db, clock)

    async def ping(self) -> None:
        """Return when the server answers.

        Raises:
            StoreUncertain: it does not.
        """
        with asking():
            await self.client.admin.command("ping")

    async def close(self) -> None:
        await close(self.client)


async def open_stores(
    uri: str, database: str, clock: Clock, *, timeouts: Timeouts | None = None
) -> MongoStores:
    """Connect and bring the database up to date.

    Raises:
        StoreUncertain: the server does not answer.
        StartError: the database was made by a newer program.
    """
    stores = MongoStores(connect(uri, timeouts or Timeouts()), database, clock)
    try:
        await migrate(stores.database, clock)
    except BaseException:
        await stores.close()
        raise
    return stores
