"""Shows set-up steps as they run: name, seconds, and what to do when one fails."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / ".lianluo"
TAIL_LINES = 25
TICK_S = 0.2


class StepError(Exception):
    """A set-up step that failed; the message says what to do next."""


class Step:
    """One visible step. Commands run in it write to `.lianluo/<key>.log`."""

    def __init__(self, key: str, title: str, advice: str) -> None:
        self.title = title
        self.advice = advice
        self.log = LOGS / f"{key}.log"
        self.began = time.monotonic()
        self.live = sys.stdout.isatty()

    def __enter__(self) -> Self:
        LOGS.mkdir(exist_ok=True)
        self.log.write_bytes(b"")
        if self.live:
            self._tick()
        else:
            say(f"· {self.title} …")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        mark = "✓" if error is None else "✗"
        say(f"{self._start_of_line()}{mark} {self.title}  {self.elapsed:.1f} s")
        if kind is not None and issubclass(kind, StepError):
            self._explain()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def run(self, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
        """Run a program in the project folder.

        Raises:
            StepError: it could not be started or ended with another code than 0.
        """
        if not self.attempt(command, env):
            raise StepError(self.title)

    def attempt(self, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> bool:
        words = [str(word) for word in command]
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(words)}\n".encode())
            log.flush()
            try:
                child = subprocess.Popen(
                    words,
                    cwd=ROOT,
                    env=None if env is None else dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            except OSError as error:
                log.write(f"{error}\n".encode())
                return False
            try:
                while True:
                    try:
                        return child.wait(TICK_S) == 0
                    except subprocess.TimeoutExpired:
                        self._tick()
            finally:
                if child.poll() is None:
                    child.terminate()
                    child.wait()

    def _tick(self) -> None:
        if self.live:
            print(f"\r\033[K… {self.title}  {self.elapsed:.0f} s", end="", flush=True)

    def _start_of_line(self) -> str:
        return "\r\033[K" if self.live else ""

    def _explain(self) -> None:
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        for line in lines:
            say(f"    {line}")
        say(f"  → {self.advice}")
        say(f"  → whole log 完整日志: {os.path.relpath(self.log)}")


def say(text: str) -> None:
    print(text, flush=True)
