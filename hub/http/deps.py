"""What the HTTP side is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.decisions.rules import StreamRules
from hub.http.health import Probe
from hub.http.metrics import Metrics
from hub.http.site import Site
from hub.model.ids import ChannelId
from hub.ports import (
    Accept,
    ChannelAdapter,
    Clock,
    Commands,
    Documents,
    Inbox,
    Journal,
    Outbox,
    Reading,
    SupportsWebhook,
)
from hub.services.access import AccessRules, Passwords
from hub.services.visibility import Serves, serves_nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """`public_url` is where browsers find us; `trusted_origins` may also send changes.

    `command_wait_s`: how long a command waits for its decision before 202.
    """

    public_url: str = "http://127.0.0.1:8080"
    trusted_origins: tuple[str, ...] = ()
    command_wait_s: float = 5.0
    static_dir: Path | None = None
    access: AccessRules = field(default_factory=AccessRules)
    site: Site = field(default_factory=Site)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpDeps:
    """`rules` are those of the customer stream; `channels` with `on_webhook` get a hook.

    `serves` is what the desk knows, ahead of the lists.
    """

    clock: Clock
    commands: Commands
    reading: Reading
    documents: Documents
    journal: Journal
    outbox: Outbox
    inbox: Inbox
    rules: StreamRules
    accept: Accept
    passwords: Passwords
    channels: Mapping[ChannelId, ChannelAdapter]
    probes: Mapping[str, Probe]
    metrics: Metrics
    options: HttpOptions
    serves: Serves = serves_nobody

    def webhooks(self) -> dict[ChannelId, SupportsWebhook]:
        return {
            channel_id: channel  # type: ignore[misc]
            for channel_id, channel in self.channels.items()
            if hasattr(channel, "on_webhook")
        }
