"""Words and meaning together, each alone, and articles with one phrasing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.engines.dense import centred
from bot.engines.hybrid import NEAREST, HybridEngine
from bot.engines.lexical import Lexical
from bot.language import Language, normalise
from bot.training.fit import Fitted, Lessons, fit
from hub.model.knowledge import Article
from tests.bot.given import LetterEncoder, article, small_bank, small_model

ENCODER = LetterEncoder()
ODD = ("", "🙂", "转" * 500, "a " * 300, "今天天气怎么样", "我的卡掉了怎么挂失")


def lessons_of(articles: tuple[Article, ...], language: Language = "zh") -> Lessons:
    texts = tuple(line for each in articles for line in each.lessons)
    labels = tuple(each.id for each in articles for _ in each.lessons)
    return Lessons(language=language, texts=texts, labels=labels, vectors=ENCODER.encode(texts))


def by_scikit_learn(fitted: Fitted, text: str) -> NDArray[np.float64]:
    """The mean of the two regressions' own probabilities."""
    dense = fitted.model.dense
    assert dense is not None
    terms = fitted.vectorisers.transform([normalise(text, fitted.model.facts.language)])
    places = centred(ENCODER.encode([text]), dense.centre)
    chances = fitted.lexical.predict_proba(terms) + fitted.dense.predict_proba(places)
    return np.asarray(chances[0] / 2, dtype=np.float64)


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("articles", [small_bank(), small_bank()[:2]], ids=["three", "two"])
def test_probabilities_are_the_mean_of_scikit_learns(
    articles: tuple[Article, ...], text: str
) -> None:
    fitted = fit(lessons_of(articles), encoder=ENCODER.name)
    (vector,) = ENCODER.encode([text])
    ours = dict(fitted.engine().rank(text, vector).scores)
    expected = by_scikit_learn(fitted, text)
    assert [ours[name] for name in fitted.lexical.classes_] == pytest.approx(expected, abs=1e-6)


def test_confidence_is_probability_times_nearest_times_known_words() -> None:
    fitted = fit(lessons_of(small_bank()), encoder=ENCODER.name)
    assert fitted.model.dense is not None
    text = "卡丢了斑斓"
    (vector,) = ENCODER.encode([text])
    ranking = fitted.engine().rank(text, vector)
    place = centred(vector, fitted.model.dense.centre)
    nearest = sorted(fitted.model.dense.rows.astype(np.float64) @ place)[-NEAREST:]
    known = Lexical("zh", fitted.model.facts.grams, fitted.model.lexical).terms(text).known
    assert 0 < known < 1
    assert ranking.confidence == pytest.approx(
        ranking.scores[0][1] * sum(nearest) / NEAREST * known, abs=1e-6
    )


def test_without_a_vector_the_words_rank_alone() -> None:
    engine = HybridEngine(small_model())
    (vector,) = ENCODER.encode(["卡丢了"])
    assert engine.rank("卡丢了", vector).mode == "hybrid"
    assert engine.rank("卡丢了").mode == "lexical"
    assert engine.rank("卡丢了").scores[0][0] == "zh-card-loss"


def test_each_mode_has_thresholds_of_its_own() -> None:
    thresholds = small_model().facts.thresholds
    assert set(thresholds) == {"hybrid", "lexical"}
    assert thresholds["hybrid"] != thresholds["lexical"]


def test_unknown_words_lower_the_confidence_but_not_the_ranking() -> None:
    engine = HybridEngine(small_model())
    known, mixed = engine.rank("转账手续费"), engine.rank("转账手续费鹦鹉斑斓蝴蝶")
    assert mixed.scores[0][0] == known.scores[0][0] == "zh-transfer-fee"
    assert mixed.confidence < known.confidence / 2


SINGLE = article("zh-safe-box", ["租用保险箱"])


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
def test_article_with_one_phrasing_is_found_by_likeness(mode: str) -> None:
    engine = fit(lessons_of((*small_bank(), SINGLE)), encoder=ENCODER.name).engine()
    assert "zh-safe-box" not in engine.facts.learnt
    for text, first in (("保险箱怎么租", "zh-safe-box"), ("我的卡不见了", "zh-card-loss")):
        vector = ENCODER.encode([text])[0] if mode == "hybrid" else None
        ranking = engine.rank(text, vector)
        assert (ranking.mode, ranking.scores[0][0]) == (mode, first)
        assert sum(share for _, share in ranking.scores) == pytest.approx(1)


def test_bank_of_single_phrasings_is_ranked_by_likeness_alone() -> None:
    bank = tuple(article(each.id, each.lessons[:1]) for each in small_bank())
    engine = fit(lessons_of(bank), encoder=ENCODER.name).engine()
    assert engine.facts.learnt == ()
    assert engine.rank("转账要手续费吗").scores[0][0] == "zh-transfer-fee"


def test_single_article_is_the_only_candidate_and_clear() -> None:
    engine = fit(lessons_of(small_bank()[:1]), encoder=ENCODER.name).engine()
    ranking = engine.rank("卡丢了")
    assert ranking.scores == (("zh-card-loss", 1.0),)
    assert ranking.clear
