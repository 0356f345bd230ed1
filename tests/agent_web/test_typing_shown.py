"""Whose writing a customer is shown, and how often."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from agent_web.typing_shown import AGAIN_S, TypingShown
from hub.model.ids import ChannelId
from hub.model.message import Address
from hub.ports import ChannelAdapter, Reading
from tests.fakes.clock import ManualClock

WECHAT = ChannelId("wechat-main")
TOPIC = "customer:aa"


class Lists:
    """The two lists; `agent_id` is who has the talk as far as they know."""

    def __init__(self) -> None:
        self.agent_id = ""

    async def page(self, name: str, where: dict[str, Any], *, limit: int) -> list[Any]:
        return [{"channel_id": WECHAT}] if where["agent_id"] == self.agent_id else []

    async def get(self, name: str, key: str) -> dict[str, Any]:
        return {"addresses": [{"channel_id": WECHAT, "value": "o-1"}]}


class Channel:
    capabilities = SimpleNamespace(typing=True)

    def __init__(self) -> None:
        self.shown: list[str] = []

    async def show_typing(self, to: Address, *, on: bool) -> None:
        self.shown.append(to.value)


async def test_a_sign_that_came_before_the_list_knew_is_made_good_by_the_next() -> None:
    lists, channel, clock = Lists(), Channel(), ManualClock()
    channels = {WECHAT: cast(ChannelAdapter, channel)}
    typing = TypingShown(cast(Reading, lists), channels, clock)
    assert typing.due(TOPIC)
    await typing.show("agent1", TOPIC)
    assert channel.shown == []
    lists.agent_id = "agent1"
    assert typing.due(TOPIC)
    await typing.show("agent1", TOPIC)
    assert channel.shown == ["o-1"]


async def test_what_was_shown_is_not_said_again_for_a_while() -> None:
    lists, channel, clock = Lists(), Channel(), ManualClock()
    lists.agent_id = "agent1"
    typing = TypingShown(cast(Reading, lists), {WECHAT: cast(ChannelAdapter, channel)}, clock)
    assert typing.due(TOPIC)
    await typing.show("agent1", TOPIC)
    assert not typing.due(TOPIC)
    clock.advance(timedelta(seconds=AGAIN_S))
    assert typing.due(TOPIC)
