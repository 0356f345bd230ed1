"""Templates of an account as WeChat lists them: which fields they have, and what fits in.

A template's content is text with places in it: "交易金额：{{amount2.DATA}}". The type of a place is
its name without the number; older templates have names of their own, which tell no type.
Source of types and limits: 订阅消息参数值内容限制说明.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from channels.wechat.api import Answer, Call
from channels.wechat.calls import Caller
from hub.errors import PermanentSendError
from hub.model.notices import NoticeField, NoticeFieldType, NoticeKind, NoticeTemplate

TEMPLATES = "/cgi-bin/template/get_all_private_template"
SUBSCRIPTIONS = "/wxaapi/newtmpl/gettemplate"
LARGEST = 1024 * 1024
LONGEST_TEXT = 200
LONGEST_CHOICE = 20
LONGEST_WHEN = 40
"""WeChat names none: two dates with times fit in."""

LASTING = 3
"""`type` of a subscription template: 2 is good for one notice, 3 until it is taken back."""

PLACE = re.compile(r"\{\s*\{\s*([A-Za-z][A-Za-z0-9_]{0,63})\.DATA\s*\}\s*\}")
NUMBERED = re.compile(r"([a-z_]+?)\d+")
TYPES: Mapping[str, tuple[NoticeFieldType, int]] = {
    "thing": (NoticeFieldType.THING, 20),
    "number": (NoticeFieldType.NUMBER, 32),
    "letter": (NoticeFieldType.LETTERS, 32),
    "symbol": (NoticeFieldType.SIGNS, 5),
    "character_string": (NoticeFieldType.CODE, 32),
    "time": (NoticeFieldType.TIME, LONGEST_WHEN),
    "date": (NoticeFieldType.DATE, LONGEST_WHEN),
    "amount": (NoticeFieldType.AMOUNT, 16),
    "phone_number": (NoticeFieldType.PHONE, 17),
    "car_number": (NoticeFieldType.CAR_NUMBER, 8),
    "name": (NoticeFieldType.NAME, 20),
    "phrase": (NoticeFieldType.WORD, 5),
    "const": (NoticeFieldType.THING, 20),
}


async def read_templates(caller: Caller) -> tuple[NoticeTemplate, ...]:
    """Of an account that may use one of the two kinds only, those of that kind.

    Raises:
        RetryableSendError: not readable now.
        PermanentSendError: the account may use neither.
    """
    refusals: list[PermanentSendError] = []
    answers: dict[str, Answer] = {}
    for path in (TEMPLATES, SUBSCRIPTIONS):
        try:
            answers[path] = await caller.answer(Call(path=path, limit=LARGEST))
        except PermanentSendError as exc:
            refusals.append(exc)
    if not answers:
        raise refusals[0]
    return templates_of(answers.get(TEMPLATES, {}), answers.get(SUBSCRIPTIONS, {}))


def templates_of(approved: Answer, subscribed: Answer) -> tuple[NoticeTemplate, ...]:
    """What cannot be filled in is left out: a template without an id or without a place."""
    found = [
        *(_approved(row) for row in _rows(approved, "template_list")),
        *(_subscription(row) for row in _rows(subscribed, "data")),
    ]
    return tuple(each for each in found if each.template_id and each.fields)


def _approved(row: Mapping[str, Any]) -> NoticeTemplate:
    return NoticeTemplate(
        template_id=_text(row, "template_id"),
        title=_text(row, "title"),
        kind=NoticeKind.TEMPLATE,
        fields=fields_of(_text(row, "content"), {}),
        example=_text(row, "example"),
    )


def _subscription(row: Mapping[str, Any]) -> NoticeTemplate:
    choices = {
        _text(each, "keywordCode").removesuffix(".DATA"): tuple(map(str, _list(each)))
        for each in _rows(row, "keywordEnumValueList")
    }
    return NoticeTemplate(
        template_id=_text(row, "priTmplId"),
        title=_text(row, "title"),
        kind=NoticeKind.SUBSCRIPTION,
        fields=fields_of(_text(row, "content"), choices),
        lasting=row.get("type") == LASTING,
        example=_text(row, "example"),
    )


def fields_of(content: str, choices: Mapping[str, Sequence[str]]) -> tuple[NoticeField, ...]:
    """One field a place, the first where a name stands twice; the words before it are its label."""
    found: dict[str, NoticeField] = {}
    for line in content.splitlines():
        start = 0
        for place in PLACE.finditer(line):
            name, label = place[1], line[start : place.start()].strip().rstrip("：:").rstrip()
            start = place.end()
            found.setdefault(name, _field(name, label, tuple(choices.get(name, ()))))
    return tuple(found.values())


def _field(name: str, label: str, choices: tuple[str, ...]) -> NoticeField:
    numbered = NUMBERED.fullmatch(name)
    kind, most = TYPES.get(numbered[1] if numbered else "", (NoticeFieldType.TEXT, LONGEST_TEXT))
    if choices:
        kind, most = NoticeFieldType.CHOICE, max(LONGEST_CHOICE, *map(len, choices))
    return NoticeField(name=name, label=label, type=kind, most=most, choices=choices)


def _rows(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    listed = found.get(name)
    rows = listed if isinstance(listed, list) else []
    return [row for row in rows if isinstance(row, dict)]


def _list(row: Mapping[str, Any]) -> list[Any]:
    listed = row.get("enumValueList")
    return listed if isinstance(listed, list) else []


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
