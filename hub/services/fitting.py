"""Parts to what a channel carries: long text in pieces, menus as numbered text. Pure functions."""

import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from hub.errors import PermanentSendError
from hub.model.message import LinkPart, LocationPart, MediaPart, MenuPart, Part, TextPart
from hub.ports import Capabilities

BREAKS = ("\n\n", "\n", "。！？!?…；;", "，,、：:", " \t\u3000")
"""Where a text is cut by preference: paragraph, line, sentence, clause, word."""

LEAST_FILLED = 0.5
"""A preferred break is taken only if it leaves the piece at least this full."""

_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_REGIONAL = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)


def fit(parts: Iterable[Part], capabilities: Capabilities) -> tuple[Part, ...]:
    """Parts as the channel carries them; each part of the answer is one send.

    A place that leaves as one message stays a place in the talk.

    Raises:
        PermanentSendError: a part has no form this channel carries.
    """
    return tuple(piece for part in parts for piece in _pieces(part, capabilities))


def fit_part(part: Part, capabilities: Capabilities) -> Part:
    """One part as the channel carries it, text where it has to be; never split or shortened.

    Raises:
        PermanentSendError: the part has no form this channel carries.
    """
    if _carries(part, capabilities):
        return part
    if isinstance(part, LocationPart) and capabilities.map_url and _links(capabilities):
        return _on_a_map(part, capabilities.map_url)
    text = as_text(part, capabilities.map_url)
    if not text:
        raise PermanentSendError("part_not_carried", detail=type(part).__name__)
    return TextPart(text=text)


def split_text(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` characters that keep every visible character whole.

    Cuts at paragraph, line, sentence, clause or word when one is near the end; white space at a
    cut is dropped, nothing else. One visible character longer than `limit` is cut after all.
    """
    if limit < 1:
        raise ValueError("limit must be at least 1")
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > limit:
        at = _cut(rest, limit)
        pieces.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    if rest:
        pieces.append(rest)
    return pieces


def as_text(part: Part, map_url: str = "") -> str:
    """The plain text that says what the part says; "" when there is none."""
    match part:
        case TextPart():
            return part.text
        case MenuPart():
            lines = [f"{i}. {option.title}" for i, option in enumerate(part.options, 1)]
            return "\n".join(line for line in (part.head, *lines, part.tail) if line)
        case LinkPart():
            return "\n".join(line for line in (part.title, part.description, part.url) if line)
        case LocationPart():
            return "\n".join(line for line in _told_place(part, map_url) if line)
        case MediaPart():
            return "\n".join(line for line in (part.name, part.url) if line) if part.url else ""
        case _:
            return ""


def _pieces(part: Part, capabilities: Capabilities) -> Iterator[Part]:
    fitted = fit_part(part, capabilities)
    if isinstance(part, LocationPart) and not _is_long(fitted, capabilities):
        yield part
    elif isinstance(fitted, TextPart):
        for text in split_text(fitted.text, capabilities.max_text):
            yield TextPart(text=text)
    else:
        yield fitted


def _carries(part: Part, capabilities: Capabilities) -> bool:
    if isinstance(part, MenuPart) and len(part.options) > capabilities.max_options:
        return False
    if isinstance(part, MediaPart) and part.media_id:
        linked = capabilities.is_linked(part.media, part.size)
        return linked or MediaPart.__name__ in capabilities.parts
    return isinstance(part, TextPart) or type(part).__name__ in capabilities.parts


def _links(capabilities: Capabilities) -> bool:
    return LinkPart.__name__ in capabilities.parts


def _is_long(part: Part, capabilities: Capabilities) -> bool:
    return isinstance(part, TextPart) and len(part.text) > capabilities.max_text


def _on_a_map(place: LocationPart, map_url: str) -> LinkPart:
    return LinkPart(
        title=place.label or place.address or _coordinates(place),
        description=place.address if place.label else "",
        url=_map_link(place, map_url),
    )


def _told_place(place: LocationPart, map_url: str) -> tuple[str, ...]:
    if map_url:
        return place.label, place.address, _map_link(place, map_url)
    where = _coordinates(place)
    return f"{place.label} ({where})" if place.label else where, place.address


def _map_link(place: LocationPart, map_url: str) -> str:
    return map_url.format(
        latitude=f"{place.latitude:.6f}",
        longitude=f"{place.longitude:.6f}",
        name=quote(place.label, safe=""),
        address=quote(place.address, safe=""),
    )


def _coordinates(place: LocationPart) -> str:
    return f"{place.latitude:.6f}, {place.longitude:.6f}"


def _cut(text: str, limit: int) -> int:
    least = max(1, int(limit * LEAST_FILLED))
    for marks in BREAKS:
        at = _last_break(text, marks, least, limit)
        if at:
            return at
    at = limit
    while at > 0 and _joined(text, at):
        at -= 1
    return at or limit


def _last_break(text: str, marks: str, least: int, limit: int) -> int:
    """The end of the last break that leaves between `least` and `limit` characters, or 0."""
    if marks == "\n\n":
        at = text.rfind(marks, least, limit + 2)
        return at if at > 0 else 0
    for at in range(limit, least - 1, -1):
        if text[at - 1] in marks and not _joined(text, at):
            return at
        if text[at].isspace() and text[at] in marks:
            return at
    return 0


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and after `at` are one visible character."""
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return True
    if before == _JOINER or after == _JOINER or unicodedata.category(after).startswith("M"):
        return True
    if ord(after) in _SKIN_TONES or ord(after) in _TAGS:
        return True
    if ord(after) in _REGIONAL and ord(before) in _REGIONAL:
        start = at
        while start > 0 and ord(text[start - 1]) in _REGIONAL:
            start -= 1
        return (at - start) % 2 == 1
    return False
