"""One agent on the board, and one need with the work that waits with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from hub.decisions.desk.line import Line
from hub.decisions.desk.masks import Shown
from hub.decisions.desk.ranking import Need, Rank
from hub.model.desk import Medium
from hub.model.ids import AgentId

Key = tuple[Any, ...]
"""Of a strategy, with the seat itself behind it."""


@dataclass(slots=True, eq=False)
class Seat:
    """What the board knows of an agent. `index` is the number of their bit in every mask.

    `room` are the media with a free slot, `open` those of them whose work they can take now. `key`
    is made when it is needed. `shown` is what the masks say, `stands` the key in the order, `place`
    that in its block. `pools` are those whose need the agent satisfies,
    `heads` reads the firsts of their lines.
    """

    agent_id: AgentId
    index: int
    skills: Mapping[str, int]
    idle_since: datetime
    load: int = 0
    ready: bool = False
    connected: bool = False
    free: Mapping[Medium, int] = field(default_factory=dict)
    room: tuple[Medium, ...] = ()
    open: tuple[Medium, ...] = ()
    key: Key = ()
    shown: Shown = (False, False, (), False)
    stands: Key = ()
    place: int = 0
    pools: dict[Medium, list["Pool"]] = field(default_factory=dict)
    heads: dict[Medium, Callable[[list[Rank]], tuple[Rank, ...]]] = field(default_factory=dict)

    def __lt__(self, other: "Seat") -> bool:
        """Keys differ before their seats do, but for one who signed out and in again."""
        return False

    def firsts(self, medium: Medium, heads: list[Rank]) -> tuple[Rank, ...]:
        """The first of every line the agent can serve."""
        read = self.heads.get(medium)
        if read is None:
            places = [pool.line.place for pool in self.pools.get(medium, ())]
            read = self.heads[medium] = itemgetter(0, 0, *places)
        return read(heads)


class Pool:
    """`able` is the mask of its members, who have the skills; `members` says how well they fit."""

    __slots__ = ("able", "fits", "line", "members", "need", "skills")

    def __init__(self, need: Need, heads: list[Rank]) -> None:
        self.need = need
        self.skills = [skill for skill, _ in need.skills] or [""]
        self.able = 0
        self.members: dict[Seat, int] = {}
        self.fits: set[int] = set()
        self.line = Line(heads)

    def join(self, seat: Seat, fit: int) -> None:
        self.able |= 1 << seat.index
        self.members[seat] = fit
        self.fits.add(fit)
        seat.pools.setdefault(self.need.medium, []).append(self)
        seat.heads.pop(self.need.medium, None)

    def leave(self, seat: Seat) -> None:
        self.able &= ~(1 << seat.index)
        del self.members[seat]
