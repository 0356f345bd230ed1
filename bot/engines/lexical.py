"""Likeness by words: TF-IDF and a logistic regression on plain arrays, under a millisecond."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from bot.engines.artefact import LexicalWeights
from bot.engines.features import BLOCKS
from bot.language import Language, normalise

Gram = tuple[str, str]
"""Its block and its characters."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Known columns with L2-normalised values; `known` is the share of the length they make up."""

    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    known: float


class Lexical:
    """One language. Holds no state between questions."""

    def __init__(
        self, language: Language, grams: Mapping[str, tuple[str, ...]], weights: LexicalWeights
    ) -> None:
        self._language = language
        self._weights = weights
        self._coefficients = weights.coefficients()
        self._columns: dict[str, dict[str, int]] = {}
        offset = 0
        for block, names in grams.items():
            self._columns[block] = {name: offset + place for place, name in enumerate(names)}
            offset += len(names)
        self._unseen = 1 + log(len(weights.row_starts))  # idf of a gram no phrasing has

    def terms(self, text: str) -> Terms:
        plain = normalise(text, self._language)
        idf = self._weights.idf
        columns: list[int] = []
        values: list[float] = []
        known = 0.0
        blocks = BLOCKS[self._language]
        for block, cut in blocks.items():
            index = self._columns[block]
            found: list[float] = []
            unseen = 0.0
            for gram, count in Counter(cut(plain)).items():
                weight = 1 + log(count)
                column = index.get(gram)
                if column is None:
                    unseen += (weight * self._unseen) ** 2
                else:
                    columns.append(column)
                    found.append(weight * float(idf[column]))
            length = sum(value * value for value in found)
            if length:
                values.extend(value / sqrt(length * len(blocks)) for value in found)
                known += length / (length + unseen) / len(blocks)
        return Terms(np.array(columns, dtype=np.int64), np.array(values), sqrt(known))

    def grams(self, text: str) -> dict[Gram, float]:
        """Every gram of a text with its weight, known or not; of unit length."""
        plain = normalise(text, self._language)
        blocks = BLOCKS[self._language]
        weighed: dict[Gram, float] = {}
        for block, cut in blocks.items():
            found = {
                gram: (1 + log(count)) * self._idf(self._columns[block].get(gram))
                for gram, count in Counter(cut(plain)).items()
            }
            length = sqrt(sum(value * value for value in found.values()) * len(blocks))
            weighed |= {(block, gram): value / length for gram, value in found.items()}
        return weighed

    def _idf(self, column: int | None) -> float:
        return self._unseen if column is None else float(self._weights.idf[column])

    def logits(self, terms: Terms) -> NDArray[np.float64]:
        """One a learnt article."""
        chosen = terms.values @ self._coefficients[terms.columns]
        return np.asarray(chosen + self._weights.intercept, dtype=np.float64)

    def likenesses(self, terms: Terms) -> NDArray[np.float64]:
        """The cosine to every phrasing, over the words known."""
        weights = self._weights
        question = np.zeros(len(weights.idf))
        question[terms.columns] = terms.values
        products = question[weights.columns] * weights.values
        return np.asarray(np.add.reduceat(products, weights.row_starts[:-1]), dtype=np.float64)
