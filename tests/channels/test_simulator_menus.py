"""What the pretended WeChat refuses of a menu, and that our own rules are no laxer than it is."""

from typing import Any

import pytest

from channels.wechat.menus import LIMITS, menu_document
from channels.wechat.simulator.menus import refused
from hub.model.menu import MenuEntry, MenuGroup, MenuKind
from hub.services.menu_rules import wrong_buttons

CLICK = {"type": "click", "name": "余额", "key": "k"}
PAGE = {"type": "view", "name": "官网", "url": "https://bank.example/"}


def group(*entries: Any, name: str = "服务") -> dict[str, Any]:
    return {"name": name, "sub_button": list(entries)}


REFUSED = [
    ({}, 47001),
    ({"button": []}, 40016),
    ({"button": [CLICK] * 4}, 40016),
    ({"button": ["x"]}, 47001),
    ({"button": [{**CLICK, "type": "dance"}]}, 40015),
    ({"button": [{**CLICK, "name": "人工客服在线"}]}, 40018),
    ({"button": [{**CLICK, "key": ""}]}, 40019),
    ({"button": [{**CLICK, "key": "k" * 129}]}, 40019),
    ({"button": [{**PAGE, "url": "https://a/" + "x" * 1024}]}, 40020),
    ({"button": [{**PAGE, "url": "ftp://a/"}]}, 40054),
    ({"button": [group(*[CLICK] * 6)]}, 40023),
    ({"button": [group(group(CLICK))]}, 40022),
    ({"button": [group({**CLICK, "type": ""})]}, 40024),
    ({"button": [group({**CLICK, "name": "字" * 21})]}, 40025),
    ({"button": [group({**CLICK, "key": ""})]}, 40026),
    ({"button": [group({**PAGE, "url": ""})]}, 40027),
    ({"button": [group({**PAGE, "url": "nowhere"})]}, 40055),
]


@pytest.mark.parametrize(("menu", "code"), REFUSED)
def test_a_wrong_menu_is_refused_with_the_code_of_what_is_wrong(
    menu: dict[str, Any], code: int
) -> None:
    assert refused(menu) == code


def test_a_right_menu_is_taken() -> None:
    assert refused({"button": [group(CLICK, PAGE), CLICK, PAGE]}) == 0


def entry(kind: MenuKind, name: str = "余额", **more: Any) -> MenuEntry:
    return MenuEntry(name=name, kind=kind, key="k", **more)


MENUS = [
    (entry(MenuKind.QUESTION, question="余额"),),
    (entry(MenuKind.QUESTION, question="余额", name="人工客服在线"),),
    (entry(MenuKind.LINK, url="https://bank.example/"),),
    (entry(MenuKind.LINK, url="https://a/" + "x" * 1024),),
    (entry(MenuKind.LINK, url="javascript:alert(1)"),),
    (entry(MenuKind.MINI_PROGRAM, url="https://a.example", app_id="wx1", page="p"),),
    (entry(MenuKind.MINI_PROGRAM, url="https://a.example", app_id="", page="p"),),
    (MenuGroup(name="服务", entries=(entry(MenuKind.HAND_OFF),) * 5),),
    (MenuGroup(name="服务", entries=(entry(MenuKind.HAND_OFF),) * 6),),
    (MenuGroup(name="服务", entries=(entry(MenuKind.HAND_OFF, name="字" * 20),)),),
    (MenuGroup(name="服务", entries=(entry(MenuKind.HAND_OFF, name="字" * 21),)),),
    (entry(MenuKind.HAND_OFF),) * 4,
]


@pytest.mark.parametrize("menu", MENUS)
def test_what_passes_our_rules_the_provider_takes(menu: tuple[Any, ...]) -> None:
    fine = not wrong_buttons(menu, LIMITS, set())
    assert fine is (refused(menu_document(menu)) == 0)
