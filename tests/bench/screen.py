"""From a provider's callback to the agent's screen, in milliseconds, on the embedded database.

Sealed WeChat pushes come at a steady rate; the clock runs from the begin of the call until the
message stands in a frame at a screen that watches its customer. The control is the callback's own
answer in the same run: message stored. A rate holds when the sender keeps up and 99 of 100 messages
are shown within two seconds.
"""

import asyncio
import json
import re
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import aiohttp
import uvloop

from channels.wechat.simulator.account import demo_account
from channels.wechat.simulator.deliveries import Post, make_post
from channels.wechat.simulator.world import World
from hub.model.ids import customer_of, customer_stream
from hub.runtime.clock import SystemClock
from hub.store.embedded_process import pick_port
from tests.bench.callback_server import CHANNEL
from tests.bench.screen_server import LEAD, PASSWORD

CUSTOMERS = 200
TOPICS_A_SCREEN = 50
WARM_UP = 50
RATES = (100, 125, 150, 175, 200, 300, 400, 600, 800, 1000, 1400)
SECONDS = 6
QUIET_S = 5.0
"""After the first words of all customers: until what they are told has gone out."""

HOLDS_MS = 2000.0
ARRIVE_S = 20.0
MOST = 5.0
"""Median until shown over median until acknowledged, at the first rate."""

NUMBER = re.compile(r"#(\d+)#")


@dataclass(frozen=True, slots=True)
class Step:
    """Messages a second wanted and reached; milliseconds until acknowledged and until shown."""

    rate: int
    reached: float
    acknowledged_p50_ms: float
    acknowledged_p99_ms: float
    p50_ms: float
    p99_ms: float
    holds: bool


class Phones:
    """Sealed pushes, no two alike, made before the clock starts."""

    def __init__(self) -> None:
        self._world = World(account=demo_account("safe"), hook="http://unused", clock=SystemClock())
        self._count = 0

    def make(self, count: int) -> list[tuple[int, Post]]:
        return [self._next() for _ in range(count)]

    def _next(self) -> tuple[int, Post]:
        self._count += 1
        openid = openid_of(self._count % CUSTOMERS)
        fields = {
            "ToUserName": self._world.account.id,
            "FromUserName": openid,
            "CreateTime": int(self._world.clock.now().timestamp()),
            "MsgType": "text",
            "Content": f"#{self._count}# 我想查询一下上个月信用卡账单的还款情况",
            "MsgId": 17_000_000_000_000_000 + self._count,
        }
        return self._count, make_post(self._world, openid, fields)


def openid_of(number: int) -> str:
    return f"oBench{number:022d}"


class Rig:
    """Sends pushes and notes when each is shown."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self._base = base
        self._sent: dict[int, float] = {}
        self._shown: dict[int, float] = {}
        self._acknowledged: list[float] = []
        self._complete = asyncio.Event()
        self.refused = 0

    async def watch(self, topics: Sequence[str], watching: asyncio.Event) -> None:
        """One screen, until cancelled; tells when it watches all of its topics."""
        loop = asyncio.get_running_loop()
        url = f"{self._base}/ws/agent"
        async with self._session.ws_connect(
            url, headers={"Origin": self._base}, max_msg_size=0
        ) as socket:
            for topic in topics:
                await socket.send_json({"t": "watch", "topic": topic})
                while (await socket.receive_json()).get("topic") != topic:
                    pass
            watching.set()
            async for message in socket:
                now = loop.time()
                for found in map(int, NUMBER.findall(message.data)):
                    if found in self._sent:
                        self._shown.setdefault(found, now)
                if len(self._shown) == len(self._sent):
                    self._complete.set()

    async def push(self, number: int, post: Post) -> None:
        loop = asyncio.get_running_loop()
        began = self._sent[number] = loop.time()
        url = f"{self._base}/hooks/{CHANNEL}"
        async with self._session.post(url, params=post.query, data=post.body) as answer:
            if await answer.read() != b"success":
                self.refused += 1
        self._acknowledged.append((loop.time() - began) * 1000)

    async def step(self, rate: int, posts: Sequence[tuple[int, Post]]) -> Step:
        loop = asyncio.get_running_loop()
        self._sent.clear()
        self._shown.clear()
        self._acknowledged.clear()
        began = loop.time()
        async with asyncio.TaskGroup() as tasks:
            for place, (number, post) in enumerate(posts):
                wait = began + place / rate - loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                tasks.create_task(self.push(number, post))
        reached = len(posts) / (loop.time() - began)
        everything = self.refused == 0 and await self._all_shown(len(posts))
        waited = [
            (self._shown[number] - sent) * 1000
            for number, sent in self._sent.items()
            if number in self._shown
        ]
        p50, p99 = _percentiles(waited)
        holds = everything and reached > 0.9 * rate and p99 < HOLDS_MS
        return Step(rate, reached, *_percentiles(self._acknowledged), p50, p99, holds)

    async def _all_shown(self, count: int) -> bool:
        try:
            async with asyncio.timeout(ARRIVE_S):
                while len(self._shown) < count:
                    self._complete.clear()
                    await self._complete.wait()
        except TimeoutError:
            return False
        return True


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    cuts = quantiles(values, n=100)
    return cuts[49], cuts[98]


@asynccontextmanager
async def program(module: str, *arguments: str) -> AsyncIterator[Process]:
    command = (sys.executable, "-m", module, *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def hub(data: Path) -> AsyncIterator[str]:
    """With the provider's simulator, which takes what the hub sends while customers wait."""
    port, provider = pick_port(), pick_port()
    base, simulator = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{provider}"
    hook = f"{base}/hooks/{CHANNEL}"
    async with (
        program("channels.wechat.simulator", "--port", str(provider), "--hook", hook),
        program("tests.bench.screen_server", str(port), str(data), simulator) as process,
    ):
        if process.stdout is None:
            raise RuntimeError("the hub has no pipe")
        async with asyncio.timeout(60):
            if await process.stdout.readline() != b"ready\n":
                raise RuntimeError("the hub did not start")
        yield base


async def measure(data: Path, rates: Sequence[int], seconds: int) -> list[Step]:
    """Rates in turn until one does not hold."""
    phones = Phones()
    connector = aiohttp.TCPConnector(limit=256)
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        hub(data) as base,
        aiohttp.ClientSession(connector=connector, cookie_jar=jar) as session,
    ):
        body: dict[str, Any] = {"username": LEAD, "password": PASSWORD}
        async with session.post(f"{base}/api/v1/session", json=body) as answer:
            answer.raise_for_status()
        rig, steps = Rig(session, base), []
        for number, post in phones.make(CUSTOMERS):
            await rig.push(number, post)
        if rig.refused:
            raise RuntimeError("the hub refused a message before anything was measured")
        await asyncio.sleep(QUIET_S)
        topics = [customer_stream(customer_of(CHANNEL, openid_of(n))) for n in range(CUSTOMERS)]
        for rate in (WARM_UP, *rates):
            posts = phones.make(rate * seconds)
            async with asyncio.TaskGroup() as tasks:
                watching = [asyncio.Event() for _ in range(0, CUSTOMERS, TOPICS_A_SCREEN)]
                screens = [
                    tasks.create_task(rig.watch(topics[place :: len(watching)], event))
                    for place, event in enumerate(watching)
                ]
                for event in watching:
                    await event.wait()
                steps.append(await rig.step(rate, posts))
                for screen in screens:
                    screen.cancel()
            if len(steps) > 1 and not steps[-1].holds:
                break
    return steps[1:]


def table(steps: Sequence[Step]) -> str:
    names = (
        "messages/s",
        "reached/s",
        "ack p50 ms",
        "ack p99 ms",
        "shown p50",
        "shown p99",
        "holds",
    )
    lines = ["".join(f"{name:>12}" for name in names)]
    lines += [
        f"{s.rate:>12}{s.reached:>12.0f}{s.acknowledged_p50_ms:>12.1f}"
        f"{s.acknowledged_p99_ms:>12.1f}{s.p50_ms:>12.1f}{s.p99_ms:>12.1f}{s.holds!s:>12}"
        for s in steps
    ]
    return "\n".join(lines)


def main(options: list[str]) -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        steps = runner.run(measure(Path(folder), RATES, SECONDS))
    if "--json" in options:
        print(json.dumps([asdict(step) for step in steps]))
    else:
        print(table(steps))
    first = steps[0]
    return 0 if first.holds and first.p50_ms <= MOST * first.acknowledged_p50_ms else 1
