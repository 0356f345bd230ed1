"""The account's API as WeChat offers it: HTTP 200 with `errcode`, `errmsg` ending with a rid."""

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from channels.wechat.simulator.account import CallFault
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.world import World, request_id

WORLD = web.AppKey("world", World)
CONTENT_TYPE = "application/json; encoding=utf-8"
TYPING_S = 15.0
TYPING_AFTER_EXCHANGE_S = 30.0
MESSAGES = {
    0: "ok",
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40008: "invalid message type",
    40013: "invalid appid",
    40125: "invalid appsecret",
    40164: "invalid ip, not in whitelist",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    44004: "empty content",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "not in conversation for the last 30 seconds",
    45081: "typing already",
    47001: "data format error",
    48001: "api unauthorized",
}


def routes() -> list[web.RouteDef]:
    return [
        web.get("/cgi-bin/token", token),
        web.post("/cgi-bin/stable_token", stable_token),
        web.post("/cgi-bin/message/custom/send", send),
        web.post("/cgi-bin/message/custom/typing", typing),
    ]


def failed(code: int, rid: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": f"{MESSAGES.get(code, 'error')} rid: {rid}"}


async def token(request: web.Request) -> web.StreamResponse:
    world, query = request.app[WORLD], request.query
    rid = request_id()

    def work() -> dict[str, Any]:
        if code := world.tokens.refuse(query.get("appid", ""), query.get("secret", "")):
            return failed(code, rid)
        return world.tokens.issue_dynamic()

    return await _answer(request, "token", rid, work)


async def stable_token(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    rid = request_id()
    body = _json(await request.read())

    def work() -> dict[str, Any]:
        if body is None or body.get("grant_type") != "client_credential":
            return failed(47001, rid)
        secret = str(body.get("secret", ""))
        if code := world.tokens.refuse(str(body.get("appid", "")), secret):
            return failed(code, rid)
        answer = world.tokens.issue_stable(force=body.get("force_refresh") is True)
        return failed(answer["errcode"], rid) if "errcode" in answer else answer

    return await _answer(request, "stable_token", rid, work)


async def send(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    raw = await request.read()
    rid = request_id()
    body = _json(raw)
    phone = world.phones.get(str((body or {}).get("touser", "")))

    def work() -> dict[str, Any]:
        code = world.tokens.check(request.query.get("access_token", ""))
        code = code or _refusal(world, body, phone)
        if code or body is None or phone is None:
            world.sends.refuse(code)
            return failed(code, rid)
        world.sends.take(phone.openid, body, rid)
        phone.last_exchange = world.clock.monotonic()
        phone.typing_until = float("-inf")
        phone.show("bubble", side="account", msg_id=rid, **_bubble(body))
        return {"errcode": 0, "errmsg": "ok"}

    began = world.clock.monotonic()
    response = await _answer(request, "send", rid, work)
    if phone is not None:
        phone.show(
            "wire",
            direction="from_hub",
            title="custom/send",
            request={
                "method": "POST",
                "url": str(request.url),
                "headers": dict(request.headers),
                "body": raw.decode("utf-8", "replace"),
            },
            response={
                "status": response.status,
                "body": response.text if isinstance(response, web.Response) else "",
            },
            ms=round((world.clock.monotonic() - began) * 1000, 1),
        )
    return response


async def typing(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    body = _json(await request.read()) or {}
    rid = request_id()

    def work() -> dict[str, Any]:
        phone = world.phones.get(str(body.get("touser", "")))
        now = world.clock.monotonic()
        code = world.tokens.check(request.query.get("access_token", ""))
        on = body.get("command") == "Typing"
        if code:
            return failed(code, rid)
        if phone is None:
            return failed(40003, rid)
        if body.get("command") not in {"Typing", "CancelTyping"}:
            return failed(45072, rid)
        if now - phone.last_exchange > TYPING_AFTER_EXCHANGE_S:
            return failed(45080, rid)
        if on and now < phone.typing_until:
            return failed(45081, rid)
        phone.typing_until = now + TYPING_S if on else float("-inf")
        phone.show("typing", on=on)
        return {"errcode": 0, "errmsg": "ok"}

    return await _answer(request, "typing", rid, work)


def _refusal(world: World, body: dict[str, Any] | None, phone: Phone | None) -> int:
    if not world.account.send_authorised:
        return 48001
    if body is None:
        return 47001
    if code := _content_error(world, body):
        return code
    if len(str(body.get("touser", ""))) != 28:
        return 40003
    if phone is None:
        return 43004
    if not phone.following and not world.windows.windows.get(phone.openid):
        return 43004
    return world.windows.charge(phone.openid)


def _content_error(world: World, body: dict[str, Any]) -> int:
    kind = body.get("msgtype")
    content = body.get(kind) if isinstance(kind, str) else None
    if kind not in {"text", "msgmenu"}:
        return 40008
    if not isinstance(content, dict):
        return 44004
    if kind == "text":
        text = content.get("content")
        if not isinstance(text, str) or not text:
            return 44004
        return 45002 if len(text.encode()) > world.rules.text_bytes else 0
    items = content.get("list")
    if not isinstance(items, list) or not items or not content.get("head_content"):
        return 44004
    return 45002 if len(items) > world.rules.menu_items else 0


def _bubble(body: dict[str, Any]) -> dict[str, Any]:
    if body["msgtype"] == "text":
        return {"msgtype": "text", "text": body["text"]["content"]}
    menu = body["msgmenu"]
    items = [{"id": str(i["id"]), "content": str(i["content"])} for i in menu["list"]]
    head, tail = str(menu["head_content"]), str(menu.get("tail_content", ""))
    return {"msgtype": "msgmenu", "menu": {"head": head, "list": items, "tail": tail}}


def _json(raw: bytes) -> dict[str, Any] | None:
    """A body as WeChat reads it: an escaped character stays as it is written."""
    try:
        found = json.loads(raw.decode().replace("\\u", "\\\\u"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


async def _answer(
    request: web.Request, call: str, rid: str, work: Callable[[], dict[str, Any]]
) -> web.StreamResponse:
    fault = request.app[WORLD].draw_fault(call)
    if fault is None:
        return _json_response(work())
    return await _faulty(request, fault, rid, work)


def _json_response(answer: dict[str, Any]) -> web.Response:
    body = json.dumps(answer, ensure_ascii=False).encode()
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})


async def _faulty(
    request: web.Request, fault: CallFault, rid: str, work: Callable[[], dict[str, Any]]
) -> web.StreamResponse:
    answer = work() if fault.taken else {}
    if fault.kind == "errcode":
        return _json_response(failed(fault.code, rid))
    if fault.kind == "status":
        return web.Response(status=fault.status, text="<html>Bad Gateway</html>")
    if fault.kind == "garbage":
        return web.Response(text=fault.body)
    if fault.kind == "slow":
        await request.app[WORLD].clock.sleep(fault.seconds)
        return _json_response(answer or work())
    if fault.kind == "half":
        return await _half(request, answer or failed(-1, rid))
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, answer: dict[str, Any]) -> web.StreamResponse:
    body = json.dumps(answer).encode()
    headers = {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(body))}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
