"""Work comes, is offered, taken, declined, missed or claimed."""

from dataclasses import replace

from hub.decisions.desk.draft import Draft
from hub.decisions.desk.estimate import estimate
from hub.decisions.desk.matching import CLAIM, chosen, match, offer
from hub.decisions.desk.state import Work
from hub.model.desk import Presence, WorkState
from hub.model.desk_events import AT_ONCE, Accepted, PresenceChanged, Queued
from hub.model.desk_inputs import AcceptOffer, ClaimWork, DeclineOffer, PlaceWork
from hub.model.events import TimerDisarmed
from hub.model.ids import AgentId, InteractionId


def place(draft: Draft, command: PlaceWork) -> None:
    state = draft.state
    if command.interaction_id in state.works:
        draft.ignore("known_work")
        return
    queue = state.queue(command.queue_id)
    work = Work(command.interaction_id, queue.queue_id, command.waiting_since, command.medium)
    need = state.need(work)
    staff = state.board.staff(need)
    served = bool(state.board.best_agents(need, 1))
    place = 0 if served else state.board.ahead(state.rank(work), need)
    draft.add(
        Queued(
            interaction_id=command.interaction_id,
            conversation_id=command.conversation_id,
            queue_id=queue.queue_id,
            channel_id=command.channel_id,
            waiting_since=command.waiting_since,
            medium=command.medium,
            display_name=command.display_name,
            reason=command.reason,
            language=command.language,
            place=place,
            wait_s=0 if served else estimate(state, work, place, staff.serving),
            agents=staff.able,
            ready=AT_ONCE if served else staff.ready,
        )
    )
    draft.loosen(work)
    match(draft)


def accept(draft: Draft, command: AcceptOffer) -> None:
    if offered_work(draft, command) is None:
        draft.refuse("offer_over")
        return
    draft.add(
        Accepted(
            interaction_id=command.interaction_id, agent_id=command.agent_id, epoch=command.epoch
        )
    )


def decline(draft: Draft, command: DeclineOffer) -> None:
    work = offered_work(draft, command)
    if work is None:
        draft.refuse("offer_over")
        return
    pause = draft.state.queue(work.queue_id).decline_pause
    draft.take_back(work, "declined", pause=pause)
    match(draft)


def no_answer(draft: Draft, interaction_id: InteractionId) -> None:
    """The offer's time is over: who let it ring is not ready, so that nobody waits for them."""
    work = draft.state.works[interaction_id]
    agent_id = work.agent_id
    if agent_id is None:
        raise LookupError("an offer without an agent")
    draft.take_back(work, "no_answer")
    if draft.state.agents[agent_id].presence is Presence.READY:
        draft.add(
            PresenceChanged(agent_id=agent_id, presence=Presence.NOT_READY, reason="no_answer")
        )
        draft.becomes(agent_id, Presence.NOT_READY)
    match(draft)


def bar_over(draft: Draft, name: str, interaction_id: InteractionId, agent_id: AgentId) -> None:
    """From now on the work may be offered again to who declined it or gave it away."""
    draft.add(TimerDisarmed(name=name))
    work = draft.state.works[interaction_id]
    if work.state is WorkState.QUEUED:
        left = tuple(other for other in work.barred if other != agent_id)
        draft.loosen(replace(work, barred=left))
        match(draft)


def claim(draft: Draft, command: ClaimWork) -> None:
    refusal = _claim_refusal(draft, command)
    if refusal:
        draft.refuse(refusal)
        return
    work = draft.state.works[command.interaction_id]
    offer(draft, work, command.agent_id, chosen(draft, work, command.agent_id, CLAIM))
    draft.add(
        Accepted(
            interaction_id=work.interaction_id, agent_id=command.agent_id, epoch=work.epoch + 1
        )
    )


def offered_work(draft: Draft, command: AcceptOffer | DeclineOffer) -> Work | None:
    """The work, while this very offer stands."""
    work = draft.state.works.get(command.interaction_id)
    if work is None or work.state is not WorkState.OFFERED:
        return None
    stands = (work.agent_id, work.epoch) == (command.agent_id, command.epoch)
    return work if stands else None


def _claim_refusal(draft: Draft, command: ClaimWork) -> str:
    state = draft.state
    agent = state.agents.get(command.agent_id)
    if agent is None or not agent.signed_in or not agent.connections:
        return "not_signed_in"
    work = state.works.get(command.interaction_id)
    if work is None or work.state is not WorkState.QUEUED:
        return "not_waiting"
    if not state.board.skilled(command.agent_id, state.need(work)):
        return "missing_skill"
    return "" if state.free(command.agent_id)[work.medium] > 0 else "no_free_slot"
