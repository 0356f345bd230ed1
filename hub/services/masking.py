"""Numbers of cards, identity cards and telephones in what people wrote: shown masked.

Applied where documents are made for screens and for the API. What stands in the journal stays as
it was said; whoever needs a number asks for it with a reason, which is audited. Pure functions.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

GAP = r"[ .\-\u00a0\u2009\u3000]?"
ALONE = r"(?<![\dA-Za-z])"
END = r"(?![\dA-Za-z])"
IDENTITY = re.compile(rf"{ALONE}\d{{6}}{GAP}\d{{8}}{GAP}\d{{3}}[\dXx]{END}")
CARD = re.compile(rf"{ALONE}(?:\d{GAP}){{12,18}}\d{END}")
PHONE = re.compile(rf"{ALONE}1[3-9]\d{GAP}\d{{4}}{GAP}\d{{4}}{END}")
ABROAD = re.compile(rf"{ALONE}(?:\+|00)?86{GAP}1[3-9]\d{GAP}\d{{4}}{GAP}\d{{4}}{END}")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
HIDDEN = "****"

TEXTS = frozenset(
    {"text", "display_name", "last_text", "summary", "note", "name", "caption", "title"}
    | {"description", "label", "alt", "question", "detail", "content", "extra"}
)
"""Fields that hold what people wrote; ids, keys and addresses are no prose."""

RAW = "raw"
"""Pairs of words as a provider sent them."""

SHORTEST = 11
LONG = re.compile(rf"{ALONE}\d(?:{GAP}\d){{{SHORTEST - 1}}}")


@dataclass(frozen=True, slots=True)
class Sensitive:
    """`kind`: "identity", "card" or "phone"; `value` as it was written."""

    kind: str
    value: str

    @property
    def masked(self) -> str:
        digits = _digits(self.value)
        if self.kind == "phone":
            return f"{digits[-11:-8]}{HIDDEN}{digits[-4:]}"
        return f"{HIDDEN}{digits[-4:]}"


def masked_text(text: str) -> str:
    if len(text) < SHORTEST:
        return text
    for kind, pattern, holds in KINDS:
        text = pattern.sub(_masking(kind, holds), text)
    return text


def has_long_number(text: str) -> bool:
    """Whether there may be something to mask: a quick look at a whole document as text."""
    return LONG.search(text) is not None


def masked(value: Any) -> Any:
    """A document with all its prose masked; what is none stays as it is."""
    if isinstance(value, Mapping):
        return {key: _masked_field(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    return value


def _masked_field(key: str, value: Any) -> Any:
    if isinstance(value, str):
        return masked_text(value) if key in TEXTS else value
    if key == RAW and isinstance(value, list | tuple):
        return [[masked_text(str(word)) for word in pair] for pair in value]
    return masked(value)


def sensitive(value: Any) -> Iterator[Sensitive]:
    """What `masked` would hide, in the order in which it stands there."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in TEXTS and isinstance(item, str):
                yield from sensitive_in_text(item)
            else:
                yield from sensitive(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from sensitive(item)


def sensitive_in_text(text: str) -> list[Sensitive]:
    found: list[tuple[int, Sensitive]] = []
    for kind, pattern, holds in KINDS:
        for match in pattern.finditer(text):
            if holds(_digits(match[0])):
                found.append((match.start(), Sensitive(kind, match[0])))
        text = pattern.sub(_blanking(holds), text)
    return [each for _, each in sorted(found, key=lambda one: one[0])]


def _masking(kind: str, holds: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    return lambda match: Sensitive(kind, match[0]).masked if holds(_digits(match[0])) else match[0]


def _blanking(holds: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    """As long as before, so that places stay."""
    return lambda match: "*" * len(match[0]) if holds(_digits(match[0])) else match[0]


def _digits(text: str) -> str:
    """Digits of any script as plain ones; X closes some identity numbers."""
    plain = (str(int(letter)) if letter.isdecimal() else letter for letter in text.upper())
    return "".join(letter for letter in plain if letter.isdigit() or letter == "X")


def _is_identity(digits: str) -> bool:
    """GB 11643: the last sign checks the others."""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], WEIGHTS, strict=True))
    return digits[17] == CHECKS[total % 11]


def _is_card(digits: str) -> bool:
    """ISO/IEC 7812: the Luhn sum. Most other long numbers fail it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0 and len(set(digits)) > 1


def _is_phone(digits: str) -> bool:
    return True


KINDS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("identity", IDENTITY, _is_identity),
    ("phone", ABROAD, _is_phone),
    ("card", CARD, _is_card),
    ("phone", PHONE, _is_phone),
)
