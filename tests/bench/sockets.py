"""Memory of an idle screen beside a bare aiohttp socket, in processes of their own.

The subject's sockets are signed in and watch a topic; the control's only stand open. What the desk
keeps of an agent is not part of it: it is one entry for all screens of the agent.
"""

import asyncio
import json
from dataclasses import asdict, dataclass
from statistics import median

import uvloop

from tests.bench.crowd import WATCH, Server, gather_crowd, server

SOCKETS = 1000
ROUNDS = 3
MOST = 2.0


@dataclass(frozen=True, slots=True)
class Memory:
    """KiB of resident memory a socket; medians over the rounds."""

    name: str
    subject_kib: float
    control_kib: float
    ratio: float


async def growth(found: Server, sockets: int) -> float:
    """Fresh processes only: memory once used is not given back."""
    cookies = await found.cookies(sockets)
    before = (await found.ask("/memory"))["kib"]
    crowd = await gather_crowd(found.port, cookies, WATCH if cookies[0] else b"")
    if len(crowd) != sockets or any(each.lost or not each.swallowed for each in crowd):
        raise RuntimeError("sockets are missing")
    after = (await found.ask("/memory"))["kib"]
    return float(after - before) / sockets


async def measure(*, rounds: int, sockets: int) -> Memory:
    a: list[float] = []
    b: list[float] = []
    for _ in range(rounds):
        async with server("subject") as subject:
            a.append(await growth(subject, sockets))
        async with server("control") as control:
            b.append(await growth(control, sockets))
    ratio = median(x / y for x, y in zip(a, b, strict=True))
    return Memory("idle screen", median(a), median(b), ratio)


def main(options: list[str]) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        row = runner.run(measure(rounds=ROUNDS, sockets=SOCKETS))
    if "--json" in options:
        print(json.dumps([asdict(row)]))
    else:
        print(f"{'':28}{'subject KiB':>12}{'control KiB':>12}{'×':>12}")
        print(f"{row.name:28}{row.subject_kib:>12.1f}{row.control_kib:>12.1f}{row.ratio:>12.2f}")
    return 0 if row.ratio <= MOST else 1
