"""Notices, people, QR codes, menu and quota of the account's API."""

from typing import Any

from aiohttp import web

from channels.wechat.simulator import menus
from channels.wechat.simulator.answering import (
    WORLD,
    File,
    Json,
    answer,
    failed,
    read_json,
    with_token,
)
from channels.wechat.simulator.deliveries import Deliveries
from channels.wechat.simulator.notices import LIBRARY, approved, subscribed
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.pushes import event_fields
from channels.wechat.simulator.qr import picture
from channels.wechat.simulator.world import World, request_id

DELIVERIES = web.AppKey("deliveries", Deliveries)


def routes() -> list[web.RouteDef]:
    return [
        web.post("/cgi-bin/message/template/send", template),
        web.post("/cgi-bin/message/subscribe/bizsend", subscribe),
        web.get("/cgi-bin/template/get_all_private_template", templates, allow_head=False),
        web.get("/wxaapi/newtmpl/gettemplate", subscriptions, allow_head=False),
        web.get("/cgi-bin/user/info", user, allow_head=False),
        web.post("/cgi-bin/qrcode/create", create_qr),
        web.get("/cgi-bin/showqrcode", show_qr, allow_head=False),
        web.post("/cgi-bin/menu/create", menu_create),
        web.get("/cgi-bin/menu/get", menu_get, allow_head=False),
        web.get("/cgi-bin/menu/delete", menu_delete, allow_head=False),
        web.post("/cgi-bin/openapi/quota/get", quota),
        web.get("/cgi-bin/getcallbackip", addresses, allow_head=False),
    ]


async def template(request: web.Request) -> web.StreamResponse:
    world, rid = request.app[WORLD], request_id()
    body = read_json(await request.read())

    def work() -> Json:
        code, phone = _notice_error(world, body, world.account.templates)
        if code or body is None or phone is None:
            return failed(code, rid)
        number = world.notices.before(phone.openid, str(body.get("client_msg_id", "")))
        if number is None:
            number = world.notices.take(phone.openid, body)
            _show_notice(phone, number, body)
            status = event_fields(
                "TEMPLATESENDJOBFINISH", "", {"MsgID": number, "Status": world.notice_status}
            )
            request.app[DELIVERIES].later(phone, status, world.rules.notice_s)
        return {"errcode": 0, "errmsg": "ok", "msgid": number}

    return await answer(request, "template", rid, with_token(request, rid, work))


async def subscribe(request: web.Request) -> web.StreamResponse:
    """Every notice uses up one consent of the customer."""
    world, rid = request.app[WORLD], request_id()
    body = read_json(await request.read())

    def work() -> Json:
        code, phone = _notice_error(world, body, world.account.subscriptions, strict=True)
        if code or body is None or phone is None:
            return failed(code, rid)
        wanted = str(body["template_id"])
        if phone.consents[wanted] < 1:
            return failed(43101, rid)
        phone.consents[wanted] -= 1
        number = world.notices.take(phone.openid, body)
        _show_notice(phone, number, body)
        row = {"TemplateId": wanted, "MsgID": number, "ErrorCode": 0, "ErrorStatus": "success"}
        sent = event_fields(
            "subscribe_msg_sent_event", "", {"SubscribeMsgSentEvent": {"List": row}}
        )
        request.app[DELIVERIES].later(phone, sent, world.rules.notice_s)
        return {"errcode": 0, "errmsg": "ok"}

    return await answer(request, "subscribe", rid, with_token(request, rid, work))


async def templates(request: web.Request) -> web.StreamResponse:
    world, rid = request.app[WORLD], request_id()

    def work() -> Json:
        return {"template_list": [approved(each) for each in world.account.templates]}

    return await answer(request, "templates", rid, with_token(request, rid, work))


async def subscriptions(request: web.Request) -> web.StreamResponse:
    world, rid = request.app[WORLD], request_id()

    def work() -> Json:
        rows = [subscribed(each) for each in world.account.subscriptions]
        return {"errcode": 0, "errmsg": "ok", "data": rows}

    return await answer(request, "templates", rid, with_token(request, rid, work))


async def user(request: web.Request) -> web.StreamResponse:
    world, rid = request.app[WORLD], request_id()

    def work() -> Json:
        phone = world.phones.get(request.query.get("openid", ""))
        if phone is None:
            return failed(40003, rid)
        found: Json = {"subscribe": int(phone.following), "openid": phone.openid}
        if world.account.open_platform:
            found["unionid"] = phone.unionid
        if not phone.following:
            return found
        return {
            **found,
            "language": "zh_CN",
            "subscribe_time": phone.followed_at,
            "remark": "",
            "groupid": 0,
            "tagid_list": [],
            "subscribe_scene": "ADD_SCENE_QR_CODE" if phone.scene else "ADD_SCENE_SEARCH",
            "qr_scene": 0,
            "qr_scene_str": phone.scene,
        }

    return await answer(request, "user", rid, with_token(request, rid, work))


async def create_qr(request: web.Request) -> web.StreamResponse:
    world, rid = request.app[WORLD], request_id()
    body = read_json(await request.read())

    def work() -> Json:
        if body is None:
            return failed(47001, rid)
        found = world.qr.create(body)
        return failed(found, rid) if isinstance(found, int) else found

    return await answer(request, "qrcode", rid, with_token(request, rid, work))


async def show_qr(request: web.Request) -> web.StreamResponse:
    """No token: the ticket is the key."""
    rid = request_id()
    code = request.app[WORLD].qr.find(request.query.get("ticket", ""))
    if code is None:
        raise web.HTTPNotFound

    def work() -> Json | File:
        return File(picture(code), "image/png", "qrcode.png")

    return await answer(request, "qrcode", rid, work)


async def menu_create(request: web.Request) -> web.StreamResponse:
    world, rid = request.app[WORLD], request_id()
    body = read_json(await request.read())

    def work() -> Json:
        code = 47001 if body is None else menus.refused(body)
        if code:
            return failed(code, rid)
        world.menu = body
        return {"errcode": 0, "errmsg": "ok"}

    return await answer(request, "menu", rid, with_token(request, rid, work))


async def menu_get(request: web.Request) -> web.StreamResponse:
    world, rid = request.app[WORLD], request_id()

    def work() -> Json:
        return failed(46003, rid) if world.menu is None else {"menu": world.menu}

    return await answer(request, "menu", rid, with_token(request, rid, work))


async def menu_delete(request: web.Request) -> web.StreamResponse:
    world, rid = request.app[WORLD], request_id()

    def work() -> Json:
        world.menu = None
        return {"errcode": 0, "errmsg": "ok"}

    return await answer(request, "menu", rid, with_token(request, rid, work))


async def quota(request: web.Request) -> web.StreamResponse:
    world, rid = request.app[WORLD], request_id()
    body = read_json(await request.read())
    known = {route.resource.canonical for route in request.app.router.routes() if route.resource}

    def work() -> Json:
        path = str((body or {}).get("cgi_path", ""))
        if path not in known:
            return failed(76021, rid)
        used, limit = world.calls[path], world.rules.daily_limit
        return {
            "errcode": 0,
            "errmsg": "ok",
            "quota": {"daily_limit": limit, "used": used, "remain": limit - used},
        }

    return await answer(request, "quota", rid, with_token(request, rid, work))


async def addresses(request: web.Request) -> web.StreamResponse:
    rid = request_id()

    def work() -> Json:
        return {"ip_list": ["127.0.0.1"]}

    return await answer(request, "addresses", rid, with_token(request, rid, work))


def _notice_error(
    world: World, body: Json | None, templates: tuple[str, ...], *, strict: bool = False
) -> tuple[int, Phone | None]:
    if body is None:
        return 47001, None
    phone = world.phones.get(str(body.get("touser", "")))
    if phone is None:
        return 40003, None
    if body.get("template_id") not in templates:
        return 40037, phone
    data = body.get("data")
    filled = isinstance(data, dict) and all(
        isinstance(v, dict) and "value" in v for v in data.values()
    )
    if not data or not filled:
        return 47003, phone
    if LIBRARY[str(body["template_id"])].wrong_field(data, strict=strict):
        return 47003, phone
    return (0 if phone.following else 43004), phone


def _show_notice(phone: Phone, number: int, body: dict[str, Any]) -> None:
    rows = {name: str(item["value"]) for name, item in body["data"].items()}
    template = LIBRARY[body["template_id"]]
    phone.show(
        "bubble",
        side="account",
        msgtype="notice",
        msg_id=str(number),
        text="\n".join(rows.values()),
        notice={
            "template_id": body["template_id"],
            "title": template.title,
            "labels": template.labels(),
            "rows": rows,
            "url": body.get("url", body.get("page", "")),
        },
    )
