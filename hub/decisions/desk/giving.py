"""Work given to another queue or agent, by its owner or by a supervisor."""

from hub.decisions.desk.draft import Draft
from hub.decisions.desk.matching import match
from hub.decisions.desk.state import Work
from hub.model.desk import WorkState
from hub.model.desk_inputs import MoveWork, TransferWork
from hub.model.ids import AgentId, QueueId


def transfer(draft: Draft, command: TransferWork) -> None:
    work = draft.state.works.get(command.interaction_id)
    if (
        work is None
        or work.state is not WorkState.ACTIVE
        or (work.agent_id, work.epoch) != (command.agent_id, command.epoch)
    ):
        draft.refuse("not_yours")
        return
    refusal = _refusal(draft, work, command.to_queue, command.to_agent)
    if refusal:
        draft.refuse(refusal)
        return
    draft.take_back(
        work,
        "transferred",
        queue_id=command.to_queue,
        target=command.to_agent,
        pause=draft.state.queue(command.to_queue or work.queue_id).decline_pause,
        note=command.note,
        author=f"agent:{command.agent_id}",
    )
    match(draft)


def move(draft: Draft, command: MoveWork) -> None:
    work = draft.state.works.get(command.interaction_id)
    if work is None:
        draft.refuse("unknown_work")
        return
    if work.state is WorkState.WRAP_UP:
        draft.refuse("talk_ended")
        return
    refusal = _refusal(draft, work, command.to_queue, command.to_agent)
    if refusal:
        draft.refuse(refusal)
        return
    draft.take_back(
        work,
        "moved",
        queue_id=command.to_queue,
        first=command.first,
        target=command.to_agent,
        pause=draft.state.queue(command.to_queue).decline_pause,
        author=command.author,
    )
    match(draft)


def _refusal(draft: Draft, work: Work, to_queue: QueueId | None, to_agent: AgentId | None) -> str:
    if to_queue is None and to_agent is None:
        return "no_target"
    if to_queue is not None and to_queue not in draft.state.queues:
        return "unknown_queue"
    if to_agent is None:
        return ""
    free = to_agent != work.agent_id and draft.state.board.takes(to_agent, work.medium)
    return "" if free else "agent_not_available"
