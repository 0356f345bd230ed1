"""`/files/{token}`: where customers open a file that was sent to them as a link.

No session: whoever has the link has the file, for as long as it runs. Errors are pages for people,
and say the same of a link that is over and of one that never was.
"""

from base64 import b64encode
from dataclasses import replace
from functools import partial
from hashlib import sha256
from html import escape

from pydantic import ConfigDict, Field

from hub.http.media import attachment
from hub.http.problems import ProblemError
from hub.http.ranges import Ranged, ranged
from hub.http.route import AnyRoute, Call, Reply, Route, Streamed
from hub.http.shapes import Bytes, Nothing, Page, Shape
from hub.http.site import Site
from hub.ports import StoredMedia
from hub.services.audit import Audit, Happening
from hub.services.media.links import PATH, PATTERN, FileLinks

OPENED = "file.opened"
ANYBODY = "customer"
SEALED_OFF = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
FILE = {
    **SEALED_OFF,
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Accept-Ranges": "bytes",
}
STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:0 auto;max-width:30rem;padding:18vh 1.5rem;"
    'font:17px/1.7 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}'
    "h1{font-size:1.3rem;margin:0 0 .5rem}p{margin:0}[lang=en]{margin-top:2rem;opacity:.75}"
    "footer{margin-top:3rem;opacity:.6;font-size:.9rem}"
)
STYLE_SUM = b64encode(sha256(STYLE.encode()).digest()).decode()
PAGE = {
    **SEALED_OFF,
    "Content-Security-Policy": (
        f"default-src 'none'; img-src data:; style-src 'sha256-{STYLE_SUM}'"
    ),
    "Content-Type": "text/html; charset=utf-8",
}
OVER = (
    ("链接打不开了", "链接已过期或不完整。请在聊天里告诉我们，我们会重新发给您。"),
    (
        "This link does not open",
        "It has run out or is not complete. Tell us in the chat and we will send the file again.",
    ),
)
BUSY = (
    ("请稍后再试", "现在打不开文件，请过几分钟再点一次链接。"),
    ("Please try again later", "The file does not open now. Tap the link again in some minutes."),
)
STATUSES = {"too_often": 429, "unavailable": 503, "range": 416}


class WhateverFollows(Shape):
    """Messengers hang things of their own on a link."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class LinkPath(Shape):
    token: str = Field(pattern=PATTERN, description="As it stands in the link; it is not guessed.")


Asked = Call[LinkPath, WhateverFollows, Nothing]


class FileLinkApi:
    def __init__(self, links: FileLinks, audit: Audit, site: Site) -> None:
        self._links = links
        self._audit = audit
        self._pages = {page: _page(page, site.bank) for page in (OVER, BUSY)}

    def routes(self) -> tuple[AnyRoute, ...]:
        route = partial(
            Route,
            path=PATH + "{token}",
            tag="Files of customers",
            params=LinkPath,
            query=WhateverFollows,
            answers={200: Bytes, 206: Bytes, 404: Page, 416: Page, 429: Page, 503: Page},
            roles=None,
            bucket="file ",
            page=self.page,
        )
        return (
            route(
                method="GET",
                name="open_file_link",
                summary="A file that was sent as a link",
                handle=self.open,
            ),
            route(
                method="HEAD",
                name="look_at_file_link",
                summary="What the link would answer, without the file",
                handle=self.look,
            ),
        )

    async def open(self, call: Asked) -> Reply:
        """A download that goes on is the same opening as the one it goes on with."""
        stored = await self._stored(call)
        found = await self._ranged(call, stored)
        if found.start == 0:
            await self._audit.record(
                Happening(
                    actor=ANYBODY, act=OPENED, object=stored.meta.media_id, source=call.source
                )
            )
        return Reply(status=found.status, streamed=found.streamed)

    async def look(self, call: Asked) -> Reply:
        found = await self._ranged(call, await self._stored(call))
        return Reply(status=found.status, streamed=replace(found.streamed, content=b""))

    async def _stored(self, call: Asked) -> StoredMedia:
        stored = await self._links.open(call.path.token)
        if stored is None:
            raise ProblemError("not_found")
        return stored

    async def _ranged(self, call: Asked, stored: StoredMedia) -> Ranged:
        tag = f'"{stored.meta.digest[:32]}"'
        headers = {
            **FILE,
            "ETag": tag,
            "Content-Type": stored.content_type,
            "Content-Disposition": attachment(stored.meta.file.name),
        }
        part_of = partial(self._links.open, call.path.token)
        return await ranged(call.headers, stored, headers, part_of)

    def page(self, problem: ProblemError) -> Reply:
        """For people; programs read the status."""
        status = STATUSES.get(problem.slug, 404)
        words = BUSY if status in (429, 503) else OVER
        streamed = Streamed(content=self._pages[words], headers={**PAGE, **problem.headers})
        return Reply(status=status, streamed=streamed)


def _page(words: tuple[tuple[str, str], tuple[str, str]], bank: str) -> bytes:
    (title, told), (english, in_english) = words
    return "".join(
        (
            '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<link rel="icon" href="data:,"><title>{title} · {english}</title>',
            f"<style>{STYLE}</style></head><body><main><h1>{title}</h1><p>{told}</p>",
            f'<div lang="en"><h1>{english}</h1><p>{in_english}</p></div></main>',
            f"<footer>{escape(bank)}</footer></body></html>",
        )
    ).encode()
