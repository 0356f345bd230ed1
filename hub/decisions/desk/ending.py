"""What the conversation tells of its end.

The desk alone assigns. Each stream may be ahead of the other, so a wrap-up of an epoch the desk
took back meanwhile is ignored: what the desk told of it is on its way and opens the talk again.
"""

from hub.decisions.desk.draft import Draft
from hub.decisions.desk.matching import match
from hub.decisions.desk.state import Work
from hub.model.desk import WorkState
from hub.model.desk_events import Released, Resumed, WrappingUp
from hub.model.desk_inputs import ReleaseWork, ResumeWork, WrapUpWork


def wrap_up(draft: Draft, command: WrapUpWork) -> None:
    """The slot is kept."""
    if _standing(draft, command, WorkState.ACTIVE) is None:
        draft.ignore("superseded")
        return
    draft.add(WrappingUp(interaction_id=command.interaction_id, epoch=command.epoch))


def resume(draft: Draft, command: ResumeWork) -> None:
    """With the same agent, or back in the queue when they are gone."""
    work = _standing(draft, command, WorkState.WRAP_UP)
    if work is None or work.agent_id is None:
        draft.ignore("superseded")
        return
    agent = draft.state.agents.get(work.agent_id)
    if agent is not None and agent.signed_in:
        draft.add(Resumed(interaction_id=command.interaction_id, epoch=command.epoch))
        return
    draft.take_back(work, "agent_lost")
    match(draft)


def release(draft: Draft, command: ReleaseWork) -> None:
    work = draft.state.works.get(command.interaction_id)
    if work is None:
        draft.ignore("unknown_work")
        return
    draft.add(Released(interaction_id=work.interaction_id, reason=command.reason))
    if work.agent_id is not None:
        draft.frees(work.agent_id, work.medium)
        match(draft)


def _standing(draft: Draft, command: WrapUpWork | ResumeWork, state: WorkState) -> Work | None:
    work = draft.state.works.get(command.interaction_id)
    if work is None or (work.state, work.epoch) != (state, command.epoch):
        return None
    return work
