"""The real part of the hub that deals with files, over the stores of a test."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from hub.errors import PermanentSendError
from hub.model.ids import ChannelId
from hub.ports import Clock, FetchedMedia, MediaStore, Reading, Scanner
from hub.services.media.examining import Limits
from hub.services.media.files import Files
from hub.services.media.intake import Intake
from hub.services.media.links import FileLinks
from hub.services.media.scanners import Signatures
from hub.services.media.worker import Download, FetchUrl, MediaWorker, Patience
from hub.services.media.workshop import Bounds, Workshop
from hub.services.vault import Vault
from hub.services.visibility import Serves, Visibility, serves_nobody


def intake_of(media: MediaStore, scanner: Scanner | None = None) -> Intake:
    workshop = Workshop(Limits(), Bounds(wall_s=30, cpu_s=20))
    return Intake(media, workshop, scanner or Signatures())


def links_of(
    media: MediaStore, clock: Clock, *, base: str = "https://hub.example", hours: int = 72
) -> FileLinks:
    valid = timedelta(hours=hours)
    return FileLinks(media, Vault([b"v" * 32]), clock, base=base, valid=valid)


def files_of(
    media: MediaStore,
    reading: Reading,
    clock: Clock,
    serves: Serves = serves_nobody,
    intake: Intake | None = None,
) -> Files:
    return Files(intake or intake_of(media), reading, Visibility(reading, serves), clock)


async def no_url(url: str, also: Collection[str], asked: Download) -> FetchedMedia:
    raise PermanentSendError("address_not_public")


def worker_of(
    media: MediaStore,
    channels: Mapping[ChannelId, Any],
    clock: Clock,
    *,
    scanner: Scanner | None = None,
    fetch_url: FetchUrl = no_url,
    patience: Patience | None = None,
    intake: Intake | None = None,
) -> MediaWorker:
    return MediaWorker(
        intake or intake_of(media, scanner),
        channels,
        fetch_url,
        clock,
        patience or Patience(step_s=60),
    )
