"""Kinds of channels described as forms, so that an account is added without reading a manual."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from hub.ports.channels import ChannelAdapter


class FieldType(StrEnum):
    """SECRET is written and never read back. ADDRESS is where secrets are sent. LINES: texts."""

    TEXT = "text"
    NUMBER = "number"
    BOOL = "bool"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 - a kind of field
    SECONDS = "seconds"
    ADDRESS = "address"
    LINES = "lines"


class FieldGroup(StrEnum):
    BASIC = "basic"
    WINDOWS = "windows"
    ADVANCED = "advanced"


FieldValue = str | int | float | bool | list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """`name` is dotted where the document has tables in it ("message_grant.quota"). `previous`: the
    secret that keeps this one for a while when it is changed."""

    name: str
    type: FieldType
    title: Words
    hint: Words
    group: FieldGroup
    required: bool
    default: FieldValue = None
    choices: tuple[str, ...] = ()
    previous: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindForm:
    kind: str
    title: Words
    fields: tuple[FormField, ...]

    def names(self, *types: FieldType) -> frozenset[str]:
        return frozenset(field.name for field in self.fields if field.type in types)


class ChannelKinds(Protocol):
    """What can be configured. A document has `id`, `kind` and the values by name, in tables."""

    def forms(self) -> Sequence[KindForm]: ...
    def form(self, kind: str) -> KindForm | None: ...
    def check(self, document: Mapping[str, Any]) -> None:
        """Raises ConfigurationError: its key is "channels.<id>.<name>", never with a value."""

    def build(self, document: Mapping[str, Any]) -> ChannelAdapter:
        """An adapter that does nothing yet. Raises ConfigurationError."""
