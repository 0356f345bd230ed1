"""How steeply likeness to the nearest phrasing turns into a probability."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

STEPS = (5.0, 10.0, 20.0, 40.0, 80.0)
MIDDLE = 20.0
MOST_ROWS = 2000  # a sample is enough, and the table of likenesses stays small


def sharpness(rows: Any, owners: NDArray[np.intp]) -> float:
    """The step under which phrasings foretell their own article best, each left out in turn.

    `rows` are unit vectors (dense or sparse), `owners` the article of each. Phrasings that stand
    alone are not asked. The middle step when there is nothing to ask.
    """
    counts = np.bincount(owners)
    asked = np.flatnonzero(counts[owners] > 1)
    asked = asked[:: len(asked) // MOST_ROWS + 1]
    if not len(asked):
        return MIDDLE
    likenesses = rows[asked] @ rows.T
    if not isinstance(likenesses, np.ndarray):
        likenesses = likenesses.toarray()
    likenesses[np.arange(len(asked)), asked] = -1.0
    best = np.full((len(counts), len(asked)), -1.0)
    np.maximum.at(best, owners, likenesses.T)
    right = best[owners[asked], np.arange(len(asked))]
    losses = [float(np.mean(np.log(np.exp((best - right) * step).sum(axis=0)))) for step in STEPS]
    return STEPS[int(np.argmin(losses))]
