"""Temporary media of the account's API: upload, download, and where pictures and films stand."""

from aiohttp import web

from channels.wechat.simulator.answering import (
    WORLD,
    File,
    Json,
    answer,
    failed,
    with_token,
)
from channels.wechat.simulator.world import request_id


def routes() -> list[web.RouteDef]:
    return [
        web.post("/cgi-bin/media/upload", upload),
        web.get("/cgi-bin/media/get", get, allow_head=False),
        web.get("/mmbiz/{media_id}", shown, allow_head=False),
    ]


async def upload(request: web.Request) -> web.StreamResponse:
    world, rid = request.app[WORLD], request_id()
    kind = request.query.get("type", "")
    content = await _form_file(request)

    def work() -> Json:
        code = 41005 if content is None else world.shelf.refuse(kind, content)
        if code or content is None:
            return failed(code, rid)
        medium = world.shelf.add(kind, content)
        created = int(world.clock.now().timestamp())
        return {"type": kind, "media_id": medium.media_id, "created_at": created}

    return await answer(request, "upload", rid, with_token(request, rid, work))


async def get(request: web.Request) -> web.StreamResponse:
    """A film is answered with its address."""
    world, rid = request.app[WORLD], request_id()

    def work() -> Json | File:
        medium = world.shelf.find(request.query.get("media_id", ""))
        if medium is None:
            return failed(40007, rid)
        if medium.type in {"video", "shortvideo"}:
            return {"video_url": f"{request.url.origin()}/mmbiz/{medium.media_id}"}
        return File(medium.content, medium.content_type, medium.name)

    return await answer(request, "media", rid, with_token(request, rid, work))


async def shown(request: web.Request) -> web.StreamResponse:
    """What `PicUrl` and `video_url` lead to: no token, as on the provider's picture servers."""
    medium = request.app[WORLD].shelf.find(request.match_info["media_id"])
    if medium is None:
        raise web.HTTPNotFound
    return web.Response(body=medium.content, content_type=medium.content_type)


async def _form_file(request: web.Request) -> bytes | None:
    if not request.content_type.startswith("multipart/"):
        return None
    reader = await request.multipart()
    async for part in reader:
        if getattr(part, "name", "") == "media":
            found = await part.read(decode=False)  # type: ignore[union-attr]
            return bytes(found)
    return None
