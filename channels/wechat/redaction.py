"""What of an exchange is written down: the provider's own words and numbers, nobody's content.

Only names listed here keep their value; whoever adds a call decides what of it may be read.
"""

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

import orjson

PEOPLE = frozenset({"touser", "openid", "FromUserName", "unionid"})
READABLE = re.compile(
    "appid|ToUserName|grant_type|force_refresh|expires_in|errcode|errmsg"
    "|msgtype|MsgType|Event|MsgId|MsgID|CreateTime|Status|command|type|created_at"
    "|media_id|MediaId|ThumbMediaId|FileKey|FileMd5|FileTotalLen|Format"
    "|template_id|client_msg_id|msgid|cgi_path|daily_limit|used|remain"
    "|action_name|expire_seconds|subscribe|subscribe_time|subscribe_scene|lang"
    "|content_type|bytes"
)
LONGEST = 200
MOST = 40
DEEPEST = 4


def redacted(doc: Mapping[str, Any]) -> dict[str, str]:
    """Flat: dotted name → value, or its length where the value is content, a secret or a person."""
    found: dict[str, str] = {}
    for name, value in _leaves(doc, "", DEEPEST):
        if len(found) == MOST:
            found["…"] = "‹more›"
            break
        found[name] = value
    return found


def redacted_json(body: bytes) -> dict[str, str]:
    try:
        doc = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {"body": _size(len(body), "bytes")}
    return redacted(doc) if isinstance(doc, dict) else {"body": _size(len(body), "bytes")}


def person(openid: str) -> str:
    """The same for the same person, and not the openid."""
    return "…" + blake2b(openid.encode("utf-8", "replace"), digest_size=5).hexdigest()


def _leaves(doc: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, value in doc.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping) and depth > 1:
            yield from _leaves(value, f"{name}.", depth - 1)
        else:
            yield name[:LONGEST], _shown(str(key).rpartition(".")[2].partition("#")[0], value)


def _shown(key: str, value: Any) -> str:
    if key in PEOPLE:
        return person(str(value))
    if isinstance(value, (Mapping, list)):
        return _size(len(value), "items")
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if READABLE.fullmatch(key):
        return str(value).partition("rid:")[0].strip()[:LONGEST]
    return _size(len(value), "characters") if isinstance(value, str) else "‹number›"


def _size(count: int, unit: str) -> str:
    return f"‹{count} {unit}›"
