"""What every engine hands to the policy."""

from dataclasses import dataclass
from typing import Literal

Mode = Literal["hybrid", "lexical"]
"""By words and meaning, or by words alone; each has thresholds of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """`scores` are probabilities over all articles, best first.

    `confidence` (0 to 1) is the best probability times the mean likeness to the nearest phrasings,
    by meaning or by words, times the share of known words: it falls for words never seen, which the
    probability alone does not. `refused`: it is as good as one that people refused.
    """

    scores: tuple[tuple[str, float], ...]
    confidence: float
    mode: Mode = "lexical"
    refused: bool = False

    @property
    def clear(self) -> bool:
        """The second is at most half as probable as the first."""
        if len(self.scores) < 2:
            return bool(self.scores)
        return self.scores[1][1] <= self.scores[0][1] / 2
