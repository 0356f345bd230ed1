"""Service notices: the words that need no reply window, and nothing open."""

from hub.decisions.customer.draft import Draft
from hub.decisions.customer.sending import EMPTY, opened_here
from hub.decisions.customer.state import CustomerState
from hub.decisions.customer.table import ACTIVE, NOT_YOURS, WRAP_UP
from hub.decisions.customer.windows import charge_parts
from hub.model.events import ConversationClosed, ConversationOpened, MessageSent, Refused
from hub.model.ids import ConversationId, conversation_id
from hub.model.inputs import SendNotice

ONLY_NOTICE = "only_notice"
UNKNOWN_CONVERSATION = Refused(reason="unknown_conversation")


def send(draft: Draft, command: SendNotice) -> None:
    known = draft.state.addresses.get(command.address.key)
    charged = _refusal(draft.state, command) or charge_parts(known, (command.part,), draft.at)
    if isinstance(charged, Refused):
        draft.add(charged)
        return
    found = command.conversation_id or _open_or_last(draft.state)
    into = found or conversation_id(draft.state.customer_id, 1)
    if found is None:
        draft.add(ConversationOpened(conversation_id=into, address=command.address))
    draft.add(
        MessageSent(
            message_id=draft.message_id(into),
            conversation_id=into,
            author=command.author,
            address=command.address,
            parts=(command.part,),
            charged=charged,
        )
    )
    if found is None:
        draft.add(ConversationClosed(conversation_id=into, reason=ONLY_NOTICE))


def _refusal(state: CustomerState, command: SendNotice) -> Refused | None:
    if state.merged_into is not None:
        return Refused(reason="customer_merged", detail=state.merged_into)
    if not command.part.values:
        return EMPTY
    if command.conversation_id and not opened_here(state, command.conversation_id):
        return UNKNOWN_CONVERSATION
    return None if _may_send(state, command) else NOT_YOURS


def _may_send(state: CustomerState, command: SendNotice) -> bool:
    """Who names an interaction must still have it; the others were allowed before."""
    if command.interaction_id is None:
        return True
    conversation = state.conversation
    return (
        conversation is not None
        and conversation.state in (ACTIVE, WRAP_UP)
        and command.author == f"agent:{conversation.agent_id}"
        and command.interaction_id == conversation.interaction_id
        and command.epoch == conversation.epoch
    )


def _open_or_last(state: CustomerState) -> ConversationId | None:
    if state.conversation is not None:
        return state.conversation.conversation_id
    return conversation_id(state.customer_id, state.episodes) if state.episodes else None
