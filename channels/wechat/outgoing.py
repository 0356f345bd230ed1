"""Parts of the hub to bodies of custom/send. Pure functions."""

from typing import Any

import orjson

from hub.errors import PermanentSendError
from hub.model.message import MenuPart, Part, TextPart

SENDABLE = frozenset({TextPart.__name__, MenuPart.__name__})


def send_body(openid: str, part: Part, *, max_text: int, max_options: int) -> bytes:
    """UTF-8 without escapes: WeChat shows a `\\uXXXX` literally.

    Raises:
        PermanentSendError: not sendable here, or outside the limits the core was told.
    """
    if isinstance(part, TextPart):
        body = _text(part, max_text)
    elif isinstance(part, MenuPart):
        body = _menu(part, max_options)
    else:
        raise PermanentSendError("part_not_supported", detail=type(part).__name__)
    try:
        return orjson.dumps({"touser": openid, **body})
    except orjson.JSONEncodeError as exc:
        raise PermanentSendError("text_not_encodable") from exc


def _text(part: TextPart, max_text: int) -> dict[str, Any]:
    if not part.text:
        raise PermanentSendError("text_empty")
    if len(part.text) > max_text:
        raise PermanentSendError("text_too_long", detail=f"{len(part.text)} > {max_text}")
    return {"msgtype": "text", "text": {"content": part.text}}


def _menu(part: MenuPart, max_options: int) -> dict[str, Any]:
    if not 0 < len(part.options) <= max_options:
        raise PermanentSendError("too_many_options", detail=f"{len(part.options)} options")
    items = [{"id": option.id, "content": option.title} for option in part.options]
    menu = {"head_content": part.head, "list": items, "tail_content": part.tail}
    return {"msgtype": "msgmenu", "msgmenu": menu}
