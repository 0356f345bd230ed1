"""Find the two thresholds from in-scope phrasings alone: no out-of-scope line is needed.

Each phrasing is scored by a model that has not seen it (10 folds). `low` is the 5th percentile of
the right ones. `high` is the smallest confidence at which at least 95 % of the answers are right,
said with 95 % certainty (Wilson's lower bound): a plain share over a few hundred phrasings is too
hopeful.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from bot.engines.artefact import Thresholds
from bot.engines.local import Ranking
from bot.language import Language
from bot.training.fit import fit

FOLDS = 10
REFUSED_PERCENTILE = 5
PRECISION = 0.95
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


def out_of_fold(
    language: Language, texts: Sequence[str], labels: Sequence[str]
) -> Iterator[Outcome]:
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for learn, ask in folds.split(texts, labels):
        engine = fit(language, [texts[i] for i in learn], [labels[i] for i in learn]).engine()
        for place in ask:
            yield Outcome(ranking=engine.rank(texts[place]), article=labels[place])


def find_thresholds(outcomes: Sequence[Outcome]) -> Thresholds:
    """Raises ValueError when no confidence reaches the precision asked for."""
    right = [outcome.ranking.confidence for outcome in outcomes if outcome.rank == 1]
    low = float(np.percentile(right, REFUSED_PERCENTILE))
    clear = sorted(
        (outcome for outcome in outcomes if outcome.ranking.clear),
        key=lambda outcome: -outcome.ranking.confidence,
    )
    count = np.arange(1, len(clear) + 1)
    share = np.cumsum([outcome.rank == 1 for outcome in clear]) / count
    enough = np.flatnonzero(_lower_bound(share, count) >= PRECISION)
    if not len(enough):
        raise ValueError("no confidence gives 95 % right answers: the articles overlap too much")
    high = clear[int(enough[-1])].ranking.confidence
    return Thresholds(low=round(low, 6), high=round(max(low, high), 6))


def _lower_bound(share: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Wilson's interval; https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval."""
    z = CERTAINTY**2
    spread = CERTAINTY * np.sqrt(share * (1 - share) / count + z / (4 * count**2))
    return np.asarray((share + z / (2 * count) - spread) / (1 + z / count), dtype=np.float64)
