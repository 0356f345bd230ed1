"""What a pretended phone does and sees: JSON calls and a resumable event stream."""

import asyncio
import hashlib
import json
from contextlib import suppress
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.wechat.simulator.account import FaultPlan
from channels.wechat.simulator.answering import WORLD
from channels.wechat.simulator.contents import shown_medium
from channels.wechat.simulator.notices import LIBRARY
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.provider_console import DELIVERIES
from channels.wechat.simulator.pushes import SCENE, event_fields, message_fields
from channels.wechat.simulator.samples import MAKERS, sample
from channels.wechat.simulator.shelf import Medium
from channels.wechat.simulator.voices import as_amr, as_wav
from channels.wechat.simulator.world import World

KEEP_ALIVE_S = 15.0
AS_IT_IS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class NewPhone(BaseModel):
    model_config = ConfigDict(extra="forbid")

    nickname: str = Field(default="", max_length=40)


class NewMessage(BaseModel):
    """`fields` are XML elements of the push, for what has no field of its own here.

    `media_id` is an answer of `POST /phone/{openid}/media`; without it a phone sends its sample of
    the type. `text` of a voice is what WeChat heard, `title` of a file its name.
    """

    model_config = ConfigDict(extra="forbid")

    type: str = Field(default="text", min_length=1, max_length=40)
    text: str = Field(default="", max_length=4000)
    menu_id: str = Field(default="", max_length=128)
    media_id: str = Field(default="", max_length=128)
    title: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=1000)
    url: str = Field(default="", max_length=2000)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    label: str = Field(default="", max_length=200)
    fields: dict[str, Any] = {}


class NewEvent(BaseModel):
    """`ticket`: a scanned QR code of this account; it says itself whether one follows by it."""

    model_config = ConfigDict(extra="forbid")

    event: str = Field(min_length=1, max_length=60)
    key: str = Field(default="", max_length=512)
    ticket: str = Field(default="", max_length=512)
    fields: dict[str, Any] = {}


def routes() -> list[web.RouteDef]:
    return [
        web.get("/phone/state", state),
        web.post("/phone/phones", add_phone),
        web.get("/phone/media/{media_id}", medium, allow_head=False),
        web.get("/phone/media/{media_id}/heard", heard, allow_head=False),
        web.post("/phone/{openid}/media", add_medium),
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
    codes = [{"ticket": ticket, "scene": code.scene} for ticket, code in world.qr.open()]
    offered = [
        {"template_id": each, "title": LIBRARY[each].title} for each in account.subscriptions
    ]
    return web.json_response(
        {
            "account": named,
            "phones": phones,
            "menu": world.menu,
            "codes": codes,
            "subscriptions": offered,
        }
    )


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
    shown: dict[str, Any] = {}
    if body.type in MAKERS:
        file = _file_of(request, body)
        own = {**_file_fields(file, body, str(request.url.origin())), **own}
        shown = {"media": shown_medium(file)}
    elif body.type in {"location", "link"}:
        own = {**_own_fields(body), **own}
        text = text or body.label or body.title
        shown = _shown_card(body)
    fields = message_fields(body.type, own)
    msg_id = request.app[DELIVERIES].message(phone, fields)
    phone.show("bubble", side="customer", msgtype=body.type, text=text, msg_id=msg_id, **shown)
    return web.json_response({"msg_id": msg_id}, status=202)


async def add_medium(request: web.Request) -> web.Response:
    """The raw bytes as the body; `?type=image|voice|video|file&name=` say what they are."""
    phone = _phone(request)
    kind = request.query.get("type", "")
    content = await request.read()
    if kind not in MAKERS or not content:
        raise web.HTTPBadRequest(text='{"error":"bad_body"}', content_type="application/json")
    if kind == "voice":
        content = await asyncio.to_thread(as_amr, content)
    file = request.app[WORLD].shelf.add(kind, content, name=request.query.get("name", ""))
    phone.show("media", **shown_medium(file))
    return web.json_response(shown_medium(file), status=201)


async def medium(request: web.Request) -> web.Response:
    """What a bubble shows, sent or received."""
    file = _shelved(request)
    return web.Response(body=file.content, content_type=file.content_type, headers=AS_IT_IS)


async def heard(request: web.Request) -> web.Response:
    """A voice as WAV: browsers play no AMR."""
    file = _shelved(request)
    try:
        content = await asyncio.to_thread(as_wav, file.content)
    except ValueError as exc:
        raise web.HTTPNotFound(
            text='{"error":"no_sound"}', content_type="application/json"
        ) from exc
    return web.Response(body=content, content_type="audio/wav", headers=AS_IT_IS)


def _shelved(request: web.Request) -> Medium:
    file = request.app[WORLD].shelf.find(request.match_info["media_id"])
    if file is None:
        raise web.HTTPNotFound(text='{"error":"media_gone"}', content_type="application/json")
    return file


def _file_of(request: web.Request, body: NewMessage) -> Medium:
    world = request.app[WORLD]
    if not body.media_id:
        name = body.title or ("说明.pdf" if body.type == "file" else "")
        return world.shelf.add(body.type, sample(body.type), name=name)
    file = world.shelf.find(body.media_id)
    if file is None:
        raise web.HTTPNotFound(text='{"error":"media_gone"}', content_type="application/json")
    return file


def _file_fields(file: Medium, body: NewMessage, origin: str) -> dict[str, Any]:
    if body.type == "file":
        return {
            "Title": body.title or file.name,
            "Description": body.description,
            "FileKey": file.media_id,
            "FileMd5": hashlib.md5(file.content, usedforsecurity=False).hexdigest(),
            "FileTotalLen": len(file.content),
        }
    found: dict[str, Any] = {"MediaId": file.media_id}
    if body.type == "image":
        found["PicUrl"] = f"{origin}/mmbiz/{file.media_id}"
    if body.type == "voice":
        found["Format"] = "speex" if file.content.startswith(b"Speex") else "amr"
        found["Recognition"] = body.text
    return found


def _own_fields(body: NewMessage) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if body.type == "link":
        return {"Title": body.title, "Description": body.description, "Url": body.url}
    if body.latitude is not None and body.longitude is not None:
        found = {"Location_X": str(body.latitude), "Location_Y": str(body.longitude)}
    if body.label:
        found["Label"] = body.label
    return found


def _shown_card(body: NewMessage) -> dict[str, Any]:
    if body.type == "link":
        card = {"title": body.title, "description": body.description, "url": body.url}
        return {"article": card}
    place = {"latitude": body.latitude, "longitude": body.longitude, "label": body.label}
    return {"place": place}


async def add_event(request: web.Request) -> web.Response:
    phone = _phone(request)
    body = NewEvent.model_validate_json(await request.read())
    fields = event_fields(body.event, body.key, body.fields)
    if body.ticket:
        fields = _scanned(request.app[WORLD], phone, body.ticket)
    return web.json_response({"msg_id": request.app[DELIVERIES].event(phone, fields)}, status=202)


def _scanned(world: World, phone: Phone, ticket: str) -> dict[str, Any]:
    code = world.qr.find(ticket)
    if code is None:
        raise web.HTTPNotFound(text='{"error":"code_over"}', content_type="application/json")
    if phone.following:
        return event_fields("SCAN", code.scene, {"Ticket": ticket})
    return event_fields("subscribe", SCENE + code.scene, {"Ticket": ticket})


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
