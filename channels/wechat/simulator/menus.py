"""What WeChat refuses of a menu, and with which code. Lengths in bytes."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

BUTTONS, ENTRIES = 3, 5
KEY, URL = 128, 1024
TYPES = frozenset(
    {"click", "view", "miniprogram", "scancode_push", "scancode_waitmsg", "pic_sysphoto"}
    | {"pic_photo_or_album", "pic_weixin", "location_select", "media_id", "view_limited"}
)
WITH_PAGE = frozenset({"view", "miniprogram"})
TOP = {"name": 40018, "type": 40015, "key": 40019, "url": 40020, "domain": 40054}
BELOW = {"name": 40025, "type": 40024, "key": 40026, "url": 40027, "domain": 40055}
LONGEST_NAME = {"top": 16, "below": 60}


def refused(menu: Mapping[str, Any]) -> int:
    """The error code, 0 for a menu that is taken."""
    buttons = menu.get("button")
    if not isinstance(buttons, list):
        return 47001
    if not 0 < len(buttons) <= BUTTONS:
        return 40016
    return next((code for each in buttons if (code := _button(each))), 0)


def _button(button: Any) -> int:
    if not isinstance(button, dict):
        return 47001
    below = button.get("sub_button")
    if not below:
        return _one(button, TOP, LONGEST_NAME["top"])
    if not isinstance(below, list) or len(below) > ENTRIES:
        return 40023
    if any(isinstance(each, dict) and each.get("sub_button") for each in below):
        return 40022
    if not 0 < _bytes(button, "name") <= LONGEST_NAME["top"]:
        return TOP["name"]
    return next((code for each in below if (code := _entry(each))), 0)


def _entry(entry: Any) -> int:
    return _one(entry, BELOW, LONGEST_NAME["below"]) if isinstance(entry, dict) else 47001


def _one(entry: dict[str, Any], codes: Mapping[str, int], longest: int) -> int:
    kind = entry.get("type")
    if kind not in TYPES:
        return codes["type"]
    if not 0 < _bytes(entry, "name") <= longest:
        return codes["name"]
    if kind not in WITH_PAGE:
        return 0 if 0 < _bytes(entry, "key") <= KEY else codes["key"]
    if not 0 < _bytes(entry, "url") <= URL:
        return codes["url"]
    if kind == "miniprogram" and not (entry.get("appid") and entry.get("pagepath")):
        return 47001
    return 0 if _is_page(str(entry["url"])) else codes["domain"]


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _bytes(entry: Mapping[str, Any], name: str) -> int:
    return len(str(entry.get(name, "")).encode())
