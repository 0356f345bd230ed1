"""A hub without its pages between the simulator's WeChat and its outbox, for runs with faults."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from channels.wechat.simulator.account import PushRules, demo_account
from channels.wechat.simulator.deliveries import Deliveries
from channels.wechat.simulator.pushes import message_fields
from channels.wechat.simulator.samples import sample
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from hub.decisions.customer import CustomerRules
from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.policy import Policy
from hub.model.codec import pack
from hub.model.ids import ChannelId, ConversationId, customer_of, customer_stream
from hub.model.inputs import SendMessage
from hub.model.message import MediaFile, MediaKind, MediaPart
from hub.ports import Commands, Journal, MediaMeta, MediaStore
from hub.projections.conversations import Conversations
from hub.runtime.bus import LocalBus
from hub.runtime.clock import SystemClock
from hub.services.dead_letters import DeadLetters
from hub.services.delivery import message_worker
from hub.services.media.files import ReadyMedia
from hub.services.media.spool import whole
from hub.services.persons import Persons
from hub.services.profiles import ProfileWorker
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.streams.heart import Heart
from hub.streams.settings import EngineSettings
from tests.channels.support import CHANNEL, adapter_of, free_port, hook_server, until
from tests.fakes.media import links_of, worker_of

WX = ChannelId(CHANNEL)
LEAD = "agent:supervisor1"
SETTINGS = EngineSettings(
    sweep_s=0.05, backoff_s=0.05, longest_backoff_s=0.2, attempts=30, sends=50, send_timeout_s=5.0
)


@dataclass(slots=True, kw_only=True)
class House:
    """Pushes in, the customers' rules, the outbox, WeChat."""

    world: World
    deliveries: Deliveries
    database: Database
    journal: Journal
    commands: Commands
    letters: DeadLetters
    media: MediaStore

    def everyone_writes(self, customers: int) -> None:
        """Each is told once that people will answer: one message out for each customer."""
        for _ in range(customers):
            phone = self.world.add_phone()
            self.deliveries.message(phone, message_fields("text", {"Content": "转人工"}))

    async def lead_sends_picture(self, openid: str) -> None:
        """One who leads, to a customer who waits; each picture is a file of its own."""
        picture = sample("image")
        file = MediaFile(content_type="image/jpeg", size=len(picture))
        meta = MediaMeta(
            media_id=f"p{openid}",
            kind=MediaKind.IMAGE,
            file=file,
            digest="",
            author=LEAD,
            stored_at=self.world.clock.now(),
        )
        await self.media.put(meta, whole(picture))
        await self.media.finish(meta.media_id, file)
        part = MediaPart(media=MediaKind.IMAGE, provider_ref="", media_id=meta.media_id)
        customer = customer_of(WX, openid)
        stream = customer_stream(customer)
        seen = (await self.journal.of_stream(stream, 0, 100))[-1]["seq"]
        said = SendMessage(
            conversation_id=ConversationId(f"{customer}.1"), author=LEAD, parts=(part,), seen=seen
        )
        commit = await self.commands.submit(stream, "c1", LEAD, pack(said), wait=5)
        assert commit is not None
        assert [each["is"] for each in commit["events"]] == ["MessageSent"]

    async def settled(self, count: int) -> list[dict[str, Any]]:
        """The messages of the outbox, when nothing of them is open any more."""
        async with asyncio.timeout(15):
            while True:
                outbox = self.database.majority("outbox").rows.values()
                rows = [row for row in outbox if row["kind"] == "message"]
                if len(rows) == count and not any(row["open"] for row in rows):
                    return rows
                await asyncio.sleep(0.02)

    def received(self, *kinds: str) -> Counter[str]:
        """How many messages of these kinds each phone got."""
        sent = self.world.sends.sent
        return Counter(str(row["openid"]) for row in sent if row["msgtype"] in kinds)

    async def check(self, rows: list[dict[str, Any]], *kinds: str) -> Counter[str]:
        """Lost 0, doubled 0; whatever is not certain is listed. The states of the rows."""
        received = self.received(*kinds)
        listed = {letter.key for letter in await self.letters.undelivered(limit=500, after="")}
        for row in rows:
            got = received[row["body"]["address"]["value"]]
            assert got <= 1, row["_id"]
            assert (row["state"] == "sent") <= (got == 1), row["_id"]
            assert (row["state"] == "failed") <= (got == 0), row["_id"]
            assert (row["_id"] in listed) == (row["state"] in {"uncertain", "failed"}), row["_id"]
        return Counter(str(row["state"]) for row in rows)


@asynccontextmanager
async def house(**more: Any) -> AsyncIterator[House]:
    clock, database = SystemClock(), Database()
    stores = MemoryStores(database, clock)
    world = World(account=demo_account(), hook="", clock=clock, push_rules=PushRules(patient=True))
    port, hook_port = free_port(), free_port()
    adapter = adapter_of(
        world.account,
        clock,
        base_url=f"http://127.0.0.1:{port}",
        tokens=stores.tokens,
        files=ReadyMedia(stores.media),
        **more,
    )
    heart = Heart(
        stores.heart,
        stores.reading,
        [CustomerRules(Policy(without_bot=frozenset({WX}))), DeskRules(DeskSettings())],
        [Conversations()],
        {
            "message": message_worker({WX: adapter}, links_of(stores.media, clock)),
            "media": worker_of(stores.media, {WX: adapter}, clock).do,
            "profile": ProfileWorker(
                {WX: adapter}, Persons(stores.documents, stores.reading), clock
            ).do,
        },
        LocalBus(),
        clock,
        SETTINGS,
    )
    letters = DeadLetters(
        outbox=stores.heart.outbox, inbox=stores.heart.inbox, commands=heart.commands, wait=1.0
    )
    async with (
        running(world, port=port) as deliveries,
        hook_server(adapter, heart.acceptor.accept, clock, hook_port) as hook,
        asyncio.TaskGroup() as tasks,
    ):
        world.hook = hook
        lives = [
            tasks.create_task(heart.run()),
            tasks.create_task(adapter.run(heart.acceptor.accept)),
        ]
        await until(lambda: adapter.health()["state"] == "ok")
        yield House(
            world=world,
            deliveries=deliveries,
            database=database,
            journal=stores.heart.journal,
            commands=heart.commands,
            letters=letters,
            media=stores.media,
        )
        for life in lives:
            life.cancel()
