"""A kind of channel made of one pretended adapter, and a host of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.errors import ConfigurationError
from hub.ports import (
    Bus,
    ChannelAdapter,
    Clock,
    Documents,
    FieldGroup,
    FieldType,
    FormField,
    KindForm,
    Words,
)
from hub.services.channel_accounts import ChannelAccounts
from hub.services.channel_host import ChannelHost
from hub.services.vault import Vault

PRETEND = "pretend"


def field(name: str, kind: FieldType, *, required: bool = False, default: Any = None) -> FormField:
    return FormField(
        name=name,
        type=kind,
        title=Words(zh=name, en=name),
        hint=Words(zh="", en=""),
        group=FieldGroup.BASIC,
        required=required,
        default=default,
    )


FORM = KindForm(
    kind=PRETEND,
    title=Words(zh="假装", en="Pretend"),
    fields=(
        field("secret", FieldType.SECRET),
        field("account", FieldType.TEXT),
        field("base_url", FieldType.ADDRESS, default="https://pretend.example"),
        field("window.quota", FieldType.NUMBER, default=5),
        field("window.valid_s", FieldType.SECONDS, default=60),
    ),
)


class PretendKinds:
    """Implements `hub.ports.ChannelKinds`; `make` builds an adapter of a document."""

    def __init__(self, make: Callable[[Mapping[str, Any]], ChannelAdapter]) -> None:
        self.make = make

    def forms(self) -> Sequence[KindForm]:
        return [FORM]

    def form(self, kind: str) -> KindForm | None:
        return FORM if kind == PRETEND else None

    def check(self, document: Mapping[str, Any]) -> None:
        if document["kind"] != PRETEND:
            raise ConfigurationError(f"channels.{document['id']}.kind", "is unknown")
        if document.get("account") == "wrong":
            raise ConfigurationError(f"channels.{document['id']}.account", "is wrong")

    def build(self, document: Mapping[str, Any]) -> ChannelAdapter:
        self.check(document)
        return self.make(document)


def host_of(
    documents: Documents,
    clock: Clock,
    bus: Bus,
    make: Callable[[Mapping[str, Any]], ChannelAdapter],
    of_file: Sequence[Mapping[str, Any]] = (),
) -> ChannelHost:
    vault = Vault([b"v" * 32])
    accounts = ChannelAccounts(documents, clock, vault, PretendKinds(make), of_file)
    return ChannelHost(accounts, bus, clock)
