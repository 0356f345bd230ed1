"""One run of the embedded database's program: start it, wait until it answers, stop it."""

import asyncio
import os
import secrets
import socket
import sys
from asyncio.subprocess import Process
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from hub.errors import StoreUncertain
from hub.store.embedded_errors import PortTaken, ProgramMissing
from hub.store.embedded_folder import DataFolder
from hub.store.mongo.client import asking, close

HOST = "127.0.0.1"
# 32768 and up is the kernel's for outgoing connections: a server there fails now and then.
PORTS = range(20_000, 32_768)
# The server gets neither the hub's secrets nor switches of its own left in the environment.
ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")
POLL_S = 0.05
PROBE_S = 30.0
KNOCKS_UNTIL_ASKED_AGAIN = 10


def server_program() -> Path:
    """Where pip puts it: beside the interpreter of the same environment."""
    return Path(sys.executable).with_name("secantusd-py")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def pick_port() -> int:
    for port in secrets.SystemRandom().sample(PORTS, 200):
        if is_free(port):
            return port
    raise PortTaken(PORTS.start)


def server_command(
    folder: DataFolder, program: Path, *, port: int, cache_size: str
) -> tuple[str, ...]:
    if not program.exists():
        raise ProgramMissing(program)
    shim = Path(__file__).with_name("embedded_shim.py")
    return (
        *(sys.executable, "-I", "-S", str(shim), str(os.getpid())),
        *(str(program), "--config", str(folder.configuration), "--cache-size", cache_size),
        *("--storage-path", str(folder.storage), "--host", HOST, "--port", str(port)),
    )


async def spawn(folder: DataFolder, program: Path, *, port: int, cache_size: str) -> Process:
    """Start it in a session of its own, so that the terminal's Ctrl-C reaches the hub alone."""
    command = server_command(folder, program, port=port, cache_size=cache_size)
    log = folder.open_log()
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder.path,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            start_new_session=True,
            pass_fds=(folder.lock,),
        )
    finally:
        os.close(log)


async def wait_until_ready(process: Process, folder: DataFolder, port: int) -> None:
    """Return when our own process, not another on the port, answers and can read every collection.

    Raises:
        EmbeddedStoreError: as its log says; the process may still run.
    """
    while process.returncode is None:
        if await _knock(port):
            break
        await asyncio.sleep(POLL_S)
    if process.returncode is None:
        client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(
            HOST, port, directConnection=True, serverSelectionTimeoutMS=int(PROBE_S * 1000)
        )
        try:
            async with asyncio.timeout(PROBE_S):
                with asking():
                    status = await client.admin.command("serverStatus")
                    if status.get("pid") != process.pid:
                        raise PortTaken(port)
                    await _open_every_file(client)
        except (PyMongoError, StoreUncertain, TimeoutError) as exc:
            raise folder.diagnose(port) or folder.failed(f"does not answer ({exc})") from exc
        finally:
            await close(client)
    # A lost or broken file shows in the log alone: the server goes on and reads come back empty.
    if cause := folder.diagnose(port):
        raise cause
    if process.returncode is not None:
        raise folder.failed(f"ended at its start with code {process.returncode}")


async def _open_every_file(client: AsyncMongoClient[dict[str, object]]) -> None:
    for database in await client.list_database_names():
        for name in await client[database].list_collection_names():
            await client[database][name].find_one({}, {"_id": 1})
            await client[database][name].find_one({"_id": 0}, {"_id": 1})
            await client[database][name].index_information()


async def stop(process: Process, port: int, *, timeout_s: float) -> bool:
    """Ask, and after `timeout_s` insist. True when it went by itself."""
    clean = False
    knocks = 0
    try:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(timeout_s):
            while not await _gone_within(process, POLL_S):
                # Its accept thread would sleep for 2 s in accept(): a connection wakes it.
                if await _knock(port):
                    knocks += 1
                    # Still open: a signal that came just as it began to wait for one was lost.
                    if knocks % KNOCKS_UNTIL_ASKED_AGAIN == 0 and process.returncode is None:
                        process.terminate()
        clean = True
    except TimeoutError:
        pass
    finally:
        kill(process)  # also when this wait itself is cancelled
    await process.wait()
    return clean


def kill(process: Process) -> None:
    if process.returncode is None:
        try:
            process.kill()
        except ProcessLookupError:
            return


async def _gone_within(process: Process, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    except TimeoutError:
        return False
    return True


async def _knock(port: int) -> bool:
    try:
        async with asyncio.timeout(1.0):
            _, writer = await asyncio.open_connection(HOST, port)
    except OSError:  # TimeoutError is one
        return False
    writer.close()
    return True
