"""From bytes to a file that may be looked at: examined, checked for viruses, rendered, stored."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hub.model.message import MediaFile
from hub.ports import MediaMeta, MediaStore, Rendition, Scanner, Verdict
from hub.services.media.examining import Claim, Examined, shown_name
from hub.services.media.spool import TooLargeError, pieces, spooled
from hub.services.media.types import PREVIEW_TYPE
from hub.services.media.workshop import Workshop

TOO_LARGE = "media_too_large"
NOT_CHECKED = "being_checked"
REFUSED: Mapping[Verdict, str] = {
    Verdict.INFECTED: "virus_found",
    Verdict.TOO_LARGE: "too_large_to_check",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """`code` "" : the file is ready and `meta` describes it; else why it is not."""

    meta: MediaMeta
    code: str = ""


class Intake:
    def __init__(self, store: MediaStore, workshop: Workshop, scanner: Scanner) -> None:
        self.store = store
        self._workshop = workshop
        self._scanner = scanner

    @property
    def largest(self) -> int:
        return self._workshop.limits.largest

    async def take(
        self, blank: MediaMeta, claim: Claim, content: AsyncIterator[bytes], *, hold: bool
    ) -> Taken:
        """A new file. `blank` says whose it is; what the bytes are is filled in.

        With `hold` it is stored before the scanner has answered, to be `check`ed again later.
        """
        try:
            async with spooled(content, self.largest) as file:
                found = await self._workshop.examine(file, claim)
                if found.code:
                    return Taken(meta=blank, code=found.code)
                meta = _known(blank, claim, found)
                if hold:
                    await self.store.put(meta, pieces(file))
                return await self._checked(meta, file, stored=hold)
        except TooLargeError:
            return Taken(meta=blank, code=TOO_LARGE)

    async def check(self, meta: MediaMeta) -> Taken:
        """Go on with a file that is stored and not ready."""
        stored = await self.store.open(meta.media_id, Rendition.ORIGINAL)
        if stored is None:
            return Taken(meta=meta, code="media_gone")
        async with spooled(stored.content, stored.size) as file:
            return await self._checked(meta, file, stored=True)

    async def _checked(self, meta: MediaMeta, file: Path, *, stored: bool) -> Taken:
        scan = await self._scanner.scan(file)
        if scan.verdict is Verdict.UNAVAILABLE:
            return Taken(meta=meta, code=NOT_CHECKED)
        if refused := REFUSED.get(scan.verdict):
            if stored:
                await self.store.delete(meta.media_id)
            return Taken(meta=meta, code=refused)
        if not stored:
            await self.store.put(meta, pieces(file))
        known = await self._workshop.render(file, meta.file)
        for rendition, content_type in (
            (Rendition.PREVIEW, PREVIEW_TYPE),
            (Rendition.PLAYABLE, known.playable),
        ):
            made = file.with_name(rendition.value)
            if made.exists() and content_type:
                await self.store.add(meta.media_id, rendition, content_type, pieces(made))
        await self.store.finish(meta.media_id, known)
        return Taken(meta=replace(meta, file=known, ready=True))


def _known(blank: MediaMeta, claim: Claim, found: Examined) -> MediaMeta:
    name = shown_name(claim.name, found.content_type, blank.media_id)
    return replace(
        blank,
        kind=found.kind,
        digest=found.digest,
        file=MediaFile(content_type=found.content_type, size=found.size, name=name),
    )
