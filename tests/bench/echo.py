"""A word from one screen to another's, through rules and store, beside a bare websocket echo.

The word is a note: command → inbox → decision → commit → fold → document → the colleague's socket,
and the answer to its author. The store is in memory; CPU time is the server's. The second row is
without the time inside the store's calls, which do not wait: that is the database's part.
"""

import asyncio
import json
from typing import Any

import aiohttp
import uvloop

from hub.http.sessions import COOKIE
from tests.agent_web.gateway_rig import ORIGIN
from tests.bench.crowd import Server, server
from tests.bench.measure import Comparison, Round, as_json, medians, table

SENDERS = 6
TALKS = 48
WORDS = 4800
ROUNDS = 5
MOST = 10.0

Socket = aiohttp.ClientWebSocketResponse


class Subject:
    """`TALKS` conversations at once: in each the next word follows when the last one was seen."""

    def __init__(self, found: Server, senders: list[Socket], watcher: Socket, talks: list[str]):
        self._server = found
        self._senders = senders
        self._watcher = watcher
        self._talks = talks
        self._count = 0

    async def round(self) -> tuple[Round, Round]:
        """All of it but the meter's own time, and without the store."""
        loop = asyncio.get_running_loop()
        for screen in (*self._senders, self._watcher):
            await screen.send_json({"t": "ping"})  # who is silent is closed
        before, began = await self._server.ask("/costs"), loop.time()
        seen = {talk: asyncio.Queue[None]() for talk in self._talks}
        async with asyncio.TaskGroup() as tasks:
            readers = [tasks.create_task(_drain(sender)) for sender in self._senders]
            readers.append(tasks.create_task(self._see(seen)))
            async with asyncio.TaskGroup() as talking:
                for number, talk in enumerate(self._talks):
                    sender = self._senders[number % SENDERS]
                    talking.create_task(self._talk(sender, talk, seen[talk]))
            for reader in readers:
                reader.cancel()
        seconds = loop.time() - began
        after = await self._server.ask("/costs")
        spent = {each: after[each] - before[each] for each in after}
        words, cpu = WORDS // TALKS * TALKS, spent["cpu"] - spent["meter"]
        return Round(words, seconds, cpu), Round(words, seconds, cpu - spent["store"])

    async def _talk(self, sender: Socket, talk: str, seen: "asyncio.Queue[None]") -> None:
        for _ in range(WORDS // TALKS):
            self._count += 1
            command = {"do": "note", "conversation_id": talk, "text": "x" * 100}
            await sender.send_json({"t": "do", "id": f"w{self._count}", "command": command})
            await seen.get()

    async def _see(self, seen: "dict[str, asyncio.Queue[None]]") -> None:
        while True:
            frame = await self._watcher.receive_json()
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
                tasks.create_task(_echo(socket))
        seconds = loop.time() - began
        spent = (await self._server.ask("/costs"))["cpu"] - before
        return Round(WORDS // TALKS * TALKS, seconds, spent)


async def _echo(socket: Socket) -> None:
    word = "x" * 180
    for _ in range(WORDS // TALKS):
        await socket.send_str(word)
        await socket.receive_str()


async def _drain(socket: Socket) -> None:
    while True:
        await socket.receive()


async def _open(session: aiohttp.ClientSession, found: Server, cookie: str) -> Socket:
    headers = {"Origin": ORIGIN, "Cookie": f"{COOKIE}={cookie}"}
    url = f"http://127.0.0.1:{found.port}/ws/agent"
    return await session.ws_connect(url, headers=headers, max_msg_size=0)


async def _subject(session: aiohttp.ClientSession, found: Server) -> Subject:
    talks: list[str] = await found.ask("/customers", count=str(TALKS))
    keys: list[str] = await found.ask("/keys", count=str(SENDERS + 1))
    senders = [await _open(session, found, key) for key in keys[1:]]
    watcher = await _open(session, found, keys[0])
    for talk in talks:
        topic = f"customer:{talk.partition('.')[0]}"
        await watcher.send_json({"t": "watch", "topic": topic})
        frame: dict[str, Any] = {}
        while frame.get("topic") != topic:
            frame = json.loads((await watcher.receive()).data)
    return Subject(found, senders, watcher, talks)


async def measure(rounds: int) -> list[Comparison]:
    jar = aiohttp.DummyCookieJar()
    async with (
        server("live") as live,
        server("control") as bare,
        aiohttp.ClientSession(cookie_jar=jar) as session,
    ):
        subject = await _subject(session, live)
        control = Control(bare, [await _open(session, bare, "") for _ in range(TALKS)])
        a: list[tuple[Round, Round]] = []
        b: list[Round] = []
        for turn in range(rounds + 1):
            found = (await subject.round(), await control.round())
            if turn:
                a.append(found[0])
                b.append(found[1])
        return [
            medians("note to a colleague", [whole for whole, _ in a], b),
            medians("… without the store", [rest for _, rest in a], b),
        ]


def main(options: list[str]) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = runner.run(measure(ROUNDS))
    print(as_json(rows) if "--json" in options else table(rows))
    return 0 if rows[1].cpu_ratio <= MOST else 1
