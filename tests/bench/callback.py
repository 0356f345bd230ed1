"""A whole safe-mode callback beside an empty POST: CPU time of the serving process, 64 in flight.

Whole means: verify, decrypt, parse, find the stream, store durably, answer `success`. The bodies
are sealed by the simulator's own implementation before the clock starts. The server has a core of
its own; each round stands between two of the control.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import uvloop

from channels.wechat.simulator.account import demo_account
from channels.wechat.simulator.deliveries import Post, make_post
from channels.wechat.simulator.world import World
from hub.runtime.clock import SystemClock
from hub.store.embedded import EmbeddedMongo
from hub.store.embedded_folder import EmbeddedSettings
from hub.store.embedded_process import pick_port
from tests.bench.callback_server import CHANNEL
from tests.bench.cores import give_the_last_core, off_the_last_core
from tests.bench.measure import Comparison, Round, as_json, between, medians, table

IN_FLIGHT = 64
CALLS = 2000
ROUNDS = 5
MOST = 5.0
"""CPU of the whole callback over that of the empty one."""

TEXT = "我想查询一下上个月信用卡账单的还款情况，可以告诉我怎么在手机银行上查看吗？"


class Caller:
    """Posts prepared calls to one server and asks it for its CPU time."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session = session
        self._base = f"http://127.0.0.1:{port}"

    async def cpu(self) -> float:
        async with self._session.get(f"{self._base}/cpu") as answer:
            return float((await answer.json())["cpu"])

    async def round(self, posts: Sequence[Post]) -> Round:
        left = iter(posts)
        before = await self.cpu()
        began = asyncio.get_running_loop().time()

        async def sender() -> None:
            for post in left:
                url = f"{self._base}/hooks/{CHANNEL}"
                async with self._session.post(url, params=post.query, data=post.body) as answer:
                    if answer.status != 200 or await answer.read() != b"success":
                        raise RuntimeError(f"the hub answered {answer.status}")

        async with asyncio.TaskGroup() as tasks:
            for _ in range(IN_FLIGHT):
                tasks.create_task(sender())
        seconds = asyncio.get_running_loop().time() - began
        return Round(len(posts), seconds, await self.cpu() - before)


class Messages:
    """Sealed pushes, no two alike, from 200 customers."""

    def __init__(self) -> None:
        self._world = World(account=demo_account("safe"), hook="http://unused", clock=SystemClock())
        self._count = 0

    def make(self, count: int) -> list[Post]:
        return [self._next() for _ in range(count)]

    def _next(self) -> Post:
        self._count += 1
        openid = f"oBench{self._count % 200:022d}"
        fields = {
            "ToUserName": self._world.account.id,
            "FromUserName": openid,
            "CreateTime": int(self._world.clock.now().timestamp()),
            "MsgType": "text",
            "Content": TEXT,
            "MsgId": 17_000_000_000_000_000 + self._count,
        }
        return make_post(self._world, openid, fields)


@asynccontextmanager
async def server(*arguments: str) -> AsyncIterator[int]:
    port = pick_port()
    name, *rest = arguments
    command = [sys.executable, "-m", "tests.bench.callback_server", name, str(port), *rest]
    process = await asyncio.create_subprocess_exec(*command)
    give_the_last_core(process.pid)
    try:
        await _answers(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _answers(port: int) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(30):
        while True:
            try:
                await Caller(session, port).cpu()
                return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


async def measure(data: Path, *, rounds: int, calls: int) -> Comparison:
    async with (
        EmbeddedMongo(EmbeddedSettings(data=data), SystemClock()) as mongo,
        server("subject", mongo.uri) as subject_port,
        server("control") as control_port,
        aiohttp.ClientSession() as session,
    ):
        messages = Messages()
        subject, control = Caller(session, subject_port), Caller(session, control_port)
        kept = await between(
            lambda: subject.round(messages.make(calls)),
            lambda: control.round(messages.make(calls)),
            rounds=rounds,
        )
        return medians("safe-mode callback", *zip(*kept, strict=True))


def main(options: list[str]) -> int:
    with (
        off_the_last_core(),
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        row = runner.run(measure(Path(folder), rounds=ROUNDS, calls=CALLS))
    print(as_json([row]) if "--json" in options else table([row]))
    return 0 if row.cpu_ratio <= MOST else 1
