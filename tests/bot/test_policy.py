"""From confidence to action."""

import pytest

from bot.engines.artefact import Thresholds
from bot.engines.ranking import Ranking
from bot.policy import Verdict, judge

THRESHOLDS = Thresholds(low=0.2, high=0.6)
CLEAR = (("zh-one", 0.8), ("zh-two", 0.1), ("zh-three", 0.1))
CLOSE = (("zh-one", 0.5), ("zh-two", 0.4), ("zh-three", 0.1))


@pytest.mark.parametrize(
    ("label", "scores", "confidence", "misses_left", "verdict"),
    [
        ("sure", CLEAR, 0.6, 2, Verdict.ANSWER),
        ("sure after misses", CLEAR, 0.6, -3, Verdict.ANSWER),
        ("sure but two are close", CLOSE, 0.9, 2, Verdict.ASK_BACK),
        ("just not sure", CLEAR, 0.59, 2, Verdict.ASK_BACK),
        ("faint", CLEAR, 0.2, 2, Verdict.ASK_BACK),
        ("faint after a miss", CLEAR, 0.2, 1, Verdict.ASK_BACK),
        ("faint after two misses", CLEAR, 0.2, 0, Verdict.GUESS),
        ("close after two misses", CLOSE, 0.9, 0, Verdict.GUESS),
        ("below", CLEAR, 0.19, 2, Verdict.REFUSE),
        ("below after a miss", CLEAR, 0.19, 1, Verdict.GIVE_UP),
        ("below after two misses", CLEAR, 0.19, 0, Verdict.GIVE_UP),
    ],
)
def test_thresholds_decide(
    label: str,
    scores: tuple[tuple[str, float], ...],
    confidence: float,
    misses_left: int,
    verdict: str,
) -> None:
    ranking = Ranking(scores=scores, confidence=confidence)
    assert judge(ranking, THRESHOLDS, misses_left=misses_left) is verdict


@pytest.mark.parametrize("confidence", [0.0, 0.3, 0.9])
@pytest.mark.parametrize(("misses_left", "verdict"), [(1, Verdict.ASK_BACK), (0, Verdict.GUESS)])
def test_bare_topic_is_never_answered(
    confidence: float, misses_left: int, verdict: Verdict
) -> None:
    ranking = Ranking(scores=CLEAR, confidence=confidence)
    judged = judge(ranking, THRESHOLDS, misses_left=misses_left, bare_topic=True)
    assert judged is verdict
