"""The desk stream's rules, put together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.decisions.desk import (
    coming,
    configuring,
    ending,
    frozen,
    giving,
    offering,
    timing,
)
from hub.decisions.desk.draft import Draft
from hub.decisions.desk.effects import effects_of
from hub.decisions.desk.folding import FOLDS
from hub.decisions.desk.settings import DeskSettings
from hub.decisions.desk.state import DeskState
from hub.model import desk_inputs as inputs
from hub.model.codec import pack, reader
from hub.model.desk_events import DeskEvent
from hub.model.effects import Effect
from hub.model.ids import DESK, desk_stream, stream_name
from hub.model.inputs import TimerFired

CODE_VERSION = 2
"""Raised with every change of a decision, so that no snapshot of other rules is used."""

_read_input = reader(inputs.DeskInput)
_read_event = reader(DeskEvent)

HANDLERS: Mapping[type, Callable[[Draft, Any], None]] = {
    inputs.ConfigureDesk: configuring.configure,
    inputs.ConnectAgent: coming.connect,
    inputs.LoseConnection: coming.lose,
    inputs.UpdateAgent: coming.update,
    inputs.SetPresence: coming.set_presence,
    inputs.PlaceWork: offering.place,
    inputs.AcceptOffer: offering.accept,
    inputs.DeclineOffer: offering.decline,
    inputs.ClaimWork: offering.claim,
    inputs.TransferWork: giving.transfer,
    inputs.MoveWork: giving.move,
    inputs.WrapUpWork: ending.wrap_up,
    inputs.ResumeWork: ending.resume,
    inputs.ReleaseWork: ending.release,
    TimerFired: timing.fire,
}


class DeskRules:
    """`StreamRules` of "desk:<id>"."""

    kind = DESK

    def __init__(self, settings: DeskSettings) -> None:
        self.settings = settings
        self.version = f"{DESK}/{CODE_VERSION}.{settings.version}"

    def new(self, stream: str) -> DeskState:
        return DeskState(stream_name(stream))

    def decide(
        self, state: DeskState, body: Mapping[str, Any], key: str, at: datetime
    ) -> Sequence[DeskEvent]:
        return self.judge(state, _read_input(body), at)

    def judge(self, state: DeskState, command: Any, at: datetime) -> Sequence[DeskEvent]:
        """`decide` of an input that is already unpacked."""
        draft = Draft(state, self.settings, at)
        HANDLERS[type(command)](draft, command)
        return draft.events

    def apply(self, state: DeskState, event: DeskEvent, at: datetime) -> None:
        state.cards.fold(state.agents, event, at)
        FOLDS[type(event)](state, event, at)

    def pack(self, event: DeskEvent) -> dict[str, Any]:
        return pack(event)

    def unpack(self, doc: Mapping[str, Any]) -> DeskEvent:
        found: DeskEvent = _read_event(doc)
        return found

    def effects(self, stream: str, event: DeskEvent, body: Mapping[str, Any]) -> Iterable[Effect]:
        return effects_of(event)

    def due(self, state: DeskState) -> datetime | None:
        return state.timers.due()

    def fired(self, state: DeskState, at: datetime) -> Sequence[tuple[str, dict[str, Any]]]:
        stream = desk_stream(state.desk)
        return [
            (f"t:{stream}:{name}:{generation}", pack(TimerFired(name=name, generation=generation)))
            for _, name, generation in state.timers.late(at)
        ]

    def freeze(self, state: DeskState) -> dict[str, Any]:
        return frozen.freeze(state)

    def thaw(self, doc: Mapping[str, Any]) -> DeskState:
        return frozen.thaw(doc)
