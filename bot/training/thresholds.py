"""Find the two thresholds; the lower one without any out-of-scope line when there are few.

Each phrasing is scored by a model that has not seen it (5 folds). `low` is the 5th percentile of
the right ones; a hundred out-of-scope lines or more move it to where most is kept and most of them
is refused. `high` is the smallest confidence at which at least 95 % of the answers are right, said
with 95 % certainty (Wilson's lower bound): a plain share over a few hundred phrasings is too
hopeful; and with a hundred out-of-scope lines at most 10 % of them may reach it. Where no
confidence is enough, nothing is answered without asking back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.engines.artefact import Thresholds
from bot.engines.ranking import Ranking

REFUSED_PERCENTILE = 5
ENOUGH_OUTSIDE = 100
LEAST_KEPT = 0.90
PRECISION = 0.95
MOST_ANSWERED = 0.10  # of out-of-scope lines
STEP = 1e-6  # thresholds have six decimals
CERTAINTY = 1.6449  # standard normal quantile of 95 %, one-sided


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one phrasing with a known article was ranked."""

    ranking: Ranking
    article: str

    @property
    def rank(self) -> int:
        """Place of the right article, from 1."""
        return [article for article, _ in self.ranking.scores].index(self.article) + 1


def find_thresholds(inside: Sequence[Outcome], outside: Sequence[Ranking]) -> Thresholds:
    """`inside` out of fold, `outside` by the whole model."""
    right = np.array([outcome.ranking.confidence for outcome in inside if outcome.rank == 1])
    if not len(right):
        return Thresholds(low=0.0, high=1.0)
    strange = np.array([ranking.confidence for ranking in outside])
    few = len(strange) < ENOUGH_OUTSIDE
    low = float(np.percentile(right, REFUSED_PERCENTILE)) if few else _best_cut(right, strange)
    high = max(low, _sure(inside), 0.0 if few else _above_most(outside))
    return Thresholds(low=round(low, 6), high=round(high, 6))


def _best_cut(right: NDArray[np.float64], strange: NDArray[np.float64]) -> float:
    """Where kept and refused are together largest; at least `LEAST_KEPT` of the right are kept."""
    cuts = np.sort(right)[: int(len(right) * (1 - LEAST_KEPT)) + 1]
    kept = 1 - np.searchsorted(np.sort(right), cuts) / len(right)
    refused = np.searchsorted(np.sort(strange), cuts) / len(strange)
    return float(cuts[np.argmax(kept + refused)])


def _above_most(outside: Sequence[Ranking]) -> float:
    """Just above the first clear out-of-scope line that must not be answered."""
    clear = sorted((each.confidence for each in outside if each.clear), reverse=True)
    answered = int(len(outside) * MOST_ANSWERED)
    return min(clear[answered] + STEP, 1.0) if len(clear) > answered else 0.0


def _sure(inside: Sequence[Outcome]) -> float:
    clear = sorted(
        (outcome for outcome in inside if outcome.ranking.clear),
        key=lambda outcome: -outcome.ranking.confidence,
    )
    count = np.arange(1, len(clear) + 1)
    share = np.cumsum([outcome.rank == 1 for outcome in clear]) / count
    enough = np.flatnonzero(_lower_bound(share, count) >= PRECISION)
    return clear[int(enough[-1])].ranking.confidence if len(enough) else 1.0


def _lower_bound(share: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Wilson's interval; https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval."""
    z = CERTAINTY**2
    spread = CERTAINTY * np.sqrt(share * (1 - share) / count + z / (4 * count**2))
    return np.asarray((share + z / (2 * count) - spread) / (1 + z / count), dtype=np.float64)
