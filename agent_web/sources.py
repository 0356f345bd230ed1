"""Where the topics of this process come from: the desk, customers on demand, the live list."""

import asyncio
import re
from collections.abc import Mapping

from agent_web.customer_docs import ChannelFacts
from agent_web.customer_view import CustomerView
from agent_web.desk_view import DeskView
from agent_web.list_view import ListView
from agent_web.topics import Topic
from hub.decisions.rules import StreamRules
from hub.errors import StoreUncertain
from hub.model.ids import ChannelId, desk_stream
from hub.ports import Clock, Feed, HeartStores, Reading
from hub.services.live import LiveStream
from hub.services.live_customers import LiveCustomers
from hub.streams.shard import RuleBook

LOAD_WITHIN_S = 5.0
CUSTOMER = re.compile(r"customer:([0-9a-f]{20})")


class Topics:
    """Implements `TopicSource`; `run` must be running. `desk` is the live fold of the desk."""

    def __init__(
        self,
        stores: HeartStores,
        reading: Reading,
        feed: Feed,
        customer_rules: StreamRules,
        desk_rules: StreamRules,
        channels: Mapping[ChannelId, ChannelFacts],
        clock: Clock,
    ) -> None:
        rules = RuleBook({each.kind: each for each in (customer_rules, desk_rules)})
        self.desk = LiveStream(desk_stream(), stores, feed, rules, clock)
        self._desk_view = DeskView(desk_rules.version)
        self.desk.listeners.append(self._desk_view)
        self._customers = LiveCustomers(
            stores,
            feed,
            rules,
            clock,
            lambda customer_id: CustomerView(
                customer_id, customer_rules, reading, channels, self._desk_view.serves
            ),
        )
        self._list = ListView(stores.projections, reading, feed, clock)

    async def run(self) -> None:
        """Follow what is watched until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.desk.run())
            tasks.create_task(self._customers.run())
            tasks.create_task(self._list.run())

    async def open(self, name: str) -> Topic | None:
        """See `TopicSource`."""
        if name == self._desk_view.name:
            await self._desk_ready()
            return self._desk_view
        if name == self._list.name:
            await self._list.open()
            return self._list
        found = CUSTOMER.fullmatch(name)
        if found is None:
            return None
        await self._desk_ready()
        return await self._customers.open(found[1])

    def serves(self, username: str, customer_id: str) -> bool:
        """Whether the desk gave somebody an interaction of this customer, as far as it is read."""
        return self.desk.is_loaded and self._desk_view.serves(username, customer_id)

    def release(self, topic: Topic) -> None:
        if topic is self._list:
            self._list.release()
        elif isinstance(topic, CustomerView):
            self._customers.release(topic.customer_id)

    async def _desk_ready(self) -> None:
        """Who may see a customer depends on the desk."""
        try:
            async with asyncio.timeout(LOAD_WITHIN_S):
                await self.desk.ready()
        except TimeoutError as error:
            raise StoreUncertain("desk not read in time") from error
