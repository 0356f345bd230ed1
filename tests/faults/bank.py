"""A hub as a process, and a person of the bank who uses its API over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from hub.http.passwords import ArgonPasswords
from hub.runtime.clock import SystemClock
from hub.services.access import Access, AccessRules, Role, User
from hub.store.mongo.stores import open_stores
from tests.faults.rig import DATABASE, PASSWORD, Rig, rig

ADMIN = "admin"
SOON_S = 60.0


@dataclass(kw_only=True)
class Caller:
    """Somebody signed in at the hub."""

    http: aiohttp.ClientSession

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        async with self.http.request(method, path, **more) as answer:
            text = await answer.text()
            return answer.status, orjson.loads(text) if text[:1] in "{[" and text else text

    async def get(self, path: str, **query: str) -> Any:
        status, body = await self.ask("GET", path, params=query)
        assert status == 200, body
        return body

    async def made(self, method: str, path: str, body: Any) -> Any:
        status, answer = await self.ask(method, path, json=body)
        assert status in (200, 201), answer
        return answer

    async def sign_in(self, username: str) -> None:
        body = {"username": username, "password": PASSWORD}
        await self.made("POST", "/api/v1/session", body)


@asynccontextmanager
async def bank(
    folder: Path, receiver: int, *, bot: bool = False
) -> AsyncIterator[tuple[Rig, Caller]]:
    """A hub with an administrator; it may tell notices to this port."""
    origins = json.dumps([f"http://127.0.0.1:{receiver}"])
    environment = {"LIANLUO_LOG": "debug", "LIANLUO_SECURITY__WEBHOOK_ORIGINS": origins}
    async with rig(folder, bot=bot, environment=environment) as it:
        stores = await open_stores(it.mongo.uri, DATABASE, SystemClock())
        access = Access(stores.documents, SystemClock(), ArgonPasswords(), AccessRules())
        await access.add_user(User(username=ADMIN, display_name=ADMIN, role=Role.ADMIN), PASSWORD)
        await stores.close()
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(
            it.public, headers={"Origin": it.public}, cookie_jar=jar
        ) as http:
            yield it, Caller(http=http)


async def until(ask: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(SOON_S):
        while not (found := await ask()):  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.1)
    return found
