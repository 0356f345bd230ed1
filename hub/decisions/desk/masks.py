"""Sets of agents as whole numbers, one bit an agent: cheap to count and to cut."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from hub.decisions.desk.ranking import Need
from hub.model.desk import Medium

Shown = tuple[bool, bool, tuple[Medium, ...], bool]
"""Of one agent: ready, connected, the media with a free slot, ready or with work in hand."""


class Masks:
    """`levels` holds, for a skill and a level, who has at least that level."""

    __slots__ = ("_open", "connected", "free", "levels", "present", "ready", "serving")

    def __init__(self) -> None:
        self.present = 0
        self.connected = 0
        self.ready = 0
        self.serving = 0
        self.free: defaultdict[Medium, int] = defaultdict(int)
        self.levels: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._open: dict[Medium, int] = {}

    def sit(self, bit: int, skills: Mapping[str, int]) -> None:
        self.present |= bit
        for skill, top in skills.items():
            for level in range(1, top + 1):
                self.levels[skill, level] |= bit

    def leave(self, others: int, skills: Mapping[str, int]) -> None:
        self._open.clear()
        self.present &= others
        self.connected &= others
        self.ready &= others
        self.serving &= others
        for medium in self.free:
            self.free[medium] &= others
        for skill, top in skills.items():
            for level in range(1, top + 1):
                self.levels[skill, level] &= others

    def able(self, need: Need) -> int:
        found = self.present
        for asked in need.skills:
            found &= self.levels.get(asked, 0)
        return found

    def open(self, medium: Medium) -> int:
        """Ready, connected, with a free slot of this medium."""
        found = self._open.get(medium)
        if found is None:
            found = self._open[medium] = self.connected & self.ready & self.free[medium]
        return found

    def show(self, index: int, was: Shown, now: Shown) -> None:
        self._open.clear()
        bit = 1 << index
        if was[0] != now[0]:
            self.ready ^= bit
        if was[1] != now[1]:
            self.connected ^= bit
        if was[2] != now[2]:
            for medium in {*was[2]} ^ {*now[2]}:
                self.free[medium] ^= bit
        if was[3] != now[3]:
            self.serving ^= bit


def indexes(mask: int) -> Iterator[int]:
    """The numbers of the bits, highest first."""
    while mask:
        index = mask.bit_length() - 1
        yield index
        mask ^= 1 << index
