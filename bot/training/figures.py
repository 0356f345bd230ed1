"""What a model does with phrasings and lines it has not seen, as shares between 0 and 1."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.engines.artefact import Thresholds
from bot.engines.ranking import Ranking
from bot.policy import Verdict, judge
from bot.training.thresholds import Outcome

VERDICTS = (Verdict.ANSWER, Verdict.ASK_BACK, Verdict.REFUSE)


def inside_figures(outcomes: Sequence[Outcome], thresholds: Thresholds) -> dict[str, float]:
    """`r1` and `r3`: the right article comes first, or among the first three."""
    verdicts = [judge(outcome.ranking, thresholds) for outcome in outcomes]
    answered = [
        outcome
        for outcome, verdict in zip(outcomes, verdicts, strict=True)
        if verdict is Verdict.ANSWER
    ]
    return {
        "r1": _share(outcome.rank == 1 for outcome in outcomes),
        "r3": _share(outcome.rank <= 3 for outcome in outcomes),
        **_shares(verdicts),
        "answered_right": _share(outcome.rank == 1 for outcome in answered),
    }


def outside_figures(rankings: Iterable[Ranking], thresholds: Thresholds) -> dict[str, float]:
    verdicts = [judge(ranking, thresholds) for ranking in rankings]
    return {f"outside_{name}": share for name, share in _shares(verdicts).items()}


def _shares(verdicts: Sequence[Verdict]) -> dict[str, float]:
    count = Counter(verdicts)
    return {verdict.value: count[verdict] / max(len(verdicts), 1) for verdict in VERDICTS}


def _share(hits: Iterable[bool]) -> float:
    known = list(hits)
    return sum(known) / len(known) if known else 0.0
