"""Which input does what in which state of a conversation, as data.

A cell is the set of states the conversation may be in afterwards, or the answer "no": people are
refused with a reason, what machines tell is ignored.

The desk alone assigns: what it tells of its epoch, or of a later one, holds in wrap-up too. So an
interaction that was transferred while its agent ended the talk goes on at the desk, and the desk
ignores the wrap-up of an epoch it took back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.model import events, inputs
from hub.model.events import Ignored, Refused


class ConversationState(StrEnum):
    BOT = "bot"
    QUEUED = "queued"
    OFFERED = "offered"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"


BOT = ConversationState.BOT
QUEUED = ConversationState.QUEUED
OFFERED = ConversationState.OFFERED
ACTIVE = ConversationState.ACTIVE
WRAP_UP = ConversationState.WRAP_UP
CLOSED = ConversationState.CLOSED

Cell = frozenset[ConversationState] | Ignored | Refused


@dataclass(frozen=True, slots=True)
class Row:
    """`names` is the field by which the input names its conversation or interaction; where that
    is not the open one, the column CLOSED holds."""

    cells: Mapping[ConversationState, Cell]
    names: str = ""


def _to(*states: ConversationState) -> frozenset[ConversationState]:
    return frozenset(states)


CONVERSATION_CLOSED = Refused(reason="conversation_closed")
ALREADY_HANDED_OFF = Refused(reason="already_handed_off")
NOT_YOURS = Refused(reason="not_yours")
TALK_ENDED = Refused(reason="talk_ended")
NOT_IN_WRAP_UP = Refused(reason="not_in_wrap_up")
SUPERSEDED = Ignored(reason="superseded")
NOT_ARMED = Ignored(reason="timer_not_armed")

STAYS: Mapping[ConversationState, Cell] = {state: _to(state) for state in ConversationState}
BY_CONVERSATION = "conversation_id"
BY_INTERACTION = "interaction_id"

TABLE: Mapping[type, Row] = {
    inputs.CustomerMessage: Row(
        {
            **STAYS,
            BOT: _to(BOT, QUEUED),
            WRAP_UP: _to(ACTIVE, WRAP_UP),
            CLOSED: _to(BOT, QUEUED, CLOSED),
        }
    ),
    inputs.CustomerSignal: Row(
        {
            **STAYS,
            BOT: _to(BOT, QUEUED),
            WRAP_UP: _to(ACTIVE, WRAP_UP),
            CLOSED: _to(BOT, QUEUED, CLOSED),
        }
    ),
    inputs.BotReplied: Row(
        {**dict.fromkeys(ConversationState, SUPERSEDED), BOT: _to(BOT, QUEUED)}, BY_CONVERSATION
    ),
    inputs.BotFailed: Row(
        {**dict.fromkeys(ConversationState, SUPERSEDED), BOT: _to(BOT, QUEUED)}, BY_CONVERSATION
    ),
    inputs.SendMessage: Row({**STAYS, CLOSED: CONVERSATION_CLOSED}, BY_CONVERSATION),
    inputs.SendNotice: Row(STAYS),
    inputs.ResendMessage: Row(STAYS),
    inputs.DiscardMessage: Row(STAYS),
    inputs.DeliveryReport: Row(STAYS),
    inputs.MediaReport: Row(STAYS),
    inputs.ProfileReport: Row(STAYS),
    inputs.RequestHandOff: Row(
        {
            **dict.fromkeys(ConversationState, ALREADY_HANDED_OFF),
            BOT: _to(QUEUED),
            CLOSED: CONVERSATION_CLOSED,
        },
        BY_CONVERSATION,
    ),
    inputs.CloseConversation: Row(
        {**dict.fromkeys(ConversationState, _to(CLOSED)), CLOSED: CONVERSATION_CLOSED},
        BY_CONVERSATION,
    ),
    inputs.WorkOffered: Row(
        {
            BOT: SUPERSEDED,
            QUEUED: _to(QUEUED, OFFERED),
            OFFERED: _to(OFFERED),
            ACTIVE: _to(ACTIVE, OFFERED),
            WRAP_UP: _to(WRAP_UP, OFFERED),
            CLOSED: SUPERSEDED,
        },
        BY_INTERACTION,
    ),
    inputs.WorkReturned: Row(
        {
            BOT: SUPERSEDED,
            QUEUED: SUPERSEDED,
            OFFERED: _to(OFFERED, QUEUED),
            ACTIVE: _to(ACTIVE, QUEUED),
            WRAP_UP: _to(WRAP_UP, QUEUED),
            CLOSED: SUPERSEDED,
        },
        BY_INTERACTION,
    ),
    inputs.WorkQueued: Row(
        {
            **dict.fromkeys(ConversationState, SUPERSEDED),
            QUEUED: _to(QUEUED),
            OFFERED: _to(OFFERED),
        },
        BY_INTERACTION,
    ),
    inputs.WorkAssigned: Row(
        {
            BOT: SUPERSEDED,
            QUEUED: _to(QUEUED, ACTIVE),
            OFFERED: _to(OFFERED, ACTIVE),
            ACTIVE: _to(ACTIVE),
            WRAP_UP: _to(WRAP_UP, ACTIVE),
            CLOSED: SUPERSEDED,
        },
        BY_INTERACTION,
    ),
    inputs.EndInteraction: Row(
        {
            BOT: NOT_YOURS,
            QUEUED: NOT_YOURS,
            OFFERED: NOT_YOURS,
            ACTIVE: _to(ACTIVE, WRAP_UP),
            WRAP_UP: TALK_ENDED,
            CLOSED: CONVERSATION_CLOSED,
        },
        BY_INTERACTION,
    ),
    inputs.FinishWrapUp: Row(
        {
            BOT: NOT_YOURS,
            QUEUED: NOT_YOURS,
            OFFERED: NOT_YOURS,
            ACTIVE: NOT_IN_WRAP_UP,
            WRAP_UP: _to(WRAP_UP, CLOSED),
            CLOSED: CONVERSATION_CLOSED,
        },
        BY_INTERACTION,
    ),
    inputs.AddNote: Row({**STAYS, CLOSED: CONVERSATION_CLOSED}, BY_CONVERSATION),
    inputs.MergeCustomer: Row(STAYS),
    inputs.UndoMerge: Row(STAYS),
    inputs.AbsorbCustomer: Row(STAYS),
    inputs.ReleaseCustomer: Row(STAYS),
    inputs.TimerFired: Row(
        {
            BOT: _to(BOT, QUEUED, CLOSED),
            QUEUED: NOT_ARMED,
            OFFERED: NOT_ARMED,
            ACTIVE: _to(ACTIVE, WRAP_UP),
            WRAP_UP: _to(WRAP_UP, CLOSED),
            CLOSED: NOT_ARMED,
        }
    ),
}

MOVES: Mapping[type, ConversationState] = {
    events.ConversationOpened: BOT,
    events.HandedOff: QUEUED,
    events.InteractionOffered: OFFERED,
    events.InteractionRequeued: QUEUED,
    events.InteractionAssigned: ACTIVE,
    events.InteractionResumed: ACTIVE,
    events.WrapUpStarted: WRAP_UP,
    events.ConversationClosed: CLOSED,
}
"""The state a conversation is in after an event; every move drops the timers of the state left."""
