"""Waiting work in the order in which it is served."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from datetime import UTC, datetime

from hub.decisions.desk.ranking import Rank
from hub.model.ids import InteractionId

BLOCK = 512
"""A block is cut in two when it is twice as long."""

NOTHING = Rank(9, 0, datetime.max.replace(tzinfo=UTC), InteractionId(""))
"""The first of an empty line, after every work there is."""


def _last(block: list[Rank]) -> Rank:
    return block[-1]


class Line:
    """A sorted list in blocks: adding, removing and counting cost the same at any length.

    Its first stands at a place of its own in `heads`, a list that lines share: so the firsts of
    many lines are read at once.
    """

    __slots__ = ("_blocks", "_heads", "place")

    def __init__(self, heads: list[Rank]) -> None:
        self._blocks: list[list[Rank]] = []
        self.enlist(heads)

    def enlist(self, heads: list[Rank]) -> None:
        self._heads = heads
        self.place = len(heads)
        heads.append(NOTHING)
        self._show()

    def __bool__(self) -> bool:
        return bool(self._blocks)

    def __iter__(self) -> Iterator[Rank]:
        for block in self._blocks:
            yield from block

    def add(self, rank: Rank) -> None:
        if not self._blocks:
            self._blocks.append([rank])
        else:
            i = min(self._block_of(rank), len(self._blocks) - 1)
            block = self._blocks[i]
            insort(block, rank)
            if len(block) >= 2 * BLOCK:
                self._blocks.insert(i + 1, block[BLOCK:])
                del block[BLOCK:]
        self._show()

    def remove(self, rank: Rank) -> None:
        """Of a rank that stands in the line."""
        is_first = rank is self._heads[self.place]
        i = 0 if is_first else self._block_of(rank)
        block = self._blocks[i]
        del block[0 if is_first else bisect_left(block, rank)]
        if not block:
            del self._blocks[i]
        if is_first:
            self._show()

    def before(self, rank: Rank) -> int:
        """How many are served before this rank, which need not stand in the line."""
        i = self._block_of(rank)
        count = sum(map(len, self._blocks[:i]))
        return count if i == len(self._blocks) else count + bisect_left(self._blocks[i], rank)

    def _block_of(self, rank: Rank) -> int:
        return bisect_left(self._blocks, rank, key=_last)

    def _show(self) -> None:
        self._heads[self.place] = self._blocks[0][0] if self._blocks else NOTHING
