"""The account's menu in WeChat's own form. Pure functions.

Lengths from the page 自定义菜单创建接口: a longer name is refused, not cut.
"""

from typing import Any

from hub.model.menu import Menu, MenuEntry, MenuGroup, MenuKind, MenuLimits

LIMITS = MenuLimits(buttons=3, entries=5, group_name=16, entry_name=60, key=128, url=1024)


def menu_document(menu: Menu) -> dict[str, Any]:
    return {"button": [_button(each) for each in menu]}


def _button(button: MenuEntry | MenuGroup) -> dict[str, Any]:
    if isinstance(button, MenuGroup):
        return {"name": button.name, "sub_button": [_entry(each) for each in button.entries]}
    return _entry(button)


def _entry(entry: MenuEntry) -> dict[str, Any]:
    match entry.kind:
        case MenuKind.LINK:
            return {"type": "view", "name": entry.name, "url": entry.url}
        case MenuKind.MINI_PROGRAM:
            return {
                "type": "miniprogram",
                "name": entry.name,
                "url": entry.url,
                "appid": entry.app_id,
                "pagepath": entry.page,
            }
        case MenuKind.QUESTION | MenuKind.HAND_OFF:
            return {"type": "click", "name": entry.name, "key": entry.key}
