"""One change to a room of a thousand screens, beside bare aiohttp that sends the same text to each.

Server and crowd are processes of their own; CPU time is the server's. The subject's frame is made
anew for every change: document, envelope, and the question whether each screen may still watch.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import uvloop

from tests.bench.crowd import Server, server
from tests.bench.measure import Comparison, Round, as_json, medians, table

SOCKETS = 1000
FRAMES = 40
ROUNDS = 7
LEAST = 0.7
"""Frames a second and core over those of the control."""

FRAME = 180
ENVELOPE = 115
"""Characters of the subject's frame around the text it carries, about."""

KeepAlive = Callable[[], Awaitable[None]]


@asynccontextmanager
async def crowd(found: Server, cookies: Sequence[str]) -> AsyncIterator[KeepAlive]:
    """Gives what makes all its screens ping."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.crowd", str(found.port)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the crowd has no pipes")
    try:
        process.stdin.write(json.dumps(cookies).encode() + b"\n")
        await _here(process.stdout)
        yield partial(_ping, process.stdin, process.stdout)
        process.stdin.write(b"\n")
        swallowed = int(await process.stdout.readline())
        if swallowed < SOCKETS * FRAMES * FRAME * 0.9:
            raise RuntimeError(f"only {swallowed} bytes arrived")
    finally:
        process.kill()
        await process.wait()


async def _here(out: asyncio.StreamReader) -> None:
    async with asyncio.timeout(60):
        if await out.readline() != b"here\n":
            raise RuntimeError("the crowd is not there")


async def _ping(into: asyncio.StreamWriter, out: asyncio.StreamReader) -> None:
    into.write(b"ping\n")
    await _here(out)


async def push(found: Server, text: str) -> Round:
    began = asyncio.get_running_loop().time()
    done = await found.ask("/push", frames=str(FRAMES), text=text)
    seconds = asyncio.get_running_loop().time() - began
    if done["sockets"] != SOCKETS:
        raise RuntimeError(f"{done['sockets']} sockets instead of {SOCKETS}")
    return Round(SOCKETS * FRAMES, seconds, done["cpu"])


async def measure(rounds: int) -> Comparison:
    async with (
        server("subject") as subject,
        server("control") as control,
        crowd(subject, await subject.cookies(SOCKETS)) as keep_alive,
        crowd(control, await control.cookies(SOCKETS)),
    ):
        a: list[Round] = []
        b: list[Round] = []
        for turn in range(rounds + 1):
            await keep_alive()
            pushed = await push(subject, "x" * (FRAME - ENVELOPE))
            sent = await push(control, "x" * FRAME)
            if turn:
                a.append(pushed)
                b.append(sent)
        return medians(f"room of {SOCKETS}", a, b)


def main(options: list[str]) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        row = runner.run(measure(ROUNDS))
    print(as_json([row]) if "--json" in options else table([row]))
    return 0 if 1 / row.cpu_ratio >= LEAST else 1
