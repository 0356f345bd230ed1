"""Parts as a channel carries them."""

import pytest
from hypothesis import given, strategies as st

from hub.errors import PermanentSendError
from hub.model.message import (
    LinkPart,
    LocationPart,
    MediaKind,
    MediaPart,
    MenuPart,
    Option,
    Part,
    TextPart,
)
from hub.ports import Capabilities
from hub.services.fitting import fit, fit_part, split_text

PLAIN = Capabilities(parts=frozenset({"TextPart"}), max_text=20)
BUTTONS = Capabilities(parts=frozenset({"TextPart", "MenuPart"}), max_text=20, max_options=2)
FAMILY = "👨‍👩‍👧"
FLAG = "🇨🇳"


@pytest.mark.parametrize(
    ("label", "text", "limit", "pieces"),
    [
        ("short", "您好", 5, ["您好"]),
        ("exactly full", "您好您好您", 5, ["您好您好您"]),
        ("nothing", "  \n ", 5, []),
        ("at a sentence", "请稍等。我查一下。", 6, ["请稍等。", "我查一下。"]),
        ("at a clause", "好的，请您稍等片刻", 6, ["好的，", "请您稍等片刻"]),
        ("at a word", "please wait a moment", 12, ["please wait", "a moment"]),
        ("at a line rather than a word", "one two\nthree four", 12, ["one two", "three four"]),
        ("at a paragraph", "甲乙丙\n\n丁戊己庚", 6, ["甲乙丙", "丁戊己庚"]),
        ("no break near the end", "甲。乙丙丁戊己庚辛", 6, ["甲。乙丙丁戊", "己庚辛"]),
        ("one long word", "abcdefghij", 4, ["abcd", "efgh", "ij"]),
        (
            "accents stay on their letter",
            "ab" + "e\u0301" * 3,
            3,
            ["ab", "e\u0301", "e\u0301", "e\u0301"],
        ),
        ("a family is one sign", "我们" + FAMILY + "好", 6, ["我们", FAMILY + "好"]),
        ("flags stay whole", FLAG * 3, 5, [FLAG * 2, FLAG]),
        ("skin tones stay on their hand", "好👍🏽👍🏽", 4, ["好👍🏽", "👍🏽"]),
        ("a sign longer than the limit is cut after all", FAMILY, 3, ["👨‍👩", "‍👧"]),
    ],
)
def test_text_is_cut_where_a_reader_would(
    label: str, text: str, limit: int, pieces: list[str]
) -> None:
    assert split_text(text, limit) == pieces


@given(st.text(max_size=200), st.integers(min_value=1, max_value=40))
def test_pieces_fit_and_lose_nothing_but_white_space(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


PLACE = LocationPart(latitude=31.2, longitude=121.4, label="支行", address="南京东路 1 号")
MAP = "https://map.example/{latitude},{longitude}?{name}&{address}"
MAPPED = Capabilities(parts=frozenset({"TextPart"}), max_text=200, map_url=MAP)
CARDS = Capabilities(parts=frozenset({"TextPart", "LinkPart"}), max_text=20, map_url=MAP)
ADDRESS = (
    "https://map.example/31.200000,121.400000?%E6%94%AF%E8%A1%8C"
    "&%E5%8D%97%E4%BA%AC%E4%B8%9C%E8%B7%AF%201%20%E5%8F%B7"
)


@pytest.mark.parametrize(
    ("can", "leaves"),
    [
        (CARDS, LinkPart(title="支行", description="南京东路 1 号", url=ADDRESS)),
        (MAPPED, TextPart(text=f"支行\n南京东路 1 号\n{ADDRESS}")),
        (
            Capabilities(parts=frozenset({"TextPart", "LinkPart"}), max_text=200),
            TextPart(text="支行 (31.200000, 121.400000)\n南京东路 1 号"),
        ),
        (Capabilities(parts=frozenset({"LocationPart"}), max_text=20), PLACE),
    ],
)
def test_a_place_stays_one_in_the_talk_and_leaves_as_the_channel_carries_it(
    can: Capabilities, leaves: Part
) -> None:
    assert fit([PLACE], can) == (PLACE,)
    assert fit_part(PLACE, can) == leaves


def test_a_place_that_needs_two_messages_is_charged_as_two() -> None:
    can = Capabilities(parts=frozenset({"TextPart"}), max_text=30)
    assert fit([PLACE], can) == (
        TextPart(text="支行 (31.200000, 121.400000)"),
        TextPart(text="南京东路 1 号"),
    )


SIGNS = ("甲", "e\u0301", "👍🏽", FAMILY, FLAG, " ", "。")


@given(st.lists(st.sampled_from(SIGNS), max_size=40), st.integers(min_value=8, max_value=20))
def test_every_cut_lies_between_two_signs(signs: list[str], limit: int) -> None:
    cuts, at = {0}, 0
    for sign in signs:
        at += len(sign.strip())
        cuts.add(at)
    at = 0
    for piece in split_text("".join(signs), limit):
        at += len(piece.replace(" ", ""))
        assert at in cuts


MENU = MenuPart(
    head="您是想问？",
    options=(Option(id="a1", title="查额度"), Option(id="a2", title="还款")),
    tail="都不是？",
)


@pytest.mark.parametrize(
    ("label", "part", "fitted"),
    [
        ("menu", MENU, "您是想问？\n1. 查额度\n2. 还款\n都不是？"),
        ("link", LinkPart(title="网点", url="https://b.example/n"), "网点\nhttps://b.example/n"),
        (
            "place",
            LocationPart(latitude=1.5, longitude=2, label="支行"),
            "支行 (1.500000, 2.000000)",
        ),
        (
            "media with a link",
            MediaPart(
                media=MediaKind.FILE, provider_ref="m", url="https://b.example/f", name="条款"
            ),
            "条款\nhttps://b.example/f",
        ),
    ],
)
def test_what_a_channel_cannot_show_becomes_text(label: str, part: Part, fitted: str) -> None:
    assert fit_part(part, PLAIN) == TextPart(text=fitted)


def test_a_menu_stays_a_menu_where_its_options_have_room() -> None:
    assert fit_part(MENU, BUTTONS) is MENU
    three = MenuPart(head="?", options=(*MENU.options, Option(id="a3", title="挂失")))
    assert fit_part(three, BUTTONS) == TextPart(text="?\n1. 查额度\n2. 还款\n3. 挂失")


def test_media_without_a_link_is_refused_not_dropped() -> None:
    part = MediaPart(media=MediaKind.IMAGE, provider_ref="m")
    with pytest.raises(PermanentSendError, match="part_not_carried"):
        fit([part], PLAIN)


def test_long_text_made_of_a_menu_is_split_too() -> None:
    assert [type(p).__name__ for p in fit([MENU], PLAIN)] == ["TextPart", "TextPart"]
