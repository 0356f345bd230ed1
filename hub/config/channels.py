"""The accounts on channels of one process and the log of what they exchange, from its settings."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from channels import registry
from hub.config.settings import Settings
from hub.ports import Accept, Bus, Clock
from hub.services.channel_accounts import ChannelAccounts
from hub.services.channel_host import ChannelHost
from hub.services.channel_log import ChannelLog
from hub.services.meanings import Meanings
from hub.services.media.files import ReadyMedia
from hub.services.menus import Menus
from hub.services.qr_codes import QrCodes
from hub.services.vault import Vault
from hub.store.mongo.stores import MongoStores


def channel_log_of(settings: Settings, stores: MongoStores, clock: Clock) -> ChannelLog:
    keep = timedelta(seconds=settings.channel_log.keep_s)
    return ChannelLog(stores.exchanges, clock, keep=keep)


def channel_host(
    settings: Settings,
    clock: Clock,
    stores: MongoStores,
    vault: Vault,
    bus: Bus,
    channel_log: ChannelLog,
) -> ChannelHost:
    """Raises ConfigurationError: an account of the file is wrong, or two have one id."""
    kinds = registry.Kinds(clock, stores.tokens, ReadyMedia(stores.media), channel_log)
    accounts = ChannelAccounts(stores.documents, clock, vault, kinds, _enabled(settings))
    return ChannelHost(accounts, bus, clock)


def meant(accept: Accept, stores: MongoStores, channels: ChannelHost, clock: Clock) -> Accept:
    """`accept` of what providers hand in, with the meaning of presses and scans."""
    menus = Menus(stores.documents, clock, channels)
    codes = QrCodes(stores.documents, clock, channels)
    return Meanings(menus, codes).accepting(accept)


def _enabled(settings: Settings) -> list[Mapping[str, Any]]:
    """A disabled one is checked all the same."""
    configs = registry.read_all(settings.channels)
    pairs = zip(settings.channels, configs, strict=True)
    return [document for document, config in pairs if config.enabled]
