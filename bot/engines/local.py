"""Rank articles with TF-IDF and logistic regression on plain arrays, well under a millisecond."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from bot.engines.artefact import Weights
from bot.engines.features import BLOCKS
from bot.language import Language, normalise

NEAREST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """`scores` are probabilities over all articles, best first.

    `confidence` (0 to 1) is the best probability times the mean likeness to the nearest phrasings:
    it falls for words never seen, which the probability alone does not.
    """

    scores: tuple[tuple[str, float], ...]
    confidence: float

    @property
    def clear(self) -> bool:
        """The second is at most half as probable as the first."""
        return self.scores[1][1] <= self.scores[0][1] / 2


@dataclass(frozen=True, slots=True)
class _Vector:
    """Known columns with L2-normalised values; `known` is the share of the length they make up."""

    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    known: float


class LocalEngine:
    """One language. Holds no state between questions."""

    def __init__(
        self,
        language: Language,
        articles: tuple[str, ...],
        grams: Mapping[str, tuple[str, ...]],
        weights: Weights,
    ) -> None:
        self._language = language
        self._articles = articles
        self._weights = weights
        self._columns: dict[str, dict[str, int]] = {}
        offset = 0
        for block, names in grams.items():
            self._columns[block] = {name: offset + place for place, name in enumerate(names)}
            offset += len(names)
        self._unseen = 1 + log(len(weights.row_starts))  # idf of a gram no phrasing has

    def rank(self, text: str) -> Ranking:
        vector = self._vector(normalise(text, self._language))
        chances = self._chances(vector)
        order = np.argsort(-chances, kind="stable")
        scores = tuple((self._articles[place], float(chances[place])) for place in order)
        return Ranking(scores=scores, confidence=scores[0][1] * self._likeness(vector))

    def _vector(self, text: str) -> _Vector:
        idf = self._weights.idf
        columns: list[int] = []
        values: list[float] = []
        known = 0.0
        blocks = BLOCKS[self._language]
        for block, cut in blocks.items():
            index = self._columns[block]
            found: list[float] = []
            unseen = 0.0
            for gram, count in Counter(cut(text)).items():
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
        return _Vector(np.array(columns, dtype=np.int64), np.array(values), sqrt(known))

    def _chances(self, vector: _Vector) -> NDArray[np.float64]:
        weights = self._weights
        logits = vector.values @ weights.coefficients[vector.columns] + weights.intercept
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum(), dtype=np.float64)

    def _likeness(self, vector: _Vector) -> float:
        weights = self._weights
        question = np.zeros(len(weights.idf))
        question[vector.columns] = vector.values
        products = question[weights.columns] * weights.values
        cosines = np.add.reduceat(products, weights.row_starts[:-1])
        return float(np.sort(cosines)[-NEAREST:].mean()) * vector.known
