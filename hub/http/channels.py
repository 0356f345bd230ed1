"""`/api/v1/channels`: what is configured and how it fares."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from hub.http.route import EVERYBODY, AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing, Shape
from hub.model.ids import ChannelId
from hub.ports import ChannelAdapter
from hub.services.keys import Scope


class GrantShape(Shape):
    quota: int
    valid_s: float = Field(description="Seconds after the customer's act.")


class MediaRuleShape(Shape):
    """A file of ours: its types by content; `max_seconds` of sound or film, 0 = any length."""

    max_bytes: int
    max_seconds: int
    content_types: tuple[str, ...]


class CapabilitiesShape(Shape):
    """`grants` by what the customer did; empty when the channel has no reply windows. `media` by
    kind of file; a kind that is missing is not sent."""

    parts: tuple[str, ...]
    max_text: int
    max_options: int
    receipts: bool
    typing: bool
    grants: dict[str, GrantShape]
    media: dict[str, MediaRuleShape]


class ChannelShape(Shape):
    """`health.state` is "ok", "degraded" or "down"."""

    id: str
    kind: str
    capabilities: CapabilitiesShape
    health: dict[str, str]


class ChannelList(Shape):
    items: tuple[ChannelShape, ...]


class ChannelApi:
    def __init__(self, channels: Mapping[ChannelId, ChannelAdapter]) -> None:
        self._channels = channels

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="GET",
                path="/api/v1/channels",
                name="list_channels",
                tag="Channels",
                summary="Configured channel accounts, what they can do and how they fare",
                handle=self.list,
                answers={200: ChannelList},
                roles=EVERYBODY,
                scope=Scope.READ_CHANNELS,
            ),
        )

    async def list(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        channels = sorted(self._channels.values(), key=lambda channel: channel.id)
        items = tuple(_shape(channel) for channel in channels)
        return Reply(status=200, content=ChannelList(items=items))


def _shape(channel: ChannelAdapter) -> ChannelShape:
    can = channel.capabilities
    return ChannelShape(
        id=channel.id,
        kind=channel.kind,
        capabilities=CapabilitiesShape(
            parts=tuple(sorted(can.parts)),
            max_text=can.max_text,
            max_options=can.max_options,
            receipts=can.receipts,
            typing=can.typing,
            grants={
                kind: GrantShape(quota=rule.quota, valid_s=rule.valid / timedelta(seconds=1))
                for kind, rule in can.grants.items()
            },
            media={
                kind.value: MediaRuleShape(
                    max_bytes=rule.max_bytes,
                    max_seconds=rule.max_seconds,
                    content_types=tuple(sorted(rule.content_types)),
                )
                for kind, rule in can.media_rules.items()
            },
        ),
        health=dict(channel.health()),
    )
