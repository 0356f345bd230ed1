"""The desk's own rules in virtual time: every agent takes every offer at once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from hub.decisions.desk import DeskRules
from hub.decisions.desk.settings import DeskSettings
from hub.model.desk import AgentProfile, Medium, Presence, Queue, Slots
from hub.model.desk_events import Offered
from hub.model.desk_inputs import (
    AcceptOffer,
    ConfigureDesk,
    ConnectAgent,
    PlaceWork,
    ReleaseWork,
    SetPresence,
)
from hub.model.ids import (
    GENERAL_QUEUE,
    AgentId,
    ChannelId,
    ConversationId,
    InteractionId,
    desk_stream,
)
from tests.decisions.desk.mmn import Contact

START = datetime(2026, 11, 22, tzinfo=UTC)
CHANNEL = ChannelId("wechat-demo")
QUEUE = Queue(queue_id=GENERAL_QUEUE, name="综合")


class VirtualDesk:
    """`agents` who take one interaction each, of any queue."""

    def __init__(self, agents: int) -> None:
        self._rules = DeskRules(DeskSettings())
        self._state = self._rules.new(desk_stream())
        self._at = START
        self._starts: list[int | None] = []
        self._ends: list[tuple[int, int]] = []
        self._contacts: Sequence[Contact] = ()
        self.decisions = 0
        self._do(ConfigureDesk(queues=(QUEUE,), author="test"))
        for n in range(agents):
            agent_id = AgentId(f"a{n}")
            capacity = (Slots(medium=Medium.TEXT, count=1),)
            profile = AgentProfile(agent_id=agent_id, display_name="", capacity=capacity)
            self._do(ConnectAgent(agent=profile, connection_id=f"c.{n}"))
            self._do(SetPresence(agent_id=agent_id, presence=Presence.READY))

    def starts(self, contacts: Sequence[Contact]) -> list[int | None]:
        """When each contact is accepted, in microseconds; None = released while it waited."""
        self._contacts = contacts
        self._starts = [None] * len(contacts)
        for i, contact in enumerate(contacts):
            self._release_until(contact.arrival)
            self._place(i, contact)
        self._release_until(None)
        return self._starts

    def _place(self, i: int, contact: Contact) -> None:
        self._at = START + timedelta(microseconds=contact.arrival)
        self._do(
            PlaceWork(
                interaction_id=InteractionId(f"{i}"),
                conversation_id=ConversationId(f"{i}"),
                queue_id=GENERAL_QUEUE,
                channel_id=CHANNEL,
                waiting_since=self._at,
            )
        )
        if self._starts[i] is None and contact.patience is not None:
            heappush(self._ends, (contact.arrival + contact.patience, i))

    def _release_until(self, until: int | None) -> None:
        """Talks that end and customers who leave; who was served meanwhile does not leave."""
        while self._ends and (until is None or self._ends[0][0] <= until):
            at, i = heappop(self._ends)
            start = self._starts[i]
            if start is None or at == start + self._contacts[i].service:
                self._at = START + timedelta(microseconds=at)
                self._do(ReleaseWork(interaction_id=InteractionId(f"{i}")))

    def _do(self, command: Any) -> None:
        events = self._rules.judge(self._state, command, self._at)
        for event in events:
            self._rules.apply(self._state, event, self._at)
        self._state.seq += 1
        self.decisions += 1
        for event in events:
            if isinstance(event, Offered):
                self._accept(event)

    def _accept(self, offer: Offered) -> None:
        self._do(
            AcceptOffer(
                interaction_id=offer.interaction_id, agent_id=offer.agent_id, epoch=offer.epoch
            )
        )
        i = int(offer.interaction_id)
        start = (self._at - START) // timedelta(microseconds=1)
        self._starts[i] = start
        heappush(self._ends, (start + self._contacts[i].service, i))
