"""What may be written into the fields of a template. Pure functions."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.model.notices import NoticeField, NoticeFieldType, NoticeTemplate

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_DATE = (
    r"(?:\d{4}年\d{1,2}月(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日"
    r"|\d{4}(?P<sign>[-/.])\d{1,2}(?:(?P=sign)\d{1,2})?|\d{1,2}[-/.]\d{1,2})"
)
_SPAN = re.compile(r"\s*[~～]\s*")
_WHEN = re.compile(rf"(?P<date>{_DATE})?\s*(?P<time>{_TIME})?", re.ASCII)
_CHINESE = re.compile(f"[{_HAN}]")
LONGEST_CHINESE_NAME = 10
MOST_ENDS = 2


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _when(part: str) -> Callable[[str], bool]:
    """A moment or a span of two; `part` must stand in the first."""

    def check(value: str) -> bool:
        ends = [_WHEN.fullmatch(end.strip()) for end in _SPAN.split(value)]
        first = ends[0]
        whole = all(end is not None and end[0] for end in ends) and len(ends) <= MOST_ENDS
        return whole and first is not None and bool(first[part])

    return check


def _is_name(value: str) -> bool:
    return not _CHINESE.search(value) or len(value) <= LONGEST_CHINESE_NAME


FITS: Mapping[NoticeFieldType, tuple[Callable[[str], bool], str]] = {
    NoticeFieldType.NUMBER: (_matches(r"[0-9]+(\.[0-9]+)?"), "digits only, with a point if needed"),
    NoticeFieldType.LETTERS: (_matches(r"[A-Za-z]+"), "letters A to Z only"),
    NoticeFieldType.SIGNS: (lambda v: not any(c.isalnum() for c in v), "signs only"),
    NoticeFieldType.CODE: (lambda v: not _CHINESE.search(v), "letters, digits and signs only"),
    NoticeFieldType.TIME: (_when("time"), "a time like 15:01, with a date before it if needed"),
    NoticeFieldType.DATE: (_when("date"), "a date like 2026年12月1日 or 2026-12-01"),
    NoticeFieldType.AMOUNT: (
        _matches(r"[^\w\s.,+-]?[0-9]{1,10}(\.[0-9]+)?\s?元?"),
        "an amount like ￥128.50 or 128.50元, at most 10 digits and no commas",
    ),
    NoticeFieldType.PHONE: (_matches(r"[0-9+()\- ]+"), "digits and signs of a telephone number"),
    NoticeFieldType.CAR_NUMBER: (_matches(f"[{_HAN}]?[A-Za-z0-9·]+[{_HAN}]?"), "a number plate"),
    NoticeFieldType.NAME: (_is_name, "at most 10 characters where Chinese is among them"),
    NoticeFieldType.WORD: (_matches(f"[{_HAN}]+"), "Chinese characters only"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongValue:
    """`problem` continues a sentence that begins with the field's name."""

    field: str
    problem: str


def wrong_values(template: NoticeTemplate, values: Mapping[str, str]) -> tuple[WrongValue, ...]:
    """What the provider would refuse, by field. A field of free text may stay empty."""
    known = {field.name for field in template.fields}
    found = [
        WrongValue(field=name, problem="is no field of this template")
        for name in values
        if name not in known
    ]
    for field in template.fields:
        problem = _problem(field, values.get(field.name, ""))
        if problem:
            found.append(WrongValue(field=field.name, problem=problem))
    if not found and not any(values.values()):
        found = [WrongValue(field=template.fields[0].name, problem="is empty, like all others")]
    return tuple(found)


def _problem(field: NoticeField, value: str) -> str:
    if not value.strip():
        return "" if field.type is NoticeFieldType.TEXT else "is missing"
    if any(unicodedata.category(character) == "Cc" for character in value):
        return "takes no line breaks or control characters"
    if field.choices:
        allowed = ", ".join(field.choices)
        return "" if value in field.choices else f"takes one of: {allowed}"
    if len(value) > field.most:
        return f"takes at most {field.most} characters; {len(value)} were given"
    fits, told = FITS.get(field.type, (bool, ""))
    return "" if fits(value) else f"takes {told}"
