"""How the account's API answers: 200 with `errcode`, `errmsg` ending with a rid, and faults."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from channels.wechat.simulator.account import CallFault
from channels.wechat.simulator.world import World

WORLD = web.AppKey("world", World)
CONTENT_TYPE = "application/json; encoding=utf-8"
MESSAGES = {
    0: "ok",
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40010: "invalid voice size",
    40011: "invalid video size",
    40012: "invalid thumb size",
    40013: "invalid appid",
    40015: "invalid button type",
    40016: "invalid button size",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub button level",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40037: "invalid template_id",
    40053: "invalid action info",
    40054: "invalid button url domain",
    40055: "invalid sub button url domain",
    40125: "invalid appsecret",
    40164: "invalid ip, not in whitelist",
    41001: "access_token missing",
    41005: "media data missing",
    42001: "access_token expired",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44001: "empty media data",
    44004: "empty content",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45029: "qrcode count out of limit",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "not in conversation for the last 30 seconds",
    45081: "typing already",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid",
    48001: "api unauthorized",
    76021: "cgi_path not found, please check",
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is no JSON."""

    content: bytes
    content_type: str
    name: str


Work = Callable[[], Json | File]


def failed(code: int, rid: str) -> Json:
    return {"errcode": code, "errmsg": f"{MESSAGES.get(code, 'error')} rid: {rid}"}


def read_json(raw: bytes) -> Json | None:
    """A body as WeChat reads it: an escaped character stays as it is written."""
    try:
        found = json.loads(raw.decode().replace("\\u", "\\\\u"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def with_token(request: web.Request, rid: str, work: Work) -> Work:
    """The same work for callers who show a token."""
    world = request.app[WORLD]

    def guarded() -> Json | File:
        code = world.tokens.check(request.query.get("access_token", ""))
        return failed(code, rid) if code else work()

    return guarded


async def answer(request: web.Request, call: str, rid: str, work: Work) -> web.StreamResponse:
    world = request.app[WORLD]
    world.calls[request.path] += 1
    fault = world.draw_fault(call)
    if fault is None:
        return _whole(work())
    return await _faulty(request, fault, rid, work)


def _bytes(found: Json | File) -> tuple[bytes, dict[str, str]]:
    if isinstance(found, File):
        disposition = f'attachment; filename="{found.name}"'
        return found.content, {
            "Content-Type": found.content_type,
            "Content-Disposition": disposition,
        }
    return json.dumps(found, ensure_ascii=False).encode(), {"Content-Type": CONTENT_TYPE}


def _whole(found: Json | File) -> web.Response:
    body, headers = _bytes(found)
    return web.Response(body=body, headers=headers)


async def _faulty(
    request: web.Request, fault: CallFault, rid: str, work: Work
) -> web.StreamResponse:
    found = work() if fault.taken else None
    if fault.kind == "errcode":
        if fault.call == "send":
            request.app[WORLD].sends.refuse(fault.code)
        return _whole(failed(fault.code, rid))
    if fault.kind == "status":
        return web.Response(status=fault.status, text="<html>Bad Gateway</html>")
    if fault.kind == "garbage":
        return web.Response(text=fault.body)
    if fault.kind == "slow":
        await request.app[WORLD].clock.sleep(fault.seconds)
        return _whole(work() if found is None else found)
    if fault.kind == "half":
        return await _half(request, failed(-1, rid) if found is None else found)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, found: Json | File) -> web.StreamResponse:
    body, headers = _bytes(found)
    response = web.StreamResponse(headers={**headers, "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
