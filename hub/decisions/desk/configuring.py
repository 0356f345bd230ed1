"""Queues as they are from now on, and everything offered that can be served by now."""

from itertools import islice

from hub.decisions.desk.draft import Draft
from hub.decisions.desk.matching import match_all
from hub.model.desk import WorkState
from hub.model.desk_events import DeskConfigured
from hub.model.desk_inputs import ConfigureDesk


def configure(draft: Draft, command: ConfigureDesk) -> None:
    if command.queues == tuple(draft.state.queues.values()):
        draft.ignore("no_change")
        return
    draft.add(DeskConfigured(queues=command.queues, author=command.author))
    draft.arm_match()


def offer_all(draft: Draft) -> None:
    """Waiting work of removed queues moves; then everybody with room is filled; in portions."""
    state, most = draft.state, draft.settings.offers_a_commit
    homeless = (
        work
        for work in state.works.values()
        if work.state is WorkState.QUEUED and state.queue(work.queue_id).queue_id != work.queue_id
    )
    found = list(islice(homeless, most + 1))
    draft.begin_match()
    for work in found[:most]:
        draft.take_back(work, "moved", first=work.first)
    if len(found) > most:
        draft.arm_match()
    match_all(draft)
