"""What fits into a field of a template, by the provider's table of limits."""

import pytest

from hub.model.notices import NoticeField, NoticeFieldType, NoticeKind, NoticeTemplate
from hub.services.notice_values import wrong_values

T = NoticeFieldType
DATE = "takes a date like 2026年12月1日 or 2026-12-01"
TIME = "takes a time like 15:01, with a date before it if needed"
AMOUNT = "takes an amount like ￥128.50 or 128.50元, at most 10 digits and no commas"


def problems(kind: T, value: str, *, most: int = 32, choices: tuple[str, ...] = ()) -> list[str]:
    field = NoticeField(name="a", label="", type=kind, most=most, choices=choices)
    template = NoticeTemplate(template_id="t", title="", kind=NoticeKind.TEMPLATE, fields=(field,))
    return [wrong.problem for wrong in wrong_values(template, {"a": value})]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (T.THING, "￥ 任意 any 1!"),
        (T.NUMBER, "12.5"),
        (T.LETTERS, "Ab"),
        (T.SIGNS, "!!"),
        (T.CODE, "A-012 #3"),
        (T.TIME, "15:01"),
        (T.TIME, "2019年10月1日 15:01"),
        (T.TIME, "15:01~16:00:30"),
        (T.DATE, "2019年10月1日"),
        (T.DATE, "2019-10-01 15:01"),
        (T.DATE, "2019.10"),
        (T.DATE, "10月1日～10月3日"),
        (T.AMOUNT, "￥3200.00"),
        (T.AMOUNT, "128.50元"),
        (T.AMOUNT, "1234567890"),
        (T.PHONE, "+86-0766-66888866"),
        (T.CAR_NUMBER, "粤A8Z888挂"),
        (T.NAME, "欧阳文静"),
        (T.NAME, "Marie-Louise Meyer"),
        (T.WORD, "配送中"),
        (T.TEXT, "x"),
    ],
)
def test_what_the_provider_takes_is_let_through(kind: T, value: str) -> None:
    assert problems(kind, value) == []


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        (T.NUMBER, "十二", "takes digits only, with a point if needed"),
        (T.NUMBER, "１２", "takes digits only, with a point if needed"),
        (T.LETTERS, "A1", "takes letters A to Z only"),
        (T.SIGNS, "!a", "takes signs only"),
        (T.CODE, "A号", "takes letters, digits and signs only"),
        (T.TIME, "2019年10月1日", TIME),
        (T.TIME, "25:00", TIME),
        (T.TIME, "1:00~2:00~3:00", TIME),
        (T.DATE, "15:01", DATE),
        (T.DATE, "2019-10/01", DATE),
        (T.DATE, "~", DATE),
        (T.AMOUNT, "3,200", AMOUNT),
        (T.AMOUNT, "12345678901", AMOUNT),
        (T.AMOUNT, "-5", AMOUNT),
        (T.PHONE, "call me", "takes digits and signs of a telephone number"),
        (
            T.NAME,
            "王小二王小二王小二王小",
            "takes at most 10 characters where Chinese is among them",
        ),
        (T.WORD, "ok", "takes Chinese characters only"),
        (T.THING, " ", "is missing"),
        (T.THING, "一\n二", "takes no line breaks or control characters"),
        (T.TEXT, "", "is empty, like all others"),
    ],
)
def test_what_it_would_refuse_is_named(kind: T, value: str, problem: str) -> None:
    assert problems(kind, value) == [problem]


def test_the_limit_counts_characters() -> None:
    assert problems(T.THING, "贷" * 20, most=20) == []
    assert problems(T.THING, "贷" * 21, most=20) == ["takes at most 20 characters; 21 were given"]


def test_a_choice_is_one_of_its_words() -> None:
    assert problems(T.CHOICE, "受理中", choices=("受理中", "已完成")) == []
    assert problems(T.CHOICE, "别的", choices=("受理中", "已完成")) == [
        "takes one of: 受理中, 已完成"
    ]
