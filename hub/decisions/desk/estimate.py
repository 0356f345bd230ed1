"""How long somebody will wait, as far as the desk can tell."""

from datetime import datetime, timedelta

from hub.decisions.desk.state import DeskState, Work

UNKNOWN = -1
SLOWNESS = 8
"""One more measurement moves the average by this part of the difference."""


def estimate(state: DeskState, work: Work, place: int, serving: int) -> int:
    """Seconds until the turn comes: handling time × (place + 1) / slots that can serve.

    The handling time is a moving average of how long the queue's work held its slot, wrap-up
    included; the slots are those of the agents `serving`, each with the mean of all signed in.
    `UNKNOWN` before anything of the queue was measured, and while nobody serves.
    """
    slots = state.slots[work.medium]
    held_ms = state.handling_ms.get(work.queue_id)
    if held_ms is None or not serving or not slots:
        return UNKNOWN
    return held_ms * (place + 1) * state.signed_in // (serving * slots * 1000)


def measure(state: DeskState, work: Work, at: datetime) -> None:
    """Released work tells how long it held its slot."""
    if work.began_at is None:
        return
    held_ms = (at - work.began_at) // timedelta(milliseconds=1)
    average = state.handling_ms.get(work.queue_id, held_ms)
    state.handling_ms[work.queue_id] = average + (held_ms - average) // SLOWNESS
