"""The simulator's books as they grow: who wrote what, and what the hub has acknowledged."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp

Doc = dict[str, Any]
LOOK_S = 0.1


@dataclass(slots=True, kw_only=True)
class Witness:
    """`acked` counts messages with at least one answer; `watch` must be running."""

    session: aiohttp.ClientSession
    simulator: str
    acked: int = 0
    sent: int = 0
    _below: int = 0
    _waiting: dict[str, asyncio.Event] = field(default_factory=dict)
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    async def add_phone(self) -> str:
        async with self.session.post(f"{self.simulator}/phone/phones", json={}) as answer:
            answer.raise_for_status()
            return str((await answer.json())["openid"])

    async def write(self, openid: str, text: str) -> str:
        """The customer writes; returns the MsgId, which is not acknowledged yet."""
        url = f"{self.simulator}/phone/{openid}/messages"
        async with self.session.post(url, json={"type": "text", "text": text}) as answer:
            answer.raise_for_status()
            msg_id = str((await answer.json())["msg_id"])
        self._waiting.setdefault(msg_id, asyncio.Event())
        return msg_id

    async def wait_acked(self, msg_id: str) -> None:
        await self._waiting[msg_id].wait()

    async def reached(self, acked: int) -> None:
        """Wait until so many messages are acknowledged."""
        while self.acked < acked:
            self._grown.clear()
            await self._grown.wait()

    async def watch(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(LOOK_S)

    async def books(self, after: int = 0) -> Doc:
        url = f"{self.simulator}/control/books"
        async with self.session.get(url, params={"after": after}) as answer:
            answer.raise_for_status()
            found: Doc = await answer.json()
            return found

    async def _look(self) -> None:
        rows = (await self.books(self._below))["pushes"]
        prefix = True
        acked = self._below
        for row in rows:
            if row["acked"]:
                acked += 1
                self._below += prefix
                if heard := self._waiting.get(row["msg_id"]):
                    heard.set()
            else:
                prefix = False
        if acked != self.acked:
            self.acked = acked
            self._grown.set()
