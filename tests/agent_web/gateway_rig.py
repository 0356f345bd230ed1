"""The gateway on a real server with the real engine in memory; topics are shelves a test fills."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from agent_web.acts import Acts
from agent_web.customer_docs import ChannelFacts
from agent_web.gateway import Gateway, House
from agent_web.rooms import Rooms
from agent_web.shelf import Shelf, encoded
from agent_web.sources import Topics
from agent_web.topics import Topic, Viewer
from hub.decisions.customer.rules import CustomerRules
from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.policy import Policy
from hub.errors import StoreUncertain
from hub.http.middleware import add_headers, edge
from hub.http.origins import OriginRule
from hub.http.passwords import ArgonPasswords
from hub.http.sessions import ACCESS, COOKIE, ORIGINS
from hub.model.desk import Medium, Skill, Slots
from hub.ports import Commands, Doc
from hub.projections.conversations import Conversations
from hub.projections.customers import Customers
from hub.runtime.bus import LocalBus
from hub.runtime.clock import SystemClock
from hub.services.access import Access, Role, User
from hub.services.catalogues import Catalogues, catalogues
from hub.services.dead_letters import DeadLetters
from hub.services.delivery import message_worker
from hub.store.embedded_process import pick_port
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.streams.heart import Heart
from hub.streams.settings import EngineSettings
from tests.fakes.media import files_of, links_of
from tests.http.pretend_channel import PretendChannel
from tests.http.world import CHANNEL

ORIGIN = "http://hub.test"
PASSWORD = "correct horse battery"
ROLES = {
    "agent1": Role.AGENT,
    "agent2": Role.AGENT,
    "supervisor1": Role.SUPERVISOR,
    "admin": Role.ADMIN,
}
Json = dict[str, Any]


class MovedClock(SystemClock):
    """The system's clock, moved forward at will."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        now = super().now()
        return now + self.ahead if self.ahead else now

    def monotonic(self) -> float:
        now = super().monotonic()
        return now + self.ahead.total_seconds() if self.ahead else now


class ShelfTopic(Shelf):
    """A topic that a test fills; `guests` are the keys that may watch, None = everybody."""

    def __init__(self, name: str, guests: frozenset[str] | None = None) -> None:
        super().__init__()
        self.name = name
        self.guests = guests

    def may_watch(self, viewer: Viewer) -> bool:
        return self.guests is None or not self.guests.isdisjoint(viewer.keys)

    def change(self, *docs: tuple[str, str, frozenset[str] | None], drop: str = "") -> None:
        """One more commit: notes as (id, text, audience), and one dropped."""
        self.begin(self.seq + 1)
        for note, text, audience in docs:
            self.put("note", note, encoded(note_doc(note, text)), audience)
        if drop:
            self.drop("note", drop)
        self.end()


def note_doc(note: str, text: str) -> Json:
    return {"kind": "note", "id": note, "text": text}


class ShelfSource:
    """`failing` opens raise StoreUncertain first; `open_now` counts what was not released."""

    def __init__(self) -> None:
        self.topics: dict[str, ShelfTopic] = {}
        self.failing = 0
        self.open_now = 0

    def add(self, name: str, guests: frozenset[str] | None = None) -> ShelfTopic:
        topic = self.topics[name] = ShelfTopic(name, guests)
        return topic

    async def open(self, name: str) -> Topic | None:
        await asyncio.sleep(0)
        if self.failing:
            self.failing -= 1
            raise StoreUncertain("failing")
        topic = self.topics.get(name)
        self.open_now += topic is not None
        return topic

    def release(self, topic: Topic) -> None:
        self.open_now -= 1


class Link:
    """The screen's end of a socket: an independent client."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.welcome: Json = {}
        self.ids = 0

    async def say(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def hear(self, *kinds: str) -> Json:
        """The next frame of these kinds; others are dropped. Raises ConnectionClosed."""
        async with asyncio.timeout(5):
            while True:
                frame: Json = json.loads(await self.socket.recv())
                if not kinds or frame["t"] in kinds:
                    return frame

    async def watch(self, topic: str, seq: int = 0) -> Json:
        await self.say(t="watch", topic=topic, seq=seq)
        return await self.hear("update", "closed")

    async def do(self, command: Json, *, id: str = "") -> Json:
        self.ids += 1
        await self.say(t="do", id=id or f"act-{self.ids}", command=command)
        return await self.hear("done")

    async def end(self) -> tuple[str, int]:
        """The reason of the last Bye ("" without one) and the close code."""
        reason = ""
        async with asyncio.timeout(5):
            try:
                while True:
                    frame = json.loads(await self.socket.recv())
                    reason = frame["reason"] if frame["t"] == "bye" else ""
            except ConnectionClosed as closed:
                return reason, closed.rcvd.code if closed.rcvd is not None else 1006


@dataclass(kw_only=True)
class Rig:
    app: web.Application
    gateway: Gateway
    access: Access
    clock: SystemClock
    stores: MemoryStores
    heart: Heart
    source: ShelfSource
    topics: Topics
    channel: PretendChannel
    url: str = ""
    tokens: dict[str, str] = field(default_factory=dict)

    async def token(self, username: str) -> str:
        if username not in self.tokens:
            signed_in = await self.access.sign_in(username, PASSWORD)
            assert signed_in is not None
            self.tokens[username] = signed_in[0]
        return self.tokens[username]

    async def headers(self, username: str) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={await self.token(username)}"}

    @asynccontextmanager
    async def screen(self, username: str = "agent1", **options: Any) -> AsyncIterator[Link]:
        async with connect(
            self.url,
            origin=Origin(ORIGIN),
            additional_headers=await self.headers(username),
            compression=None,
            max_size=None,
            close_timeout=1,
            **options,
        ) as socket:
            link = Link(socket)
            link.welcome = await link.hear()
            yield link

    def later(self, seconds: float) -> None:
        assert isinstance(self.clock, MovedClock)
        self.clock.ahead += timedelta(seconds=seconds)

    async def desk_events(self, *names: str) -> list[Doc]:
        commits = await self.stores.heart.journal.of_stream("desk:main", 0, 10_000)
        return [e for c in commits for e in c["events"] if not names or e["is"] in names]


async def eventually(ask: Callable[[], Any]) -> Any:
    """The first true answer."""
    async with asyncio.timeout(20):
        while True:
            found = ask()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.002)


def user(username: str) -> User:
    slots = (Slots(medium=Medium.TEXT, count=2),) if ROLES[username] is Role.AGENT else ()
    return User(
        username=username,
        display_name=username.title(),
        role=ROLES[username],
        skills=(Skill(skill="general", level=3),) if slots else (),
        capacity=slots,
    )


async def compose(
    commands: Callable[[Commands], Commands] | None = None,
    *,
    live: bool = False,
    clock: SystemClock | None = None,
) -> Rig:
    """The parts put together and not running; see `rig`."""
    clock, source, channel = clock or MovedClock(), ShelfSource(), PretendChannel(CHANNEL)
    stores = MemoryStores(Database(), clock)
    customer_rules = CustomerRules(Policy(without_bot=frozenset({CHANNEL})))
    desk_rules = DeskRules(DeskSettings())
    heart = Heart(
        stores.heart,
        stores.reading,
        [customer_rules, desk_rules],
        [Conversations(), Customers()],
        {"message": message_worker({CHANNEL: channel}, links_of(stores.media, clock))},
        LocalBus(),
        clock,
        EngineSettings(),
    )
    topics = Topics(
        stores.heart,
        stores.reading,
        heart.feed,
        customer_rules,
        desk_rules,
        {CHANNEL: ChannelFacts(channel.kind, channel.capabilities)},
        clock,
    )
    through = heart.commands if commands is None else commands(heart.commands)
    passwords = ArgonPasswords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    access = Access(stores.documents, clock, passwords)
    for username in ROLES:
        await access.add_user(user(username), PASSWORD)
    lists = catalogues(stores.documents, clock)
    await lists.seed()
    gateway = Gateway(
        access=access,
        clock=clock,
        source=topics if live else source,
        acts=lambda rooms: acts_of(stores, through, rooms, lists),
        house=House(process="gate", bank="联络银行", environment="demo", build="test"),
    )
    app = web.Application(middlewares=[edge])
    app[ACCESS], app[ORIGINS] = access, OriginRule([ORIGIN])
    app.on_response_prepare.append(add_headers)
    gateway.add_to(app)
    topics.desk.listeners.append(gateway.attendance)
    return Rig(
        app=app,
        gateway=gateway,
        access=access,
        clock=clock,
        stores=stores,
        heart=heart,
        source=source,
        topics=topics,
        channel=channel,
    )


@asynccontextmanager
async def rig(
    *, commands: Callable[[Commands], Commands] | None = None, live: bool = False
) -> AsyncIterator[Rig]:
    """`commands` may put something between the gateway and the real commands; `live` topics are
    those of the hub instead of the test's own."""
    made = await compose(commands, live=live)
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(made.heart.run()),
            tasks.create_task(made.gateway.run()),
            tasks.create_task(made.topics.run()),
        ]
        async with TestServer(made.app, port=pick_port()) as server:
            made.url = str(server.make_url("/ws/agent")).replace("http", "ws", 1)
            yield made
        for each in running:
            each.cancel()


def acts_of(stores: MemoryStores, commands: Commands, rooms: Rooms, lists: Catalogues) -> Acts:
    return Acts(
        commands=commands,
        journal=stores.heart.journal,
        reading=stores.reading,
        outbox=stores.heart.outbox,
        dead_letters=DeadLetters(
            outbox=stores.heart.outbox, inbox=stores.heart.inbox, commands=commands, wait=5.0
        ),
        capabilities={CHANNEL: PretendChannel.capabilities},
        dispositions=lists.dispositions,
        files=files_of(stores.media, stores.reading, SystemClock()),
        may_watch=rooms.may_watch,
        wait=5.0,
    )


def dumped(frame: Json) -> str:
    return orjson.dumps(frame).decode()
