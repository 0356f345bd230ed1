"""What a pretended phone does and sees: JSON calls and a resumable event stream."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.wechat.simulator.account import FaultPlan
from channels.wechat.simulator.deliveries import Deliveries
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.provider import WORLD
from channels.wechat.simulator.pushes import event_fields, message_fields

DELIVERIES = web.AppKey("deliveries", Deliveries)
KEEP_ALIVE_S = 15.0


class NewPhone(BaseModel):
    model_config = ConfigDict(extra="forbid")

    nickname: str = Field(default="", max_length=40)


class NewMessage(BaseModel):
    """`fields` are XML elements of the push, for what has no field of its own here."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(default="text", min_length=1, max_length=40)
    text: str = Field(default="", max_length=4000)
    menu_id: str = Field(default="", max_length=128)
    fields: dict[str, Any] = {}


class NewEvent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    event: str = Field(min_length=1, max_length=60)
    key: str = Field(default="", max_length=512)
    fields: dict[str, Any] = {}


def routes() -> list[web.RouteDef]:
    return [
        web.get("/phone/state", state),
        web.post("/phone/phones", add_phone),
        web.post("/phone/{openid}/messages", add_message),
        web.post("/phone/{openid}/events", add_event),
        web.get("/phone/{openid}/stream", stream, allow_head=False),
        web.post("/control/faults", set_faults),
        web.post("/control/verify", verify),
        web.get("/control/books", books),
    ]


@web.middleware
async def plain_errors(request: web.Request, handler: Any) -> web.StreamResponse:
    """Wrong bodies are answered with what is wrong, as JSON."""
    try:
        answer: web.StreamResponse = await handler(request)
    except ValidationError as exc:
        detail = exc.errors(include_url=False, include_context=False, include_input=False)
        return web.json_response({"error": "bad_body", "detail": detail}, status=400)
    return answer


async def state(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    account = world.account
    phones = [_plain(phone) for phone in world.phones.values()]
    named = {"id": account.id, "name": account.name, "mode": account.mode}
    return web.json_response({"account": named, "phones": phones})


async def add_phone(request: web.Request) -> web.Response:
    body = NewPhone.model_validate_json(await request.read() or b"{}")
    return web.json_response(_plain(request.app[WORLD].add_phone(body.nickname)), status=201)


async def add_message(request: web.Request) -> web.Response:
    phone = _phone(request)
    body = NewMessage.model_validate_json(await request.read())
    own = dict(body.fields)
    text = body.text
    if body.menu_id:
        own["bizmsgmenuid"] = body.menu_id
        text = text or phone.menu_text(body.menu_id)
    if body.type == "text":
        own["Content"] = text
    fields = message_fields(body.type, own)
    msg_id = request.app[DELIVERIES].message(phone, fields)
    phone.show("bubble", side="customer", msgtype=body.type, text=text, msg_id=msg_id)
    return web.json_response({"msg_id": msg_id}, status=202)


async def add_event(request: web.Request) -> web.Response:
    phone = _phone(request)
    body = NewEvent.model_validate_json(await request.read())
    fields = event_fields(body.event, body.key, body.fields)
    return web.json_response({"msg_id": request.app[DELIVERIES].event(phone, fields)}, status=202)


async def stream(request: web.Request) -> web.StreamResponse:
    phone = _phone(request)
    asked = request.headers.get("Last-Event-ID") or request.query.get("after", "0")
    after = int(asked) if asked.isascii() and asked.isdigit() else 0
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-cache",
            "X-Accel-Buffering": "no",
        }
    )
    await response.prepare(request)
    await response.write(b": open\n\n")
    with suppress(ConnectionResetError):
        while not phone.closed:
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    async for entry in phone.follow(after):
                        after = entry["n"]
                        data = json.dumps(entry, ensure_ascii=False)
                        await response.write(f"id: {after}\ndata: {data}\n\n".encode())
            except TimeoutError:
                await response.write(b": keep-alive\n\n")
    return response


async def set_faults(request: web.Request) -> web.Response:
    request.app[WORLD].plan(FaultPlan.model_validate_json(await request.read()))
    return web.json_response({"ok": True})


async def verify(request: web.Request) -> web.Response:
    return web.json_response({"ok": await request.app[DELIVERIES].verify()})


async def books(request: web.Request) -> web.Response:
    after = request.query.get("after", "0")
    found = request.app[WORLD].books(int(after) if after.isdigit() else 0)
    return web.json_response(found, dumps=lambda v: json.dumps(v, ensure_ascii=False))


def _phone(request: web.Request) -> Phone:
    phone = request.app[WORLD].phones.get(request.match_info["openid"])
    if phone is None:
        raise web.HTTPNotFound(text='{"error":"unknown_phone"}', content_type="application/json")
    return phone


def _plain(phone: Phone) -> dict[str, Any]:
    return {"openid": phone.openid, "nickname": phone.nickname, "following": phone.following}
