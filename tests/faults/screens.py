"""A screen of the workspace without a browser: one socket that comes back with its numbers."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.faults.clients import Client
from tests.faults.records import Command

Doc = dict[str, Any]
Key = tuple[str, str]

PATH = "/ws/agent"
CONNECT_S = 5.0
PING_S = 1.0
SILENCE_S = 12.0
"""Longer than an owner may stand still, so that some screens outlive a freeze, as browsers do."""

PAUSE_S = 0.2
FUTURE = 1_000_000_000
LOST = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(slots=True)
class Held:
    """What a screen holds of one topic."""

    seq: int = 0
    docs: dict[Key, Doc] = field(default_factory=dict)
    fulls: int = 0


@dataclass(slots=True, kw_only=True)
class AgentScreen:
    """`run` must be running. `commands` are shared with the run's history."""

    client: Client
    commands: list[Command]
    topics: dict[str, Held] = field(default_factory=dict)
    opened: int = 0
    repeats: int = 0
    odd: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _number: int = 0
    _acts: dict[str, tuple[Doc, asyncio.Future[Doc]]] = field(default_factory=dict)
    _ws: aiohttp.ClientWebSocketResponse | None = None

    @property
    def username(self) -> str:
        return self.client.username

    # ------------------------------------------------------------ what a person does
    def docs(self, topic: str, kind: str) -> list[Doc]:
        held = self.topics.get(topic)
        return [] if held is None else [doc for key, doc in held.docs.items() if key[0] == kind]

    async def watch(self, topic: str) -> None:
        if topic not in self.topics:
            self.topics[topic] = Held()
            await self._send({"t": "watch", "topic": topic, "seq": 0})

    async def unwatch(self, topic: str) -> None:
        if self.topics.pop(topic, None) is not None:
            await self._send({"t": "unwatch", "topic": topic})

    async def do(self, act: Doc, *, openid: str = "", text: str = "", note: str = "") -> Doc:
        """One act under its one id, until its outcome is known."""
        self._number += 1
        act_id = f"{self.username}-{self._number}"
        command = Command(
            author=f"agent:{self.username}",
            command_id=act_id,
            openid=openid,
            text=text,
            note=note,
            kind=act["do"],
        )
        self.commands.append(command)
        while True:
            answer: asyncio.Future[Doc] = asyncio.get_running_loop().create_future()
            self._acts[act_id] = (act, answer)
            await self._send({"t": "do", "id": act_id, "command": act})
            done = await answer
            if done["state"] in {"decided", "refused"}:
                break
            self.repeats += 1
            await asyncio.sleep(PAUSE_S)
        command.outcome = "accepted" if done["state"] == "decided" else "refused"
        command.reason = done["reason"]
        if done["reason"] == "failed":
            self.odd.append(f"{act['do']} failed: {done}")
        return done

    async def all_anew(self, topic: str) -> tuple[Held, Held]:
        """What is held of a topic, and all the server says there is of it.

        A number from the future is one it cannot go on from, so it gives everything.
        """
        held = self.topics[topic]
        before = Held(held.seq, dict(held.docs), held.fulls)
        await self._send({"t": "watch", "topic": topic, "seq": held.seq + FUTURE})
        async with asyncio.timeout(CONNECT_S):
            while held.fulls == before.fulls:
                await self.news()
        return before, held

    async def news(self) -> None:
        """Wait for the next change of anything held, or a little."""
        self.changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_S):
                await self.changed.wait()

    # ------------------------------------------------------------ the socket
    async def run(self) -> None:
        while True:
            cookie = await self.client.cookie()
            headers = {"Origin": self.client.origin, "Cookie": cookie}
            url = self.client.place + PATH
            try:
                async with asyncio.timeout(CONNECT_S):
                    ws = await self.client.session.ws_connect(url, headers=headers, max_msg_size=0)
            except aiohttp.WSServerHandshakeError as refused:
                self._refused(refused.status)
            except LOST:
                self.client.move_on()
            else:
                await self._live(ws)
            await asyncio.sleep(PAUSE_S)

    def _refused(self, status: int) -> None:
        if status == 401:
            self.client.sign_out()
        elif status != 503:
            self.odd.append(f"socket of {self.username}: {status}")
        self.client.move_on()

    async def _live(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """One connection from its greeting to its loss."""
        self._ws, self.opened = ws, self.opened + 1
        async with asyncio.TaskGroup() as tasks:
            pinging = tasks.create_task(self._ping(ws))
            try:
                for topic, held in tuple(self.topics.items()):
                    await self._send({"t": "watch", "topic": topic, "seq": held.seq})
                for act_id, (act, _) in tuple(self._acts.items()):
                    await self._send({"t": "do", "id": act_id, "command": act})
                while True:
                    async with asyncio.timeout(SILENCE_S):
                        message = await ws.receive()
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        break
                    self._hear(json.loads(message.data))
            except LOST:
                pass
            finally:
                self._ws = None
                pinging.cancel()
        self.client.move_on()
        with suppress(*LOST):
            async with asyncio.timeout(1):
                await ws.close()

    async def _ping(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        with suppress(*LOST):
            while True:
                await asyncio.sleep(PING_S)
                await ws.send_str('{"t":"ping"}')

    async def _send(self, frame: Doc) -> None:
        """What does not go out now goes out with the next connection."""
        if self._ws is not None:
            with suppress(*LOST):
                await self._ws.send_str(json.dumps(frame))

    def _hear(self, frame: Doc) -> None:
        match frame["t"]:
            case "update" if frame["topic"] in self.topics:
                _take(self.topics[frame["topic"]], frame)
            case "closed":
                self.topics.pop(frame["topic"], None)
                if frame["reason"] not in {"forbidden", "unknown"}:
                    self.odd.append(f"{self.username}: {frame}")
            case "done" if frame["id"] in self._acts:
                self._acts.pop(frame["id"])[1].set_result(frame)
            case "bye" if frame["reason"] == "session_ended":
                self.client.sign_out()
            case "bye" if frame["reason"] in {"malformed", "too_many_screens"}:
                self.odd.append(f"{self.username}: {frame}")
        self.changed.set()


def _take(held: Held, frame: Doc) -> None:
    if frame["full"]:
        held.docs.clear()
        held.fulls += 1
    for doc in frame["docs"]:
        key = (doc["kind"], doc["id"])
        if held.docs.get(key, {"seq": -1})["seq"] <= doc["seq"]:
            held.docs[key] = doc
    for gone in frame["gone"]:
        key = (gone["kind"], gone["id"])
        if key in held.docs and held.docs[key]["seq"] <= frame["seq"]:
            del held.docs[key]
    held.seq = frame["seq"]
