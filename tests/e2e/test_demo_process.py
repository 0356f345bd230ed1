"""The demo as a stranger starts and stops it: one command, every process gone afterwards."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.store.embedded_process import pick_port

pytestmark = [pytest.mark.serial, pytest.mark.slow]

AT_REST_MB = 600
SECOND_START_S = 5.0


@asynccontextmanager
async def demo(data: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command, ready; a demo that is still there in the end is killed."""
    command = [sys.executable, "-m", "hub", "demo", "--port", str(pick_port()), "--data", str(data)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None
    said = b""
    try:
        async with asyncio.timeout(60):
            while not said.rpartition(b"\nready ")[1]:
                line = await process.stdout.readline()
                assert line, said.decode()
                said += line
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        tasks = Path(f"/proc/{one}/task")
        for task in tasks.iterdir() if tasks.exists() else ():
            todo += [int(child) for child in (task / "children").read_text().split()]
    return found


def resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "zombie" not in Path(f"/proc/{pid}/status").read_text()


async def restart(data: Path) -> float:
    """Seconds until the demo is ready; it is ended by SIGTERM."""
    began = time.monotonic()
    async with demo(data) as process:
        seconds = time.monotonic() - began
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    return seconds


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_ctrl_c_leaves_no_process_and_a_second_start_is_quick(tmp_path: Path) -> None:
    async with demo(tmp_path) as process:
        members = family(process.pid)
        assert len(members) == 3, "hub, database, simulator"
        assert sum(resident_mb(pid) for pid in members) <= AT_REST_MB
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    assert [pid for pid in members if alive(pid)] == []
    assert min([await restart(tmp_path) for _ in range(2)]) < SECOND_START_S


@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_PDEATHSIG")
async def test_a_killed_demo_takes_its_children_along(tmp_path: Path) -> None:
    async with demo(tmp_path) as process:
        members = family(process.pid)
        process.kill()
        await process.wait()
    assert len(members) == 3, "hub, database, simulator"
    left = members
    ends = time.monotonic() + 10
    while left and time.monotonic() < ends:
        await asyncio.sleep(0.1)
        left = [pid for pid in members if alive(pid)]
    assert left == []
