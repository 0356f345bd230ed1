"""What happens when nobody does anything."""

from hub.decisions.desk.coming import grace_over
from hub.decisions.desk.configuring import offer_all
from hub.decisions.desk.draft import Draft
from hub.decisions.desk.offering import bar_over, no_answer
from hub.decisions.desk.timers import BAR, GRACE, MATCH, OFFER
from hub.model.ids import AgentId, InteractionId
from hub.model.inputs import TimerFired


def fire(draft: Draft, command: TimerFired) -> None:
    if not draft.state.timers.holds(command.name, command.generation):
        draft.ignore("timer_not_armed")
        return
    kind, _, rest = command.name.partition(":")
    if kind == MATCH:
        offer_all(draft)
    elif kind == OFFER:
        no_answer(draft, InteractionId(rest))
    elif kind == GRACE:
        grace_over(draft, AgentId(rest))
    elif kind == BAR:
        interaction, _, agent = rest.partition(":")
        bar_over(draft, command.name, InteractionId(interaction), AgentId(agent))
    else:
        draft.ignore("unknown_timer")
