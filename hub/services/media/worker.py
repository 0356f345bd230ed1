"""The worker of the outbox that fetches customers' files. A file is fetched, held, checked, told.

Every row may run again: what stands in the store decides where it goes on. Nobody gets an error
of ours: a file comes, or its message says why it does not.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from hub.errors import PermanentSendError, RetryableSendError, StoreUncertain
from hub.model.codec import pack, unpack_as
from hub.model.ids import ChannelId, ConversationId, MessageId
from hub.model.inputs import MediaReport
from hub.model.message import MediaFile, MediaKind, MediaPart, MediaState
from hub.ports import ChannelAdapter, Clock, FetchedMedia, MediaAt, MediaMeta, SupportsMedia
from hub.services.media.examining import Claim
from hub.services.media.intake import NOT_CHECKED, Intake, Taken
from hub.services.media.spool import whole
from hub.streams.sending import Done, later

Doc = dict[str, Any]
log = structlog.get_logger(__name__)

CUSTOMER = "customer"
NO_ROOM = timedelta(seconds=1)
RECHECK = timedelta(seconds=30)
FETCHING = "media_unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """For whom an address is fetched, for the record of what is exchanged with providers."""

    channel_id: ChannelId
    media_id: str


FetchUrl = Callable[[str, Collection[str], Download], Awaitable[FetchedMedia]]
"""Of an address somebody else named, and the base addresses that need not be public.

Raises RetryableSendError, PermanentSendError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """`step_s` one attempt may take, shorter than a send may; `at_once` attempts, so that files
    never keep words waiting. Pauses double from `first_pause_s`. After `give_up` a provider has
    thrown the file away."""

    step_s: float = 12.0
    at_once: int = 4
    first_pause_s: float = 2.0
    longest_pause_s: float = 600.0
    give_up: timedelta = timedelta(hours=70)


class MediaWorker:
    def __init__(
        self,
        intake: Intake,
        adapters: Mapping[ChannelId, ChannelAdapter],
        fetch_url: FetchUrl,
        clock: Clock,
        patience: Patience,
    ) -> None:
        self._intake = intake
        self._adapters = adapters
        self._fetch_url = fetch_url
        self._clock = clock
        self._patience = patience
        self._working = 0

    async def do(self, row: Doc) -> Done:
        body = row["body"]
        part: MediaPart = unpack_as(body["part"], MediaPart)
        if not part.provider_ref and not part.url:
            await self._intake.store.keep(part.media_id, body["conversation_id"])
            return _done(row, None)
        if self._working >= self._patience.at_once:
            return later(row, self._clock.now() + NO_ROOM, row.get("code", ""), attempt=False)
        self._working += 1
        try:
            async with asyncio.timeout(self._patience.step_s):
                taken = await self._step(row, part)
        except PermanentSendError as error:
            return _done(row, _report(body, MediaState.REFUSED, code=error.code))
        except RetryableSendError as error:
            return self._again(row, error.code, error.retry_after)
        except (StoreUncertain, TimeoutError):
            return self._again(row, row.get("code", "") or FETCHING)
        except Exception:
            log.exception("file not taken in", row=row["_id"])
            return self._again(row, "failed")
        finally:
            self._working -= 1
        return self._told(row, taken)

    async def _step(self, row: Doc, part: MediaPart) -> Taken:
        meta = await self._intake.store.get(part.media_id)
        if meta is not None:
            return Taken(meta=meta) if meta.ready else await self._intake.check(meta)
        fetched = await self._fetch(row["body"]["channel_id"], part)
        claim = Claim(
            content_type=fetched.content_type, name=part.name or fetched.name, kind=part.media
        )
        blank = _blank(row, part, self._clock.now())
        return await self._intake.take(blank, claim, whole(fetched.content), hold=True)

    async def _fetch(self, channel_id: str, part: MediaPart) -> FetchedMedia:
        channel = self._channel(channel_id)
        asked = Download(channel_id=ChannelId(channel_id), media_id=part.media_id)
        if not part.provider_ref:
            origins = channel.media_origins if channel else ()
            return await self._fetch_url(part.url, origins, asked)
        if channel is None:
            raise PermanentSendError("channel_cannot_fetch")
        found = await channel.fetch_media(part)
        if isinstance(found, MediaAt):
            fetched = await self._fetch_url(found.url, channel.media_origins, asked)
            return FetchedMedia(
                content=fetched.content, content_type=fetched.content_type, name=found.name
            )
        return found

    def _channel(self, channel_id: str) -> SupportsMedia | None:
        """As the account stands now: it may have been added or changed a moment ago."""
        adapter: Any = self._adapters.get(ChannelId(channel_id))
        return adapter if hasattr(adapter, "fetch_media") else None

    def _told(self, row: Doc, taken: Taken) -> Done:
        body = row["body"]
        if taken.code == NOT_CHECKED:
            if self._is_over(row):
                return _done(row, _report(body, MediaState.REFUSED, code="not_checked"))
            held = (
                None
                if row.get("code") == NOT_CHECKED
                else _report(body, MediaState.HELD, NOT_CHECKED)
            )
            at = self._clock.now() + RECHECK
            return later(row, at, NOT_CHECKED, inputs=_inputs(row, held))
        if taken.code:
            return _done(row, _report(body, MediaState.REFUSED, taken.code))
        return _done(row, _report(body, MediaState.STORED, file=taken.meta.file))

    def _again(self, row: Doc, code: str, pause: timedelta | None = None) -> Done:
        if self._is_over(row):
            return _done(row, _report(row["body"], MediaState.REFUSED, code))
        patience = self._patience
        doubled = min(
            patience.first_pause_s * 2 ** min(row["attempts"], 20), patience.longest_pause_s
        )
        wait = pause or timedelta(seconds=doubled)
        return later(row, self._clock.now() + wait, code)

    def _is_over(self, row: Doc) -> bool:
        over: bool = self._clock.now() - row["at"] > self._patience.give_up
        return over


def _blank(row: Doc, part: MediaPart, at: datetime) -> MediaMeta:
    return MediaMeta(
        media_id=part.media_id,
        kind=MediaKind.FILE,
        file=MediaFile(content_type="", size=0),
        digest="",
        author=CUSTOMER,
        stored_at=at,
        conversations=(row["body"]["conversation_id"],),
    )


def _report(
    body: Doc, state: MediaState, code: str = "", file: MediaFile | None = None
) -> MediaReport:
    return MediaReport(
        media_id=body["media_id"],
        conversation_id=ConversationId(body["conversation_id"]),
        message_id=MessageId(body["message_id"]),
        index=body["index"],
        state=state,
        code=code,
        file=file,
    )


def _done(row: Doc, told: MediaReport | None) -> Done:
    return Done(change={"state": "done", "told": True}, inputs=_inputs(row, told))


def _inputs(row: Doc, told: MediaReport | None) -> tuple[tuple[str, Doc], ...]:
    return () if told is None else ((f"m:{row['_id']}:{told.state.value}", pack(told)),)
