"""The fixed menu of a channel account."""

from dataclasses import dataclass
from enum import StrEnum

from hub.model.ids import QueueId


class MenuKind(StrEnum):
    """What a press does: the bot is asked, a person is called, a page or mini program opens."""

    QUESTION = "question"
    HAND_OFF = "hand_off"
    LINK = "link"
    MINI_PROGRAM = "mini_program"


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """`key` is what the provider sends us for a press. A mini program has its `app_id`, its `page`
    and a `url` for phones too old for it."""

    name: str
    kind: MenuKind
    key: str = ""
    question: str = ""
    queue_id: QueueId | None = None
    url: str = ""
    app_id: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuGroup:
    """A button that only opens its entries."""

    name: str
    entries: tuple[MenuEntry, ...]


Menu = tuple[MenuEntry | MenuGroup, ...]
"""The buttons of the bar, from the left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLimits:
    """What a provider takes; lengths in bytes of UTF-8. `group_name` holds for all of the bar."""

    buttons: int
    entries: int
    group_name: int
    entry_name: int
    key: int
    url: int
