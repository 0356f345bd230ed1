"""Strangers' files are read in a process of their own, which may die of them."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog

from hub.model.message import MediaFile, MediaKind
from hub.services.media.examining import Claim, Examined, Limits
from hub.services.media.types import TYPES

log = structlog.get_logger(__name__)

MODULE = "hub.services.media.child"
LONGEST_ANSWER = 64 * 1024
NOT_READABLE = Examined(code="not_readable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """`wall_s` and `cpu_s` a job may take; `pixels` and `seconds` that are decoded at most;
    `at_once` jobs, because each may take a whole core."""

    wall_s: float = 8.0
    cpu_s: int = 6
    pixels: int = 50_000_000
    seconds: int = 600
    at_once: int = 2


class Workshop:
    def __init__(self, limits: Limits, bounds: Bounds) -> None:
        self.limits = limits
        self._bounds = bounds
        self._room = asyncio.Semaphore(bounds.at_once)

    async def examine(self, file: Path, claim: Claim) -> Examined:
        """A file that ends its reader is refused."""
        found = await self._job(
            {
                "do": "examine",
                "file": str(file),
                "claimed": claim.content_type,
                "name": claim.name,
                "kind": claim.kind.value if claim.kind else "",
                "limits": asdict(self.limits),
            }
        )
        return NOT_READABLE if found is None else Examined(**found)

    async def render(self, file: Path, known: MediaFile) -> MediaFile:
        """`preview` and `playable` lie beside the file then, as far as they could be made."""
        if TYPES[known.content_type].kind is MediaKind.FILE:
            return known
        found = await self._job(
            {
                "do": "render",
                "file": str(file),
                "content_type": known.content_type,
                "pixels": self._bounds.pixels,
                "seconds": self._bounds.seconds,
            }
        )
        facts = found or {}
        return MediaFile(
            content_type=known.content_type,
            size=known.size,
            name=known.name,
            preview=bool(facts.get("preview")),
            playable=facts.get("playable", ""),
            width=facts.get("width", 0),
            height=facts.get("height", 0),
            milliseconds=facts.get("milliseconds", 0),
        )

    async def _job(self, job: dict[str, Any]) -> dict[str, Any] | None:
        """None: the process failed, was too slow or too greedy."""
        async with self._room:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-X", "utf8", "-m", MODULE),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                cwd=Path(job["file"]).parent,
                start_new_session=True,
            )
            try:
                async with asyncio.timeout(self._bounds.wall_s):
                    order = orjson.dumps({**job, "cpu_s": self._bounds.cpu_s})
                    answer, _ = await process.communicate(order)
            except TimeoutError:
                answer = b""
            finally:
                await _end(process)
        if process.returncode != 0 or not 0 < len(answer) <= LONGEST_ANSWER:
            log.info("file not readable", job=job["do"], status=process.returncode)
            return None
        found: dict[str, Any] = orjson.loads(answer)
        return found


async def _end(process: Process) -> None:
    """With all it started, also when we are cancelled."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
