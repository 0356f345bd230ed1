"""Files both ways: what customers sent is fetched, what we send is uploaded before."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta

from channels.wechat.api import Call, Upload
from channels.wechat.calls import Caller
from channels.wechat.errors import rule_of
from hub.errors import PermanentSendError, RetryableSendError, StoreUncertain
from hub.model.message import MediaKind, MediaPart
from hub.ports import (
    Clock,
    FetchedMedia,
    MediaAt,
    MediaMeta,
    MediaReader,
    MediaRule,
    StoredMedia,
)

GET = "/cgi-bin/media/get"
UPLOAD = "/cgi-bin/media/upload"
GONE = "media_gone"
# the provider keeps an upload three days; ours are given up a little earlier
KEPT = timedelta(hours=70)
REMEMBERED = 1000
# an upload that leaves less than this share of the time is finished, the message waits
LEAST_LEFT = 0.5
AFTER_UPLOAD = timedelta(seconds=1)
ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
}


class Media:
    """`reader` None: this process has no files, so none is sent."""

    def __init__(
        self,
        caller: Caller,
        reader: MediaReader | None,
        rules: Mapping[MediaKind, MediaRule],
        clock: Clock,
        *,
        largest: int,
    ) -> None:
        self._caller = caller
        self._reader = reader
        self._rules = rules
        self._clock = clock
        self._largest = largest
        self._uploaded: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    # ------------------------------------------------------------ from the customer
    async def fetch(self, part: MediaPart) -> FetchedMedia | MediaAt:
        """A film is named by address only. A picture whose id is over may still stand at its own.

        Raises:
            RetryableSendError, PermanentSendError
        """
        if not part.provider_ref:
            raise PermanentSendError(GONE)
        call = Call(path=GET, params={"media_id": part.provider_ref}, limit=self._largest)
        try:
            reply = await self._caller.ask(call)
        except PermanentSendError as exc:
            if exc.code == GONE and part.url:
                return MediaAt(url=part.url, name=part.name)
            raise
        if reply.file is not None:
            return reply.file
        url = reply.answer.get("video_url") or reply.answer.get("down_url")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise RetryableSendError("answer_not_readable")
        return MediaAt(url=url, name=part.name)

    # ------------------------------------------------------------ to the customer
    async def upload(self, part: MediaPart, *, deadline: float, ref: str) -> str:
        """WeChat's id of our file; one upload serves many messages.

        Raises:
            RetryableSendError, PermanentSendError: nothing was sent.
        """
        known = self._uploaded.get(part.media_id)
        if known is not None and self._clock.now() < known[1]:
            return known[0]
        stored = await self._open(part)
        self._check(part.media, stored)
        call = Call(
            path=UPLOAD,
            params={"type": part.media.value},
            upload=Upload(
                name=f"media.{ENDINGS.get(stored.content_type, 'bin')}",
                content_type=stored.content_type,
                content=await _content(stored),
            ),
            ref=ref,
        )
        began = asyncio.get_running_loop().time()
        answer = (await self._caller.ask(call, deadline=deadline)).answer
        provider_id = answer.get("media_id")
        if not isinstance(provider_id, str) or not provider_id:
            raise RetryableSendError("answer_not_readable")
        self._remember(part.media_id, provider_id)
        if deadline - asyncio.get_running_loop().time() < (deadline - began) * LEAST_LEFT:
            raise RetryableSendError("upload_took_long", retry_after=AFTER_UPLOAD)
        return provider_id

    def forget(self, media_id: str) -> None:
        """WeChat does not know its id any more."""
        self._uploaded.pop(media_id, None)

    async def _open(self, part: MediaPart) -> StoredMedia:
        if self._reader is None or not part.media_id:
            raise PermanentSendError("media_missing")
        try:
            stored = await self._reader.open(part.media_id)
        except StoreUncertain as exc:
            raise RetryableSendError("media_unavailable") from exc
        if stored is None:
            raise PermanentSendError("media_missing")
        return stored

    def _check(self, kind: MediaKind, stored: StoredMedia) -> None:
        code = refusal_of(kind, stored.meta, self._rules)
        if code:
            raise PermanentSendError(code, detail=f"{kind.value} {stored.content_type}")

    def _remember(self, media_id: str, provider_id: str) -> None:
        self._uploaded[media_id] = (provider_id, self._clock.now() + KEPT)
        self._uploaded.move_to_end(media_id)
        if len(self._uploaded) > REMEMBERED:
            self._uploaded.popitem(last=False)


def refusal_of(kind: MediaKind, meta: MediaMeta, rules: Mapping[MediaKind, MediaRule]) -> str:
    """Why this file is not sent here; "" when it is."""
    rule = rules.get(kind)
    if rule is None:
        return "media_kind_not_sent"
    if meta.file.content_type not in rule.content_types:
        return "media_type_not_sent"
    if meta.file.size > rule.max_bytes:
        return "media_too_large"
    if rule.max_seconds and meta.file.milliseconds > rule.max_seconds * 1000:
        return "media_too_long"
    return ""


def is_gone(error: PermanentSendError) -> bool:
    code = error.provider_code
    return code.isdigit() and rule_of(int(code)).code == GONE


async def _content(stored: StoredMedia) -> bytes:
    try:
        return await stored.read()
    except StoreUncertain as exc:
        raise RetryableSendError("media_unavailable") from exc
