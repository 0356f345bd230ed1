"""`/api/v1/media`: files of agents come in, files of everybody are looked at.

What strangers made is served so that a browser shows or saves it and runs nothing: the type we
found out ourselves, no sniffing, a sandbox without sources, a name of ours.
"""

import re
from functools import partial
from urllib.parse import quote

from pydantic import Field

from hub.http.problems import ProblemError
from hub.http.ranges import ranged
from hub.http.route import ANYTHING, AnyRoute, Call, Reply, Route, Streamed
from hub.http.shapes import Bytes, Label, MediaKey, Nothing, Shape
from hub.model.message import MediaKind
from hub.ports import MediaMeta, Rendition, StoredMedia
from hub.services.access import STAFF
from hub.services.keys import Scope
from hub.services.media.examining import Claim, shown_name
from hub.services.media.files import Files
from hub.services.media.intake import TOO_LARGE

TAG = "Media"
BASE = "/api/v1/media"
ONE = BASE + "/{media_id}"
UPLOAD_S = 120.0
SHOWN = ("image/", "audio/", "video/")
SAFE_NAME = re.compile(r"[^A-Za-z0-9._ -]")
CAUTION = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
    "Accept-Ranges": "bytes",
}
REASONS = {
    "empty": "The file is empty.",
    "type_not_allowed": "This kind of file is not taken.",
    "type_mismatch": "The file is not what its name or type says.",
    "active_content": "The file holds a page, a script or a macro.",
    "polyglot": "The file holds a second file.",
    "trailing_data": "Something foreign follows the end of the file.",
    "not_readable": "The file cannot be read.",
    "virus_found": "A virus was found in the file.",
    "too_large_to_check": "The file is larger than the virus scanner takes.",
}


class MediaPath(Shape):
    media_id: MediaKey


class UploadQuery(Shape):
    name: Label = Field(default="", description="File name, in UTF-8.")


class MediaShape(Shape):
    """`content_type` is what the bytes are. `preview`: `/preview` answers a picture; `playable`:
    the type that `/playable` answers, "" = nothing. Pixels and milliseconds are 0 when unknown."""

    media_id: str
    kind: MediaKind
    content_type: str
    size: int
    name: str
    preview: bool
    playable: str
    width: int
    height: int
    milliseconds: int


class MediaApi:
    def __init__(self, files: Files) -> None:
        self._files = files

    def routes(self) -> tuple[AnyRoute, ...]:
        look = partial(
            Route,
            method="GET",
            tag=TAG,
            params=MediaPath,
            answers={200: Bytes, 206: Bytes, 304: None},
            problems=frozenset({404, 416}),
            roles=STAFF,
            scope=Scope.READ_MEDIA,
        )
        return (
            Route(
                method="POST",
                path=BASE,
                name="upload_media",
                summary="Give a file to send: its bytes as the body, its type as Content-Type",
                tag=TAG,
                handle=self.upload,
                query=UploadQuery,
                body=Bytes,
                takes=frozenset({ANYTHING}),
                answers={201: MediaShape},
                roles=STAFF,
                scope=Scope.WRITE_MEDIA,
                audit="media.uploaded",
                within_s=UPLOAD_S,
            ),
            look(
                path=ONE,
                name="get_media",
                summary="The file itself",
                handle=partial(self._look, Rendition.ORIGINAL),
            ),
            look(
                path=ONE + "/preview",
                name="get_media_preview",
                summary="A small picture of it",
                handle=partial(self._look, Rendition.PREVIEW),
            ),
            look(
                path=ONE + "/playable",
                name="get_media_playable",
                summary="Sound or film in a form every browser plays",
                handle=partial(self._look, Rendition.PLAYABLE),
            ),
        )

    async def upload(self, call: Call[Nothing, UploadQuery, Bytes]) -> Reply:
        if call.content is None:
            raise RuntimeError("a route without bytes")
        length = call.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > self._files.largest:
            raise _too_large(self._files.largest)
        claim = Claim(content_type=call.headers.get("Content-Type", ""), name=call.query.name)
        taken = await self._files.upload(call.signed_in.user, claim, call.content)
        if taken.code == TOO_LARGE:
            raise _too_large(self._files.largest)
        if taken.code:
            raise ProblemError("media_refused", REASONS.get(taken.code, ""), reason=taken.code)
        shape = _shape(taken.meta)
        return Reply(status=201, content=shape, subject=taken.meta.media_id)

    async def _look(self, rendition: Rendition, call: Call[MediaPath, Nothing, Nothing]) -> Reply:
        viewer, media_id = call.signed_in.user, call.path.media_id
        stored = await self._files.open(viewer, media_id, rendition)
        if stored is None:
            raise ProblemError("not_found")
        tag = f'"{stored.meta.digest[:32]}-{rendition.value}"'
        headers = {**CAUTION, "ETag": tag, "Content-Type": stored.content_type}
        headers["Content-Disposition"] = disposition(stored)
        if call.headers.get("If-None-Match") == tag:
            return Reply(status=304, streamed=Streamed(content=b"", headers=headers))
        part_of = partial(self._files.open, viewer, media_id, rendition)
        found = await ranged(call.headers, stored, headers, part_of)
        return Reply(status=found.status, streamed=found.streamed)


def attachment(name: str) -> str:
    """To be saved, whatever it is."""
    return _disposition("attachment", name)


def disposition(stored: StoredMedia) -> str:
    """Shown in place only where nothing but a picture, a sound or a film can come of it."""
    file = stored.meta.file
    shown = stored.content_type.startswith(SHOWN)
    if stored.content_type.startswith("image/"):
        shown = file.preview
    how = "inline" if shown else "attachment"
    name = file.name
    if stored.content_type != file.content_type:
        name = shown_name(name.rpartition(".")[0], stored.content_type, stored.meta.media_id)
    return _disposition(how, name)


def _disposition(how: str, name: str) -> str:
    plain = SAFE_NAME.sub("_", name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _shape(meta: MediaMeta) -> MediaShape:
    file = meta.file
    return MediaShape(
        media_id=meta.media_id,
        kind=meta.kind,
        content_type=file.content_type,
        size=file.size,
        name=file.name,
        preview=file.preview,
        playable=file.playable,
        width=file.width,
        height=file.height,
        milliseconds=file.milliseconds,
    )


def _too_large(most: int) -> ProblemError:
    detail = f"A file may have {most // (1024 * 1024)} MiB at most, pictures and voice less."
    return ProblemError("too_large", detail, reason=TOO_LARGE)
