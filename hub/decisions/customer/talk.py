"""What customers and the bot say: opening, asking, answering, handing off, closing.

The second miss in a row (`max_misses`) brings a person: a refusal is a miss at once and the second
is not said any more, buttons are one when the customer asks again without pressing any.
"""

from collections.abc import Callable
from datetime import datetime

from hub.decisions.customer.asking import ask_whole, give_up_buttons, listen
from hub.decisions.customer.draft import Draft, open_in
from hub.decisions.customer.language import language_of
from hub.decisions.customer.media import awaited
from hub.decisions.customer.merging import merged_now
from hub.decisions.customer.rating import (
    OFFERED_ARTICLES,
    PERSON,
    is_rating,
    rate,
    state_ahead,
    with_rating,
)
from hub.decisions.customer.sending import say
from hub.decisions.customer.state import (
    BOT_AUTHOR,
    SYSTEM_AUTHOR,
    Conversation,
    CustomerState,
)
from hub.decisions.customer.table import ACTIVE, BOT, SUPERSEDED, WRAP_UP
from hub.decisions.customer.waiting import handed_off
from hub.model.bot import BotAction, BotAnswer
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
from hub.model.meanings import Act, Meaning
from hub.model.message import Address, MenuPart, Option, Part, TextPart
from hub.model.people_events import ProfileWanted
from hub.model.words import normalise

Ask = Callable[[Draft, CustomerMessage, ConversationId, MessageId], None]
"""How the bot comes to hear of a message: `listen` or `ask_whole`."""


def hear(draft: Draft, command: CustomerMessage) -> None:
    state = draft.state
    if state.merged_into is not None:
        draft.add(Forwarded(to=state.merged_into))
        return
    conversation = state.conversation
    if conversation is None:
        _begin(draft, command, _open(draft, command.address), listen)
        return
    message_id = _receive(draft, command, conversation.conversation_id)
    if is_rating(command.choice):
        rate(draft, command.choice)
    elif conversation.state is BOT and command.choice == PERSON:
        hand_off(draft, "asked_for_person")
    elif conversation.state is BOT:
        listen(draft, command, conversation.conversation_id, message_id)
    else:
        _heard_on(draft, conversation)


def notice(draft: Draft, command: CustomerSignal) -> None:
    state = draft.state
    if state.merged_into is not None:
        draft.add(Forwarded(to=state.merged_into))
        return
    conversation, meaning = state.conversation, command.meaning
    act = meaning.act if meaning else None
    known = conversation.conversation_id if conversation else None
    if known is None and act is not None:
        known = _open(draft, command.address)
    draft.add(
        SignalReceived(
            address=command.address,
            kind=command.kind,
            value=command.value,
            conversation_id=known,
            grant=command.grant,
            raw=command.raw,
            consents=command.consents,
            meaning=meaning,
        )
    )
    _ask_who(draft, command, again=command.kind == "followed")
    if known is not None and meaning is not None:
        _act(draft, command, meaning, known)


def _act(
    draft: Draft, command: CustomerSignal, meaning: Meaning, conversation_id: ConversationId
) -> None:
    """What a press asks for; one that only tells asks for nothing."""
    standing = draft.state.conversation
    if meaning.act is Act.HAND_OFF:
        if standing is None or standing.state is BOT:
            hand_off(draft, "asked_for_person", meaning.queue_id, state_ahead(draft))
        else:
            _heard_on(draft, standing)
    elif meaning.act is Act.ASK:
        said = CustomerMessage(
            address=command.address,
            external_id=command.external_id,
            order=command.order,
            parts=(TextPart(text=meaning.question),),
            sent_at=command.sent_at,
        )
        if standing is None:
            _begin(draft, said, conversation_id, ask_whole)
            return
        message_id = _receive(draft, said, conversation_id)
        if standing.state is BOT:
            ask_whole(draft, said, conversation_id, message_id)
        else:
            _heard_on(draft, standing)


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
    elif _is_one_too_many(draft, answer):
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


def hand_off(
    draft: Draft,
    reason: str,
    queue_id: QueueId | None = None,
    state: CustomerState | None = None,
) -> None:
    """A person is to answer; the customer is told, if the channel lets us.

    `state` is what the decision's own events make of it, where they matter.
    """
    state = state or draft.state
    conversation, language = open_in(state), state.language
    give_up_buttons(draft, conversation)
    known = state.addresses.get(conversation.address or "")
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
    say(draft, SYSTEM_AUTHOR, TextPart(text=draft.policy.texts(language).hand_off), state)


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


def _open(draft: Draft, address: Address) -> ConversationId:
    opened = conversation_id(draft.state.customer_id, draft.state.episodes + 1)
    draft.add(ConversationOpened(conversation_id=opened, address=address))
    return opened


def _begin(draft: Draft, command: CustomerMessage, opened: ConversationId, ask: Ask) -> None:
    """The first words of a conversation."""
    message_id = _receive(draft, command, opened)
    if command.address.channel_id in draft.policy.without_bot:
        draft.add(_straight_to_people(draft, command, opened))
        return
    if is_rating(command.choice):
        rate(draft, command.choice)
    else:
        ask(draft, command, opened, message_id)
    draft.arm("idle", draft.at + draft.policy.bot_idle)


def _heard_on(draft: Draft, conversation: Conversation) -> None:
    """The customer goes on while a person has the talk, or is to have it."""
    if conversation.state is WRAP_UP:
        _reopen(draft)
    elif conversation.state is ACTIVE and "grace" in draft.state.timers:
        draft.disarm("grace")
        draft.arm("idle", draft.at + draft.policy.active_idle)


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
    _ask_who(draft, command)
    return message_id


def _ask_who(
    draft: Draft, command: CustomerMessage | CustomerSignal, *, again: bool = False
) -> None:
    """Once for an address; who follows anew may have come another way."""
    known = draft.state.addresses.get(command.address.key)
    if command.has_profile and (again or known is None or not known.asked_who):
        draft.add(ProfileWanted(address=command.address))


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
    gave_up = _is_one_too_many(draft, answer)
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


def _is_one_too_many(draft: Draft, answer: BotAnswer) -> bool:
    """The bot would fail once more than it may; buttons may be shown as long as misses are left."""
    refused = answer.action is BotAction.REFUSE
    misses = draft.open.misses + 1 if refused else draft.open.misses
    return answer.is_miss and misses >= draft.policy.max_misses


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
