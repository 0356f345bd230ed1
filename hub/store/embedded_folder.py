"""The data folder of the embedded database: settings, lock, configuration file, log, free space.

Layout: `mongo/` the database's own files, `mongo.toml` its configuration, `mongo.log`(`.1`) what
it said, `mongo.lock` our lock. The lock is a flock that the server inherits: it is held as long as
either of us lives and can never be stale. What the file says is for people only.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.store.embedded_errors import (
    Damaged,
    DiskFull,
    EmbeddedStoreError,
    FolderTaken,
    FolderUnusable,
    PortTaken,
    StartFailed,
)

MEGABYTE = 2**20

# The change feed is only a hint for us: a short one saves disk, memory and start time.
CONFIGURATION = """\
# Written at every start. The command line names host, port, folder and cache.
[oplog]
max_entries = 10000
retention_seconds = 600
"""

PORT_MARKS = ("Address already in use",)
FOLDER_MARKS = ("already being managed by another process",)
DISK_MARKS = ("No space left on device",)
PERMISSION_MARKS = ("Permission denied", "Read-only file system")
# After some of these the server still answers pings, and a lost file reads as if it were empty.
DAMAGE_MARKS = (
    "WT_PANIC",
    "WT_TRY_SALVAGE",
    "WT_ERROR",
    "read checksum error",
    "handle-open: open: No such file or directory",
)
TAIL_BYTES = 64 * 1024
TAIL_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSettings:
    """`port` None picks a free one below 32768. Sizes in bytes, times in seconds.

    A start needs `free_needed`; a running server is stopped in order when less than `free_kept` is
    left: on a full disk it may lose the writes of its last moment (seen: a batch of 20 rows).

    A server that ends by itself `crash_limit` times within `crash_window_s` is given up.
    """

    data: Path
    port: int | None = None
    cache_size: str = "128M"
    start_timeout_s: float = 60.0
    stop_timeout_s: float = 20.0
    lock_wait_s: float = 3.0
    free_needed: int = 200 * MEGABYTE
    free_kept: int = 100 * MEGABYTE
    log_limit: int = 5 * MEGABYTE
    crash_limit: int = 5
    crash_window_s: float = 60.0


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class DataFolder:
    def __init__(self, settings: EmbeddedSettings, free: Callable[[Path], int]) -> None:
        self.path = settings.data.absolute()
        self.storage = self.path / "mongo"
        self.configuration = self.path / "mongo.toml"
        self.log_path = self.path / "mongo.log"
        self.lock_path = self.path / "mongo.lock"
        self._settings = settings
        self._free = free
        self._lock: int | None = None
        self._log_start = 0

    @property
    def lock(self) -> int:
        """The open file that carries the lock, for the server to inherit."""
        if self._lock is None:
            raise RuntimeError("the data folder is not locked")
        return self._lock

    def try_lock(self) -> bool:
        """False while somebody else holds it.

        Raises:
            FolderUnusable: the folder or the lock file cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise FolderUnusable(self.path, str(exc)) from exc
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def unlock(self) -> None:
        """Let go of our share; a server that still lives keeps its own."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def say_who(self, *, server_pid: int, port: int) -> None:
        who = {"hub_pid": os.getpid(), "server_pid": server_pid, "port": port}
        os.truncate(self.lock, 0)
        os.pwrite(self.lock, json.dumps(who).encode(), 0)

    def taken(self) -> FolderTaken:
        try:
            who = json.loads(self.lock_path.read_bytes())
            holder = f"process {who['hub_pid']}, its database process {who['server_pid']}"
        except (OSError, ValueError, KeyError):
            holder = "which did not say who it is"
        return FolderTaken(self.path, holder)

    def prepare(self) -> None:
        """Check the room and write what the server needs; to be called before each start.

        Raises:
            DiskFull, FolderUnusable.
        """
        try:
            self.storage.mkdir(mode=0o700, exist_ok=True)
            free = self._free(self.storage)
            if free < self._settings.free_needed:
                raise DiskFull(self.path, free=free, needed=self._settings.free_needed)
            self.configuration.write_text(CONFIGURATION, encoding="utf-8")
            if self._log_size() > self._settings.log_limit:
                self.log_path.replace(self.log_path.with_suffix(".log.1"))
        except OSError as exc:
            raise FolderUnusable(self.path, str(exc)) from exc
        self._log_start = self._log_size()

    def is_running_full(self) -> bool:
        return self._free(self.storage) < self._settings.free_kept

    def open_log(self) -> int:
        return os.open(self.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def said(self) -> str:
        """What the server wrote since its last start, at most the last 64 KB."""
        try:
            with self.log_path.open("rb") as log:
                log.seek(max(self._log_start, self._log_size() - TAIL_BYTES))
                return log.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def tail(self) -> str:
        return "\n".join(self.said().splitlines()[-TAIL_LINES:])

    def diagnose(self, port: int) -> EmbeddedStoreError | None:
        """Read the cause of a failure out of what the server wrote; None when it names none."""
        said = self.said()

        def named(marks: tuple[str, ...]) -> bool:
            return any(mark in said for mark in marks)

        if named(PORT_MARKS):
            return PortTaken(port)
        if named(FOLDER_MARKS):
            return self.taken()
        if named(DISK_MARKS):
            return DiskFull(
                self.path, free=self._free(self.path), needed=self._settings.free_needed
            )
        if named(PERMISSION_MARKS):
            return FolderUnusable(self.path, "the server may not write there")
        if named(DAMAGE_MARKS):
            return Damaged(self.storage, self.tail())
        return None

    def failed(self, what: str) -> StartFailed:
        return StartFailed(what, self.log_path, self.tail())

    def _log_size(self) -> int:
        return self.log_path.stat().st_size if self.log_path.exists() else 0
