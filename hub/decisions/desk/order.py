"""All agents who can take work, best first, and of these who has some skills.

A freed agent rises in every need they satisfy, and falls in all of them with the next offer. One
order for all needs is changed once for that; a heap for each need would have to be mended in each.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterator

from hub.decisions.desk.pool import Key, Seat

BLOCK = 256
"""A block is cut in two when it is twice as long, and joined to its neighbour at a quarter."""

DENSE = 24
"""So many hits in a block are met sooner by walking along it than by sorting them."""


class Block:
    """Neighbours in the order, each with a place in masks that are as short as the block."""

    __slots__ = ("_seats", "_spare", "keys", "with_skill")

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.with_skill: defaultdict[str, int] = defaultdict(int)
        self._seats: list[Seat] = []
        self._spare: list[int] = []

    def add(self, seat: Seat) -> None:
        insort(self.keys, seat.stands)
        if self._spare:
            seat.place = self._spare.pop()
            self._seats[seat.place] = seat
        else:
            seat.place = len(self._seats)
            self._seats.append(seat)
        self._turn(seat)

    def remove(self, seat: Seat) -> None:
        del self.keys[bisect_left(self.keys, seat.stands)]
        self._spare.append(seat.place)
        self._turn(seat)

    def walk(self, hits: int) -> Iterator[Seat]:
        """Who stands at these places, in their order."""
        if hits.bit_count() > DENSE:
            for key in self.keys:
                if hits >> key[-1].place & 1:
                    yield key[-1]
            return
        keys = []
        while hits:
            place = hits.bit_length() - 1
            hits ^= 1 << place
            keys.append(self._seats[place].stands)
        keys.sort()
        for key in keys:
            yield key[-1]

    def _turn(self, seat: Seat) -> None:
        bit = 1 << seat.place
        self.with_skill[""] ^= bit
        for skill in seat.skills:
            self.with_skill[skill] ^= bit


class Order:
    """Keys up to `_lasts[i]` stand in block i or before. `Seat.stands` is the key of a seat."""

    __slots__ = ("_blocks", "_lasts")

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._lasts: list[Key] = []

    def put(self, seat: Seat, key: Key) -> None:
        """In place of the key before; () takes the seat out."""
        if seat.stands:
            i = bisect_left(self._lasts, seat.stands)
            self._blocks[i].remove(seat)
            if len(self._blocks[i].keys) < BLOCK // 4:
                self._join(i)
        seat.stands = key
        if key:
            i = self._block_for(key)
            self._blocks[i].add(seat)
            if len(self._blocks[i].keys) >= 2 * BLOCK:
                self._cut(i)

    def walk(self, skills: Collection[str]) -> Iterator[Seat]:
        """Who has all of the skills, at any level, best first; the skill "" is everybody's."""
        for block in self._blocks:
            hits = -1
            for skill in skills:
                hits &= block.with_skill.get(skill, 0)
            if hits:
                yield from block.walk(hits)

    def _block_for(self, key: Key) -> int:
        i = bisect_left(self._lasts, key)
        if i < len(self._blocks):
            return i
        if not self._blocks:
            self._blocks.append(Block())
            self._lasts.append(key)
        self._lasts[-1] = key
        return len(self._blocks) - 1

    def _join(self, i: int) -> None:
        """The rest of a block goes to the next one, of the last block to the one before."""
        rest = self._blocks[i].keys
        if rest and len(self._blocks) == 1:
            return
        del self._blocks[i], self._lasts[i]
        if rest:
            i = min(i, len(self._blocks) - 1)
            self._lasts[i] = max(self._lasts[i], rest[-1])
            for key in rest:
                self._blocks[i].add(key[-1])

    def _cut(self, i: int) -> None:
        block = self._blocks[i]
        front = Block()
        for key in block.keys[:BLOCK]:
            block.remove(key[-1])
            front.add(key[-1])
        self._blocks.insert(i, front)
        self._lasts.insert(i, front.keys[-1])
