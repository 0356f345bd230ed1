"""A customer in line: what the desk is told of them, and what they are told of the line."""

from hub.decisions.customer.draft import Draft
from hub.decisions.customer.sending import say, withhold
from hub.decisions.customer.state import SYSTEM_AUTHOR
from hub.decisions.customer.windows import sends_left
from hub.decisions.policy import Texts
from hub.model.events import HandedOff, Ignored
from hub.model.ids import ConversationId, InteractionId, QueueId
from hub.model.inputs import WorkQueued
from hub.model.message import Address, TextPart

NOTHING_TO_TELL = Ignored(reason="nothing_to_tell")
KEPT_FOR_ANSWER = "kept_for_answer"
"""Why a word about the line is withheld: the last send of the window is for the answer."""


def handed_off(
    draft: Draft,
    conversation: ConversationId,
    reason: str,
    *,
    number: int,
    address: Address | None,
    display_name: str,
    language: str,
    queue_id: QueueId | None = None,
) -> HandedOff:
    """The `number`-th hand-off of the conversation; a queue that was named wins over the policy,
    and a reason's queue over that of the code the customer scanned."""
    known = draft.state.addresses.get(address.key) if address else None
    return HandedOff(
        conversation_id=conversation,
        interaction_id=InteractionId(f"{conversation}-{number}"),
        reason=reason,
        queue_id=queue_id or draft.policy.queue_for(reason, known.scene_queue if known else None),
        channel_id=address.channel_id if address else None,
        waiting_since=draft.at,
        display_name=display_name,
        language=language,
    )


def tell_place(draft: Draft, command: WorkQueued) -> None:
    """One message, unless it would take the room the answer needs, or the policy has no words."""
    words = _words(draft.policy.texts(draft.state.language), command)
    if not words:
        draft.add(NOTHING_TO_TELL)
        return
    known = draft.state.addresses.get(draft.open.address or "")
    left = sends_left(known, draft.at) if known else None
    if left == 1:
        withhold(draft, SYSTEM_AUTHOR, TextPart(text=words), KEPT_FOR_ANSWER)
    else:
        say(draft, SYSTEM_AUTHOR, TextPart(text=words))


def _words(texts: Texts, command: WorkQueued) -> str:
    if command.agents == 0:
        return texts.nobody_here
    if command.ready == 0:
        return texts.all_away
    known = command.wait_s >= 0
    if command.place == 0:
        words = texts.next_up_wait if known else texts.next_up
    else:
        words = texts.queued_wait if known else texts.queued
    minutes = max(1, -(-command.wait_s // 60))
    return words.replace("{place}", str(command.place)).replace("{minutes}", str(minutes))
