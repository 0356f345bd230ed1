"""The events of one decision while they are being found."""

from datetime import datetime
from typing import Any

from hub.decisions.customer.state import Conversation, CustomerState
from hub.decisions.policy import Policy
from hub.model.events import TimerArmed, TimerDisarmed
from hub.model.ids import ConversationId, MessageId


class Draft:
    """Reads the state and never changes it; `seq` is the number the commit will have."""

    __slots__ = ("_generation", "_messages", "at", "events", "policy", "seq", "state")

    def __init__(self, state: CustomerState, policy: Policy, at: datetime) -> None:
        self.state = state
        self.policy = policy
        self.at = at
        self.seq = state.seq + 1
        self.events: list[Any] = []
        self._generation = state.generation
        self._messages = 0

    @property
    def open(self) -> Conversation:
        """The open conversation, where the table says there is one."""
        return open_in(self.state)

    def add(self, event: Any) -> None:
        self.events.append(event)

    def arm(self, name: str, due: datetime) -> None:
        self._generation += 1
        self.add(TimerArmed(name=name, generation=self._generation, due=due))

    def disarm(self, name: str) -> None:
        if name in self.state.timers:
            self.add(TimerDisarmed(name=name))

    def message_id(self, conversation_id: ConversationId) -> MessageId:
        """The id of the next message of ours in this commit."""
        self._messages += 1
        return MessageId(f"{conversation_id}.{self.seq}.{self._messages - 1}")


def open_in(state: CustomerState) -> Conversation:
    if state.conversation is None:
        raise LookupError("no open conversation")
    return state.conversation
