"""Menus of channel accounts as they stand in requests and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from hub.http.shapes import EntryKey, Label, Plain, Seq, Shape
from hub.model.ids import QueueId
from hub.model.menu import Menu, MenuEntry, MenuGroup, MenuKind, MenuLimits
from hub.services.catalogue import Entry
from hub.services.menu_rules import WrongButton
from hub.services.menus import AccountMenu

MOST_LISTED = 10
Address = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x20\x7f]*$")]
KeyText = Annotated[str, Field(max_length=128, pattern=r"^[\x21-\x7e]*$")]
Question = Annotated[Plain, Field(max_length=200)]
EntryKind = Literal["question", "hand_off", "link", "mini_program"]
ButtonKind = Literal["question", "hand_off", "link", "mini_program", "group"]


class MenuPressShape(Shape):
    """`question` is what the bot is asked by a press of that kind, `queue_id` where a call for a
    person waits (null: as the rules say). `key` "" is made by the hub."""

    name: Label
    key: KeyText = ""
    question: Question = ""
    queue_id: EntryKey | None = None
    url: Address = ""
    app_id: KeyText = ""
    page: Address = ""

    def press(self, kind: MenuKind) -> MenuEntry:
        return MenuEntry(
            name=self.name.strip(),
            kind=kind,
            key=self.key,
            question=self.question.strip(),
            queue_id=None if self.queue_id is None else QueueId(self.queue_id),
            url=self.url,
            app_id=self.app_id,
            page=self.page,
        )


class MenuEntryShape(MenuPressShape):
    kind: EntryKind


class MenuButtonShape(MenuPressShape):
    """A "group" does nothing but open its `entries`; others have none."""

    kind: ButtonKind
    entries: tuple[MenuEntryShape, ...] = Field(default=(), max_length=MOST_LISTED)

    def button(self) -> MenuEntry | MenuGroup:
        if self.kind == "group":
            entries = tuple(each.press(MenuKind(each.kind)) for each in self.entries)
            return MenuGroup(name=self.name.strip(), entries=entries)
        return self.press(MenuKind(self.kind))


class MenuLimitsShape(Shape):
    """Lengths in bytes of UTF-8."""

    buttons: int
    entries: int
    group_name: int
    entry_name: int
    key: int
    url: int


class MenuShape(Shape):
    """`live`: customers see what stands here; else `published_at` is of another menu."""

    version: Seq
    buttons: tuple[MenuButtonShape, ...]
    live: bool
    published_at: datetime | None
    updated_at: datetime | None
    updated_by: str
    limits: MenuLimitsShape


class MenuBody(Shape):
    version: Seq = Field(description="The version you saw, 0 when there was none.")
    buttons: tuple[MenuButtonShape, ...] = Field(max_length=MOST_LISTED)

    def menu(self) -> Menu:
        return tuple(each.button() for each in self.buttons)


class PublishMenuBody(Shape):
    version: Seq = Field(description="The version to publish.")


def stray_entries(body: MenuBody) -> list[WrongButton]:
    """Entries under a button that does something itself."""
    return [
        WrongButton(place=f"buttons/{number}/entries", problem="only a group has entries")
        for number, button in enumerate(body.buttons)
        if button.entries and button.kind != "group"
    ]


def menu_shape(entry: Entry[AccountMenu], limits: MenuLimits) -> MenuShape:
    menu, last = entry.value, entry.changes[-1] if entry.changes else None
    return MenuShape(
        version=entry.version,
        buttons=tuple(_button(each) for each in menu.buttons),
        live=menu.published_at is not None and menu.live == menu.buttons,
        published_at=menu.published_at,
        updated_at=None if last is None else last.at,
        updated_by="" if last is None else last.by,
        limits=MenuLimitsShape(
            buttons=limits.buttons,
            entries=limits.entries,
            group_name=limits.group_name,
            entry_name=limits.entry_name,
            key=limits.key,
            url=limits.url,
        ),
    )


def _button(button: MenuEntry | MenuGroup) -> MenuButtonShape:
    if isinstance(button, MenuGroup):
        entries = tuple(MenuEntryShape(**_fields(each)) for each in button.entries)
        return MenuButtonShape(kind="group", name=button.name, entries=entries)
    return MenuButtonShape(**_fields(button))


def _fields(entry: MenuEntry) -> dict[str, Any]:
    return {
        "kind": entry.kind.value,
        "name": entry.name,
        "key": entry.key,
        "question": entry.question,
        "queue_id": entry.queue_id,
        "url": entry.url,
        "app_id": entry.app_id,
        "page": entry.page,
    }
