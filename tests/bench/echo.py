"""A word from one screen to another's, through rules and store, beside a bare websocket echo.

The word is a note: command → inbox → decision → commit → fold → document → the colleague's socket,
and the answer to its author. The store is in memory; CPU time is the server's. "Without the store"
is without the time inside the store's calls, which do not wait, and without the garbage collector's
rounds, which run because the store's rows stay: that is the database's part.

With few talks at once a word pays for a round of the engine nearly alone; with many they share it.
The control has a socket for each talk. It runs before and after each round of the subject; where
the two disagree the machine was not the same throughout, and the round is done again.
"""

import asyncio
import json
from typing import Any

import aiohttp
import uvloop

from agent_web.lanes import AT_WORK
from agent_web.protocol import HEARTBEAT_S
from agent_web.rooms import MAX_TOPICS
from hub.http.sessions import COOKIE
from tests.agent_web.gateway_rig import ORIGIN
from tests.bench.crowd import Server, server
from tests.bench.measure import Comparison, Round, as_json, between, medians, table

TALKS_A_SENDER = AT_WORK
"""A screen has no more acts at work at once."""

TALKS = (48, 192, 768)
WORDS = 4608
ROUNDS = 7
MOST = 10.0

Socket = aiohttp.ClientWebSocketResponse


class Subject:
    """Many conversations at once: in each the next word follows when the last one was seen."""

    def __init__(
        self, found: Server, senders: list[Socket], watchers: list[Socket], talks: list[str]
    ) -> None:
        self._server = found
        self._senders = senders
        self._watchers = watchers
        self._talks = talks
        self._count = 0

    async def round(self) -> tuple[Round, Round]:
        """All of it but the meter's own time, and without the store."""
        loop = asyncio.get_running_loop()
        before, began = await self._server.ask("/costs"), loop.time()
        seen = {talk: asyncio.Queue[None]() for talk in self._talks}
        async with asyncio.TaskGroup() as tasks:
            readers = [tasks.create_task(_drain(sender)) for sender in self._senders]
            readers += [tasks.create_task(_see(watcher, seen)) for watcher in self._watchers]
            readers.append(tasks.create_task(self._stay()))
            async with asyncio.TaskGroup() as talking:
                for number, talk in enumerate(self._talks):
                    sender = self._senders[number % len(self._senders)]
                    talking.create_task(self._talk(sender, talk, seen[talk]))
            for reader in readers:
                reader.cancel()
        seconds = loop.time() - began
        after = await self._server.ask("/costs")
        spent = {each: after[each] - before[each] for each in after}
        cpu = spent["cpu"] - spent["meter"]
        return Round(WORDS, seconds, cpu), Round(WORDS, seconds, cpu - spent["store"])

    async def _stay(self) -> None:
        """Who is silent is closed."""
        while True:
            for screen in (*self._senders, *self._watchers):
                await screen.send_json({"t": "ping"})
            await asyncio.sleep(HEARTBEAT_S)

    async def _talk(self, sender: Socket, talk: str, seen: "asyncio.Queue[None]") -> None:
        for _ in range(WORDS // len(self._talks)):
            self._count += 1
            command = {"do": "note", "conversation_id": talk, "text": "x" * 100}
            await sender.send_json({"t": "do", "id": f"w{self._count}", "command": command})
            await seen.get()


async def _see(watcher: Socket, seen: "dict[str, asyncio.Queue[None]]") -> None:
    while True:
        frame = await watcher.receive_json()
        for doc in frame.get("docs", ()):
            if doc["kind"] == "note":
                seen[doc["conversation_id"]].put_nowait(None)


class Control:
    def __init__(self, found: Server, sockets: list[Socket]) -> None:
        self._server = found
        self._sockets = sockets

    async def round(self) -> Round:
        loop = asyncio.get_running_loop()
        before, began = (await self._server.ask("/costs"))["cpu"], loop.time()
        async with asyncio.TaskGroup() as tasks:
            for socket in self._sockets:
                tasks.create_task(_echo(socket, WORDS // len(self._sockets)))
        seconds = loop.time() - began
        spent = (await self._server.ask("/costs"))["cpu"] - before
        return Round(WORDS, seconds, spent)


async def _echo(socket: Socket, words: int) -> None:
    word = "x" * 180
    for _ in range(words):
        await socket.send_str(word)
        await socket.receive_str()


async def _drain(socket: Socket) -> None:
    while True:
        await socket.receive()


async def _open(session: aiohttp.ClientSession, found: Server, cookie: str) -> Socket:
    headers = {"Origin": ORIGIN, "Cookie": f"{COOKIE}={cookie}"}
    url = f"http://127.0.0.1:{found.port}/ws/agent"
    return await session.ws_connect(url, headers=headers, max_msg_size=0)


async def _subject(session: aiohttp.ClientSession, found: Server, count: int) -> Subject:
    talks: list[str] = await found.ask("/customers", count=str(count))
    shares = [talks[at : at + MAX_TOPICS] for at in range(0, count, MAX_TOPICS)]
    writing = count // TALKS_A_SENDER
    keys: list[str] = await found.ask("/keys", count=str(writing + len(shares)))
    senders = [await _open(session, found, key) for key in keys[:writing]]
    watchers = [await _open(session, found, key) for key in keys[writing:]]
    for watcher, share in zip(watchers, shares, strict=True):
        for talk in share:
            await _watch(watcher, f"customer:{talk.partition('.')[0]}")
    return Subject(found, senders, watchers, talks)


async def _watch(watcher: Socket, topic: str) -> None:
    await watcher.send_json({"t": "watch", "topic": topic})
    frame: dict[str, Any] = {}
    while frame.get("topic") != topic:
        frame = json.loads((await watcher.receive()).data)


async def measure(talks: int, rounds: int) -> list[Comparison]:
    jar = aiohttp.DummyCookieJar()
    async with (
        server("live") as live,
        server("control") as bare,
        aiohttp.ClientSession(cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0)) as session,
    ):
        subject = await _subject(session, live, talks)
        control = Control(bare, [await _open(session, bare, "") for _ in range(talks)])
        kept = await between(subject.round, control.round, rounds=rounds)
        subjects, controls = zip(*kept, strict=True)
        whole_rounds, rests = zip(*subjects, strict=True)
        return [
            medians(f"note, {talks} at once", whole_rounds, controls),
            medians("… without the store", rests, controls),
        ]


def main(options: list[str]) -> int:
    rows: list[Comparison] = []
    for talks in TALKS:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            rows += runner.run(measure(talks, ROUNDS))
    print(as_json(rows) if "--json" in options else table(rows))
    return 0 if all(row.cpu_ratio <= MOST for row in rows[1::2]) else 1
