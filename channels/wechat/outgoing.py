"""Parts of the hub to bodies of custom/send. Pure functions."""

from typing import Any

import orjson

from channels.wechat.config import LONGEST_DESCRIPTION, LONGEST_TITLE
from hub.errors import PermanentSendError
from hub.model.message import (
    LinkPart,
    MediaKind,
    MediaPart,
    MenuPart,
    NoticePart,
    Part,
    TextPart,
)

SENDABLE = frozenset(
    part.__name__ for part in (TextPart, MenuPart, LinkPart, MediaPart, NoticePart)
)


def send_body(
    openid: str, part: Part, *, max_text: int, max_options: int, provider_id: str = ""
) -> bytes:
    """UTF-8 without escapes: WeChat shows a `\\uXXXX` literally. `provider_id`: of a medium.

    Raises:
        PermanentSendError: not sendable here, or outside the limits the core was told.
    """
    if isinstance(part, TextPart):
        body = _text(part, max_text)
    elif isinstance(part, MenuPart):
        body = _menu(part, max_options)
    elif isinstance(part, LinkPart):
        body = _card(part.title or part.url, part.url, part.description, part.picture_url)
    elif isinstance(part, MediaPart) and part.media is MediaKind.FILE:
        body = _card(part.name or part.url, part.url)
    elif isinstance(part, MediaPart) and provider_id:
        body = _media(part, provider_id)
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


def _card(title: str, url: str, description: str = "", picture: str = "") -> dict[str, Any]:
    """One article: WeChat has no file message, a file goes out as the address it stands at."""
    if not url.startswith(("https://", "http://")):
        raise PermanentSendError("link_not_sendable", detail="only http and https addresses")
    article = {
        "title": title[:LONGEST_TITLE],
        "description": description[:LONGEST_DESCRIPTION],
        "url": url,
        **({"picurl": picture} if picture else {}),
    }
    return {"msgtype": "news", "news": {"articles": [article]}}


def _media(part: MediaPart, provider_id: str) -> dict[str, Any]:
    content = {"media_id": provider_id}
    if part.media is MediaKind.VIDEO and part.name:
        content["title"] = part.name[:LONGEST_TITLE]
    return {"msgtype": part.media.value, part.media.value: content}
