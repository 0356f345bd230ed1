"""What is wrong with a menu, button by button, before a provider is asked. Pure functions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from hub.model.menu import Menu, MenuEntry, MenuKind, MenuLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongButton:
    """`place`: "buttons/0/entries/2/name"."""

    place: str
    problem: str


def wrong_buttons(
    menu: Menu, limits: MenuLimits, queues: Collection[str]
) -> tuple[WrongButton, ...]:
    return tuple(_wrong(menu, limits, queues))


def _wrong(menu: Menu, limits: MenuLimits, queues: Collection[str]) -> Iterator[WrongButton]:
    if len(menu) > limits.buttons:
        yield WrongButton(place="buttons", problem=f"has more than {limits.buttons} buttons")
    keys: dict[str, MenuEntry] = {}
    for number, button in enumerate(menu):
        place = f"buttons/{number}"
        yield from _name(place, button.name, limits.group_name)
        if isinstance(button, MenuEntry):
            yield from _entry(place, button, limits, queues, keys)
            continue
        if not 0 < len(button.entries) <= limits.entries:
            yield WrongButton(
                place=f"{place}/entries", problem=f"must have 1 to {limits.entries} entries"
            )
        for index, entry in enumerate(button.entries):
            below = f"{place}/entries/{index}"
            yield from _name(below, entry.name, limits.entry_name)
            yield from _entry(below, entry, limits, queues, keys)


def _name(place: str, name: str, most: int) -> Iterator[WrongButton]:
    yield from _length(f"{place}/name", name, most)


def _length(place: str, text: str, most: int) -> Iterator[WrongButton]:
    """In bytes: a Chinese character has three."""
    if not text.strip():
        yield WrongButton(place=place, problem="must not be empty")
    elif (size := len(text.encode())) > most:
        yield WrongButton(place=place, problem=f"has {size} bytes, at most {most} are taken")


def _entry(
    place: str,
    entry: MenuEntry,
    limits: MenuLimits,
    queues: Collection[str],
    keys: dict[str, MenuEntry],
) -> Iterator[WrongButton]:
    match entry.kind:
        case MenuKind.QUESTION:
            if not entry.question.strip():
                yield WrongButton(place=f"{place}/question", problem="must not be empty")
        case MenuKind.HAND_OFF:
            if entry.queue_id is not None and entry.queue_id not in queues:
                yield WrongButton(place=f"{place}/queue_id", problem="is no queue of this hub")
        case MenuKind.LINK:
            yield from _page(place, entry.url, limits.url)
        case MenuKind.MINI_PROGRAM:
            yield from _length(f"{place}/app_id", entry.app_id, 64)
            yield from _length(f"{place}/page", entry.page, limits.url)
            yield from _page(place, entry.url, limits.url)
    if entry.key:
        yield from _length(f"{place}/key", entry.key, limits.key)
        other = keys.setdefault(entry.key, entry)
        if (other.kind, other.question, other.queue_id) != (
            entry.kind, entry.question, entry.queue_id,
        ):  # fmt: skip
            yield WrongButton(place=f"{place}/key", problem="is the key of another button")


def _page(place: str, url: str, most: int) -> Iterator[WrongButton]:
    if len(url.encode()) > most:
        yield from _length(f"{place}/url", url, most)
    elif not _is_page(url):
        yield WrongButton(place=f"{place}/url", problem="must be an address of a page, https://…")


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
