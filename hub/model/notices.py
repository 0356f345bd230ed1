"""Templates of service notices, as a provider approved them."""

from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    """SUBSCRIPTION needs the customer's consent to the template beforehand."""

    TEMPLATE = "template"
    SUBSCRIPTION = "subscription"


class NoticeFieldType(StrEnum):
    """What may stand in a field. THING: short text of any letters; CODE: letters, digits and
    signs without Chinese; WORD: Chinese only; CHOICE: one of the field's `choices`."""

    TEXT = "text"
    THING = "thing"
    NUMBER = "number"
    LETTERS = "letters"
    SIGNS = "signs"
    CODE = "code"
    TIME = "time"
    DATE = "date"
    AMOUNT = "amount"
    PHONE = "phone"
    CAR_NUMBER = "car_number"
    NAME = "name"
    WORD = "word"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeField:
    """`name` is the provider's, `label` what stands before the value ("" = nothing). `most` is in
    characters."""

    name: str
    label: str
    type: NoticeFieldType
    most: int
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTemplate:
    """`lasting`: one consent is good for many notices. `fields` in the order they are shown."""

    template_id: str
    title: str
    kind: NoticeKind
    fields: tuple[NoticeField, ...]
    lasting: bool = False
    example: str = ""
