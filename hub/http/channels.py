"""`/api/v1/channels`: what is configured and how it fares."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from hub.http.route import EVERYBODY, AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing, Shape
from hub.model.ids import ChannelId
from hub.model.message import MediaKind
from hub.ports import ChannelAdapter, LinkRule, MediaRule
from hub.services.keys import Scope


class GrantShape(Shape):
    quota: int
    valid_s: float = Field(description="Seconds after the customer's act.")


class MediaRuleShape(Shape):
    """A file of ours: its types by content; `max_seconds` of sound or film, 0 = any length."""

    max_bytes: int
    max_seconds: int
    content_types: tuple[str, ...]


class LinkRuleShape(Shape):
    """A link card: characters of its words; null when it has no picture."""

    title: int
    description: int
    picture: MediaRuleShape | None


class CapabilitiesShape(Shape):
    """`grants` by what the customer did; empty when the channel has no reply windows. `media` by
    kind of file; a kind of `linked` goes out as a link, any other that is missing is not sent.
    `larger_linked`: so does a file over its kind's `max_bytes`; otherwise that is not sent.
    `map_url`: what a place goes out with, `{latitude}`, `{longitude}`, `{name}` and `{address}`
    filled in; "" = without a map."""

    parts: tuple[str, ...]
    max_text: int
    max_options: int
    receipts: bool
    typing: bool
    grants: dict[str, GrantShape]
    media: dict[str, MediaRuleShape]
    linked: tuple[MediaKind, ...]
    larger_linked: bool
    link: LinkRuleShape | None
    map_url: str


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
            media={kind.value: _media_rule(rule) for kind, rule in can.media_rules.items()},
            linked=tuple(kind for kind in MediaKind if can.is_linked(kind, 0)),
            larger_linked=any(
                can.is_linked(k, r.max_bytes + 1) for k, r in can.media_rules.items()
            ),
            link=_link_rule(can.link) if can.link else None,
            map_url=can.map_url,
        ),
        health=dict(channel.health()),
    )


def _link_rule(rule: LinkRule) -> LinkRuleShape:
    picture = _media_rule(rule.picture) if rule.picture else None
    return LinkRuleShape(title=rule.title, description=rule.description, picture=picture)


def _media_rule(rule: MediaRule) -> MediaRuleShape:
    return MediaRuleShape(
        max_bytes=rule.max_bytes,
        max_seconds=rule.max_seconds,
        content_types=tuple(sorted(rule.content_types)),
    )
