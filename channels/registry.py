"""Kinds of channels, their forms, and how to build an adapter from a configuration document."""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError

from channels.config import ChannelConfig
from channels.form import Told, fields_of
from hub import ports
from hub.errors import ConfigurationError
from hub.ports import (
    ChannelAdapter,
    Clock,
    ExchangeLog,
    KindForm,
    MediaReader,
    TokenStore,
    Words,
)

KINDS: Mapping[str, str] = {
    "wechat": "channels.wechat.adapter:KIND",
}


class Build(Protocol):
    def __call__(
        self,
        config: Any,
        clock: Clock,
        tokens: TokenStore,
        *,
        media: MediaReader | None,
        exchanges: ExchangeLog | None,
    ) -> ChannelAdapter: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """`build` takes an instance of `config`; `told` are the words of its form by field."""

    config: type[ChannelConfig]
    build: Build
    title: Words
    told: Mapping[str, Told]


def resolve(kind: str) -> ChannelKind:
    """Import a channel; only configured ones cost memory.

    Raises:
        KeyError: no such kind.
    """
    module, _, name = KINDS[kind].partition(":")
    found = getattr(importlib.import_module(module), name)
    if not isinstance(found, ChannelKind):
        raise TypeError(f"{KINDS[kind]} is no ChannelKind")
    return found


def read(document: Mapping[str, Any], *, position: int = 0) -> ChannelConfig:
    """Validate one document; `position` names it while it has no id.

    Raises:
        ConfigurationError: names the wrong key, never its value.
    """
    key = f"channels.{document.get('id') or position}"
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise ConfigurationError(f"{key}.kind", f"unknown kind {kind!r}; known: {known}")
    try:
        return resolve(kind).config.model_validate(document)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_context=False, include_input=False)[0]
        name = ".".join([key, *map(str, first["loc"])])
        raise ConfigurationError(name, first["msg"]) from None


def read_all(documents: Iterable[Mapping[str, Any]]) -> list[ChannelConfig]:
    """Validate all documents, disabled ones too; ids must differ."""
    found: dict[str, ChannelConfig] = {}
    for position, document in enumerate(documents):
        config = read(document, position=position)
        if config.id in found:
            raise ConfigurationError(f"channels.{config.id}.id", "is used twice")
        found[config.id] = config
    return list(found.values())


def build(
    config: ChannelConfig,
    *,
    clock: Clock,
    tokens: TokenStore,
    media: MediaReader | None = None,
    exchanges: ExchangeLog | None = None,
) -> ChannelAdapter:
    """Without `media` no file is sent, without `exchanges` nothing is recorded."""
    return resolve(config.kind).build(config, clock, tokens, media=media, exchanges=exchanges)


class Kinds:
    """Implements `hub.ports.ChannelKinds` with what every adapter of this process is given."""

    def __init__(
        self, clock: Clock, tokens: TokenStore, media: MediaReader, exchanges: ExchangeLog
    ) -> None:
        self._clock = clock
        self._tokens = tokens
        self._media = media
        self._exchanges = exchanges
        self._forms: dict[str, KindForm] = {}

    def forms(self) -> Sequence[KindForm]:
        return [form for kind in sorted(KINDS) if (form := self.form(kind)) is not None]

    def form(self, kind: str) -> KindForm | None:
        if kind in KINDS and kind not in self._forms:
            found = resolve(kind)
            fields = fields_of(found.config, found.told)
            self._forms[kind] = KindForm(kind=kind, title=found.title, fields=fields)
        return self._forms.get(kind)

    def check(self, document: Mapping[str, Any]) -> None:
        read(document)

    def build(self, document: Mapping[str, Any]) -> ChannelAdapter:
        return build(
            read(document),
            clock=self._clock,
            tokens=self._tokens,
            media=self._media,
            exchanges=self._exchanges,
        )


def _conforms(kinds: Kinds) -> ports.ChannelKinds:
    return kinds
