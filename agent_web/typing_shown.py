"""Tells customers that somebody writes to them, on channels that show it."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import cast

import structlog

from hub.errors import SendError, StoreUncertain
from hub.model.ids import CUSTOMER, ChannelId, stream_kind, stream_name
from hub.model.message import Address
from hub.ports import ChannelAdapter, Clock, Reading, SupportsTyping

log = structlog.get_logger(__name__)

AGAIN_S = 8.0
"""Channels show it for a while (WeChat: 15 s); the screen says it every 3 s."""

REMEMBERED = 5000


class TypingShown:
    """Never urgent, never repeated: what does not work is left."""

    def __init__(
        self, reading: Reading, channels: Mapping[ChannelId, ChannelAdapter], clock: Clock
    ) -> None:
        self._reading = reading
        self._channels = channels
        self._clock = clock
        self._told_at: OrderedDict[str, float] = OrderedDict()

    def due(self, topic: str) -> bool:
        """Whether the customer of this topic may be told now; then it counts as told."""
        if stream_kind(topic) != CUSTOMER:
            return False
        now = self._clock.monotonic()
        if now - self._told_at.get(topic, -AGAIN_S) < AGAIN_S:
            return False
        self._told_at[topic] = now
        self._told_at.move_to_end(topic)
        if len(self._told_at) > REMEMBERED:
            self._told_at.popitem(last=False)
        return True

    async def show(self, username: str, topic: str) -> None:
        """Only the one who serves the customer is heard."""
        customer_id = stream_name(topic)
        where = {"customer_id": customer_id, "agent_id": username, "state": "active"}
        try:
            found = await self._reading.page("conversations", where, limit=1)
            customer = await self._reading.get("customers", customer_id) if found else None
            if customer is None:  # the list may not know yet whose it is
                self._told_at.pop(topic, None)
                return
            channel_id = ChannelId(found[0]["channel_id"])
            channel = self._channels.get(channel_id)
            if channel is None or not channel.capabilities.typing:
                return
            for address in customer["addresses"]:
                if address["channel_id"] == channel_id:
                    to = Address(channel_id=channel_id, value=address["value"])
                    await cast(SupportsTyping, channel).show_typing(to, on=True)
                    return
        except (SendError, StoreUncertain) as error:
            log.info("typing not shown", topic=topic, reason=type(error).__name__)
