"""The fetching of customers' files: nothing is lost, nothing is served before it was checked."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.errors import PermanentSendError, RetryableSendError
from hub.model.codec import pack, unpack_as
from hub.model.ids import ChannelId
from hub.model.inputs import MediaReport
from hub.model.message import MediaKind, MediaPart, MediaState
from hub.ports import FetchedMedia, MediaAt, Rendition, Scan, Verdict
from hub.services.media.files import ReadyMedia
from hub.services.media.spool import pieces
from hub.services.media.worker import Download, MediaWorker, Patience
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.streams.sending import Done
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.media import worker_of
from tests.services.media import samples

Doc = dict[str, Any]
CHANNEL = ChannelId("w")
ID = "5" * 32
PHOTO = samples.image("PNG")


@dataclass
class Provider:
    """Gives what it is told to, error or file."""

    given: FetchedMedia | MediaAt | Exception | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    times: int = 0
    media_origins: tuple[str, ...] = ("http://provider.example",)

    async def fetch_media(self, part: MediaPart) -> FetchedMedia | MediaAt:
        self.asked.set()
        self.times += 1
        if self.given is None:
            await asyncio.Event().wait()
        if isinstance(self.given, Exception):
            raise self.given
        assert self.given is not None
        return self.given


@dataclass
class Sleeping:
    """A scanner that may be away."""

    verdict: Verdict = Verdict.CLEAN
    scanned: list[bytes] = field(default_factory=list)

    async def scan(self, file: Path) -> Scan:
        self.scanned.append(b"".join([chunk async for chunk in pieces(file)]))
        return Scan(verdict=self.verdict)


@dataclass
class Bench:
    clock: ManualClock = field(default_factory=ManualClock)
    provider: Provider = field(default_factory=Provider)
    scanner: Sleeping = field(default_factory=Sleeping)
    urls: Mapping[str, FetchedMedia] = field(default_factory=dict)
    patience: Patience = field(default_factory=lambda: Patience(step_s=60))

    def __post_init__(self) -> None:
        self.stores = MemoryStores(Database(), self.clock)
        self.channels: dict[ChannelId, Any] = {CHANNEL: self.provider}
        self.worker: MediaWorker = worker_of(
            self.stores.media,
            self.channels,
            self.clock,
            scanner=self.scanner,
            fetch_url=self._fetch_url,
            patience=self.patience,
        )
        part = MediaPart(media=MediaKind.IMAGE, provider_ref="ref", media_id=ID)
        self.row = row_of(part)

    async def _fetch_url(self, url: str, also: Collection[str], asked: Download) -> FetchedMedia:
        assert also == self.provider.media_origins
        assert asked == Download(channel_id=CHANNEL, media_id=ID)
        return self.urls[url]

    async def round(self) -> Done:
        """One attempt; what it leaves in its row stands there at the next."""
        done = await self.worker.do(self.row)
        self.row = {**self.row, **done.change}
        return done

    async def ready(self) -> bytes | None:
        stored = await ReadyMedia(self.stores.media).open(ID)
        return None if stored is None else await stored.read()


def row_of(part: MediaPart) -> Doc:
    body = {
        "media_id": part.media_id,
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


def waits(bench: Bench, done: Done) -> float:
    change = done.change
    assert (change["state"], change["open"], change["told"]) == ("queued", True, True)
    until: timedelta = done.change["not_before"] - bench.clock.now()
    return until.total_seconds()


async def test_a_file_is_fetched_checked_stored_and_told() -> None:
    bench = Bench()
    bench.provider.given = FetchedMedia(content=PHOTO, content_type="image/png")
    done = await bench.round()
    assert done.change == {"state": "done", "told": True}
    [(key, body)] = done.inputs
    report = unpack_as(body, MediaReport)
    assert key == "m:00:1#0:stored"
    assert (report.media_id, report.conversation_id, report.index) == (ID, "c.1", 0)
    assert report.file is not None
    assert (report.file.content_type, report.file.width, report.file.preview) == (
        "image/png",
        320,
        True,
    )
    assert await bench.ready() == PHOTO
    assert await bench.stores.media.open(ID, Rendition.PREVIEW) is not None
    meta = await bench.stores.media.get(ID)
    assert meta is not None
    assert (meta.author, meta.conversations, meta.expires_at) == ("customer", ("c.1",), None)


async def test_a_row_that_runs_again_tells_the_same_and_fetches_nothing() -> None:
    bench = Bench()
    bench.provider.given = FetchedMedia(content=PHOTO)
    first, again = await bench.round(), await bench.round()
    assert first.inputs == again.inputs
    assert (bench.provider.times, len(bench.scanner.scanned)) == (1, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (samples.image("GIF") + samples.PAGE, "active_content"),
        (PHOTO + samples.archive({"x": b"x"}), "polyglot"),
        (samples.PAGE, "type_mismatch"),
        (samples.pdf(), "type_mismatch"),
        (b"", "empty"),
    ],
)
async def test_a_refused_file_is_told_and_not_kept(content: bytes, code: str) -> None:
    bench = Bench()
    bench.provider.given = FetchedMedia(content=content)
    assert told(await bench.round()) == [(MediaState.REFUSED, code)]
    assert await bench.stores.media.get(ID) is None


async def test_an_infected_file_is_told_and_not_kept() -> None:
    bench = Bench()
    bench.scanner.verdict = Verdict.INFECTED
    bench.provider.given = FetchedMedia(content=PHOTO)
    assert told(await bench.round()) == [(MediaState.REFUSED, "virus_found")]
    assert await bench.stores.media.get(ID) is None


async def test_what_cannot_be_checked_is_held_back_and_checked_later() -> None:
    """The provider is not asked again: it may have thrown the file away by then."""
    bench = Bench()
    bench.scanner.verdict = Verdict.UNAVAILABLE
    bench.provider.given = FetchedMedia(content=PHOTO)
    first = await bench.round()
    assert (told(first), waits(bench, first)) == ([(MediaState.HELD, "being_checked")], 30)
    assert await bench.ready() is None
    bench.provider.given = PermanentSendError("media_gone")
    second = await bench.round()
    assert (told(second), waits(bench, second)) == ([], 30)
    bench.scanner.verdict = Verdict.CLEAN
    assert told(await bench.round()) == [(MediaState.STORED, "")]
    assert await bench.ready() == PHOTO
    assert bench.scanner.scanned == [PHOTO] * 3


async def test_a_provider_in_trouble_is_asked_again_ever_more_rarely() -> None:
    bench = Bench()
    bench.provider.given = RetryableSendError("media_unreachable")
    pauses = [waits(bench, await bench.round()) for _ in range(11)]
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]


async def test_the_providers_own_wish_counts() -> None:
    bench = Bench()
    wish = timedelta(seconds=77)
    bench.provider.given = RetryableSendError("busy", retry_after=wish)
    assert waits(bench, await bench.round()) == 77


async def test_it_is_given_up_before_the_provider_throws_it_away() -> None:
    bench = Bench()
    bench.provider.given = RetryableSendError("media_unreachable")
    bench.clock.advance(timedelta(hours=70))
    assert told(await bench.round()) == []
    bench.clock.advance(timedelta(seconds=1))
    assert told(await bench.round()) == [(MediaState.REFUSED, "media_unreachable")]
    assert bench.clock.now() - NOON < timedelta(days=3)


async def test_what_the_provider_refuses_for_good_is_told() -> None:
    bench = Bench()
    bench.provider.given = PermanentSendError("media_gone")
    assert told(await bench.round()) == [(MediaState.REFUSED, "media_gone")]


async def test_a_silent_provider_does_not_hold_the_row() -> None:
    bench = Bench(patience=Patience(step_s=0.05))
    done = await bench.round()
    assert (told(done), waits(bench, done), done.change["code"]) == ([], 2, "media_unreachable")


async def test_a_channel_that_is_gone_or_keeps_no_files_is_told() -> None:
    for channels in ({}, {CHANNEL: object()}):
        bench = Bench()
        bench.channels.clear()
        bench.channels.update(channels)
        assert told(await bench.round()) == [(MediaState.REFUSED, "channel_cannot_fetch")]


async def test_an_address_of_the_provider_is_fetched_with_care() -> None:
    film = samples.film()
    bench = Bench(urls={"https://v.example/1.mp4": FetchedMedia(content=film)})
    bench.row = row_of(MediaPart(media=MediaKind.VIDEO, provider_ref="v", media_id=ID))
    bench.provider.given = MediaAt(url="https://v.example/1.mp4", name="1.mp4")
    assert told(await bench.round()) == [(MediaState.STORED, "")]
    assert await bench.ready() == film


async def test_a_fault_of_ours_is_tried_again_and_never_silent() -> None:
    bench = Bench()
    bench.provider.given = ValueError("planted")
    done = await bench.round()
    assert (waits(bench, done), done.change["code"]) == (2, "failed")


async def test_files_never_take_all_places_of_the_outbox() -> None:
    bench = Bench(patience=Patience(step_s=60, at_once=1))
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(bench.worker.do(bench.row))
        await bench.provider.asked.wait()
        done = await bench.worker.do(bench.row)
        assert (waits(bench, done), done.change["attempts"]) == (1, 0)
        first.cancel()


async def test_a_file_of_ours_is_kept_with_its_conversation() -> None:
    bench = Bench()
    bench.provider.given = FetchedMedia(content=PHOTO)
    await bench.round()
    bench.row = row_of(MediaPart(media=MediaKind.IMAGE, provider_ref="", media_id=ID))
    bench.row["body"]["conversation_id"] = "c.2"
    done = await bench.round()
    assert (done.change, done.inputs) == ({"state": "done", "told": True}, ())
    meta = await bench.stores.media.get(ID)
    assert meta is not None
    assert meta.conversations == ("c.1", "c.2")
