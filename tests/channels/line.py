"""An adapter, the provider it talks to, and one customer who has just written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from channels.wechat.adapter import WeChatAdapter
from channels.wechat.simulator.account import CallFault
from channels.wechat.simulator.deliveries import Deliveries
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from hub.errors import SendError
from hub.model.ids import ChannelId
from hub.model.message import Address, Part
from hub.ports import SendReceipt
from tests.channels.support import (
    CHANNEL,
    Files,
    Log,
    ManualClock,
    adapter_of,
    free_port,
    world_of,
)

KEY = "00:000000000001#0"


@dataclass(slots=True, kw_only=True)
class Line:
    adapter: WeChatAdapter
    world: World
    deliveries: Deliveries
    clock: ManualClock
    phone: Phone
    files: Files
    log: Log
    url: str

    @property
    def to(self) -> Address:
        return Address(channel_id=ChannelId(CHANNEL), value=self.phone.openid)

    async def send(self, part: Part, key: str = KEY) -> SendReceipt:
        return await self.adapter.send(self.to, part, key=key)

    async def fails(self, part: Part) -> SendError:
        with pytest.raises(SendError) as caught:
            await self.send(part)
        return caught.value

    def fault(self, **fault: Any) -> None:
        self.world.call_faults = [CallFault.model_validate(fault)]

    @property
    def sent(self) -> list[Any]:
        return [row["content"] for row in self.world.sends.sent]

    def count(self, operation: str) -> int:
        return self.world.calls[f"/cgi-bin/{operation}"]


@asynccontextmanager
async def line(**more: Any) -> AsyncIterator[Line]:
    """The customer follows, and has just written."""
    clock, port = ManualClock(), free_port()
    world, files, log = world_of(clock), Files(), Log()
    phone = world.add_phone()
    phone.following = True
    phone.last_exchange = clock.monotonic()
    world.windows.grant(phone.openid, "message")
    url = f"http://127.0.0.1:{port}"
    adapter = adapter_of(world.account, clock, base_url=url, files=files, log=log, **more)
    async with running(world, port=port) as deliveries:
        try:
            yield Line(
                adapter=adapter,
                world=world,
                deliveries=deliveries,
                clock=clock,
                phone=phone,
                files=files,
                log=log,
                url=url,
            )
        finally:
            await adapter._api.close()
