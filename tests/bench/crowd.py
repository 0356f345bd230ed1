"""Many sockets of the client's side in little code: they greet, watch and swallow what comes."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import aiohttp

from hub.http.sessions import COOKIE
from hub.store.embedded_process import pick_port
from tests.agent_web.gateway_rig import ORIGIN
from tests.bench.cores import give_the_last_core, off_the_last_core

SCREENS_A_USER = 10
AT_ONCE = 50
WATCH = json.dumps({"t": "watch", "topic": "desk"}).encode()
PING = json.dumps({"t": "ping"}).encode()
ANSWERED_S = 0.5
MASK = b"\0\0\0\0"


class Server:
    """One child process that serves sockets."""

    def __init__(self, session: aiohttp.ClientSession, port: int, name: str) -> None:
        self._session = session
        self.port = port
        self.name = name

    async def ask(self, path: str, **query: str) -> Any:
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self._session.get(url, params=query) as answer:
            return await answer.json()

    async def cookies(self, sockets: int) -> list[str]:
        """One for each socket; the bare server asks for none."""
        if self.name == "control":
            return [""] * sockets
        keys = await self.ask("/keys", count=str(sockets // SCREENS_A_USER))
        return [key for key in keys for _ in range(SCREENS_A_USER)]


@asynccontextmanager
async def server(name: str) -> AsyncIterator[Server]:
    """On the last core; who asks keeps off it."""
    port = pick_port()
    command = [sys.executable, "-m", "tests.bench.socket_server", name, str(port)]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    timeout = aiohttp.ClientTimeout(total=300)
    give_the_last_core(process.pid)
    try:
        with off_the_last_core():
            async with aiohttp.ClientSession(timeout=timeout) as session:
                found = Server(session, port, name)
                await _answers(found)
                yield found
    finally:
        process.terminate()
        await process.wait()


async def _answers(found: Server) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await found.ask("/costs")
                return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


class Swallower(asyncio.Protocol):
    """Counts the bytes that come after the upgrade and forgets them."""

    def __init__(self) -> None:
        self.swallowed = 0
        self.lost = False
        self.upgraded = asyncio.Event()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True

    def say(self, payload: bytes) -> None:
        if self._transport is not None:
            self._transport.write(_masked(payload))

    def data_received(self, data: bytes) -> None:
        self.swallowed += len(data)
        self.upgraded.set()


async def gather_crowd(port: int, cookies: Sequence[str], greeting: bytes) -> list[Swallower]:
    """One socket a cookie, each says the greeting once."""
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(AT_ONCE)
    crowd: list[Swallower] = []

    async def come(cookie: str) -> None:
        async with gate:
            transport, protocol = await loop.create_connection(Swallower, "127.0.0.1", port)
            transport.write(_upgrade(port, cookie))
            async with asyncio.timeout(30):
                await protocol.upgraded.wait()
            if greeting:
                protocol.say(greeting)
            crowd.append(protocol)

    async with asyncio.TaskGroup() as tasks:
        for cookie in cookies:
            tasks.create_task(come(cookie))
    await asyncio.sleep(0.5)
    return crowd


def _upgrade(port: int, cookie: str) -> bytes:
    lines = [
        "GET /ws/agent HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Origin: {ORIGIN}",
        f"Cookie: {COOKIE}={cookie or 'x' * 43}",
        "\r\n",
    ]
    return "\r\n".join(lines).encode()


def _masked(payload: bytes) -> bytes:
    """A short text frame under the mask of zeros."""
    return bytes((0x81, 0x80 | len(payload))) + MASK + payload


async def main(port: int) -> None:
    """Cookies as JSON on stdin, a line when all are there; then swallow.

    Each further line on stdin makes all screens ping, as silence would close them; an empty one
    ends it.
    """
    loop = asyncio.get_running_loop()
    cookies = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    greeting = WATCH if cookies[0] else b""
    crowd = await gather_crowd(port, cookies, greeting)
    print("here", flush=True)
    while (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        for each in crowd:
            each.say(PING)
        await asyncio.sleep(ANSWERED_S)
        print("here", flush=True)
    print(sum(each.swallowed for each in crowd), flush=True)


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1])))
