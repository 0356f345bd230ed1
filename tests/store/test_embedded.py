"""The embedded database as a child process, with the real program."""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from hub.runtime.clock import SystemClock
from hub.store.embedded import EmbeddedMongo, State
from hub.store.embedded_errors import (
    Damaged,
    EmbeddedStoreError,
    FolderTaken,
    FolderUnusable,
    KeepsCrashing,
    PortTaken,
    ProgramMissing,
    StartFailed,
)
from hub.store.embedded_folder import EmbeddedSettings
from hub.store.embedded_process import is_free, pick_port, server_program

Client = AsyncMongoClient[dict[str, object]]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="prctl and /proc")

HUB = """
import asyncio, os, sys
from pathlib import Path
import uvloop
from pymongo import AsyncMongoClient
from hub.runtime.clock import SystemClock
from hub.store.embedded import EmbeddedMongo
from hub.store.embedded_folder import EmbeddedSettings

async def main():
    async with EmbeddedMongo(EmbeddedSettings(data=Path(sys.argv[2])), SystemClock()) as mongo:
        rows = AsyncMongoClient(mongo.uri).shop.rows
        await rows.insert_one({"_id": "first"})
        print(mongo.pid, flush=True)
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(2.5)  # longer than the server takes to stop
            await rows.insert_one({"_id": "after Ctrl-C"})

{"asyncio": asyncio.run, "uvloop": uvloop.run}[sys.argv[1]](main())
"""


def embedded(data: Path, **settings: object) -> EmbeddedMongo:
    return EmbeddedMongo(EmbeddedSettings(data=data, **settings), SystemClock())  # type: ignore[arg-type]


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone_within(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while lives(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


async def ids(mongo: EmbeddedMongo) -> list[object]:
    async with Client(mongo.uri) as client:
        return [row["_id"] async for row in client.shop.rows.find()]


async def until_restarted(mongo: EmbeddedMongo, times: int) -> int:
    """The server's process id."""
    async with asyncio.timeout(20):
        while True:
            if mongo.pid and mongo.restarts == times and mongo.state is State.RUNNING:
                return mongo.pid
            await asyncio.sleep(0.05)


def raw(path: str) -> bytes:
    return Path(path).read_bytes()


def start_hub(data: Path, loop: str) -> tuple[subprocess.Popen[bytes], int]:
    hub = subprocess.Popen(
        [sys.executable, "-c", HUB, loop, str(data)],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert hub.stdout is not None
    for line in hub.stdout:
        if line.strip().isdigit():
            return hub, int(line)
    raise AssertionError("the hub did not start")


# ------------------------------------------------------------------ start and stop


async def test_starts_stops_and_keeps_the_rows(tmp_path: Path) -> None:
    mongo = embedded(tmp_path, log_limit=1)
    async with mongo:
        assert 20_000 <= mongo.port < 32_768
        assert mongo.uri == (
            f"mongodb://127.0.0.1:{mongo.port}/?w=majority&journal=true&retryWrites=true"
        )
        async with Client(mongo.uri) as client:
            await client.shop.rows.insert_one({"_id": "kept"})
        pid = mongo.pid
        assert pid is not None
        who = json.loads((tmp_path / "mongo.lock").read_text())
        assert who == {"hub_pid": os.getpid(), "server_pid": pid, "port": mongo.port}
    assert mongo.state is State.STOPPED
    assert not lives(pid)
    async with mongo:
        assert await ids(mongo) == ["kept"]
    assert (tmp_path / "mongo.log.1").exists(), "a log past its limit is put aside at a start"


@linux_only
async def test_server_sees_neither_the_terminal_nor_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANLUO_WECHAT_SECRET", "s3cret")
    monkeypatch.setenv("SECANTUS_TEST_FAST_STORAGE", "1")
    async with embedded(tmp_path) as mongo:
        assert mongo.pid is not None
        assert os.getsid(mongo.pid) == mongo.pid
        environment = raw(f"/proc/{mongo.pid}/environ")
        assert b"LIANLUO" not in environment
        assert b"SECANTUS" not in environment
        command = raw(f"/proc/{mongo.pid}/cmdline").split(b"\0")
        assert b"--config" in command
        assert b"128M" in command


async def test_ctrl_c_reaches_the_hub_alone_and_it_can_still_write(tmp_path: Path) -> None:
    hub, server = start_hub(tmp_path, "asyncio")
    os.killpg(hub.pid, signal.SIGINT)
    hub.communicate(timeout=40)
    assert gone_within(server, 1)
    async with embedded(tmp_path) as mongo:
        assert await ids(mongo) == ["first", "after Ctrl-C"]


# ------------------------------------------------------------------ crashes


async def test_crash_restarts_on_the_same_port_and_keeps_what_was_acknowledged(
    tmp_path: Path,
) -> None:
    acknowledged: list[object] = []

    async def write(writer: int) -> None:
        async with Client(mongo.uri) as client:
            for number in range(100_000):
                try:
                    await client.shop.rows.insert_one({"_id": f"{writer}-{number}"})
                except PyMongoError:
                    return
                acknowledged.append(f"{writer}-{number}")

    async with embedded(tmp_path) as mongo, asyncio.TaskGroup() as group:
        supervision = group.create_task(mongo.run())
        first, uri = mongo.pid, mongo.uri
        assert first is not None
        writers = [group.create_task(write(number)) for number in range(4)]
        await asyncio.sleep(0.5)
        os.kill(first, signal.SIGKILL)
        await until_restarted(mongo, 1)
        for writer in writers:
            writer.cancel()
        assert mongo.pid != first
        assert mongo.uri == uri
        assert len(acknowledged) > 50
        assert set(acknowledged) - set(await ids(mongo)) == set()
        supervision.cancel()


async def test_gives_up_after_too_many_crashes_in_a_short_time(tmp_path: Path) -> None:
    async def crash_twice() -> None:
        for crash in range(2):
            os.kill(await until_restarted(mongo, crash), signal.SIGKILL)

    mongo = embedded(tmp_path, crash_limit=2)
    async with mongo, asyncio.TaskGroup() as group:
        group.create_task(crash_twice())
        with pytest.raises(KeepsCrashing, match="ended 2 times in 60 s"):
            await mongo.run()
    assert mongo.restarts == 1
    assert mongo.state is State.STOPPED


@linux_only
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_server_dies_with_a_killed_hub_and_the_next_start_recovers(
    tmp_path: Path, loop: str
) -> None:
    hub, server = start_hub(tmp_path, loop)
    hub.kill()
    hub.communicate()
    async with embedded(tmp_path) as mongo:  # at once: the lock of the dead is not stale
        assert await ids(mongo) == ["first"]
    assert gone_within(server, 10)  # init takes its time to bury it


# ------------------------------------------------------------------ what can be in the way


async def test_taken_port_is_named_and_nothing_started(tmp_path: Path) -> None:
    port = pick_port()
    with socket.create_server(("127.0.0.1", port)):
        mongo = embedded(tmp_path, port=port)
        with pytest.raises(PortTaken, match=f"Port {port} on 127.0.0.1 is taken"):
            await mongo.start()
    assert mongo.pid is None
    assert mongo.state is State.STOPPED


async def test_a_port_that_is_taken_for_a_moment_after_a_crash_is_waited_for(
    tmp_path: Path,
) -> None:
    async with embedded(tmp_path) as mongo, asyncio.TaskGroup() as group:
        first = mongo.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        while not is_free(mongo.port):  # noqa: ASYNC110 - another process lets go of it
            await asyncio.sleep(0.01)
        with socket.create_server(("127.0.0.1", mongo.port)):
            supervision = group.create_task(mongo.run())
            await asyncio.sleep(1.0)
            assert mongo.restarts == 0
        await until_restarted(mongo, 1)
        supervision.cancel()


async def test_folder_of_a_running_hub_is_refused_with_its_process_id(tmp_path: Path) -> None:
    async with embedded(tmp_path) as first:
        with pytest.raises(FolderTaken, match=rf"process {os.getpid()}, .*process {first.pid}\)"):
            await embedded(tmp_path, lock_wait_s=0.0).start()
        assert await ids(first) == []


@pytest.fixture
def folder_in_foreign_hands(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "empty.toml").touch()
    server = [str(server_program()), "--config", str(tmp_path / "empty.toml")]
    server += ["--port", str(pick_port()), "--storage-path", str(tmp_path / "mongo")]
    with subprocess.Popen(server, stderr=subprocess.PIPE) as by_hand:
        assert by_hand.stderr is not None
        for line in by_hand.stderr:
            if b"listening" in line:
                break
        yield tmp_path
        by_hand.kill()


async def test_folder_of_a_server_started_by_hand_is_refused(folder_in_foreign_hands: Path) -> None:
    with pytest.raises(FolderTaken, match="in use by another server"):
        await embedded(folder_in_foreign_hands).start()


async def test_unusable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusable, match=r"cannot be used: .*File exists"):
        await embedded(tmp_path / "file").start()


async def test_missing_program_says_how_to_install_it(tmp_path: Path) -> None:
    mongo = EmbeddedMongo(
        EmbeddedSettings(data=tmp_path), SystemClock(), program=tmp_path / "secantusd-py"
    )
    with pytest.raises(ProgramMissing, match=r"pip install 'lianluo\[embedded\]'"):
        await mongo.start()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo gone wrong; exit 3", "ended at its start with code 3.*\ngone wrong"),
        ("echo so slow; exec sleep 60", "did not answer within 1 s.*\nso slow"),
        ("echo Permission denied; exit 1", "the server may not write there"),
    ],
)
async def test_failed_start_shows_what_the_program_said(
    tmp_path: Path, script: str, message: str
) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    mongo = EmbeddedMongo(
        EmbeddedSettings(data=tmp_path, start_timeout_s=1), SystemClock(), program=program
    )
    with pytest.raises(EmbeddedStoreError, match=message) as raised:
        await mongo.start()
    assert isinstance(raised.value, StartFailed | FolderUnusable)
    assert mongo.state is State.STOPPED
    with pytest.raises(type(raised.value)):  # and not FolderTaken: the lock is free again
        await mongo.start()


# ------------------------------------------------------------------ damage


def checksums(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
    }


async def filled(data: Path) -> None:
    async with embedded(data) as mongo, Client(mongo.uri) as client:
        await client.shop.rows.create_index("number")
        await client.shop.rows.insert_many([{"_id": n, "number": n} for n in range(100)])


async def test_damaged_files_are_named_and_left_as_they_are(tmp_path: Path) -> None:
    await filled(tmp_path)
    storage = tmp_path / "mongo"
    (storage / "WiredTiger.wt").write_bytes(b"garbage!" * 2048)
    before = checksums(storage)
    with pytest.raises(Damaged) as raised:
        await embedded(tmp_path).start()
    assert f"mv {storage} {storage}.damaged" in str(raised.value)
    assert "WT_TRY_SALVAGE" in str(raised.value)
    assert checksums(storage) == before


async def test_lost_table_stops_the_start_instead_of_reading_as_empty(tmp_path: Path) -> None:
    await filled(tmp_path / "whole")
    for table in ("documents_sh*", "collections", "indexes", "natural_seq"):
        data = tmp_path / table.strip("*")
        shutil.copytree(tmp_path / "whole", data)
        lost = list((data / "mongo").glob(f"secantus_{table}.wt"))
        assert lost, table
        for file in lost:
            file.unlink()
        with pytest.raises(Damaged):
            await embedded(data).start()
