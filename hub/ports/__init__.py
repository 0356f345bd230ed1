"""What the core needs of the outside world. Protocols without base classes."""

from hub.ports.channels import (
    Accept,
    Capabilities,
    ChannelAdapter,
    GrantRule,
    SendReceipt,
    SupportsWebhook,
    WebhookReply,
    WebhookRequest,
)
from hub.ports.heart import (
    Alarms,
    Doc,
    HeartStores,
    Inbox,
    Journal,
    Outbox,
    ProjectionStore,
    Shards,
    Snapshots,
)
from hub.ports.plain import (
    PLAIN,
    SEARCHED,
    Documents,
    Reading,
    TokenStore,
)
from hub.ports.running import (
    Bot,
    Bus,
    Clock,
    Commands,
    Feed,
    Projection,
)

__all__ = [
    "PLAIN",
    "SEARCHED",
    "Accept",
    "Alarms",
    "Bot",
    "Bus",
    "Capabilities",
    "ChannelAdapter",
    "Clock",
    "Commands",
    "Doc",
    "Documents",
    "Feed",
    "GrantRule",
    "HeartStores",
    "Inbox",
    "Journal",
    "Outbox",
    "Projection",
    "ProjectionStore",
    "Reading",
    "SendReceipt",
    "Shards",
    "Snapshots",
    "SupportsWebhook",
    "TokenStore",
    "WebhookReply",
    "WebhookRequest",
]
