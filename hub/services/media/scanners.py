"""What looks for known evil in a file: a list of our own, and clamd over its socket."""

import asyncio
import struct
from asyncio import StreamWriter
from collections.abc import Collection, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from socket import socket

import structlog

from hub import ports
from hub.ports import Scan, Scanner, Verdict
from hub.services.media.spool import pieces

log = structlog.get_logger(__name__)

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The makers' common test file, in two pieces so that no scanner takes this source for it."""

CLEAN = Scan(verdict=Verdict.CLEAN)
TOO_LARGE = Scan(verdict=Verdict.TOO_LARGE)
UNAVAILABLE = Scan(verdict=Verdict.UNAVAILABLE)
SIZE_EXCEEDED = "INSTREAM size limit exceeded. ERROR"
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
        except (OSError, TimeoutError, EOFError) as error:
            log.warning("virus scanner unavailable", why=type(error).__name__)
            return UNAVAILABLE
        return _verdict(answer)

    async def _ask(self, file: Path) -> str:
        writer = await self._connected()
        try:
            # A transport that cannot write forgets what it has not read.
            link: socket = writer.get_extra_info("socket").dup()
        finally:
            writer.close()
        with link:
            await writer.wait_closed()
            # It answers and hangs up in the middle of a file it does not take.
            with suppress(ConnectionError):
                await _send(link, file)
            return await _answer(link)

    async def _connected(self) -> StreamWriter:
        place = self._place
        if place.path:
            _, writer = await asyncio.open_unix_connection(place.path)
        else:
            _, writer = await asyncio.open_connection(place.host, place.port)
        return writer


async def _send(link: socket, file: Path) -> None:
    """Chunks with their length before them, an empty one at the end."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(link, b"zINSTREAM\0")
    async with aclosing(pieces(file, size=CHUNK)) as chunks:
        async for chunk in chunks:
            await loop.sock_sendall(link, struct.pack("!I", len(chunk)) + chunk)
    await loop.sock_sendall(link, struct.pack("!I", 0))


async def _answer(link: socket) -> str:
    """Raises EOFError: there is none, or none that ends."""
    loop = asyncio.get_running_loop()
    said = b""
    while len(said) < LONGEST_ANSWER and (piece := await loop.sock_recv(link, LONGEST_ANSWER)):
        said += piece
        if said.endswith(b"\0"):
            return said.rstrip(b"\0").decode("utf-8", "replace")
    raise EOFError


def _verdict(answer: str) -> Scan:
    """`stream: OK`, `stream: <name> FOUND`, or an error."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return CLEAN
    if said.endswith(" FOUND"):
        return Scan(verdict=Verdict.INFECTED, name=said.removesuffix(" FOUND"))
    if said == SIZE_EXCEEDED:
        log.warning("file longer than the virus scanner takes: raise its StreamMaxLength")
        return TOO_LARGE
    log.warning("virus scanner failed", answer=said[:80])
    return UNAVAILABLE


class Scanners:
    """All of them; what one finds counts, and all must have answered."""

    def __init__(self, scanners: Sequence[Scanner]) -> None:
        self._scanners = scanners

    async def scan(self, file: Path) -> Scan:
        found = [await scanner.scan(file) for scanner in self._scanners]
        worst = (Verdict.INFECTED, Verdict.TOO_LARGE, Verdict.UNAVAILABLE)
        return next((s for verdict in worst for s in found if s.verdict is verdict), CLEAN)


def _conform(*scanners: Signatures | Clamd | Scanners) -> Sequence[ports.Scanner]:
    return scanners
