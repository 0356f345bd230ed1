"""A real clamd of our own: on a socket in a folder, knowing the test virus and nothing else."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.services.media.scanners import ClamdPlace
from tests.services.media.samples import EICAR

PROGRAM = "/usr/sbin/clamd"
FOUND = "Lianluo.Test.EICAR.UNOFFICIAL"
STREAM_MOST = 1024 * 1024
READY_S = 30.0
STOP_S = 20.0
SETTINGS = """\
LocalSocket {folder}/ctl
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}/work
StreamMaxLength {most}
ConcurrentDatabaseReload no
Foreground yes
"""


class ClamdProcess:
    """`folder` must be short enough for the path of a socket."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "signatures").mkdir(parents=True)
        (folder / "work").mkdir()
        signature = f"{FOUND.removesuffix('.UNOFFICIAL')}:0:*:{EICAR.hex()}\n"
        (folder / "signatures" / "own.ndb").write_text(signature)
        settings = SETTINGS.format(folder=folder, most=STREAM_MOST)
        (folder / "clamd.conf").write_text(settings)

    @property
    def address(self) -> str:
        """As `media.clamd` names it."""
        return f"unix:{self.place.path}"

    @property
    def place(self) -> ClamdPlace:
        return ClamdPlace(path=str(self._folder / "ctl"))

    def start(self) -> None:
        """Returns when it answers."""
        with (self._folder / "log.txt").open("ab") as output:
            self._process = subprocess.Popen(
                [self._program, "--config-file", str(self._folder / "clamd.conf")],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + READY_S
        while self._process.poll() is None and time.monotonic() < end:
            if self._answers():
                return
            time.sleep(0.02)
        raise AssertionError((self._folder / "log.txt").read_text("utf-8", "replace")[-2000:])

    def kill(self) -> None:
        """As the kernel does when memory is short: nothing is tidied up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_S)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(1.0)
            try:
                asking.connect(self.place.path)
                asking.sendall(b"zPING\0")
                return asking.recv(16) == b"PONG\0"
            except OSError:
                return False


def program() -> str:
    """Where clamd is. Without one its tests are skipped; in CI that is a failure."""
    found = shutil.which("clamd") or PROGRAM
    if not Path(found).is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("no clamd: install clamav-daemon")
        pytest.skip("NO CLAMD: install clamav-daemon to run the tests with a real virus scanner")
    return found


@contextmanager
def running(folder: Path) -> Iterator[ClamdProcess]:
    clamd = ClamdProcess(program(), folder)
    try:
        clamd.start()
        yield clamd
    finally:
        clamd.kill()
