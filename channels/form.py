"""A channel's configuration class as a form: types and defaults from the class, words beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr

from channels.config import ChannelConfig
from hub.ports import FieldGroup, FieldType, FieldValue, FormField, Words

SECONDS = "_s"
ADDRESS = "base_url"
"""What calls with secrets go to."""
PREVIOUS = "previous_"


@dataclass(frozen=True, slots=True)
class Told:
    """What people are told of one field."""

    title: Words
    hint: Words
    group: FieldGroup


def fields_of(config: type[ChannelConfig], told: Mapping[str, Told]) -> tuple[FormField, ...]:
    """In the order of the class, `told` by dotted name; what every channel has is left out.

    Raises:
        KeyError: a field without words.
    """
    return tuple(_fields(config, told, "", None))


def _fields(
    model: type[BaseModel], told: Mapping[str, Told], before: str, values: BaseModel | None
) -> Iterator[FormField]:
    for name, info in model.model_fields.items():
        if name in ChannelConfig.model_fields:
            continue
        kind = info.annotation
        default = info.get_default() if values is None else getattr(values, name)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _fields(kind, told, f"{before}{name}.", default)
            continue
        words = told[before + name]
        yield FormField(
            name=before + name,
            type=_type(name, kind),
            title=words.title,
            hint=words.hint,
            group=words.group,
            required=values is None and info.is_required(),
            default=_default(default),
            choices=tuple(map(str, get_args(kind))) if get_origin(kind) is Literal else (),
            previous=_previous(model, name),
        )


def _previous(model: type[BaseModel], name: str) -> str:
    before = PREVIOUS + name
    return before if before in model.model_fields else ""


def _type(name: str, kind: Any) -> FieldType:
    if kind is SecretStr or SecretStr in get_args(kind):
        return FieldType.SECRET
    if get_origin(kind) is Literal:
        return FieldType.CHOICE
    if get_origin(kind) is tuple:
        return FieldType.LINES
    if kind is bool:
        return FieldType.BOOL
    if kind in (int, float):
        return FieldType.SECONDS if name.endswith(SECONDS) else FieldType.NUMBER
    return FieldType.ADDRESS if name.endswith(ADDRESS) else FieldType.TEXT


def _default(value: Any) -> FieldValue:
    """None where there is none."""
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return value if isinstance(value, (str, int, float)) else None
