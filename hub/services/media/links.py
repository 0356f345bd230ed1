"""Links by which customers open files that their channel does not carry.

A token holds the file's id, the end of its time and the proof that we made it. Nothing is kept for
it, so nothing is used up by a provider's crawler that looks at it before the customer does.
"""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hub.errors import PermanentSendError, RetryableSendError, StoreUncertain
from hub.model.message import LinkPart, MediaPart
from hub.ports import Clock, MediaMeta, MediaStore, Rendition, StoredMedia
from hub.services.vault import Vault

PATH = "/files/"
PURPOSE = "file link"
PATTERN = r"^[A-Za-z0-9_-]{76}$"
BANK_TIME = timezone(timedelta(hours=8))
UNTIL_BYTES = 5
ID, UNTIL, KEY, PROOF = slice(16), slice(16, 21), slice(21, 25), slice(25, 57)
PROVEN = slice(21)


class FileLinks:
    """`base`: where customers reach the hub; a link opens for `valid`."""

    def __init__(
        self, store: MediaStore, vault: Vault, clock: Clock, *, base: str, valid: timedelta
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._base = base
        self._valid = valid

    async def part_of(self, part: MediaPart) -> LinkPart:
        """The file as a link that begins to run out now.

        Raises:
            RetryableSendError, PermanentSendError: there is nothing a link could open.
        """
        meta = await self._ready(part.media_id)
        until = self._clock.now() + self._valid
        when = f"{until.astimezone(BANK_TIME):%Y-%m-%d %H:%M}"
        return LinkPart(
            title=meta.file.name,
            url=f"{self._base}{PATH}{self._token(part.media_id, until)}",
            description=f"点击下载，{when} 前有效 · Tap to download, open until {when}",
        )

    async def pictured(self, part: LinkPart) -> LinkPart:
        """With the address from which the channel fetches the picture, for as long as a link opens.

        Raises:
            RetryableSendError, PermanentSendError: there is no picture to fetch.
        """
        meta = await self._ready(part.media_id)
        token = self._token(meta.media_id, self._clock.now() + self._valid)
        return replace(part, picture_url=f"{self._base}{PATH}{token}")

    async def open(
        self, token: str, *, start: int = 0, end: int | None = None
    ) -> StoredMedia | None:
        """None: not ours, over, or the file is gone. Raises StoreUncertain."""
        media_id = self._media_of(token)
        if not media_id:
            return None
        stored = await self._store.open(media_id, Rendition.ORIGINAL, start=start, end=end)
        return stored if stored is not None and stored.meta.ready else None

    async def _ready(self, media_id: str) -> MediaMeta:
        try:
            meta = await self._store.get(media_id)
        except StoreUncertain as error:
            raise RetryableSendError("media_unavailable") from error
        if meta is None or not meta.ready:
            raise PermanentSendError("media_missing")
        return meta

    def _token(self, media_id: str, until: datetime) -> str:
        proven = bytes.fromhex(media_id) + int(until.timestamp()).to_bytes(UNTIL_BYTES)
        key_id, _, proof = self._vault.mac(proven, purpose=PURPOSE).partition(".")
        return base64.urlsafe_b64encode(proven + bytes.fromhex(key_id + proof)).decode()

    def _media_of(self, token: str) -> str:
        """ "" for a token that is over or not ours."""
        raw = base64.urlsafe_b64decode(token)
        mac = f"{raw[KEY].hex()}.{raw[PROOF].hex()}"
        if not self._vault.proves(mac, raw[PROVEN], purpose=PURPOSE):
            return ""
        until = datetime.fromtimestamp(int.from_bytes(raw[UNTIL]), UTC)
        return raw[ID].hex() if self._clock.now() < until else ""
