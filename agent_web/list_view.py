"""The topic "conversations": the newest ones of the whole bank, for supervisors."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta

import structlog

from agent_web.conversation_doc import conversation_doc
from agent_web.shelf import Shelf, encoded
from agent_web.topics import LEADS, Change, Viewer
from hub.errors import StoreUncertain
from hub.ports import Clock, Doc, Feed, ProjectionStore, Reading

log = structlog.get_logger(__name__)

NEWEST = 500
AGAIN_S = 0.5
LINGER_S = 5.0
"""Followed so long after the last one left: who lost the line comes back to the same numbers."""

KIND = "conversation"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ListView:
    """A `Topic` that is followed while somebody watches; `run` must be running.

    A list has no stream whose numbers it could carry. Ours begin at the microsecond of the load:
    so none is used twice, and a screen that comes from another process is given everything.
    """

    name = "conversations"

    def __init__(
        self,
        projections: ProjectionStore,
        reading: Reading,
        feed: Feed,
        clock: Clock,
        *,
        newest: int = NEWEST,
        load_within_s: float = 5.0,
    ) -> None:
        self._projections = projections
        self._reading = reading
        self._feed = feed
        self._clock = clock
        self._newest = newest
        self._load_within_s = load_within_s
        self._shelf = Shelf()
        self._docs: dict[str, Doc] = {}
        self._watchers = 0
        self._wanted = asyncio.Event()
        self._left = asyncio.Event()
        self._loaded = asyncio.Event()

    # ------------------------------------------------------------ Topic
    @property
    def seq(self) -> int:
        return self._shelf.seq

    def may_watch(self, viewer: Viewer) -> bool:
        return LEADS in viewer.keys

    def since(self, viewer: Viewer, seq: int) -> Change:
        return self._shelf.since(viewer, seq)

    def subscribe(self, hear: Callable[[Change], None]) -> Callable[[], None]:
        return self._shelf.subscribe(hear)

    # ------------------------------------------------------------ while somebody watches
    async def open(self) -> None:
        """Returns when the list is there. Needs a `release`. Raises StoreUncertain."""
        self._watchers += 1
        self._left.clear()
        self._wanted.set()
        try:
            async with asyncio.timeout(self._load_within_s):
                await self._loaded.wait()
        except TimeoutError as error:
            self.release()
            raise StoreUncertain("list not read in time") from error
        except asyncio.CancelledError:
            self.release()
            raise

    def release(self) -> None:
        self._watchers -= 1
        if not self._watchers:
            self._wanted.clear()
            self._left.set()

    async def run(self) -> None:
        while True:
            await self._wanted.wait()
            async with asyncio.TaskGroup() as tasks:
                life = tasks.create_task(self._follow_for_ever())
                await self._nobody_left()
                life.cancel()
            self._loaded.clear()

    async def _nobody_left(self) -> None:
        await self._left.wait()
        await self._clock.sleep(LINGER_S)
        while self._watchers:
            await self._left.wait()
            await self._clock.sleep(LINGER_S)

    async def _follow_for_ever(self) -> None:
        while True:
            try:
                await self._follow()
            except StoreUncertain as error:
                log.warning("list not read", error=str(error))
            except Exception:
                log.exception("list not followed")
            await self._clock.sleep(AGAIN_S)

    async def _follow(self) -> None:
        """The cursors are read first: what is saved after them the feed brings again."""
        cursors = await self._projections.cursors(self.name)
        docs = await self._reading.page(self.name, {}, limit=self._newest)
        self._restart(docs)
        self._loaded.set()
        changes = self._feed.documents(self.name, cursors)
        try:
            async for doc in changes:
                self._take(doc)
        finally:
            if isinstance(changes, AsyncGenerator):
                await changes.aclose()

    def _restart(self, docs: list[Doc]) -> None:
        begun = (self._clock.now() - EPOCH) // timedelta(microseconds=1)
        self._docs = {doc["_id"]: doc for doc in docs}
        self._shelf.restart(max(begun, self._shelf.seq + 1))
        for doc in reversed(docs):
            self._put(doc)
        self._shelf.end_restart()

    def _take(self, doc: Doc) -> None:
        """A document the page brought in a newer state is not put back."""
        key = doc["_id"]
        held = self._docs.get(key)
        if held is not None and held["n"] >= doc["n"]:
            return
        self._shelf.begin(self._shelf.seq + 1)
        self._docs[key] = doc
        self._put(doc)
        if len(self._docs) > self._newest:
            oldest = min(self._docs.values(), key=lambda each: (each["updated_at"], each["_id"]))
            del self._docs[oldest["_id"]]
            self._shelf.drop(KIND, oldest["_id"])
        self._shelf.end()

    def _put(self, doc: Doc) -> None:
        address = doc.get("address")
        reply_to = f"{address['channel_id']}|{address['value']}" if address else ""
        shown = conversation_doc(doc, reply_to=reply_to)
        wire = encoded(shown, about=doc["customer_id"])
        self._shelf.put(KIND, doc["_id"], wire, None)
