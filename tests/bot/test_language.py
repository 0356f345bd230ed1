"""Telling the language and bringing texts into one form."""

import pytest

from bot.language import Language, detect, normalise


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("转账要手续费吗", "zh"),
        ("my card was stolen", "en"),
        ("我的 app 打不开", "zh"),
        ("SWIFT code 是多少", "zh"),
        ("ＰＩＮ", "zh"),
        ("", "zh"),
        ("12345", "zh"),
        ("???", "zh"),
        ("𠮷", "zh"),
    ],
)
def test_any_cjk_character_makes_it_chinese(text: str, language: Language) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("language", "text", "plain"),
    [
        ("zh", " 转账，要 手续费 吗？？", "转账要手续费吗"),
        ("zh", "ＡＰＰ打不开！", "app打不开"),
        ("zh", "🙂", ""),
        ("en", "I can't find my  CARD!", "i cant find my card"),
        ("en", "don’t; know-how", "dont know how"),
        ("en", "\x00 \n", ""),
    ],
)
def test_signs_case_and_width_do_not_matter(language: Language, text: str, plain: str) -> None:
    assert normalise(text, language) == plain
