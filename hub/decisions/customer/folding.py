"""Each event folded into the state, in place. Knows no policy: what was decided stands."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hub.decisions.customer import windows
from hub.decisions.customer.language import language_of
from hub.decisions.customer.sending import UNDELIVERED
from hub.decisions.customer.state import (
    CUSTOMER_AUTHOR,
    SYSTEM_AUTHOR,
    AskedBack,
    Conversation,
    CustomerState,
    Given,
    KnownAddress,
    SentRow,
    Timer,
)
from hub.decisions.customer.table import MOVES
from hub.model import events as e, people_events as p
from hub.model.bot import BotAction
from hub.model.ids import CustomerId, MessageId
from hub.model.message import Address, DeliveryState, ReplyGrant

RATEABLE = 8
"""Answers of one customer that may still be rated."""


def _nothing(state: CustomerState, event: Any, at: datetime) -> None:
    """Events that only tell what happened."""


def _opened(state: CustomerState, event: e.ConversationOpened, at: datetime) -> None:
    state.episodes += 1
    state.timers.clear()
    state.conversation = Conversation(event.conversation_id, event.address.key, said_at=at)


def _received(state: CustomerState, event: e.MessageReceived, at: datetime) -> None:
    seq = state.seq + 1
    known = _known(state, event.address)
    known.reachable = True
    known.heard = seq
    if event.display_name:
        known.display_name = event.display_name
    if event.grant is not None:
        windows.reopen(state, known, event.grant, seq)
    state.language = language_of(event.parts) or state.language
    conversation = _open(state)
    conversation.address = event.address.key
    _said(conversation, CUSTOMER_AUTHOR, seq, at)


def _signal(state: CustomerState, event: e.SignalReceived, at: datetime) -> None:
    known = _known(state, event.address)
    if event.kind == "unfollowed":
        known.reachable = False
        known.profile, known.asked_who = None, False
        known.scene, known.scene_queue = "", None
    elif event.kind == "followed" or event.grant is not None:
        known.reachable = True
    if event.grant is not None:
        windows.reopen(state, known, event.grant, state.seq + 1)
    for consent in event.consents:
        windows.heed(known, consent)
    if event.meaning is not None and event.meaning.act is None:
        known.scene, known.scene_queue = event.meaning.label, event.meaning.queue_id


def _who_wanted(state: CustomerState, event: p.ProfileWanted, at: datetime) -> None:
    _known(state, event.address).asked_who = True


def _who_known(state: CustomerState, event: p.ProfileKnown, at: datetime) -> None:
    known = _known(state, event.address)
    known.profile = event.profile
    known.display_name = known.display_name or event.profile.display_name


def _held(state: CustomerState, event: e.QuestionHeld, at: datetime) -> None:
    conversation = _open(state)
    conversation.words, conversation.held = event.text, event.message_id


def _asked(state: CustomerState, event: e.BotAsked, at: datetime) -> None:
    """A question that grew is owed an answer since it was first asked."""
    conversation, asked = _open(state), _open(state).asked
    since = at if event.instead_of is None else asked.pop(event.instead_of, at)
    asked[event.message_id] = since
    if event.question.choice:
        conversation.asked_back = None
    else:
        conversation.words = event.question.text
        conversation.question, conversation.held = event.message_id, None


def _answered(state: CustomerState, event: e.BotAnswered, at: datetime) -> None:
    conversation, answer = _open(state), event.answer
    conversation.asked.pop(event.message_id, None)
    if conversation.question == event.message_id:
        conversation.words, conversation.question = "", None
    if answer.action is BotAction.ANSWER:
        conversation.misses = 0
    elif answer.action is BotAction.SUGGEST and answer.is_gap and event.question:
        conversation.asked_back = AskedBack(
            event.message_id, event.question, answer.language, answer.candidates
        )
    elif answer.is_miss:
        conversation.misses += 1
    if answer.article_id:
        _remember_answer(state, event)


def _remember_answer(state: CustomerState, event: e.BotAnswered) -> None:
    answer = event.answer
    state.given[event.message_id] = Given(
        conversation_id=event.conversation_id,
        question=event.question,
        article_id=answer.article_id,
        article_version=answer.article_version,
        model=answer.model,
        language=answer.language,
        others=tuple(c for c in answer.candidates if c.article_id != answer.article_id),
    )
    if len(state.given) > RATEABLE:
        del state.given[next(iter(state.given))]


def _missed(state: CustomerState, event: e.QuestionMissed, at: datetime) -> None:
    conversation = state.conversation
    back = conversation.asked_back if conversation else None
    if conversation is not None and back is not None and back.message_id == event.message_id:
        conversation.asked_back = None
        conversation.misses += 1


def _rated(state: CustomerState, event: e.AnswerRated, at: datetime) -> None:
    state.given.pop(event.message_id, None)


def _sent(state: CustomerState, event: e.MessageSent, at: datetime) -> None:
    seq = state.seq + 1
    windows.take(state, event, seq)
    if event.resend_of:
        row = state.rows.get(event.resend_of)
        message_id = row.message_id if row else None
        _remember(state, event.resend_of, DeliveryState.DISCARDED, message_id)
    conversation = state.conversation
    if conversation is None or event.conversation_id != conversation.conversation_id:
        return
    if event.author != SYSTEM_AUTHOR and not event.resend_of:
        _said(conversation, event.author, seq, at)


def _discarded(state: CustomerState, event: e.MessageDiscarded, at: datetime) -> None:
    _remember(state, event.of, DeliveryState.DISCARDED, event.message_id)


def _delivery(state: CustomerState, event: e.DeliveryChanged, at: datetime) -> None:
    windows.settle(state, event)
    _remember(state, event.of, event.state, event.message_id)


def _handed_off(state: CustomerState, event: e.HandedOff, at: datetime) -> None:
    conversation = _move(state, event)
    conversation.asked.clear()
    conversation.words, conversation.held, conversation.question = "", None, None
    conversation.interactions += 1
    conversation.interaction_id = event.interaction_id
    conversation.agent_id = None
    conversation.epoch = 0


def _offered(state: CustomerState, event: e.InteractionOffered, at: datetime) -> None:
    conversation = _move(state, event)
    conversation.agent_id, conversation.epoch = event.agent_id, event.epoch


def _requeued(state: CustomerState, event: e.InteractionRequeued, at: datetime) -> None:
    conversation = _move(state, event)
    conversation.agent_id, conversation.epoch = None, event.epoch


def _assigned(
    state: CustomerState, event: e.InteractionAssigned | e.InteractionResumed, at: datetime
) -> None:
    conversation = _move(state, event)
    conversation.agent_id, conversation.epoch = event.agent_id, event.epoch


def _wrap_up(state: CustomerState, event: e.WrapUpStarted, at: datetime) -> None:
    _move(state, event)


def _closed(state: CustomerState, event: e.ConversationClosed, at: datetime) -> None:
    state.conversation = None
    state.timers.clear()
    for known in state.addresses.values():
        known.scene_queue = None


def _armed(state: CustomerState, event: e.TimerArmed, at: datetime) -> None:
    state.generation = event.generation
    state.timers[event.name] = Timer(event.generation, event.due)


def _disarmed(state: CustomerState, event: e.TimerDisarmed, at: datetime) -> None:
    state.timers.pop(event.name, None)


def _merge_planned(state: CustomerState, event: p.MergePlanned, at: datetime) -> None:
    state.merge_planned = event.into
    if event.into in state.apart:
        state.apart.remove(event.into)


def _merged(state: CustomerState, event: p.MergedInto, at: datetime) -> None:
    """The grants live on in the other stream; here nothing is left to use."""
    state.merge_planned = None
    state.merged_into = event.into
    for known in state.addresses.values():
        for grant in known.grants.values():
            grant.left = 0


def _undone(state: CustomerState, event: p.MergeUndone, at: datetime) -> None:
    state.merge_planned = None
    state.merged_into = None
    _keep_apart(state, event.from_customer)


def _absorbed(state: CustomerState, event: p.CustomerAbsorbed, at: datetime) -> None:
    if event.customer_id not in state.absorbed:
        state.absorbed.append(event.customer_id)
    for address in event.addresses:
        _known(state, address)
    for key, grant in event.grants:
        known = state.addresses.get(key)
        if known is not None:
            kept = 0 if state.merged_into else grant.quota
            moved = ReplyGrant(kind=grant.kind, quota=kept, until=grant.until)
            windows.give(known, moved, state.seq + 1)
    for key, template, count in event.consents:
        _known_consents(state, key)[template] = count
    for key, profile in event.profiles:
        if key in state.addresses:
            state.addresses[key].profile = profile


def _released(state: CustomerState, event: p.CustomerReleased, at: datetime) -> None:
    if event.customer_id in state.absorbed:
        state.absorbed.remove(event.customer_id)
    _keep_apart(state, event.customer_id)
    for address in event.addresses:
        state.addresses.pop(address.key, None)
    conversation = state.conversation
    if conversation is not None and conversation.address not in state.addresses:
        heard = {known.heard: key for key, known in state.addresses.items() if known.heard}
        conversation.address = heard[max(heard)] if heard else next(iter(state.addresses), None)


def _keep_apart(state: CustomerState, other: CustomerId) -> None:
    if other not in state.apart:
        state.apart.append(other)


def _known_consents(state: CustomerState, key: str) -> dict[str, int]:
    known = state.addresses.get(key)
    return {} if known is None else known.consents


def _move(state: CustomerState, event: Any) -> Conversation:
    conversation = _open(state)
    conversation.state = MOVES[type(event)]
    state.timers.clear()
    return conversation


def _open(state: CustomerState) -> Conversation:
    if state.conversation is None:
        raise LookupError("no open conversation")
    return state.conversation


def _known(state: CustomerState, address: Address) -> KnownAddress:
    key = address.key
    known = state.addresses.get(key)
    if known is None:
        known = state.addresses[key] = KnownAddress(address)
    return known


def _said(conversation: Conversation, author: str, seq: int, at: datetime) -> None:
    if author != conversation.said_by:
        conversation.others_seq = conversation.said_seq
        conversation.said_by = author
    conversation.said_seq = seq
    conversation.said_at = at


def _remember(
    state: CustomerState, of: str, fate: DeliveryState, message_id: MessageId | None
) -> None:
    rows = state.rows
    rows.pop(of, None)
    rows[of] = SentRow(fate, message_id)
    if len(rows) > windows.REMEMBERED:
        settled = (key for key, row in rows.items() if row.state not in UNDELIVERED)
        del rows[next(settled, next(iter(rows)))]


FOLDS: Mapping[type, Callable[[CustomerState, Any, datetime], None]] = {
    e.Ignored: _nothing,
    e.Refused: _nothing,
    e.Failed: _nothing,
    e.ConversationOpened: _opened,
    e.MessageReceived: _received,
    e.SignalReceived: _signal,
    p.ProfileWanted: _who_wanted,
    p.ProfileKnown: _who_known,
    p.SamePersonFound: _nothing,
    e.QuestionHeld: _held,
    e.BotAsked: _asked,
    e.BotAnswered: _answered,
    e.QuestionMissed: _missed,
    e.AnswerRated: _rated,
    e.MessageSent: _sent,
    e.MessageWithheld: _nothing,
    e.MessageDiscarded: _discarded,
    e.DeliveryChanged: _delivery,
    e.MediaStored: _nothing,
    e.MediaDelayed: _nothing,
    e.MediaRefused: _nothing,
    e.HandedOff: _handed_off,
    e.InteractionOffered: _offered,
    e.InteractionRequeued: _requeued,
    e.InteractionAssigned: _assigned,
    e.InteractionResumed: _assigned,
    e.WrapUpStarted: _wrap_up,
    e.WrapUpFinished: _nothing,
    e.NoteAdded: _nothing,
    e.ConversationClosed: _closed,
    e.TimerArmed: _armed,
    e.TimerDisarmed: _disarmed,
    p.MergePlanned: _merge_planned,
    p.MergedInto: _merged,
    p.MergeUndone: _undone,
    e.Forwarded: _nothing,
    p.CustomerAbsorbed: _absorbed,
    p.CustomerReleased: _released,
}
