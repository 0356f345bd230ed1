"""A person's program at the API: signs in, reads, writes, and repeats what stayed unknown."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.faults.records import Command
from tests.faults.rig import PASSWORD, Rig

Doc = dict[str, Any]
CALL_S = 8.0
PAUSE_S = 0.1
DEFINITE = frozenset({201, 409})


@dataclass(slots=True, kw_only=True)
class Client:
    """`places` are the hubs' addresses, taken in turn after every failure.

    `unexpected` are answers no client should ever see.
    """

    session: aiohttp.ClientSession
    places: Sequence[str]
    origin: str
    username: str
    unexpected: list[str] = field(default_factory=list)
    repeats: int = 0
    _place: int = 0
    _cookie: str = ""
    _door: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Doc:
        """The body of a 200, asked for until there is one."""
        _, body = await self._until(
            lambda status: status == 200, "GET", path, params=params or {}, json=None
        )
        return body

    async def decide(self, path: str, command: Command, body: Doc) -> tuple[int, Doc]:
        """Send one command, always under its one id, until its outcome is known."""
        sent = {"command_id": command.command_id, **body}
        return await self._until(DEFINITE.__contains__, "POST", path, params={}, json=sent)

    async def _until(
        self, enough: Callable[[int], bool], method: str, path: str, **more: Any
    ) -> tuple[int, Doc]:
        while True:
            await self.cookie()
            status, body = await self._call(method, path, **more)
            if enough(status):
                return status, body
            if status == 401:
                self.sign_out()
            elif status not in {0, 202, 404, 503}:
                self.unexpected.append(f"{method} {path}: {status} {body}")
            self.repeats += 1
            await asyncio.sleep(PAUSE_S)

    async def _call(self, method: str, path: str, **more: Any) -> tuple[int, Doc]:
        """Status and body; status 0: no answer came."""
        url = self.place + path
        headers = {"Origin": self.origin, "Cookie": self._cookie}
        try:
            async with (
                asyncio.timeout(CALL_S / len(self.places)),
                self.session.request(method, url, headers=headers, **more) as answer,
            ):
                return answer.status, await answer.json(content_type=None)
        except (TimeoutError, aiohttp.ClientError, ValueError):
            self.move_on()
            return 0, {}

    async def cookie(self) -> str:
        """Of a session that was signed in to, whether or not it still lives."""
        while not self._cookie:
            await self._sign_in()
        return self._cookie

    def sign_out(self) -> None:
        self._cookie = ""

    @property
    def place(self) -> str:
        return self.places[self._place % len(self.places)]

    def move_on(self) -> None:
        """To the next hub, where there is more than one."""
        self._place += 1

    async def _sign_in(self) -> None:
        """Once for all who act under this name: so many tries at once would lock it."""
        async with self._door:
            if not self._cookie:
                await self._try_the_door()

    async def _try_the_door(self) -> None:
        url = self.place + "/api/v1/session"
        body = {"username": self.username, "password": PASSWORD}
        try:
            async with (
                asyncio.timeout(CALL_S),
                self.session.post(url, json=body, headers={"Origin": self.origin}) as answer,
            ):
                if answer.status == 201:
                    cookie = answer.headers["Set-Cookie"]
                    self._cookie = cookie.partition(";")[0]
                    return
                problem = str((await answer.json(content_type=None)).get("type"))
                if problem.endswith("too_often"):
                    await asyncio.sleep(float(answer.headers["Retry-After"]))
                elif answer.status != 503:
                    self.unexpected.append(f"sign-in: {answer.status} {problem}")
        except (TimeoutError, aiohttp.ClientError, ValueError):
            self.move_on()
        await asyncio.sleep(PAUSE_S)


def client_of(rig: Rig, session: aiohttp.ClientSession, username: str) -> Client:
    """`session` must keep no cookies: they are sent by hand to every place."""
    return Client(
        session=session,
        places=[hub.url for hub in rig.hubs],
        origin=rig.public,
        username=username,
    )


async def dead_letter_keys(client: Client) -> frozenset[str]:
    """Every row the API lists as waiting for a person."""
    keys: set[str] = set()
    cursor = ""
    while True:
        params = {"box": "outbox", "limit": "100", **({"cursor": cursor} if cursor else {})}
        page = await client.get("/api/v1/dead-letters", params)
        keys.update(item["key"] for item in page["items"])
        cursor = page["next"] or ""
        if not cursor:
            return frozenset(keys)
