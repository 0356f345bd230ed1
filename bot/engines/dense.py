"""Likeness by meaning: the encoder's vectors, centred, and a logistic regression over them.

Raw cosines of the encoder lie between 0.73 and 0.92 for anything; less the language's mean vector
they spread around 0.
"""

import numpy as np
from numpy.typing import NDArray

from bot.engines.artefact import DenseWeights
from bot.engines.encoder import Vectors


def centred(vectors: Vectors, centre: NDArray[np.float32]) -> NDArray[np.float64]:
    """Rows less the mean vector, of unit length again; a row that is the mean stays 0."""
    moved = np.asarray(vectors, dtype=np.float64) - centre
    lengths = np.linalg.norm(moved, axis=-1, keepdims=True)
    return np.asarray(moved / np.where(lengths > 0, lengths, 1.0), dtype=np.float64)


class Dense:
    """One language. Holds no state between questions."""

    def __init__(self, weights: DenseWeights) -> None:
        self._weights = weights
        self._rows = weights.rows.astype(np.float32)

    def place(self, vector: Vectors) -> NDArray[np.float64]:
        """Where a question lies, from what the encoder gave for it."""
        return centred(vector, self._weights.centre)

    def logits(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        """One a learnt article."""
        weights = self._weights
        return np.asarray(place @ weights.coefficients + weights.intercept, dtype=np.float64)

    def likenesses(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        """The cosine to every phrasing."""
        return np.asarray(self._rows @ place.astype(np.float32), dtype=np.float64)
