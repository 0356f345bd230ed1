"""Numbers of cards, identity cards and telephones in what people wrote: shown masked.

Applied where documents are made for screens and for the API, to every string but those known to be
ids and addresses. What stands in the journal stays as it was said; whoever needs a number asks for
it with a reason, which is audited. Pure functions.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hub.services.long_numbers import (
    LEAST_WORDS,
    SHORTEST,
    SIGNS,
    WORD_DIGITS,
    WORD_ROW,
    WORD_SIGNS,
    WORDS,
    Sensitive,
    found_in,
)

IDS = frozenset(
    {"_id", "id", "key", "stream", "order", "token", "command_id"}
    | {"customer_id", "conversation_id", "open_conversation_id", "interaction_id", "connection_id"}
    | {"message_id", "note_id", "media_id", "external_id", "provider_id", "provider_ref"}
    | {"agent_id", "agents", "queue_id", "channel_id", "article_id", "template_id", "article"}
    | {"union_id", "rules", "model"}
    | {"of", "to", "into", "from_customer", "merged_into", "merge_planned", "absorbed"}
    | {"instead_of", "resend_of", "reply_to", "author", "last_author", "who", "target"}
)
"""What programs look things up by: shown as it is. Every other string may hold a number."""

PLACES = frozenset({"address", "addresses"})
PLACE_IDS = IDS | {"value"}
"""The `value` of an address is an id too, that of a signal is not."""

FREE = frozenset({"raw", "values", "labels"})
"""Words under keys that others chose: below them no key is known."""

NONE: frozenset[str] = frozenset()
DIGITS_START = b"\xd9\xdb\xdf\xe0\xe1\xea\xef\xf0"
"""First UTF-8 bytes of all digits that are not ASCII."""

ASCII_GAPS = b" .,/_|-\\trn"
GAPS = ASCII_GAPS + b"\xc2\xe2\xe3"
"""Bytes of separators in JSON, but for those after the first byte."""

RUNS = bytes(
    ord("0") if 0x80 <= byte < 0xC0 or chr(byte).isdigit() else min(byte, 0x80)
    for byte in range(256)
)
"""Every digit and every byte that may end one becomes 0."""

DROPPED = DIGITS_START + GAPS
SHORT_RUN = b"0" * SHORTEST

WORD_BYTES = frozenset((WORDS + WORD_DIGITS + WORD_SIGNS).encode())
WORD_RUNS = bytes(ord("0") if byte in WORD_BYTES else min(byte, 0x80) for byte in range(256))
"""Every byte of words for digits, and of what stands among them, becomes 0: three bytes a word. Of
all two-byte ends of Chinese signs half remain, which makes a run of several rare."""

WORD_RUN = b"0" * (SHORTEST + 2 * LEAST_WORDS)

GAP = rf"(?:[{SIGNS}\t\r\n]|\\[trn]){{0,3}}"
ALONE = r"(?:(?<![\dA-Za-z])|(?<=\\[bfnrt])|(?<=\\u[0-9a-f]{4}))"
LONG = re.compile(rf"{ALONE}\d(?:{GAP}\d){{10}}|\d(?:{GAP}\d){{12}}")
"""Wherever something is masked, in a text or in the JSON of it; also elsewhere."""


def masked_text(text: str) -> str:
    shown, end = "", 0
    for start, each in _hidden_in(text):
        shown += text[end:start] + each.masked
        end = start + len(each.value)
    return shown + text[end:]


def has_long_number(wire: bytes) -> bool:
    """Whether there may be something to mask: a quick look at a whole document in UTF-8.

    Most have no run of bytes that could be so many digits; only the others are read.
    """
    if SHORT_RUN in wire.translate(RUNS, DROPPED) and LONG.search(wire.decode()):
        return True
    if wire.isascii() or WORD_RUN not in wire.translate(WORD_RUNS, ASCII_GAPS):
        return False
    return WORD_ROW.search(wire.decode()) is not None


def masked(value: Any) -> Any:
    """A document with all its prose masked; ids stay as they are."""
    return _rewritten(value, masked_text)


def sensitive(value: Any) -> list[Sensitive]:
    """What `masked` would hide, in the order in which it stands there."""
    found: list[Sensitive] = []

    def note(text: str) -> str:
        found.extend(each for _, each in _hidden_in(text))
        return text

    _rewritten(value, note)
    return found


def _hidden_in(text: str) -> list[tuple[int, Sensitive]]:
    """With the place where each begins."""
    if len(text) < SHORTEST:
        return []
    long = LONG.search(text) or (not text.isascii() and WORD_ROW.search(text))
    return found_in(text) if long else []


def _rewritten(value: Any, prose: Callable[[str], str], clear: frozenset[str] = IDS) -> Any:
    """`clear`: the keys whose words are left alone."""
    if isinstance(value, str):
        return prose(value)
    if isinstance(value, Mapping):
        return {
            prose(key): item
            if key in clear and _is_id(item)
            else _rewritten(item, prose, clear and _below(key))
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_rewritten(item, prose, clear) for item in value]
    return value


def _is_id(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _below(key: str) -> frozenset[str]:
    return NONE if key in FREE else PLACE_IDS if key in PLACES else IDS
