"""Tokens, messages and typing, as the account's API offers them."""

from typing import Any

from aiohttp import web

from channels.wechat.simulator.answering import WORLD, answer, failed, read_json
from channels.wechat.simulator.contents import bubble, content_error
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.world import World, request_id

TYPING_S = 15.0
TYPING_AFTER_EXCHANGE_S = 30.0


def routes() -> list[web.RouteDef]:
    return [
        web.get("/cgi-bin/token", token),
        web.post("/cgi-bin/stable_token", stable_token),
        web.post("/cgi-bin/message/custom/send", send),
        web.post("/cgi-bin/message/custom/typing", typing),
    ]


async def token(request: web.Request) -> web.StreamResponse:
    world, query = request.app[WORLD], request.query
    rid = request_id()

    def work() -> dict[str, Any]:
        if code := world.tokens.refuse(query.get("appid", ""), query.get("secret", "")):
            return failed(code, rid)
        return world.tokens.issue_dynamic()

    return await answer(request, "token", rid, work)


async def stable_token(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    rid = request_id()
    body = read_json(await request.read())

    def work() -> dict[str, Any]:
        if body is None or body.get("grant_type") != "client_credential":
            return failed(47001, rid)
        secret = str(body.get("secret", ""))
        if code := world.tokens.refuse(str(body.get("appid", "")), secret):
            return failed(code, rid)
        found = world.tokens.issue_stable(force=body.get("force_refresh") is True)
        return failed(found["errcode"], rid) if "errcode" in found else found

    return await answer(request, "stable_token", rid, work)


async def send(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    raw = await request.read()
    rid = request_id()
    body = read_json(raw)
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
        phone.show("bubble", side="account", msg_id=rid, **bubble(world, body))
        return {"errcode": 0, "errmsg": "ok"}

    began = world.clock.monotonic()
    response = await answer(request, "send", rid, work)
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
    body = read_json(await request.read()) or {}
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

    return await answer(request, "typing", rid, work)


def _refusal(world: World, body: dict[str, Any] | None, phone: Phone | None) -> int:
    if not world.account.send_authorised:
        return 48001
    if body is None:
        return 47001
    if code := content_error(world, body):
        return code
    if len(str(body.get("touser", ""))) != 28:
        return 40003
    if phone is None:
        return 43004
    if not phone.following and not world.windows.windows.get(phone.openid):
        return 43004
    return world.windows.charge(phone.openid)
