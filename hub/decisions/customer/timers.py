"""What happens when nobody does anything."""

from collections.abc import Callable, Mapping

from hub.decisions.customer.asking import ask_held
from hub.decisions.customer.draft import Draft
from hub.decisions.customer.handling import start_wrap_up
from hub.decisions.customer.sending import say
from hub.decisions.customer.state import CUSTOMER_AUTHOR, SYSTEM_AUTHOR
from hub.decisions.customer.table import ACTIVE, BOT, NOT_ARMED, WRAP_UP, ConversationState
from hub.decisions.customer.talk import close, hand_off
from hub.model.inputs import TimerFired
from hub.model.message import TextPart


def fire(draft: Draft, command: TimerFired) -> None:
    timer = draft.state.timers.get(command.name)
    act = FIRED.get((draft.open.state, command.name))
    if timer is None or act is None or timer.generation != command.generation:
        draft.add(NOT_ARMED)
        return
    act(draft)


def _bot_too_slow(draft: Draft) -> None:
    hand_off(draft, "bot_timeout")


def _bot_idle(draft: Draft) -> None:
    """The timer is armed once and looks, when it fires, how long ago the last words were."""
    idle_at = draft.open.said_at + draft.policy.bot_idle
    if draft.open.asked or draft.open.held or draft.at < idle_at:
        draft.arm("idle", max(idle_at, draft.at + draft.policy.bot_answer_within))
        return
    close(draft, "bot_idle")


def _active_idle(draft: Draft) -> None:
    """Silence counts against a customer only while it is not ours to answer."""
    conversation, limit = draft.open, draft.policy.active_idle
    if conversation.said_by == CUSTOMER_AUTHOR:
        draft.arm("idle", draft.at + limit)
    elif draft.at < conversation.said_at + limit:
        draft.arm("idle", conversation.said_at + limit)
    else:
        draft.disarm("idle")
        texts = draft.policy.texts(draft.state.language)
        say(draft, SYSTEM_AUTHOR, TextPart(text=texts.idle_warning))
        draft.arm("grace", draft.at + draft.policy.active_idle_grace)


def _grace_over(draft: Draft) -> None:
    start_wrap_up(draft, "customer_idle")
    texts = draft.policy.texts(draft.state.language)
    say(draft, SYSTEM_AUTHOR, TextPart(text=texts.idle_close))


def _wrap_up_over(draft: Draft) -> None:
    close(draft, "wrap_up_limit")


FIRED: Mapping[tuple[ConversationState, str], Callable[[Draft], None]] = {
    (BOT, "bot"): _bot_too_slow,
    (BOT, "burst"): ask_held,
    (BOT, "idle"): _bot_idle,
    (ACTIVE, "idle"): _active_idle,
    (ACTIVE, "grace"): _grace_over,
    (WRAP_UP, "wrap_up"): _wrap_up_over,
}
