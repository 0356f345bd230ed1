"""Programs of ours as processes of their own: started, killed, frozen and started again."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hub.store import embedded_shim

PAUSE_S = 0.2
STOP_S = 20.0
NEEDED = ("HOME", "LANG", "PATH", "TMPDIR", "TZ", "LD_LIBRARY_PATH")


def orphan_safe(command: Sequence[str]) -> list[str]:
    """The command, made to die with this process even when it is killed (Linux)."""
    return [sys.executable, embedded_shim.__file__, str(os.getpid()), sys.executable, *command]


def plain_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Without switches of the hub that happen to be set here."""
    return {**{name: os.environ[name] for name in NEEDED if name in os.environ}, **more}


@dataclass(slots=True, kw_only=True)
class Program:
    """`python <command>`, its output in `log`; `keep` starts it again whenever it ends.

    `ends` are the exit codes of ends that nobody here brought about.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    starts: int = 0
    ends: list[int] = field(default_factory=list)
    frozen: bool = False
    _process: Process | None = None
    _killed: bool = False
    _stopping: bool = False
    _up: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self) -> None:
        while not self._stopping:
            self._killed = False
            self._process = process = await self._start()
            self._up.set()
            try:
                code = await process.wait()
            except BaseException:
                await _end(process)
                raise
            self._up.clear()
            if not (self._killed or self._stopping):
                self.ends.append(code)
                await asyncio.sleep(PAUSE_S)

    async def _start(self) -> Process:
        self.starts += 1
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *orphan_safe(self.command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=plain_environment(self.environment),
                start_new_session=True,
            )

    async def kill(self) -> None:
        """SIGKILL; `keep` starts it again at once."""
        await self._up.wait()
        self._killed = True
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        self.frozen = True
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.frozen = False
        self._signal(signal.SIGCONT)

    async def stop(self) -> int:
        """SIGTERM and the exit code; -9 when it had to be killed."""
        self._stopping = True
        process = self._process
        if process is None:
            return 0
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                return await process.wait()
        except TimeoutError:
            await _end(process)
            return -9

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    def tail(self, lines: int = 12) -> str:
        said = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        return "\n".join(said.splitlines()[-lines:])


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
