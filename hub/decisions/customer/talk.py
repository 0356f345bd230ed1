"""What customers and the bot say: opening, asking, answering, handing off, closing."""

from datetime import datetime

from hub.decisions.customer.asking import give_up_buttons, listen
from hub.decisions.customer.draft import Draft
from hub.decisions.customer.language import language_of
from hub.decisions.customer.media import awaited
from hub.decisions.customer.merging import merged_now
from hub.decisions.customer.rating import OFFERED_ARTICLES, PERSON, is_rating, rate, with_rating
from hub.decisions.customer.sending import say
from hub.decisions.customer.state import BOT_AUTHOR, SYSTEM_AUTHOR
from hub.decisions.customer.table import ACTIVE, BOT, SUPERSEDED, WRAP_UP
from hub.decisions.customer.waiting import handed_off
from hub.model.bot import BotAction
from hub.model.events import (
    BotAnswered,
    ConversationClosed,
    ConversationOpened,
    Forwarded,
    HandedOff,
    InteractionResumed,
    MessageReceived,
    MissReason,
    QuestionMissed,
    SignalReceived,
)
from hub.model.ids import ConversationId, MessageId, QueueId, conversation_id
from hub.model.inputs import BotFailed, BotReplied, CustomerMessage, CustomerSignal
from hub.model.message import MenuPart, Option, Part, TextPart
from hub.model.words import normalise


def hear(draft: Draft, command: CustomerMessage) -> None:
    state = draft.state
    if state.merged_into is not None:
        draft.add(Forwarded(to=state.merged_into))
        return
    conversation = state.conversation
    if conversation is None:
        _open(draft, command)
        return
    message_id = _receive(draft, command, conversation.conversation_id)
    if is_rating(command.choice):
        rate(draft, command.choice)
    elif conversation.state is BOT and command.choice == PERSON:
        hand_off(draft, "asked_for_person")
    elif conversation.state is BOT:
        listen(draft, command, conversation.conversation_id, message_id)
    elif conversation.state is WRAP_UP:
        _reopen(draft)
    elif conversation.state is ACTIVE and "grace" in state.timers:
        draft.disarm("grace")
        draft.arm("idle", draft.at + draft.policy.active_idle)


def notice(draft: Draft, command: CustomerSignal) -> None:
    state = draft.state
    if state.merged_into is not None:
        draft.add(Forwarded(to=state.merged_into))
        return
    conversation = state.conversation
    draft.add(
        SignalReceived(
            address=command.address,
            kind=command.kind,
            value=command.value,
            conversation_id=conversation.conversation_id if conversation else None,
            grant=command.grant,
            raw=command.raw,
        )
    )


def hear_bot(draft: Draft, command: BotReplied) -> None:
    conversation, answer = draft.open, command.answer
    if command.message_id not in conversation.asked:
        draft.add(SUPERSEDED)
        return
    question = conversation.words if command.message_id == conversation.question else ""
    draft.add(
        BotAnswered(
            conversation_id=command.conversation_id,
            message_id=command.message_id,
            answer=answer,
            question=question,
        )
    )
    _miss(draft, command, question)
    if answer.action is BotAction.HAND_OFF:
        hand_off(draft, answer.reason)
    elif answer.is_miss and conversation.misses >= draft.policy.max_misses:
        hand_off(draft, "bot_misses")
    elif not answer.text.strip():
        hand_off(draft, "bot_failed")
    else:
        say(draft, BOT_AUTHOR, _bot_part(draft, command))
        _wait_for_next_answer(draft, command.message_id)


def bot_failed(draft: Draft, command: BotFailed) -> None:
    if command.message_id in draft.open.asked:
        hand_off(draft, "bot_failed")
    else:
        draft.add(SUPERSEDED)


def hand_off(draft: Draft, reason: str, queue_id: QueueId | None = None) -> None:
    """A person is to answer; the customer is told, if the channel lets us."""
    conversation, language = draft.open, draft.state.language
    give_up_buttons(draft, conversation)
    known = draft.state.addresses.get(conversation.address or "")
    draft.add(
        handed_off(
            draft,
            conversation.conversation_id,
            reason,
            number=conversation.interactions + 1,
            address=known.address if known else None,
            display_name=known.display_name if known else "",
            language=language,
            queue_id=queue_id,
        )
    )
    say(draft, SYSTEM_AUTHOR, TextPart(text=draft.policy.texts(language).hand_off))


def close(draft: Draft, reason: str) -> None:
    """The close, and with it a merge that waited for it."""
    conversation = draft.open
    give_up_buttons(draft, conversation)
    draft.add(
        ConversationClosed(
            conversation_id=conversation.conversation_id,
            reason=reason,
            interaction_id=conversation.interaction_id,
        )
    )
    if draft.state.merge_planned is not None:
        draft.add(merged_now(draft.state, draft.state.merge_planned))


def _open(draft: Draft, command: CustomerMessage) -> None:
    opened = conversation_id(draft.state.customer_id, draft.state.episodes + 1)
    draft.add(ConversationOpened(conversation_id=opened, address=command.address))
    message_id = _receive(draft, command, opened)
    if command.address.channel_id in draft.policy.without_bot:
        draft.add(_straight_to_people(draft, command, opened))
        return
    if is_rating(command.choice):
        rate(draft, command.choice)
    else:
        listen(draft, command, opened, message_id)
    draft.arm("idle", draft.at + draft.policy.bot_idle)


def _receive(draft: Draft, command: CustomerMessage, conversation: ConversationId) -> MessageId:
    message_id = MessageId(f"{conversation}.{draft.seq}")
    draft.add(
        MessageReceived(
            message_id=message_id,
            conversation_id=conversation,
            address=command.address,
            parts=awaited(message_id, command.parts),
            sent_at=command.sent_at,
            grant=command.grant,
            choice=command.choice,
            display_name=command.display_name,
        )
    )
    return message_id


def _wait_for_next_answer(draft: Draft, answered: MessageId) -> None:
    """Answers come in the order of the questions; each has its own limit."""
    open_since: list[datetime] = [at for m, at in draft.open.asked.items() if m != answered]
    if open_since:
        draft.arm("bot", min(open_since) + draft.policy.bot_answer_within)
    else:
        draft.disarm("bot")


def _reopen(draft: Draft) -> None:
    """The customer writes on during wrap-up: the same agent goes on."""
    conversation = draft.open
    if conversation.interaction_id is None or conversation.agent_id is None:
        raise LookupError("wrap-up without an agent")
    draft.add(
        InteractionResumed(
            interaction_id=conversation.interaction_id,
            agent_id=conversation.agent_id,
            epoch=conversation.epoch,
        )
    )
    draft.arm("idle", draft.at + draft.policy.active_idle)


def _straight_to_people(
    draft: Draft, command: CustomerMessage, conversation: ConversationId
) -> HandedOff:
    """With the first message not folded in yet."""
    known = draft.state.addresses.get(command.address.key)
    return handed_off(
        draft,
        conversation,
        "bot_off",
        number=1,
        address=command.address,
        display_name=command.display_name or (known.display_name if known else ""),
        language=language_of(command.parts) or draft.state.language,
    )


def _miss(draft: Draft, command: BotReplied, question: str) -> None:
    """A question put back with buttons is missed when none of them is pressed."""
    answer = command.answer
    gave_up = answer.is_miss and draft.open.misses >= draft.policy.max_misses
    waits = answer.action is BotAction.SUGGEST and not gave_up
    if not answer.is_gap or waits or not normalise(question, "zh"):
        return
    refused = answer.action is BotAction.REFUSE and not gave_up
    draft.add(
        QuestionMissed(
            conversation_id=command.conversation_id,
            message_id=command.message_id,
            text=question,
            reason=MissReason.REFUSED if refused else MissReason.HANDED_OFF,
            language=answer.language,
            candidates=answer.candidates,
        )
    )


def _bot_part(draft: Draft, command: BotReplied) -> Part:
    answer = command.answer
    if answer.article_id and command.rateable:
        texts = draft.policy.texts(answer.language)
        return with_rating(answer, command.message_id, texts)
    if answer.action is not BotAction.SUGGEST or not answer.candidates:
        return TextPart(text=answer.text)
    return MenuPart(
        head=answer.text,
        options=tuple(
            Option(id=c.article_id, title=c.title) for c in answer.candidates[:OFFERED_ARTICLES]
        ),
        tail=draft.policy.texts(answer.language).menu_hint,
    )
