"""Questions people said no article answers: what is nearer to one of them than to every phrasing.

By meaning where there is a vector, else by words: then words no phrasing has count too, so that a
question is not taken for a refused one by the few words the articles share with it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.engines.lexical import Gram, Lexical


class Refused:
    """`rows` are the lines as the encoder saw them, centred; None without an encoder."""

    def __init__(
        self, lexical: Lexical, lines: Sequence[str], rows: NDArray[np.float16] | None
    ) -> None:
        self._lexical = lexical
        self._count = len(lines)
        self._rows = None if rows is None else rows.astype(np.float32)
        self._places: dict[Gram, list[tuple[int, float]]] = {}
        for line, text in enumerate(lines):
            for gram, weight in lexical.grams(text).items():
                self._places.setdefault(gram, []).append((line, weight))

    def by_meaning(self, place: NDArray[np.float64], nearest: float) -> bool:
        """`nearest`: the cosine to the nearest phrasing."""
        if self._rows is None or not self._count:
            return False
        return float((self._rows @ place.astype(np.float32)).max()) > nearest

    def by_words(self, text: str, nearest: float) -> bool:
        """`nearest`: the cosine to the nearest phrasing, over all words of the text."""
        if not self._count:
            return False
        likenesses = np.zeros(self._count)
        for gram, weight in self._lexical.grams(text).items():
            for line, its in self._places.get(gram, ()):
                likenesses[line] += weight * its
        return float(likenesses.max()) > nearest + ROUNDING


ROUNDING = 1e-6
"""A line that is also a phrasing is as near to both."""
