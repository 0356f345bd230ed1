"""Scanners: our own list, and clamd's protocol spoken by a server on loopback."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hub.ports import Scan, Verdict
from hub.services.media.scanners import Clamd, ClamdPlace, Scanners, Signatures
from hub.store.embedded_process import pick_port
from tests.services.media import samples

CLEAN = Scan(verdict=Verdict.CLEAN)
UNAVAILABLE = Scan(verdict=Verdict.UNAVAILABLE)
Answer = Callable[[bytes], bytes | None]


def written(folder: Path, data: bytes) -> Path:
    file = folder / "file"
    file.write_bytes(data)
    return file


async def _received(reader: asyncio.StreamReader) -> bytes:
    """One INSTREAM call, as clamd's manual describes it."""
    assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
    data = b""
    while size := struct.unpack("!I", await reader.readexactly(4))[0]:
        data += await reader.readexactly(size)
    return data


@asynccontextmanager
async def clamd(answer: Answer, *, path: str = "") -> AsyncIterator[ClamdPlace]:
    """None as an answer: silence."""

    calls: list[Any] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(asyncio.current_task())
        said = answer(await _received(reader))
        if said is None:
            await reader.read()
        else:
            writer.write(said)
        writer.close()
        await writer.wait_closed()

    start: Awaitable[asyncio.Server]
    if path:
        place, start = ClamdPlace(path=path), asyncio.start_unix_server(serve, path)
    else:
        place = ClamdPlace(host="127.0.0.1", port=pick_port())
        start = asyncio.start_server(serve, place.host, place.port)
    async with await start:
        yield place
        for call in calls:
            await call


def as_clamd(data: bytes) -> bytes:
    found = samples.EICAR in data
    return b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if found else b"stream: OK\0"


async def test_the_test_virus_is_found_wherever_it_stands(tmp_path: Path) -> None:
    scanner = Signatures()
    infected = Scan(verdict=Verdict.INFECTED, name="EICAR-Test-File")
    for data in (samples.EICAR, b"dear bank\n" + samples.EICAR + b"\n"):
        assert await scanner.scan(written(tmp_path, data)) == infected
    assert await scanner.scan(written(tmp_path, samples.EICAR[:-1])) == CLEAN


async def test_a_listed_file_is_found(tmp_path: Path) -> None:
    data = samples.pdf()
    scanner = Signatures({sha256(data).hexdigest().upper()})
    listed = Scan(verdict=Verdict.INFECTED, name="listed")
    assert await scanner.scan(written(tmp_path, data)) == listed
    assert await scanner.scan(written(tmp_path, data + b"\n")) == CLEAN


@pytest.mark.parametrize("socket", ["tcp", "unix"])
async def test_clamd_is_asked_for_the_whole_file(tmp_path: Path, socket: str) -> None:
    seen: list[bytes] = []

    def answer(data: bytes) -> bytes:
        seen.append(data)
        return as_clamd(data)

    large = bytes(range(256)) * 2000
    path = str(tmp_path / "clamd") if socket == "unix" else ""
    async with clamd(answer, path=path) as place:
        scanner = Clamd(place, within_s=5)
        assert await scanner.scan(written(tmp_path, large)) == CLEAN
        found = await scanner.scan(written(tmp_path, large + samples.EICAR))
    assert found == Scan(verdict=Verdict.INFECTED, name="Win.Test.EICAR_HDB-1")
    assert seen == [large, large + samples.EICAR]


@pytest.mark.parametrize("socket", ["tcp", "unix"])
async def test_what_clamd_says_while_it_is_being_written_to_is_heard(
    tmp_path: Path, socket: str
) -> None:
    """It hangs up on a file that is too long, with most of it unread."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(200_000)
        writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        writer.close()

    file = written(tmp_path, bytes(8 * 1024 * 1024))
    if socket == "unix":
        place = ClamdPlace(path=str(tmp_path / "clamd"))
        server = await asyncio.start_unix_server(serve, place.path)
    else:
        place = ClamdPlace(host="127.0.0.1", port=pick_port())
        server = await asyncio.start_server(serve, place.host, place.port)
    async with server:
        for _ in range(20):
            said = await Clamd(place, within_s=5).scan(file)
            assert said == Scan(verdict=Verdict.TOO_LARGE)


@pytest.mark.parametrize(
    "said", [b"INSTREAM: cannot scan. ERROR\0", b"", b"x" * 5000, b"stream: OK", None]
)
async def test_what_clamd_does_not_say_is_not_clean(tmp_path: Path, said: bytes | None) -> None:
    async with clamd(lambda _: said) as place:
        assert await Clamd(place, within_s=0.3).scan(written(tmp_path, b"x")) == UNAVAILABLE


@pytest.mark.parametrize("place", [ClamdPlace(path="/nowhere/clamd.ctl"), None])
async def test_no_clamd_is_not_clean(tmp_path: Path, place: ClamdPlace | None) -> None:
    nobody = place or ClamdPlace(host="127.0.0.1", port=pick_port())
    assert await Clamd(nobody, within_s=1).scan(written(tmp_path, b"x")) == UNAVAILABLE


async def test_all_scanners_must_answer_and_one_finding_is_enough(tmp_path: Path) -> None:
    gone = Clamd(ClamdPlace(path="/nowhere/clamd.ctl"), within_s=1)
    both = Scanners([Signatures(), gone])
    assert await both.scan(written(tmp_path, b"x")) == UNAVAILABLE
    found = await both.scan(written(tmp_path, samples.EICAR))
    assert found == Scan(verdict=Verdict.INFECTED, name="EICAR-Test-File")
    async with clamd(as_clamd) as place:
        alive = Scanners([Signatures(), Clamd(place, within_s=5)])
        assert await alive.scan(written(tmp_path, b"x")) == CLEAN
