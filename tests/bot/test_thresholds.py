"""Where the two thresholds come to lie."""

from collections.abc import Sequence

import pytest

from bot.engines.ranking import Ranking
from bot.training.figures import inside_figures, outside_figures
from bot.training.thresholds import Outcome, find_thresholds


def ranking(confidence: float, first: str = "zh-one", share: float = 0.8) -> Ranking:
    second = "zh-two" if first == "zh-one" else "zh-one"
    return Ranking(scores=((first, share), (second, 1 - share)), confidence=confidence)


def outcomes(confidences: Sequence[float], first: str = "zh-one") -> list[Outcome]:
    return [Outcome(ranking=ranking(each, first), article="zh-one") for each in confidences]


RIGHT = [place / 100 for place in range(1, 101)]


def test_without_out_of_scope_lines_low_is_the_fifth_percentile_of_the_right_ones() -> None:
    found = find_thresholds(outcomes(RIGHT), [])
    assert found.low == pytest.approx(0.0595)


def test_ninety_nine_lines_are_too_few_to_move_it() -> None:
    strange = [ranking(0.09)] * 99
    assert find_thresholds(outcomes(RIGHT), strange).low == pytest.approx(0.0595)


def test_a_hundred_lines_move_it_to_where_most_is_kept_and_refused() -> None:
    strange = [ranking(0.075)] * 60 + [ranking(0.5)] * 40
    assert find_thresholds(outcomes(RIGHT), strange).low == pytest.approx(0.08)


def test_nine_in_ten_right_ones_are_kept_whatever_is_out_of_scope() -> None:
    strange = [ranking(0.5)] * 200
    found = find_thresholds(outcomes(RIGHT), strange)
    assert sum(each >= found.low for each in RIGHT) >= 90


def test_high_is_where_wrong_answers_begin() -> None:
    inside = outcomes(RIGHT) + outcomes([0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4], first="zh-two")
    found = find_thresholds(inside, [])
    answered = [each for each in inside if each.ranking.confidence >= found.high]
    assert 0.3 <= found.high <= 0.45
    assert sum(each.rank == 1 for each in answered) / len(answered) >= 0.95


def test_at_most_one_out_of_scope_line_in_ten_is_answered() -> None:
    strange = [ranking(0.9)] * 4 + [ranking(0.7)] * 8 + [ranking(0.01)] * 88
    found = find_thresholds(outcomes(RIGHT), strange)
    assert found.high == pytest.approx(0.700001)


def test_lines_that_are_asked_back_anyway_do_not_raise_it() -> None:
    close = [ranking(0.9, share=0.55)] * 100
    assert find_thresholds(outcomes(RIGHT), close).high < 0.2


def test_few_phrasings_never_give_certainty() -> None:
    assert find_thresholds(outcomes([0.5] * 20), []).high == 1.0


def test_nothing_right_means_nothing_is_answered() -> None:
    found = find_thresholds(outcomes([0.5] * 20, first="zh-two"), [])
    assert (found.low, found.high) == (0.0, 1.0)


def test_figures_are_shares() -> None:
    thresholds = find_thresholds(outcomes(RIGHT), [])
    inside = inside_figures(outcomes([0.01, 0.9]) + outcomes([0.9], first="zh-two"), thresholds)
    assert inside == pytest.approx(
        {
            "r1": 2 / 3,
            "r3": 1.0,
            "answered": 2 / 3,
            "asked_back": 0.0,
            "refused": 1 / 3,
            "answered_right": 0.5,
        }
    )
    outside = outside_figures([ranking(0.01), ranking(0.9, share=0.6)], thresholds)
    assert outside == {"outside_answered": 0.0, "outside_asked_back": 0.5, "outside_refused": 0.5}
