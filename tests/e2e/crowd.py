"""Many screens without a browser that lose the hub together and come back with their numbers."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from hub.http.sessions import COOKIE
from hub.runtime.clock import SystemClock
from hub.services.access import Access, Role, User
from hub.store.mongo.stores import open_stores
from tests.faults.rig import DATABASE, PASSWORD, Rig

PING_S = 4.0
AGAIN_S = 0.05
HERE_S = 60.0
LOOK_S = 0.05


class QuickPasswords:
    """Fifty slow hashes would be measured too."""

    async def hash(self, password: str) -> str:
        return password

    async def verify(self, hashed: str | None, password: str) -> bool:
        return hashed == password


@dataclass(slots=True)
class Held:
    """A topic as one screen holds it."""

    seq: int = 0
    docs: dict[tuple[str, str], Any] = field(default_factory=dict)

    def take(self, frame: Any) -> None:
        if frame["full"]:
            self.docs.clear()
        for doc in frame["docs"]:
            self.docs[doc["kind"], doc["id"]] = doc
        for gone in frame["gone"]:
            self.docs.pop((gone["kind"], gone["id"]), None)
        self.seq = frame["seq"]


@dataclass(slots=True, kw_only=True)
class Seat:
    """One screen; `reloads` counts full pictures for a number it had, `level` is when all its
    topics were answered since the last dial, in monotonic seconds; 0: not yet."""

    session: aiohttp.ClientSession
    url: str
    headers: dict[str, str]
    topics: Sequence[str]
    held: dict[str, Held] = field(default_factory=dict)
    reloads: int = 0
    dials: int = 0
    level: float = 0.0
    _ws: aiohttp.ClientWebSocketResponse | None = None

    async def stay(self) -> None:
        """Come back at once, however often, until cancelled."""
        while True:
            self.level = 0.0
            try:
                async with self.session.ws_connect(self.url, headers=self.headers) as ws:
                    self.dials += 1
                    self._ws = ws
                    await self._follow(ws)
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(AGAIN_S)
            finally:
                self._ws = None

    async def ping(self) -> None:
        if self._ws is not None and not self._ws.closed:
            with suppress(aiohttp.ClientError, OSError):
                await self._ws.send_json({"t": "ping"})

    async def _follow(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        for topic in self.topics:
            seq = self.held[topic].seq if topic in self.held else 0
            await ws.send_json({"t": "watch", "topic": topic, "seq": seq})
        unanswered = set(self.topics)
        async for message in ws:
            frame = orjson.loads(message.data)
            if frame["t"] == "update":
                topic = frame["topic"]
                self.reloads += frame["full"] and topic in self.held
                self.held.setdefault(topic, Held()).take(frame)
                unanswered.discard(topic)
                if not unanswered and not self.level:
                    self.level = time.monotonic()


@dataclass(slots=True)
class Crowd:
    seats: list[Seat]

    async def all_level(self) -> None:
        """Every screen has its answers."""
        async with asyncio.timeout(HERE_S):
            while True:
                if all(seat.level for seat in self.seats):
                    return
                await asyncio.sleep(LOOK_S)

    async def all_at(self, numbers: dict[str, int]) -> None:
        """Every screen has reached these numbers of the topics it watches."""
        async with asyncio.timeout(HERE_S):
            while any(
                held.seq < numbers.get(topic, 0)
                for seat in self.seats
                for topic, held in seat.held.items()
            ):
                await self.ping()
                await asyncio.sleep(1.0)

    async def ping(self) -> None:
        for seat in self.seats:
            await seat.ping()

    async def stay_awake(self) -> None:
        while True:
            await asyncio.sleep(PING_S)
            await self.ping()


async def cookies(it: Rig, users: Sequence[User]) -> list[str]:
    """People who are new here, each with a session."""
    clock = SystemClock()
    stores = await open_stores(it.mongo.uri, DATABASE, clock)
    found = []
    try:
        access = Access(stores.documents, clock, QuickPasswords())
        for user in users:
            assert await access.add_user(user, PASSWORD)
            signed_in = await access.sign_in(user.username, PASSWORD)
            assert signed_in is not None
            found.append(f"{COOKIE}={signed_in[0]}")
    finally:
        await stores.close()
    return found


def person(username: str, role: Role) -> User:
    return User(username=username, display_name=username, role=role)


@asynccontextmanager
async def crowd(seats: list[Seat]) -> AsyncIterator[Crowd]:
    """All of them there, each with its first picture."""
    gathered = Crowd(seats)
    async with asyncio.TaskGroup() as tasks:
        kept = [tasks.create_task(seat.stay()) for seat in seats]
        kept.append(tasks.create_task(gathered.stay_awake()))
        try:
            await gathered.all_level()
            yield gathered
        finally:
            for task in kept:
                task.cancel()
