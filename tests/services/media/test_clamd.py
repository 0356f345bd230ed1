"""ClamAV's own daemon as the scanner: what it finds, and what becomes of files while it is away."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from hashlib import shake_128
from pathlib import Path
from typing import Any

import pytest

from hub.config.media import intake_of
from hub.config.settings import Media, Settings
from hub.model.codec import pack, unpack_as
from hub.model.ids import ChannelId
from hub.model.inputs import MediaReport
from hub.model.message import MediaKind, MediaPart, MediaState
from hub.ports import FetchedMedia, MediaStore, Scan, Verdict
from hub.services.media.files import ReadyMedia
from hub.services.media.intake import Intake
from hub.services.media.scanners import Clamd
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.streams.sending import Done
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.media import worker_of
from tests.http.test_media import upload
from tests.http.world import World, world
from tests.services.media import samples
from tests.services.media.clamd import FOUND, STREAM_MOST, ClamdProcess, running

CLEAN = Scan(verdict=Verdict.CLEAN)
INFECTED = Scan(verdict=Verdict.INFECTED, name=FOUND)
TOO_LARGE = Scan(verdict=Verdict.TOO_LARGE)
UNAVAILABLE = Scan(verdict=Verdict.UNAVAILABLE)
CHANNEL = ChannelId("w")
ID = "7" * 32
PDF = samples.pdf()
HIDDEN = samples.docx(media=samples.EICAR)
"""Packed inside a document, where only a scanner that opens archives finds it."""
TOO_LONG = samples.docx(media=shake_128(b"").digest(2 * STREAM_MOST))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Dear bank", CLEAN),
        (PDF, CLEAN),
        (samples.docx(), CLEAN),
        (bytes(STREAM_MOST), CLEAN),
        (samples.EICAR, INFECTED),
        (bytes(300_000) + samples.EICAR + bytes(300_000), INFECTED),
        (samples.archive({"a/bill.txt": samples.EICAR}), INFECTED),
        (samples.archive({"in.zip": samples.archive({"b.txt": samples.EICAR})}), INFECTED),
        (HIDDEN, INFECTED),
    ],
    ids=["text", "pdf", "docx", "longest", "eicar", "within", "zip", "zip in zip", "in docx"],
)
async def test_clamd_finds_what_is_there(
    clamd: ClamdProcess, tmp_path: Path, data: bytes, expected: Scan
) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    assert await Clamd(clamd.place, within_s=20).scan(file) == expected


@pytest.mark.parametrize("more", [1, 100_000, 40 * STREAM_MOST])
async def test_a_file_longer_than_clamd_takes_is_told_as_that(
    clamd: ClamdProcess, tmp_path: Path, more: int
) -> None:
    """Clamd hangs up while the file is still being sent to it."""
    file = tmp_path / "file"
    file.write_bytes(bytes(STREAM_MOST + more))
    scanner = Clamd(clamd.place, within_s=20)
    assert await scanner.scan(file) == TOO_LARGE
    file.write_bytes(b"next")
    assert await scanner.scan(file) == CLEAN


async def test_many_files_at_once_each_get_their_own_answer(
    clamd: ClamdProcess, tmp_path: Path
) -> None:
    scanner = Clamd(clamd.place, within_s=20)
    files = [tmp_path / str(n) for n in range(12)]
    for n, file in enumerate(files):
        file.write_bytes(samples.EICAR if n % 3 == 0 else b"clean")
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(scanner.scan(file)) for file in files]
    assert [each.result() for each in asked] == [INFECTED, CLEAN, CLEAN] * 4


async def test_a_killed_clamd_says_nothing_and_a_restarted_one_answers_again(
    tmp_path: Path,
) -> None:
    file = tmp_path / "file"
    file.write_bytes(samples.EICAR)
    with running(tmp_path / "c") as clamd:
        scanner = Clamd(clamd.place, within_s=20)
        assert await scanner.scan(file) == INFECTED
        clamd.kill()
        assert await scanner.scan(file) == UNAVAILABLE
        clamd.start()
        assert await scanner.scan(file) == INFECTED


# ---------------------------------------------------------------- the rules around it
@dataclass
class Provider:
    content: bytes
    media_origins: tuple[str, ...] = ()

    async def fetch_media(self, part: MediaPart) -> FetchedMedia:
        return FetchedMedia(content=self.content, content_type="", name="a.docx")


def configured(clamd: ClamdProcess, store: MediaStore) -> Intake:
    media = Media(clamd=clamd.address, clamd_wait_s=20, examine_s=30)
    return intake_of(Settings(media=media), store)


@pytest.mark.parametrize(
    ("content", "state", "code"),
    [(samples.docx(), MediaState.STORED, ""), (HIDDEN, MediaState.REFUSED, "virus_found")],
    ids=["clean", "infected"],
)
async def test_a_customers_file_waits_unseen_for_the_scanner_to_come_back(
    tmp_path: Path, content: bytes, state: MediaState, code: str
) -> None:
    clock = ManualClock()
    store = MemoryStores(Database(), clock).media
    channels: dict[ChannelId, Any] = {CHANNEL: Provider(content)}
    with running(tmp_path / "c") as clamd:
        worker = worker_of(store, channels, clock, intake=configured(clamd, store))
        clamd.kill()
        row = row_of_file()
        held = await worker.do(row)
        assert told(held) == [(MediaState.HELD, "being_checked")]
        assert held.change["not_before"] == NOON + timedelta(seconds=30)
        assert await store.get(ID) is not None
        assert await ReadyMedia(store).open(ID) is None

        row |= held.change
        channels.clear()  # the provider is not asked a second time
        assert told(await worker.do(row)) == []
        clamd.start()
        assert told(await worker.do(row)) == [(state, code)]
    seen = await ReadyMedia(store).open(ID)
    assert (seen is not None) == (state is MediaState.STORED)
    assert (await store.get(ID) is not None) == (state is MediaState.STORED)


async def test_a_customers_file_clamd_does_not_take_is_refused_at_once_and_not_kept(
    clamd: ClamdProcess,
) -> None:
    clock = ManualClock()
    store = MemoryStores(Database(), clock).media
    channels: dict[ChannelId, Any] = {CHANNEL: Provider(TOO_LONG)}
    worker = worker_of(store, channels, clock, intake=configured(clamd, store))
    assert told(await worker.do(row_of_file())) == [(MediaState.REFUSED, "too_large_to_check")]
    assert await store.get(ID) is None


async def test_an_agents_upload_clamd_does_not_take_is_refused_and_not_to_be_tried_again(
    clamd: ClamdProcess,
) -> None:
    async with world(intake=lambda store: configured(clamd, store)) as w:
        await w.sign_in("agent1")
        assert await outcome(w, TOO_LONG) == (
            422,
            "too_large_to_check",
            "The file is larger than the virus scanner takes.",
        )


async def test_an_agents_upload_is_refused_for_what_clamd_finds_in_it(
    clamd: ClamdProcess,
) -> None:
    async with world(intake=lambda store: configured(clamd, store)) as w:
        await w.sign_in("agent1")
        assert await outcome(w, HIDDEN) == (422, "virus_found", "A virus was found in the file.")
        assert (await upload(w, samples.docx(), name="contract.docx")).status == 201


async def test_an_agents_upload_is_not_taken_while_clamd_is_away(tmp_path: Path) -> None:
    with running(tmp_path / "c") as clamd:
        async with world(intake=lambda store: configured(clamd, store)) as w:
            await w.sign_in("agent1")
            clamd.kill()
            assert (await outcome(w, samples.docx()))[0] == 503
            clamd.start()
            assert (await upload(w, samples.docx(), name="contract.docx")).status == 201


async def outcome(w: World, data: bytes) -> tuple[int, str, str]:
    answer = await upload(w, data, name="contract.docx")
    problem = await answer.json()
    return answer.status, problem.get("reason") or "", problem["detail"]


def row_of_file() -> dict[str, Any]:
    part = MediaPart(media=MediaKind.FILE, provider_ref="ref", media_id=ID)
    body = {
        "media_id": ID,
        "channel_id": CHANNEL,
        "conversation_id": "c.1",
        "message_id": "c.1.1",
        "index": 0,
        "part": pack(part),
    }
    return {"_id": "00:1#0", "attempts": 0, "at": NOON, "state": "sending", "body": body}


def told(done: Done) -> list[tuple[MediaState, str]]:
    reports = [unpack_as(body, MediaReport) for _, body in done.inputs]
    return [(report.state, report.code) for report in reports]
