"""What looks for known evil in a file: a list of our own, and clamd over its socket."""

import asyncio
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import structlog

from hub import ports
from hub.ports import Scan, Scanner, Verdict
from hub.services.media.spool import pieces

log = structlog.get_logger(__name__)

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The makers' common test file, in two pieces so that no scanner takes this source for it."""

CLEAN = Scan(verdict=Verdict.CLEAN)
UNAVAILABLE = Scan(verdict=Verdict.UNAVAILABLE)
LONGEST_ANSWER = 1024
CLAMD_PORT = 3310
CHUNK = 64 * 1024


class Signatures:
    """EICAR, and files that are known by their SHA-256 (hex)."""

    def __init__(self, digests: Collection[str] = ()) -> None:
        self._digests = frozenset(digest.lower() for digest in digests)

    async def scan(self, file: Path) -> Scan:
        return await asyncio.to_thread(self._look, file)

    def _look(self, file: Path) -> Scan:
        if EICAR in file.read_bytes():
            return Scan(verdict=Verdict.INFECTED, name="EICAR-Test-File")
        with file.open("rb") as source:
            if file_digest(source, "sha256").hexdigest() in self._digests:
                return Scan(verdict=Verdict.INFECTED, name="listed")
        return CLEAN


@dataclass(frozen=True, slots=True, kw_only=True)
class ClamdPlace:
    """`path` of a unix socket, or `host` and `port`."""

    path: str = ""
    host: str = ""
    port: int = CLAMD_PORT


class Clamd:
    """ClamAV's daemon, command INSTREAM."""

    def __init__(self, place: ClamdPlace, *, within_s: float) -> None:
        self._place = place
        self._within_s = within_s

    async def scan(self, file: Path) -> Scan:
        try:
            async with asyncio.timeout(self._within_s):
                answer = await self._ask(file)
        except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError) as error:
            log.warning("virus scanner unavailable", why=type(error).__name__)
            return UNAVAILABLE
        return _verdict(answer)

    async def _ask(self, file: Path) -> str:
        reader, writer = await self._connect()
        try:
            await _send(writer, file)
            answer = await reader.readuntil(b"\0")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        return answer.rstrip(b"\0").decode("utf-8", "replace")

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        place = self._place
        if place.path:
            return await asyncio.open_unix_connection(place.path, limit=LONGEST_ANSWER)
        return await asyncio.open_connection(place.host, place.port, limit=LONGEST_ANSWER)


async def _send(writer: StreamWriter, file: Path) -> None:
    """Chunks with their length before them, an empty one at the end."""
    writer.write(b"zINSTREAM\0")
    async for chunk in pieces(file, size=CHUNK):
        writer.write(struct.pack("!I", len(chunk)) + chunk)
        await writer.drain()
    writer.write(struct.pack("!I", 0))
    await writer.drain()


def _verdict(answer: str) -> Scan:
    """`stream: OK`, `stream: <name> FOUND`, or an error."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return CLEAN
    if said.endswith(" FOUND"):
        return Scan(verdict=Verdict.INFECTED, name=said.removesuffix(" FOUND"))
    log.warning("virus scanner failed", answer=said[:80])
    return UNAVAILABLE


class Scanners:
    """All of them; what one finds counts, and all must have answered."""

    def __init__(self, scanners: Sequence[Scanner]) -> None:
        self._scanners = scanners

    async def scan(self, file: Path) -> Scan:
        found = [await scanner.scan(file) for scanner in self._scanners]
        worst = (Verdict.INFECTED, Verdict.UNAVAILABLE)
        return next((s for verdict in worst for s in found if s.verdict is verdict), CLEAN)


def _conform(*scanners: Signatures | Clamd | Scanners) -> Sequence[ports.Scanner]:
    return scanners
