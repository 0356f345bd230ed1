"""The pages of the workspace: one document for every place of the client's own routes."""

from hashlib import blake2b
from pathlib import Path

from aiohttp import web

from hub.http.problems import ProblemError

OURS = "api|hooks|ws|static|health|metrics|sandbox|widget"
"""First steps of paths that are no places of the client."""

FILE = r".*\.[A-Za-z][A-Za-z0-9]*$"
"""A name with an ending; the number after the dot of a conversation is none."""

STATIC, ASSETS = "/static/", "/static/assets/"
"""The build names every asset after its content."""

FOR_EVER = "public, max-age=31536000, immutable"

PLACES = rf"/{{place:(?!(?:{OURS})(?:/|$))(?!{FILE}).*}}"


def add_pages(app: web.Application, static: Path) -> None:
    """Call it after all other routes were added. `static` holds the built pages."""
    index = static / "index.html"

    async def page(request: web.Request) -> web.StreamResponse:
        if not index.is_file():
            raise ProblemError("unavailable", "The page is not built: run ./lianluo demo")
        return web.FileResponse(index, headers={"Cache-Control": "no-cache"})

    app.router.add_get(PLACES, page)
    app.on_response_prepare.append(_keep_assets)


async def _keep_assets(request: web.Request, response: web.StreamResponse) -> None:
    """What carries a digest of its content in its name is never asked for again."""
    if request.path.startswith(STATIC):
        kept = request.path.startswith(ASSETS) and response.status in (200, 206, 304)
        response.headers.setdefault("Cache-Control", FOR_EVER if kept else "no-cache")


def build_of(static: Path, version: str) -> str:
    """A name that changes with the pages, so that an old screen knows that it is one."""
    index = static / "index.html"
    digest = blake2b(index.read_bytes() if index.is_file() else b"", digest_size=4)
    return f"{version}+{digest.hexdigest()}"
