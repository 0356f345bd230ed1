"""The language a customer writes in, as far as two languages need to be told apart."""

import re

from hub.model.message import Part, TextPart

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


def language_of(parts: tuple[Part, ...]) -> str:
    """Of the first text; empty when it shows neither Chinese nor Latin letters."""
    for part in parts:
        if isinstance(part, TextPart):
            if _HAN.search(part.text):
                return "zh"
            return "en" if _LATIN.search(part.text) else ""
    return ""
