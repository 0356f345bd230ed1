"""Bodies of custom/send: what WeChat finds wrong with them, and what the phone shows."""

from collections.abc import Callable, Mapping
from typing import Any

from channels.wechat.simulator.shelf import Medium
from channels.wechat.simulator.world import World

Json = dict[str, Any]


def content_error(world: World, body: Json) -> int:
    kind = body.get("msgtype")
    content = body.get(kind) if isinstance(kind, str) else None
    check = CHECKS.get(str(kind))
    if check is None:
        return 40008
    return check(world, content) if isinstance(content, dict) else 44004


def bubble(world: World, body: Json) -> Json:
    """`text` is there for every kind, for screens that show nothing else."""
    kind = str(body["msgtype"])
    content = body[kind]
    if kind == "text":
        return {"msgtype": kind, "text": content["content"]}
    if kind == "news":
        article = content["articles"][0]
        return {"msgtype": kind, "text": str(article.get("title", "")), "article": article}
    if kind == "msgmenu":
        items = [{"id": str(i["id"]), "content": str(i["content"])} for i in content["list"]]
        head, tail = str(content["head_content"]), str(content.get("tail_content", ""))
        return {"msgtype": kind, "menu": {"head": head, "list": items, "tail": tail}}
    medium = world.shelf.find(content["media_id"])
    shown = shown_medium(medium) if medium is not None else {}
    return {"msgtype": kind, "text": str(content.get("title", "")), "media": shown}


def shown_medium(medium: Medium) -> Json:
    """`url` is on the simulator's phone API."""
    return {
        "media_id": medium.media_id,
        "type": medium.type,
        "content_type": medium.content_type,
        "name": medium.name,
        "bytes": len(medium.content),
        "url": f"/phone/media/{medium.media_id}",
    }


def _text(world: World, content: Json) -> int:
    text = content.get("content")
    if not isinstance(text, str) or not text:
        return 44004
    return 45002 if len(text.encode()) > world.rules.text_bytes else 0


def _menu(world: World, content: Json) -> int:
    items = content.get("list")
    if not isinstance(items, list) or not items or not content.get("head_content"):
        return 44004
    return 45002 if len(items) > world.rules.menu_items else 0


def _news(world: World, content: Json) -> int:
    articles = content.get("articles")
    if not isinstance(articles, list) or not articles:
        return 44004
    if len(articles) > 1:
        return 45008
    article = articles[0]
    if not article.get("title") or not article.get("url"):
        return 44004
    if len(article["title"]) > world.rules.article_title:
        return 45003
    longest = world.rules.article_description
    return 45004 if len(article.get("description", "")) > longest else 0


def _medium(kind: str) -> Callable[[World, Json], int]:
    def check(world: World, content: Json) -> int:
        medium = world.shelf.find(str(content.get("media_id", "")))
        return 0 if medium is not None and medium.type == kind else 40007

    return check


CHECKS: Mapping[str, Callable[[World, Json], int]] = {
    "text": _text,
    "msgmenu": _menu,
    "news": _news,
    "image": _medium("image"),
    "voice": _medium("voice"),
    "video": _medium("video"),
}
