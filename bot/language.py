"""Which language a customer writes: Chinese if any CJK character stands in the text."""

import unicodedata
from typing import Literal

Language = Literal["zh", "en"]

_CJK = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
_NO_APOSTROPHE = str.maketrans("", "", "'\N{RIGHT SINGLE QUOTATION MARK}")


def detect(text: str) -> Language:
    """Text without a CJK character and without a Latin letter (digits, signs) counts as Chinese."""
    if any(low <= ord(char) <= high for char in text for low, high in _CJK):
        return "zh"
    return "en" if any("a" <= char <= "z" for char in text.lower()) else "zh"


def normalise(text: str, language: Language) -> str:
    """Lower case, full-width forms folded, signs dropped; Chinese without any space."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_NO_APOSTROPHE)
    words = "".join(char if char.isalnum() else " " for char in folded).split()
    return ("" if language == "zh" else " ").join(words)
