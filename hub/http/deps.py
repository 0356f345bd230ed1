"""What the HTTP side is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.decisions.rules import StreamRules
from hub.http.health import Probe
from hub.http.metrics import Metrics
from hub.http.site import Site
from hub.http.webhook_post import WebhookPost
from hub.ports import (
    Accept,
    Clock,
    Commands,
    Documents,
    ExchangeStore,
    Inbox,
    Journal,
    Outbox,
    Reading,
)
from hub.services.access import AccessRules, Passwords
from hub.services.channel_host import ChannelHost
from hub.services.knowledge.house import Knowledge
from hub.services.limits import Rates
from hub.services.lockout import LockRules
from hub.services.media.files import Files
from hub.services.media.links import FileLinks
from hub.services.vault import Vault
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
    rates: Rates = field(default_factory=Rates)
    lockout: LockRules = field(default_factory=LockRules)
    trusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpDeps:
    """`rules` are those of the customer stream.

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
    vault: Vault
    webhook_post: WebhookPost = field(default_factory=lambda: WebhookPost(()))
    files: Files
    links: FileLinks
    knowledge: Knowledge
    channels: ChannelHost
    exchanges: ExchangeStore
    probes: Mapping[str, Probe]
    metrics: Metrics
    options: HttpOptions
    serves: Serves = serves_nobody
