"""Which language a customer writes: Chinese if any CJK character stands in the text."""

import unicodedata
from itertools import accumulate

from hub.model.knowledge import Language
from hub.model.words import normalise

__all__ = ["Language", "detect", "normalise", "tidy"]

_CJK = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
MOST_READ = 400
WIDE = 4
FIRST_WIDE = "\N{CJK RADICAL REPEAT}"


def detect(text: str) -> Language:
    """Text without a CJK character and without a Latin letter (digits, signs) counts as Chinese."""
    if any(low <= ord(char) <= high for char in text for low, high in _CJK):
        return "zh"
    return "en" if any("a" <= char <= "z" for char in text.lower()) else "zh"


def tidy(text: str) -> str:
    """What the encoder reads: forms folded, blanks joined; case and signs carry meaning.

    Cut after 100 Chinese characters or 400 others: the encoder's time grows with every token, 500
    Chinese characters would take more than a second.
    """
    folded = unicodedata.normalize("NFKC", text[:MOST_READ])
    plain = " ".join("".join(c if c.isprintable() else " " for c in folded).split())
    widths = accumulate(WIDE if char >= FIRST_WIDE else 1 for char in plain)
    return "".join(char for char, width in zip(plain, widths, strict=True) if width <= MOST_READ)
