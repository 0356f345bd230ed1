"""What operators do with an account: quota, menu, QR codes, who a customer is."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from channels.wechat.api import Answer, Call
from channels.wechat.calls import Caller
from hub.errors import PermanentSendError, RetryableSendError
from hub.ports import Clock, Profile, QrCode

COUNTED = ("message/custom/send", "message/template/send", "media/upload", "media/get")
LONGEST_SCENE = 64
LONGEST_QR = timedelta(seconds=2_592_000)
MENU_BODY = 64 * 1024


class Console:
    def __init__(self, caller: Caller, clock: Clock, *, picture_base_url: str) -> None:
        self._caller = caller
        self._clock = clock
        self._picture_base_url = picture_base_url

    async def quota(self) -> dict[str, dict[str, int]]:
        """Calls of this day by operation; one the account has no right to is left out."""
        found: dict[str, dict[str, int]] = {}
        for operation in COUNTED:
            body = orjson.dumps({"cgi_path": f"/cgi-bin/{operation}"})
            try:
                answer = await self._caller.answer(
                    Call(path="/cgi-bin/openapi/quota/get", body=body)
                )
            except PermanentSendError:
                continue
            quota = answer.get("quota")
            if isinstance(quota, dict):
                found[operation] = {k: v for k, v in quota.items() if isinstance(v, int)}
        return found

    async def profile(self, openid: str) -> Profile:
        """Names and pictures are told no more since 2021."""
        answer = await self._caller.answer(
            Call(path="/cgi-bin/user/info", params={"openid": openid, "lang": "zh_CN"})
        )
        since = answer.get("subscribe_time")
        return Profile(
            following=answer.get("subscribe") == 1,
            union_id=_text(answer, "unionid"),
            display_name=_text(answer, "nickname"),
            language=_text(answer, "language"),
            followed_at=datetime.fromtimestamp(since, UTC) if isinstance(since, int) else None,
            remark=_text(answer, "remark"),
            source=_text(answer, "subscribe_scene"),
            scene=_text(answer, "qr_scene_str") or _number(answer, "qr_scene"),
        )

    async def create_qr(self, scene: str, valid: timedelta | None) -> QrCode:
        if not 0 < len(scene) <= LONGEST_SCENE:
            raise PermanentSendError("scene_not_allowed", detail="1 to 64 characters")
        if valid is not None and not timedelta(seconds=1) <= valid <= LONGEST_QR:
            raise PermanentSendError("qr_time_not_allowed", detail="1 s to 30 days")
        order: dict[str, Any] = {
            "action_name": "QR_LIMIT_STR_SCENE" if valid is None else "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        if valid is not None:
            order["expire_seconds"] = int(valid.total_seconds())
        answer = await self._caller.answer(
            Call(path="/cgi-bin/qrcode/create", body=orjson.dumps(order))
        )
        ticket, seconds = _text(answer, "ticket"), answer.get("expire_seconds")
        if not ticket:
            raise RetryableSendError("answer_not_readable")
        path = f"/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"
        left = timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None
        return QrCode(
            ticket=ticket,
            url=_text(answer, "url"),
            picture_url=self._picture_base_url + path,
            expires_at=None if left is None else self._clock.now() + left,
        )

    async def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Customers see it within minutes; the provider's refusals name the wrong field."""
        try:
            body = orjson.dumps(dict(menu))
        except (orjson.JSONEncodeError, TypeError) as exc:
            raise PermanentSendError("menu_not_encodable") from exc
        if len(body) > MENU_BODY:
            raise PermanentSendError("menu_too_large")
        await self._caller.ask(Call(path="/cgi-bin/menu/create", body=body))

    async def delete_menu(self) -> None:
        await self._caller.ask(Call(path="/cgi-bin/menu/delete"))


def _text(answer: Answer, name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""


def _number(answer: Answer, name: str) -> str:
    value = answer.get(name)
    return str(value) if isinstance(value, int) and value else ""
