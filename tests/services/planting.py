"""Documents of every class with a card number of its own in each string."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import count
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def cards() -> Iterator[str]:
    """Numbers of 16 digits whose Luhn sum holds."""
    for n in count(1):
        bare = f"622202{n:09d}"
        total = sum(
            sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(bare)
        )
        yield f"{bare}{-total % 10}"


@dataclass(slots=True)
class Planter:
    """`planted`: the number in each field, by "Class.field"; fields of the same name in a tuple or
    a mapping share none."""

    planted: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[str] = field(default_factory=cards)

    def of_class(self, cls: type) -> dict[str, Any]:
        hints = get_type_hints(cls, include_extras=False)
        names = [each.name for each in fields(cls)] if is_dataclass(cls) else list(hints)
        doc = {
            name: self.of_hint(hints[name], f"{cls.__name__}.{name}")
            for name in names
            if name != "model_config"
        }
        return {"is": cls.__name__, **doc} if is_dataclass(cls) else doc

    def of_hint(self, hint: Any, place: str) -> Any:
        while hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        origin, args = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self.of_hint(args[0], place)
        if origin in (Union, types.UnionType):
            return self.of_hint(next(a for a in args if a is not types.NoneType), place)
        if origin is tuple:
            return [each for arg in args if arg is not ... for each in self._items(arg, place)]
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {self.plant(f"{place} key"): self.of_hint(args[1], f"{place} value")}
        if origin is Literal:
            return args[0]
        return self._plain(hint, place)

    def _items(self, hint: Any, place: str) -> Iterator[Any]:
        """One item; of a union one of each of its classes."""
        for each in members(hint):
            yield self.of_hint(each, place)

    def _plain(self, hint: Any, place: str) -> Any:
        if hint is str or hint is Any:
            return self.plant(place)
        if hint is datetime:
            return NOW
        if isinstance(hint, type) and issubclass(hint, Enum):
            return next(iter(hint)).value
        if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, BaseModel)):
            return self.of_class(hint)
        return 0

    def plant(self, place: str) -> str:
        number = next(self.numbers)
        self.planted[f"{place} {len(self.planted)}"] = number
        return number


def members(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) is Annotated:
        return members(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return tuple(arg for arg in get_args(hint) if arg is not types.NoneType)
    return (hint,)
