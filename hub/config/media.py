"""The part of a hub that deals with files, from its settings."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from yarl import URL

from hub.config.settings import Media, Settings
from hub.model.ids import ChannelId
from hub.ports import ChannelAdapter, Clock, ExchangeLog, FetchedMedia, MediaStore, Scanner
from hub.runtime.fetching import Fetcher
from hub.services.media.downloads import recorded
from hub.services.media.examining import MEGABYTE, Limits
from hub.services.media.intake import Intake
from hub.services.media.links import FileLinks
from hub.services.media.scanners import CLAMD_PORT, Clamd, ClamdPlace, Scanners, Signatures
from hub.services.media.worker import Download, FetchUrl, MediaWorker, Patience
from hub.services.media.workshop import Bounds, Workshop
from hub.services.vault import Vault

STEP_OF_SEND = 0.8
"""A step of taking a file in ends before the outbox calls it overdue."""


def intake_of(settings: Settings, store: MediaStore) -> Intake:
    media = settings.media
    workshop = Workshop(_limits(media), _bounds(media))
    return Intake(store, workshop, _scanner(media))


def file_links(settings: Settings, store: MediaStore, vault: Vault, clock: Clock) -> FileLinks:
    valid = timedelta(seconds=settings.media.link_s)
    return FileLinks(store, vault, clock, base=settings.http.public_url, valid=valid)


def media_worker(
    settings: Settings,
    intake: Intake,
    channels: Mapping[ChannelId, ChannelAdapter],
    log: ExchangeLog,
    clock: Clock,
) -> MediaWorker:
    within_s = settings.outbox.send_timeout_s * STEP_OF_SEND
    fetcher = Fetcher(settings.media.fetch_from)
    return MediaWorker(
        intake,
        channels,
        _fetch(fetcher, intake.largest, within_s, log, clock),
        clock,
        Patience(step_s=within_s, at_once=settings.media.at_once * 2),
    )


def _fetch(
    fetcher: Fetcher, most: int, within_s: float, log: ExchangeLog, clock: Clock
) -> FetchUrl:
    async def fetch(url: str, provider: Collection[str], asked: Download) -> FetchedMedia:
        with recorded(log, clock, url, asked) as download:
            found = await fetcher.get(url, max_bytes=most, within_s=within_s, also=provider)
            download.came(found.content_type, len(found.content))
        return FetchedMedia(content=found.content, content_type=found.content_type)

    return fetch


def _limits(media: Media) -> Limits:
    return Limits(
        image=media.image_mb * MEGABYTE,
        voice=media.voice_mb * MEGABYTE,
        video=media.video_mb * MEGABYTE,
        file=media.file_mb * MEGABYTE,
    )


def _bounds(media: Media) -> Bounds:
    return Bounds(
        wall_s=media.examine_s,
        cpu_s=max(1, round(media.examine_s)),
        pixels=media.max_pixels,
        at_once=media.at_once,
    )


def _scanner(media: Media) -> Scanner:
    own = Signatures(media.refused_digests)
    if not media.clamd:
        return own
    if media.clamd.startswith("unix:"):
        place = ClamdPlace(path=media.clamd.removeprefix("unix:"))
    else:
        url = URL(media.clamd)
        place = ClamdPlace(host=url.host or "", port=url.port or CLAMD_PORT)
    return Scanners([own, Clamd(place, within_s=media.clamd_wait_s)])
