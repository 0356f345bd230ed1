"""One collection in memory: rows by key, and sorted keys under labels (its indexes)."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Any

Doc = dict[str, Any]
Key = str | int
Labels = Callable[[Doc], Iterable[Hashable]]

EVERY = "every"
"""The label of a collection whose rows are all listed."""


def every(_doc: Doc) -> Iterable[Hashable]:
    return (EVERY,)


class Table:
    """Rows are replaced, never changed in place."""

    def __init__(self, labels: Labels) -> None:
        self.rows: dict[Key, Doc] = {}
        self._labels = labels
        self._keys: dict[Hashable, list[Any]] = defaultdict(list)

    def put(self, key: Key, doc: Doc | None) -> None:
        """Replace the row, or remove it with None."""
        old = self.rows.pop(key, None)
        before = set(self._labels(old)) if old is not None else set()
        after = set(self._labels(doc)) if doc is not None else set()
        for label in before - after:
            keys = self._keys[label]
            del keys[bisect_left(keys, key)]
        for label in after - before:
            insort(self._keys[label], key)
        if doc is not None:
            self.rows[key] = doc

    def next(self, label: Hashable, last: Key | None) -> Key | None:
        """The key under `label` that follows `last`, or the first."""
        keys = self._keys.get(label)
        if not keys:
            return None
        place = 0 if last is None else bisect_right(keys, last)
        return keys[place] if place < len(keys) else None

    def last(self, label: Hashable) -> Key | None:
        keys = self._keys.get(label)
        return keys[-1] if keys else None
