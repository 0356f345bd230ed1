"""Telling the language and bringing texts into one form."""

import pytest

from bot.language import Language, detect, normalise, tidy


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


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("  I can't  find\nmy CARD! ", "I can't find my CARD!"),
        ("ＡＰＰ打不开！", "APP打不开!"),
        ("\x00卡\ud800丢了", "卡 丢了"),
        ("卡" * 20_000, "卡" * 100),
        ("a" * 20_000, "a" * 400),
        ("卡" * 50 + "a" * 1000, "卡" * 50 + "a" * 200),
    ],
)
def test_encoder_reads_tidied_text_of_bounded_length(text: str, tidied: str) -> None:
    assert tidy(text) == tidied
