"""What screens show of work and agents and no decision reads, folded from the same events.

It stands in the desk's state because a screen must show it after a restart too.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.model import desk_events as d
from hub.model.codec import plain, unpack_as
from hub.model.desk import OfferReasons
from hub.model.ids import AgentId, InteractionId

Doc = dict[str, Any]

HANDED_ON = ("transferred", "moved")
"""Somebody's decision: the work did not come back."""


@dataclass(slots=True)
class Card:
    """One interaction. `since`: of its state; `until`: of its offer; `note`: of its transfer.

    `returns` counts how often it came back, `returned_because` is why it stands in line again, be
    it handed on. `target` is the agent a transfer is meant for, until somebody accepts. `reasons`
    are those of the last offer, none while it waits.
    """

    channel_id: str
    display_name: str
    reason: str
    language: str
    since: datetime
    until: datetime | None = None
    target: AgentId | None = None
    returns: int = 0
    returned_because: str = ""
    note: str = ""
    reasons: OfferReasons | None = None


@dataclass(slots=True)
class Cards:
    """`presences`: since when each agent has the present presence, or had the last one."""

    works: dict[InteractionId, Card] = field(default_factory=dict)
    presences: dict[AgentId, datetime] = field(default_factory=dict)

    def fold(self, known: Container[AgentId], event: Any, at: datetime) -> None:
        """`known` agents are those the desk knew before the event."""
        if isinstance(event, d.AgentConnected):
            if event.agent.agent_id not in known:
                self.presences[event.agent.agent_id] = at
        elif (step := FOLDS.get(type(event))) is not None:
            step(self, event, at)

    def freeze(self) -> Doc:
        return {
            "works": [[key, plain(card)] for key, card in self.works.items()],
            "presences": [list(item) for item in self.presences.items()],
        }


def thaw(doc: Mapping[str, Any]) -> Cards:
    return Cards(
        works={key: unpack_as(card, Card) for key, card in doc["works"]},
        presences=dict(doc["presences"]),
    )


def _queued(cards: Cards, event: d.Queued, at: datetime) -> None:
    cards.works[event.interaction_id] = Card(
        event.channel_id, event.display_name, event.reason, event.language, since=at
    )


def _offered(cards: Cards, event: d.Offered, at: datetime) -> None:
    card = cards.works[event.interaction_id]
    card.since, card.until, card.reasons = at, event.until, event.reasons


def _accepted(cards: Cards, event: d.Accepted, at: datetime) -> None:
    card = cards.works[event.interaction_id]
    card.since, card.until, card.target = at, None, None


def _returned(cards: Cards, event: d.Returned, at: datetime) -> None:
    """A note stays for the next agent until another transfer."""
    card = cards.works[event.interaction_id]
    card.since, card.until, card.target, card.reasons = at, None, event.target, None
    card.returns += event.reason not in HANDED_ON
    card.returned_because = event.reason
    if event.reason == "transferred":
        card.note = event.note


def _turned(cards: Cards, event: d.WrappingUp | d.Resumed, at: datetime) -> None:
    cards.works[event.interaction_id].since = at


def _released(cards: Cards, event: d.Released, at: datetime) -> None:
    cards.works.pop(event.interaction_id, None)


def _presence(cards: Cards, event: d.PresenceChanged, at: datetime) -> None:
    cards.presences[event.agent_id] = at


FOLDS: Mapping[type, Callable[[Cards, Any, datetime], None]] = {
    d.Queued: _queued,
    d.Offered: _offered,
    d.Accepted: _accepted,
    d.Returned: _returned,
    d.WrappingUp: _turned,
    d.Resumed: _turned,
    d.Released: _released,
    d.PresenceChanged: _presence,
}
