"""People at work on a conversation: what the desk tells and what agents command."""

from hub.decisions.customer.draft import Draft
from hub.decisions.customer.sending import EMPTY
from hub.decisions.customer.state import Conversation
from hub.decisions.customer.table import NOT_YOURS, OFFERED, SUPERSEDED
from hub.decisions.customer.talk import close, hand_off
from hub.model.events import (
    InteractionAssigned,
    InteractionOffered,
    InteractionRequeued,
    NoteAdded,
    WrapUpFinished,
    WrapUpStarted,
)
from hub.model.inputs import (
    AddNote,
    CloseConversation,
    EndInteraction,
    FinishWrapUp,
    RequestHandOff,
    WorkAssigned,
    WorkOffered,
    WorkReturned,
)


def offered(draft: Draft, command: WorkOffered) -> None:
    if command.epoch <= draft.open.epoch:
        draft.add(SUPERSEDED)
        return
    draft.add(
        InteractionOffered(
            interaction_id=command.interaction_id, agent_id=command.agent_id, epoch=command.epoch
        )
    )


def returned(draft: Draft, command: WorkReturned) -> None:
    """Ends the offer or assignment of its own epoch or of an earlier one."""
    if command.epoch < draft.open.epoch:
        draft.add(SUPERSEDED)
        return
    draft.add(
        InteractionRequeued(
            interaction_id=command.interaction_id,
            epoch=command.epoch,
            reason=command.reason,
            queue_id=command.queue_id,
        )
    )
    if command.note.strip():
        _keep_note(draft, command.author, command.note)


def assigned(draft: Draft, command: WorkAssigned) -> None:
    if not _is_next_assignment(draft.open, command):
        draft.add(SUPERSEDED)
        return
    draft.add(
        InteractionAssigned(
            interaction_id=command.interaction_id, agent_id=command.agent_id, epoch=command.epoch
        )
    )
    draft.arm("idle", draft.at + draft.policy.active_idle)


def end(draft: Draft, command: EndInteraction) -> None:
    if not _is_owner(draft.open, command):
        draft.add(NOT_YOURS)
        return
    start_wrap_up(draft, "ended_by_agent")


def start_wrap_up(draft: Draft, reason: str) -> None:
    interaction = draft.open.interaction_id
    if interaction is None:
        raise LookupError("no interaction to wrap up")
    draft.add(WrapUpStarted(interaction_id=interaction, reason=reason, epoch=draft.open.epoch))
    draft.arm("wrap_up", draft.at + draft.policy.wrap_up_limit)


def finish(draft: Draft, command: FinishWrapUp) -> None:
    if not _is_owner(draft.open, command):
        draft.add(NOT_YOURS)
        return
    draft.add(
        WrapUpFinished(
            interaction_id=command.interaction_id,
            disposition=command.disposition,
            summary=command.summary,
        )
    )
    close(draft, "finished")


def note(draft: Draft, command: AddNote) -> None:
    if command.text.strip():
        _keep_note(draft, command.author, command.text)
    else:
        draft.add(EMPTY)


def request_hand_off(draft: Draft, command: RequestHandOff) -> None:
    hand_off(draft, command.reason, command.queue_id)


def close_by_person(draft: Draft, command: CloseConversation) -> None:
    close(draft, command.reason)


def _keep_note(draft: Draft, author: str, text: str) -> None:
    """Not a word to the customer: no timer, no stale view, no effect."""
    conversation = draft.open.conversation_id
    draft.add(
        NoteAdded(
            note_id=draft.message_id(conversation),
            conversation_id=conversation,
            author=author,
            text=text,
        )
    )


def _is_next_assignment(conversation: Conversation, command: WorkAssigned) -> bool:
    """A higher epoch, or the acceptance of the standing offer."""
    if command.epoch > conversation.epoch:
        return True
    return (
        conversation.state is OFFERED
        and command.epoch == conversation.epoch
        and command.agent_id == conversation.agent_id
    )


def _is_owner(conversation: Conversation, command: EndInteraction | FinishWrapUp) -> bool:
    return (command.agent_id, command.epoch) == (conversation.agent_id, conversation.epoch)
