"""The desk told again from its commits alone: who was there, what waited, who had it.

Independent of the product's own fold: it knows only the words of the journal, which leaves out
what is as usual (no skills, level 1, first to be served).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Doc = dict[str, Any]
Fold = Callable[[Doc, datetime], Iterator[str] | None]

HELD = frozenset({"offered", "active", "wrap_up"})


@dataclass(slots=True)
class Seat:
    """An agent with an open screen, or in grace."""

    capacity: int
    skills: Mapping[str, int]
    presence: str = "not_ready"
    screens: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Piece:
    """One interaction; `came_back` once it was taken from somebody as the first to be served."""

    queue: str
    since: datetime
    state: str = "queued"
    agent: str = ""
    epoch: int = 0
    came_back: bool = False
    barred: set[str] = field(default_factory=set)


class DeskBook:
    """`tell` folds one commit and says what was wrong with its events."""

    def __init__(self) -> None:
        self.queues: dict[str, Mapping[str, int]] = {}
        self.seats: dict[str, Seat] = {}
        self.pieces: dict[str, Piece] = {}
        self.epochs: Counter[str] = Counter()
        self.accepted: set[tuple[str, str, int]] = set()
        self.matching = False
        self._folds: Mapping[str, Fold] = {
            "DeskConfigured": self._desk_configured,
            "AgentConnected": self._agent_connected,
            "AgentDisconnected": self._agent_disconnected,
            "PresenceChanged": self._presence_changed,
            "Queued": self._queued,
            "Offered": self._offered,
            "Accepted": self._accepted,
            "Returned": self._returned,
            "WrappingUp": self._wrapping_up,
            "Resumed": self._resumed,
            "Released": self._released,
            "TimerArmed": self._timer_armed,
            "TimerDisarmed": self._timer_disarmed,
        }

    def tell(self, commit: Doc) -> Iterator[str]:
        for event in commit["events"]:
            if fold := self._folds.get(event["is"]):
                for wrong in fold(event, commit["at"]) or ():
                    yield f"{wrong}, {commit['_id']}"

    def hand(self, agent: str) -> list[Piece]:
        return [p for p in self.pieces.values() if p.agent == agent and p.state in HELD]

    def could(self, agent: str, piece: Piece) -> bool:
        """Whether waiting work could be offered to an agent now."""
        seat = self.seats[agent]
        return (
            seat.presence == "ready"
            and bool(seat.screens)
            and agent not in piece.barred
            and len(self.hand(agent)) < seat.capacity
            and all(seat.skills.get(k, 0) >= v for k, v in self.queues.get(piece.queue, {}).items())
        )

    # ------------------------------------------------------------ the events
    def _desk_configured(self, event: Doc, at: datetime) -> None:
        self.queues = {queue["queue_id"]: _skills(queue) for queue in event["queues"]}

    def _agent_connected(self, event: Doc, at: datetime) -> None:
        agent = event["agent"]
        seat = self.seats.setdefault(agent["agent_id"], Seat(0, {}))
        seat.capacity = sum(slots["count"] for slots in agent.get("capacity", ()))
        seat.skills = _skills(agent)
        seat.screens.add(event["connection_id"])

    def _agent_disconnected(self, event: Doc, at: datetime) -> None:
        self.seats[event["agent_id"]].screens.discard(event["connection_id"])
        self._sweep(event["agent_id"])

    def _presence_changed(self, event: Doc, at: datetime) -> None:
        self.seats[event["agent_id"]].presence = event["presence"]
        self._sweep(event["agent_id"])

    def _sweep(self, agent: str) -> None:
        if self.seats[agent].presence == "offline" and not self.seats[agent].screens:
            del self.seats[agent]

    def _queued(self, event: Doc, at: datetime) -> Iterator[str]:
        key = event["interaction_id"]
        if key in self.pieces or key in self.epochs:
            yield f"twice: {key} was queued again"
        self.epochs[key] += 0
        self.pieces[key] = Piece(event["queue_id"], event["waiting_since"])

    def _offered(self, event: Doc, at: datetime) -> Iterator[str]:
        key, agent = event["interaction_id"], event["agent_id"]
        piece = self.pieces[key]
        if piece.state != "queued":
            yield f"two: {key} is {piece.state} with {piece.agent} and offered to {agent}"
        if event["epoch"] <= self.epochs[key]:
            yield f"epoch: {key} has {event['epoch']} after {self.epochs[key]}"
        waited = (at - piece.since).total_seconds()
        told = event["reasons"].get("waited_s", 0)
        if told != int(waited):
            yield f"since: {key} is said to wait {told} s, not {waited}"
        self.epochs[key] = event["epoch"]
        piece.state, piece.agent, piece.epoch = "offered", agent, event["epoch"]

    def _accepted(self, event: Doc, at: datetime) -> Iterator[str]:
        key = event["interaction_id"]
        piece = self.pieces[key]
        name = (key, event["agent_id"], event["epoch"])
        if (piece.state, piece.agent, piece.epoch) != ("offered", *name[1:]):
            yield f"two: {name} accepted what is {piece.state} with {piece.agent}"
        self.accepted.add(name)
        piece.state, piece.agent = "active", event["agent_id"]
        piece.barred.clear()

    def _returned(self, event: Doc, at: datetime) -> None:
        piece = self.pieces[event["interaction_id"]]
        if event["agent_id"] and event.get("barred_until"):
            piece.barred.add(event["agent_id"])
        piece.state, piece.agent = "queued", ""
        piece.queue, piece.came_back = event["queue_id"], event.get("first", True)

    def _wrapping_up(self, event: Doc, at: datetime) -> None:
        self.pieces[event["interaction_id"]].state = "wrap_up"

    def _resumed(self, event: Doc, at: datetime) -> None:
        self.pieces[event["interaction_id"]].state = "active"

    def _released(self, event: Doc, at: datetime) -> None:
        del self.pieces[event["interaction_id"]]

    def _timer_armed(self, event: Doc, at: datetime) -> None:
        self.matching = self.matching or event["name"] == "match"

    def _timer_disarmed(self, event: Doc, at: datetime) -> None:
        kind, _, rest = event["name"].partition(":")
        if kind == "match":
            self.matching = False
        elif kind == "bar":
            key, _, agent = rest.partition(":")
            self.pieces[key].barred.discard(agent)


def _skills(doc: Doc) -> Mapping[str, int]:
    return {skill["skill"]: skill.get("level", 1) for skill in doc.get("skills", ())}
