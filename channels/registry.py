"""Kinds of channels and how to build an adapter from its configuration document."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from channels.config import ChannelConfig
from hub.errors import ConfigurationError
from hub.ports import ChannelAdapter, Clock, TokenStore

KINDS: Mapping[str, str] = {
    "wechat": "channels.wechat.adapter:KIND",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """`build` takes an instance of `config`."""

    config: type[ChannelConfig]
    build: Callable[[Any, Clock, TokenStore], ChannelAdapter]


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


def build(config: ChannelConfig, *, clock: Clock, tokens: TokenStore) -> ChannelAdapter:
    return resolve(config.kind).build(config, clock, tokens)
