"""An adapter, the provider it talks to, and one customer who has just written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from channels.wechat.adapter import WeChatAdapter
from channels.wechat.simulator.account import CallFault
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from hub.errors import SendError
from hub.model.ids import ChannelId
from hub.model.message import Address, Part, TextPart
from tests.channels.support import CHANNEL, ManualClock, adapter_of, free_port, world_of

HELLO = TextPart(text="您好，我们 24 小时内回复您😀")


def to(openid: str) -> Address:
    return Address(channel_id=ChannelId(CHANNEL), value=openid)


@dataclass(slots=True)
class Line:
    adapter: WeChatAdapter
    world: World
    clock: ManualClock
    openid: str

    async def send(self, part: Part = HELLO) -> None:
        await self.adapter.send(to(self.openid), part, key="00:000000000001#0")

    async def fails(self, part: Part = HELLO) -> SendError:
        with pytest.raises(SendError) as caught:
            await self.send(part)
        return caught.value

    def fault(self, **fault: Any) -> None:
        self.world.call_faults = [CallFault.model_validate(fault)]

    @property
    def sent(self) -> list[Any]:
        return [row["content"] for row in self.world.sends.sent]


@asynccontextmanager
async def line(**more: Any) -> AsyncIterator[Line]:
    clock, port = ManualClock(), free_port()
    world = world_of(clock)
    openid = world.add_phone().openid
    world.windows.grant(openid, "message")
    adapter = adapter_of(world.account, clock, base_url=f"http://127.0.0.1:{port}", **more)
    async with running(world, port=port):
        try:
            yield Line(adapter, world, clock, openid)
        finally:
            await adapter._api.close()
