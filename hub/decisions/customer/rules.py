"""The customer stream's rules, put together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.decisions.customer import (
    frozen,
    handling,
    media,
    merging,
    notices,
    profiles,
    sending,
    talk,
    timers,
    waiting,
)
from hub.decisions.customer.draft import Draft
from hub.decisions.customer.effects import effects_of
from hub.decisions.customer.folding import FOLDS
from hub.decisions.customer.state import CustomerState
from hub.decisions.customer.table import CLOSED, TABLE, ConversationState, Row
from hub.decisions.policy import Policy
from hub.model import inputs
from hub.model.codec import pack, reader
from hub.model.effects import Effect
from hub.model.events import Event
from hub.model.ids import CUSTOMER, CustomerId, customer_stream, stream_name

CODE_VERSION = 7
"""Raised with every change of a decision, so that no snapshot of other rules is used."""

_read_input = reader(inputs.CustomerInput)
_read_event = reader(Event)

HANDLERS: Mapping[type, Callable[[Draft, Any], None]] = {
    inputs.CustomerMessage: talk.hear,
    inputs.CustomerSignal: talk.notice,
    inputs.BotReplied: talk.hear_bot,
    inputs.BotFailed: talk.bot_failed,
    inputs.SendMessage: sending.send,
    inputs.SendNotice: notices.send,
    inputs.ResendMessage: sending.resend,
    inputs.DiscardMessage: sending.discard,
    inputs.DeliveryReport: sending.report,
    inputs.MediaReport: media.report,
    inputs.ProfileReport: profiles.learn,
    inputs.RequestHandOff: handling.request_hand_off,
    inputs.CloseConversation: handling.close_by_person,
    inputs.WorkOffered: handling.offered,
    inputs.WorkReturned: handling.returned,
    inputs.WorkQueued: waiting.tell_place,
    inputs.WorkAssigned: handling.assigned,
    inputs.EndInteraction: handling.end,
    inputs.FinishWrapUp: handling.finish,
    inputs.AddNote: handling.note,
    inputs.MergeCustomer: merging.merge,
    inputs.UndoMerge: merging.undo,
    inputs.AbsorbCustomer: merging.absorb,
    inputs.ReleaseCustomer: merging.release,
    inputs.TimerFired: timers.fire,
}


class CustomerRules:
    """`StreamRules` of "customer:<id>"; ids derive from the stream and its seq."""

    kind = CUSTOMER

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.version = f"{CUSTOMER}/{CODE_VERSION}.{policy.version}"

    def new(self, stream: str) -> CustomerState:
        return CustomerState(CustomerId(stream_name(stream)))

    def decide(
        self, state: CustomerState, body: Mapping[str, Any], key: str, at: datetime
    ) -> Sequence[Event]:
        return self.judge(state, _read_input(body), at)

    def judge(self, state: CustomerState, command: Any, at: datetime) -> Sequence[Event]:
        """`decide` of an input that is already unpacked."""
        row = TABLE[type(command)]
        cell = row.cells[_standing(state, row, command)]
        if not isinstance(cell, frozenset):
            return (cell,)
        draft = Draft(state, self.policy, at)
        HANDLERS[type(command)](draft, command)
        return draft.events

    def apply(self, state: CustomerState, event: Event, at: datetime) -> None:
        FOLDS[type(event)](state, event, at)

    def pack(self, event: Event) -> dict[str, Any]:
        return pack(event)

    def unpack(self, doc: Mapping[str, Any]) -> Event:
        found: Event = _read_event(doc)
        return found

    def effects(self, stream: str, event: Event, body: Mapping[str, Any]) -> Iterable[Effect]:
        return effects_of(stream, event, body)

    def due(self, state: CustomerState) -> datetime | None:
        return min([timer.due for timer in state.timers.values()], default=None)

    def fired(self, state: CustomerState, at: datetime) -> Sequence[tuple[str, dict[str, Any]]]:
        late = sorted(
            (t.due, name, t.generation) for name, t in state.timers.items() if t.due <= at
        )
        stream = customer_stream(state.customer_id)
        return [
            (
                f"t:{stream}:{name}:{generation}",
                pack(inputs.TimerFired(name=name, generation=generation)),
            )
            for _, name, generation in late
        ]

    def freeze(self, state: CustomerState) -> dict[str, Any]:
        return frozen.freeze(state)

    def thaw(self, doc: Mapping[str, Any]) -> CustomerState:
        return frozen.thaw(doc)


def _standing(state: CustomerState, row: Row, command: Any) -> ConversationState:
    conversation = state.conversation
    if conversation is None:
        return CLOSED
    if row.names and getattr(command, row.names) != getattr(conversation, row.names):
        return CLOSED
    return conversation.state
