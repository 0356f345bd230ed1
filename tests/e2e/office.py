"""The bank's side of a demo for the tests: its people, its desk emptied, its wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession, ClientWebSocketResponse, WSServerHandshakeError
from playwright.async_api import Browser

from tests.e2e.colleague import Colleague
from tests.e2e.visitor import Visitor

API = "/api/v1"
AGENTS = ("agent1", "agent2")
LEAD = "supervisor1"
SOON_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    url: str
    password: str
    simulator: str
    """The address of the pretended WeChat."""
    receiver: str = ""
    """The origin of a server of an integrator; nobody listens there by itself."""


class Screen:
    """`/ws/agent` without a browser: frames in and out, `docs` of the desk."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self._ws = ws
        self.docs: dict[tuple[str, str], Any] = {}

    async def say(self, **frame: Any) -> None:
        await self._ws.send_json(frame)

    async def hear(self, kind: str) -> Any:
        """The next frame of that kind; updates are kept on the way."""
        while True:
            frame = await self._ws.receive_json(timeout=SOON_S)
            if frame["t"] == "update":
                self._keep(frame)
            if frame["t"] == kind:
                return frame

    async def do(self, **command: Any) -> Any:
        key = uuid4().hex
        await self.say(t="do", id=key, command=command)
        while (done := await self.hear("done"))["id"] != key:
            pass
        return done

    def _keep(self, frame: Any) -> None:
        if frame["full"]:
            self.docs.clear()
        for doc in frame["docs"]:
            self.docs[doc["kind"], doc["id"]] = doc
        for gone in frame["gone"]:
            self.docs.pop((gone["kind"], gone["id"]), None)


@dataclass(slots=True)
class Office:
    """`colleague` and `visitor` are there until `leave`."""

    browser: Browser
    demo: Demo
    http: ClientSession
    people: list[Colleague] = field(default_factory=list)
    visitors: list[Visitor] = field(default_factory=list)
    _sessions: dict[str, dict[str, str]] = field(default_factory=dict)

    def colleague(self, username: str) -> Colleague:
        somebody = Colleague(self.browser, self.demo.url, username, self.demo.password)
        self.people.append(somebody)
        return somebody

    def visitor(self) -> Visitor:
        somebody = Visitor(self.browser, self.demo.url)
        self.visitors.append(somebody)
        return somebody

    async def waiting_customer(self, about: str = "转人工") -> Visitor:
        """Handed over by the bot."""
        customer = self.visitor()
        await customer.open()
        assert "人工" in await customer.write(about)
        return customer

    async def ready(self, username: str) -> Colleague:
        colleague = self.colleague(username)
        await colleague.sign_in()
        await colleague.ready()
        return colleague

    @property
    def complaints(self) -> list[str]:
        return [each for one in self._everybody() for each in one.complaints]

    async def leave(self) -> None:
        for one in self._everybody():
            await one.leave()
        self.people.clear()
        self.visitors.clear()
        await self.clear()

    def _everybody(self) -> list[Colleague | Visitor]:
        return [*self.people, *self.visitors]

    async def clear(self) -> None:
        """Nobody waits, nobody is served, nobody is signed in at the desk."""
        async with self.screen(LEAD) as lead:
            await lead.say(t="watch", topic="desk", seq=0)
            await lead.hear("update")
            while open_ones := {
                doc["conversation_id"] for (kind, _), doc in lead.docs.items() if kind == "work"
            }:
                for conversation in open_ones:
                    await self.close(conversation)
                await lead.hear("update")
        for agent in AGENTS:
            async with self.screen(agent) as screen:
                await screen.do(do="presence", presence="offline")

    async def close(self, conversation_id: str) -> None:
        headers = await self.headers_of(LEAD)
        url = f"{self.demo.url}{API}/conversations/{conversation_id}/close"
        body = {"command_id": uuid4().hex}
        async with self.http.post(url, json=body, headers=headers) as answer:
            assert answer.status < 500, await answer.text()

    async def headers_of(self, username: str) -> dict[str, str]:
        """Of a session of this person, as our own pages send them."""
        if username not in self._sessions:
            self._sessions[username] = await self.sign_in(username)
        return self._sessions[username]

    async def sign_in(self, username: str) -> dict[str, str]:
        body = {"username": username, "password": self.demo.password}
        async with self.http.post(f"{self.demo.url}{API}/session", json=body) as answer:
            assert answer.status == 201, await answer.text()
            cookie = answer.cookies["lianluo_session"].value
        return {"Cookie": f"lianluo_session={cookie}", "Origin": self.demo.url}

    async def get(self, username: str, path: str) -> tuple[int, Any]:
        headers = await self.headers_of(username)
        async with self.http.get(f"{self.demo.url}{API}{path}", headers=headers) as answer:
            return answer.status, await answer.json()

    async def seq_of(self, conversation_id: str) -> int:
        _, conversation = await self.get(LEAD, f"/conversations/{conversation_id}")
        number: int = conversation["seq"]
        return number

    async def moved_on(self, conversation_id: str, seen: int) -> None:
        """Until the hub knows more than `seen`."""
        async with self.screen(LEAD) as lead:
            customer = conversation_id.rpartition(".")[0]
            await lead.say(t="watch", topic=f"customer:{customer}", seq=0)
            while (await lead.hear("update"))["seq"] <= seen:
                pass

    @asynccontextmanager
    async def screen(self, username: str) -> AsyncIterator[Screen]:
        async with await self._connected(await self.headers_of(username)) as ws:
            screen = Screen(ws)
            await screen.hear("welcome")
            yield screen

    async def _connected(self, headers: dict[str, str]) -> ClientWebSocketResponse:
        """As our own screens do: a hub that says "try again" is tried again."""
        async with asyncio.timeout(SOON_S):
            while True:
                try:
                    return await self.http.ws_connect(f"{self.demo.url}/ws/agent", headers=headers)
                except WSServerHandshakeError as error:
                    if error.status != 503:
                        raise
                await asyncio.sleep(0.2)

    async def wire(self, openid: str, last: str) -> str:
        """All that the pretended WeChat knows of a phone, up to its words `last`: what passed the
        wire in both directions, the sealed bodies opened too, and its own records."""
        told = [await self._simulated("/control/books"), await self._simulated("/phone/state")]
        seen = b""
        async with asyncio.timeout(SOON_S):
            async with self.http.get(f"{self.demo.simulator}/phone/{openid}/stream") as answer:
                while last.encode() not in seen:
                    seen += await answer.content.readany()
        return "\n".join((*told, seen.decode(errors="replace")))

    async def _simulated(self, path: str) -> str:
        async with self.http.get(self.demo.simulator + path) as answer:
            assert answer.status == 200
            return await answer.text()
