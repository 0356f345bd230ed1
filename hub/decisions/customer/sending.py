"""Our messages to the customer: who may write, what goes out, what became of it."""

from collections.abc import Mapping

from hub.decisions.customer.draft import Draft, open_in
from hub.decisions.customer.state import Conversation, CustomerState
from hub.decisions.customer.table import ACTIVE, NOT_YOURS, WRAP_UP
from hub.decisions.customer.windows import NO_ADDRESS, charge_parts
from hub.model.events import (
    DeliveryChanged,
    Ignored,
    MessageDiscarded,
    MessageSent,
    MessageWithheld,
    Refused,
)
from hub.model.ids import ConversationId
from hub.model.inputs import DeliveryReport, DiscardMessage, ResendMessage, SendMessage
from hub.model.message import DeliveryState, Part, TextPart

EMPTY = Refused(reason="empty")
NOT_CLIMBING = Ignored(reason="not_climbing")
RANK: Mapping[DeliveryState, int] = {
    DeliveryState.QUEUED: 0,
    DeliveryState.SENDING: 1,
    DeliveryState.UNCERTAIN: 2,
    DeliveryState.SENT: 3,
    DeliveryState.FAILED: 4,
    DeliveryState.DISCARDED: 5,
    DeliveryState.DELIVERED: 6,
    DeliveryState.READ: 7,
}
"""A state follows only a lower one; a receipt outranks what we thought of a lost row."""
UNDELIVERED = frozenset({DeliveryState.FAILED, DeliveryState.UNCERTAIN})


def send(draft: Draft, command: SendMessage) -> None:
    conversation = draft.open
    if _is_empty(command.parts):
        draft.add(EMPTY)
    elif not _may_write(conversation, command):
        draft.add(NOT_YOURS)
    elif command.seen > draft.state.seq:
        draft.add(Refused(reason="unknown_view", detail=str(draft.state.seq)))
    elif command.seen < _others_seq(conversation, command.author):
        draft.add(Refused(reason="stale_view", detail=str(draft.state.seq)))
    else:
        known = draft.state.addresses.get(conversation.address or "")
        charged = charge_parts(known, command.parts, draft.at)
        if known is None or isinstance(charged, Refused):
            draft.add(charged)
            return
        draft.add(
            MessageSent(
                message_id=draft.message_id(command.conversation_id),
                conversation_id=command.conversation_id,
                author=command.author,
                address=known.address,
                parts=command.parts,
                charged=charged,
            )
        )
        if "grace" in draft.state.timers:
            draft.disarm("grace")
            draft.arm("idle", draft.at + draft.policy.active_idle)


def say(draft: Draft, author: str, part: Part, state: CustomerState | None = None) -> None:
    """A message of the bot or the system; what may not be sent now is withheld, and seen to be.

    `state` is what the decision's own events make of it, where they matter.
    """
    state = state or draft.state
    conversation = open_in(state)
    known = state.addresses.get(conversation.address or "")
    charged = charge_parts(known, (part,), draft.at)
    if known is None or isinstance(charged, Refused):
        reason = charged.reason if isinstance(charged, Refused) else NO_ADDRESS.reason
        withhold(draft, author, part, reason, conversation.conversation_id)
        return
    draft.add(
        MessageSent(
            message_id=draft.message_id(conversation.conversation_id),
            conversation_id=conversation.conversation_id,
            author=author,
            address=known.address,
            parts=(part,),
            charged=charged,
        )
    )


def withhold(
    draft: Draft,
    author: str,
    part: Part,
    reason: str,
    conversation_id: ConversationId | None = None,
) -> None:
    draft.add(
        MessageWithheld(
            conversation_id=conversation_id or draft.open.conversation_id,
            author=author,
            parts=(part,),
            reason=reason,
        )
    )


def resend(draft: Draft, command: ResendMessage) -> None:
    """Also after the close: dead letters are looked at later."""
    refusal = _undecided(draft, command.of) or _unknown(draft, command)
    known = draft.state.addresses.get(command.address.key)
    charged = charge_parts(known, (command.part,), draft.at)
    if refusal is not None:
        draft.add(refusal)
    elif isinstance(charged, Refused):
        draft.add(charged)
    else:
        draft.add(
            MessageSent(
                message_id=draft.message_id(command.conversation_id),
                conversation_id=command.conversation_id,
                author=command.author,
                address=command.address,
                parts=(command.part,),
                charged=charged,
                resend_of=command.of,
            )
        )


def discard(draft: Draft, command: DiscardMessage) -> None:
    refusal = _undecided(draft, command.of)
    if refusal is not None:
        draft.add(refusal)
        return
    row = draft.state.rows.get(command.of)
    draft.add(
        MessageDiscarded(
            of=command.of, author=command.author, message_id=row.message_id if row else None
        )
    )


def report(draft: Draft, command: DeliveryReport) -> None:
    """A report about a row we no longer know is kept too."""
    row = draft.state.rows.get(command.of)
    if row is not None and RANK[command.state] <= RANK[row.state]:
        draft.add(NOT_CLIMBING)
        return
    draft.add(
        DeliveryChanged(
            of=command.of,
            state=command.state,
            provider_id=command.provider_id,
            code=command.code,
            provider_code=command.provider_code,
            message_id=command.message_id or (row.message_id if row else None),
            index=command.index,
        )
    )


def _is_empty(parts: tuple[Part, ...]) -> bool:
    return not parts or any(isinstance(p, TextPart) and not p.text.strip() for p in parts)


def _may_write(conversation: Conversation, command: SendMessage) -> bool:
    """With an agent assigned only this one, in its own epoch; before that everybody but an agent
    who believes to be assigned."""
    assigned = conversation.state is ACTIVE or conversation.state is WRAP_UP
    if not assigned:
        return command.interaction_id is None
    return (
        command.author == f"agent:{conversation.agent_id}"
        and command.interaction_id == conversation.interaction_id
        and command.epoch == conversation.epoch
    )


def _others_seq(conversation: Conversation, author: str) -> int:
    if author == conversation.said_by:
        return conversation.others_seq
    return conversation.said_seq


def _undecided(draft: Draft, of: str) -> Refused | None:
    """Why nobody may decide about this row: it arrived, or somebody already has."""
    row = draft.state.rows.get(of)
    if row is None or row.state in UNDELIVERED:
        return None
    if row.state is DeliveryState.DISCARDED:
        return Refused(reason="already_decided")
    return Refused(reason="not_undelivered", detail=row.state.value)


def _unknown(draft: Draft, command: ResendMessage) -> Refused | None:
    if opened_here(draft.state, command.conversation_id):
        return None
    return Refused(reason="unknown_conversation")


def opened_here(state: CustomerState, conversation_id: ConversationId) -> bool:
    """Whether it is an episode of this stream, open or not."""
    customer, _, episode = conversation_id.partition(".")
    opened = {str(number) for number in range(1, state.episodes + 1)}
    return customer == state.customer_id and episode in opened
