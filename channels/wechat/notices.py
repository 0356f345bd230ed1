"""Service notices by approved templates: the only words outside the reply windows.

WeChat allows them for services the customer asked for, never for marketing; which templates those
are is the bank's word, kept in the settings.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

import orjson

from channels.wechat.api import Call
from hub.errors import PermanentSendError
from hub.model.message import NoticeConsent, NoticePart

TEMPLATE = "/cgi-bin/message/template/send"
SUBSCRIPTION = "/cgi-bin/message/subscribe/bizsend"
POPUP = "SubscribeMsgPopupEvent"
CHANGE = "SubscribeMsgChangeEvent"
TEMPLATE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def notice_call(openid: str, part: NoticePart, key: str, allowed: Collection[str]) -> Call:
    """`key` de-duplicates template messages at WeChat; the other kind has no such field.

    Raises:
        PermanentSendError: not one of the allowed templates, or nothing to fill in.
    """
    if part.template_id not in allowed:
        raise PermanentSendError("template_not_allowed")
    if not part.values:
        raise PermanentSendError("content_empty")
    body: dict[str, Any] = {
        "touser": openid,
        "template_id": part.template_id,
        "data": {name: {"value": value} for name, value in part.values.items()},
    }
    if part.url:
        body["page" if part.consent else "url"] = part.url
    if not part.consent:
        body["client_msg_id"] = key
    try:
        raw = orjson.dumps(body)
    except orjson.JSONEncodeError as exc:
        raise PermanentSendError("text_not_encodable") from exc
    return Call(path=SUBSCRIPTION if part.consent else TEMPLATE, body=raw, ref=key)


def consents_of(fields: Mapping[str, str]) -> tuple[NoticeConsent, ...]:
    """What a customer ticked in a form (each tick is good for one notice more), or switched off in
    the settings of WeChat. Who ticks nothing takes nothing back."""
    return tuple(
        NoticeConsent(template_id=template, given=outer == POPUP)
        for outer, status in ((POPUP, "accept"), (CHANGE, "reject"))
        for name, template in fields.items()
        if name.partition("#")[0] == f"{outer}.List.TemplateId"
        and TEMPLATE_ID.fullmatch(template)
        and fields.get(name.replace("TemplateId", "SubscribeStatusString")) == status
    )
