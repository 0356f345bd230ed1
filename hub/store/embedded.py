"""The embedded database: `secantusd-py` as a child process that starts, stops and comes back.

It is a program of its own licence (GPL-2.0) and is never imported; production names a MongoDB in
MONGODB_URI instead. Linux and macOS.

    async with EmbeddedMongo(EmbeddedSettings(data=folder), clock) as mongo, TaskGroup() as group:
        group.create_task(mongo.run())
        client = AsyncMongoClient(mongo.uri)
"""

import asyncio
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from hub.ports import Clock
from hub.store.embedded_errors import (
    Damaged,
    DiskFull,
    KeepsCrashing,
    PortTaken,
    StartFailed,
)
from hub.store.embedded_folder import DataFolder, EmbeddedSettings, free_bytes
from hub.store.embedded_process import (
    HOST,
    is_free,
    kill,
    pick_port,
    server_program,
    spawn,
    stop,
    wait_until_ready,
)

log = structlog.get_logger(__name__)

PICKS = 3  # a picked port may be taken by somebody else between look and use
WATCH_S = 1.0
FIRST_BACKOFF_S = 0.2
LONGEST_BACKOFF_S = 5.0


class State(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class EmbeddedMongo:
    """One server on one data folder; `start`, then `run` in a task group, then `stop`."""

    def __init__(
        self,
        settings: EmbeddedSettings,
        clock: Clock,
        *,
        program: Path | None = None,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self.state = State.STOPPED
        self.restarts = 0
        self._settings = settings
        self._clock = clock
        self._program = program or server_program()
        self._folder = DataFolder(settings, free)
        self._port = settings.port
        self._process: Process | None = None

    @property
    def port(self) -> int:
        if self._port is None:
            raise RuntimeError("the embedded database was not started")
        return self._port

    @property
    def uri(self) -> str:
        """The same over all restarts."""
        return f"mongodb://{HOST}:{self.port}/?w=majority&journal=true&retryWrites=true"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Return when the server answers.

        Raises:
            EmbeddedStoreError: nothing runs and nothing is locked afterwards.
        """
        self.state = State.STARTING
        try:
            await self._take_folder()
            for left in reversed(range(PICKS if self._settings.port is None else 1)):
                self._port = self._settings.port or pick_port()
                try:
                    await self._launch()
                except PortTaken:
                    if not left:
                        raise
                else:
                    return
        finally:
            if self.state is not State.RUNNING:
                self._let_go()

    async def run(self) -> None:
        """Start the server again whenever it ends by itself; to be owned by a task group.

        Raises:
            KeepsCrashing, or what makes another start useless (damage, a full disk, …).
        """
        crashes: deque[float] = deque(maxlen=self._settings.crash_limit)
        while self._process is not None:
            code = await self._wait_for_end(self._process)
            if self._wanted():
                self._count_crash(crashes, code)
                await self._clock.sleep(self._backoff(crashes))
                await self._await_port()
            if not self._wanted():
                return
            await self._relaunch(code)

    async def stop(self) -> None:
        """Close the database in order; kill it when it does not go within the settings' time."""
        if self._process is None:
            return
        self.state = State.STOPPING
        began = self._clock.monotonic()
        try:
            clean = await stop(self._process, self.port, timeout_s=self._settings.stop_timeout_s)
            log.info(
                "embedded database stopped",
                clean=clean,
                seconds=round(self._clock.monotonic() - began, 2),
            )
        finally:
            self._let_go()

    async def _take_folder(self) -> None:
        """Wait a little: the server of a killed hub is gone a moment after it."""
        until = self._clock.monotonic() + self._settings.lock_wait_s
        while not self._folder.try_lock():
            if self._clock.monotonic() >= until:
                raise self._folder.taken()
            await self._clock.sleep(0.05)

    async def _await_port(self) -> None:
        """Wait a little: another program may have the port for a moment."""
        until = self._clock.monotonic() + self._settings.lock_wait_s
        while self._wanted() and not is_free(self.port):
            if self._clock.monotonic() >= until:
                return
            await self._clock.sleep(0.05)

    async def _launch(self) -> None:
        self.state = State.STARTING
        began = self._clock.monotonic()
        self._folder.prepare()
        if not is_free(self.port):
            raise PortTaken(self.port)
        self._process = await spawn(
            self._folder, self._program, port=self.port, cache_size=self._settings.cache_size
        )
        self._folder.say_who(server_pid=self._process.pid, port=self.port)
        try:
            async with asyncio.timeout(self._settings.start_timeout_s):
                await wait_until_ready(self._process, self._folder, self.port)
        except TimeoutError as exc:
            what = f"did not answer within {self._settings.start_timeout_s:.0f} s"
            raise self._folder.diagnose(self.port) or self._folder.failed(what) from exc
        else:
            self.state = State.RUNNING
        finally:
            if self.state is not State.RUNNING:
                kill(self._process)
                await self._process.wait()
        log.info(
            "embedded database ready",
            port=self.port,
            server_pid=self._process.pid,
            seconds=round(self._clock.monotonic() - began, 2),
        )

    async def _relaunch(self, code: int) -> None:
        """A start that fails for no known reason counts as the next crash."""
        try:
            await self._launch()
        except StartFailed as exc:
            log.warning("embedded database did not start", problem=str(exc))
            return
        self.restarts += 1
        log.warning(
            "embedded database restarted", restarts=self.restarts, exit_code=code, port=self.port
        )

    async def _wait_for_end(self, process: Process) -> int:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._kill_when_broken(process))
            code = await process.wait()
            watch.cancel()
        return code

    async def _kill_when_broken(self, process: Process) -> None:
        """After a full disk or a panic the server answers pings and refuses every write, for ever.

        A new start either recovers it from its journal or says what is wrong.
        """
        while process.returncode is None:
            await self._clock.sleep(WATCH_S)
            if self._folder.is_running_full() and self.state is State.RUNNING:
                log.error("embedded database stopped before the disk is full")
                await stop(process, self.port, timeout_s=self._settings.stop_timeout_s)
                return
            cause = self._folder.diagnose(self.port)
            if isinstance(cause, DiskFull | Damaged) and self.state is State.RUNNING:
                log.error("embedded database is broken", cause=type(cause).__name__)
                kill(process)
                return

    def _wanted(self) -> bool:
        return self.state in (State.STARTING, State.RUNNING)

    def _count_crash(self, crashes: deque[float], code: int) -> None:
        now = self._clock.monotonic()
        crashes.append(now)
        limit, window_s = self._settings.crash_limit, self._settings.crash_window_s
        log.error("embedded database ended by itself", exit_code=code)
        if len(crashes) == limit and now - crashes[0] <= window_s:
            raise KeepsCrashing(limit, window_s, self._folder.log_path, self._folder.tail())

    def _backoff(self, crashes: deque[float]) -> float:
        horizon = self._clock.monotonic() - self._settings.crash_window_s
        recent = sum(at >= horizon for at in crashes)
        return min(FIRST_BACKOFF_S * 2.0 ** (recent - 1), LONGEST_BACKOFF_S)

    def _let_go(self) -> None:
        self._process = None
        self._folder.unlock()
        self.state = State.STOPPED
