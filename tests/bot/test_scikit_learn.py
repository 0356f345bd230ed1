"""What answers is arrays; these are the probabilities scikit-learn gives, for every intent.

The shipped models come from their files, their numbers are put into scikit-learn's own objects.
"""

from collections import defaultdict
from functools import cache
from math import sqrt
from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import normalize

from bot.engines.artefact import Model, read_model
from bot.engines.encoder import Encoder, Vectors, load_encoder
from bot.engines.features import BLOCKS
from bot.engines.hybrid import HybridEngine
from bot.language import Language, normalise, tidy
from bot.training.fit import Lessons, fit
from tests.bench.bot_data import Asked, Reader, banking77
from tests.bench.bot_own import questions

LANGUAGES = get_args(Language)
MOST_APART = 1e-6
TAUGHT, ASKED = 4, 2
"""Questions of each of the 77 intents: the first of train.csv, the first of test.csv."""

Chances = NDArray[np.float64]


@cache
def encoder() -> Encoder:
    found = load_encoder()
    if found is None:
        pytest.skip("no encoder for this machine")
    return found


@cache
def held_out(language: Language) -> tuple[str, ...]:
    return tuple(line for lines in questions(language).values() for line in lines)


@cache
def vectors(language: Language) -> Vectors:
    return encoder().encode([tidy(line) for line in held_out(language)])


def ours(engine: HybridEngine, lines: tuple[str, ...], with_vectors: Vectors | None) -> Chances:
    """A row a line, a column an article in the order of its name."""
    rows = []
    for place, line in enumerate(lines):
        ranking = engine.rank(line, None if with_vectors is None else with_vectors[place])
        rows.append([share for _, share in sorted(ranking.scores)])
    return np.array(rows)


# ------------------------------------------------------------ stored numbers in its own objects
def regression(coefficients: Any, intercept: Any, names: tuple[str, ...]) -> Any:
    made = LogisticRegression()
    made.classes_ = np.array(names)
    made.coef_ = np.asarray(coefficients, dtype=np.float64)
    made.intercept_ = np.asarray(intercept, dtype=np.float64)
    return made


def vectorisers(model: Model) -> Any:
    blocks = BLOCKS[model.facts.language]
    made, offset = [], 0
    for name, cut in blocks.items():
        grams = model.facts.grams[name]
        block = TfidfVectorizer(analyzer=cut, sublinear_tf=True, vocabulary=grams)
        block.idf_ = model.lexical.idf[offset : offset + len(grams)].astype(np.float64)
        made.append((name, block))
        offset += len(grams)
    weights = {name: 1 / sqrt(len(blocks)) for name in blocks}
    return FeatureUnion(made, transformer_weights=weights)


def by_words(model: Model, lines: tuple[str, ...]) -> Chances:
    stored, facts = model.lexical, model.facts
    shape = (len(model.owners), len(stored.idf))
    phrasings = csr_matrix((stored.values, stored.columns, stored.row_starts), shape=shape)
    pulled = (phrasings.T.astype(np.float64) @ stored.pulls.astype(np.float64)).T
    terms = vectorisers(model).transform([normalise(line, facts.language) for line in lines])
    learner = regression(pulled, stored.intercept, facts.learnt)
    return np.asarray(learner.predict_proba(terms))


def by_meaning(model: Model, found: Vectors) -> Chances:
    assert model.dense is not None
    places = normalize(found.astype(np.float64) - model.dense.centre)
    learner = regression(model.dense.coefficients.T, model.dense.intercept, model.facts.learnt)
    return np.asarray(learner.predict_proba(places))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_article_of_a_shipped_model_is_asked_for(language: Language) -> None:
    facts = read_model(language).facts
    assert set(questions(language)) == set(facts.articles)
    assert facts.learnt == facts.articles == tuple(sorted(facts.articles))


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_words_rank_as_scikit_learns_own_objects_do(language: Language) -> None:
    model = read_model(language)
    lines = held_out(language)
    apart = np.abs(ours(HybridEngine(model), lines, None) - by_words(model, lines))
    assert apart.shape == (len(lines), len(model.facts.articles))
    assert apart.max() <= MOST_APART


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_words_and_meaning_rank_as_scikit_learns_own_objects_do(
    language: Language,
) -> None:
    model = read_model(language)
    lines, found = held_out(language), vectors(language)
    expected = (by_words(model, lines) + by_meaning(model, found)) / 2
    assert np.abs(ours(HybridEngine(model), lines, found) - expected).max() <= MOST_APART


# ------------------------------------------------------------ BANKING77
def of_each_intent(part: str, count: int) -> list[tuple[str, str]]:
    taken: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for text, label in banking77(part):
        if len(taken[label]) < count:
            taken[label].append((text, label))
    return [pair for pairs in taken.values() for pair in pairs]


def test_all_77_intents_of_banking77_rank_as_scikit_learn_ranks_them() -> None:
    """308 questions learnt and 154 asked."""
    reader = Reader(encoder(), None)
    train: Asked = reader.asked(of_each_intent("train", TAUGHT))
    test = reader.asked(of_each_intent("test", ASKED))
    assert len(set(test.labels)) == 77
    assert (len(train.texts), len(test.texts)) == (308, 154)

    lessons: Lessons = train.lessons()
    fitted = fit(lessons, encoder=encoder().name)
    dense = fitted.model.dense
    assert dense is not None
    terms = fitted.vectorisers.transform([normalise(text, "en") for text in test.texts])
    places = normalize(test.vectors.astype(np.float64) - dense.centre)
    words, meaning = fitted.lexical.predict_proba(terms), fitted.dense.predict_proba(places)
    engine = fitted.engine()
    assert np.abs(ours(engine, test.texts, None) - words).max() <= MOST_APART
    both = ours(engine, test.texts, test.vectors)
    assert np.abs(both - (words + meaning) / 2).max() <= MOST_APART
    assert both.shape == (154, 77)
