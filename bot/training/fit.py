"""Learn one language: two logistic regressions, handed over as plain arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from bot.engines.artefact import DenseWeights, Facts, LexicalWeights, Model
from bot.engines.dense import centred
from bot.engines.encoder import Vectors
from bot.engines.features import BLOCKS
from bot.engines.hybrid import HybridEngine
from bot.engines.ranking import Mode
from bot.language import Language, normalise
from bot.training.sharpness import MIDDLE, sharpness

# inverse of the regularisation; between 10 and 50 the difference is within chance
LEXICAL_STRENGTH = 20.0
DENSE_STRENGTH = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """Phrasings with the article of each; `vectors` has a row a phrasing, or is None."""

    language: Language
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    vectors: Vectors | None

    def only(self, rows: Sequence[int]) -> "Lessons":
        return Lessons(
            language=self.language,
            texts=tuple(self.texts[row] for row in rows),
            labels=tuple(self.labels[row] for row in rows),
            vectors=None if self.vectors is None else self.vectors[list(rows)],
        )

    def vector(self, row: int) -> Vectors | None:
        return None if self.vectors is None else self.vectors[row]

    @property
    def taught(self) -> NDArray[np.intp]:
        """Rows of articles with two phrasings or more: one alone teaches a regression nothing."""
        _, owners, counts = np.unique(self.labels, return_inverse=True, return_counts=True)
        rows = np.flatnonzero(counts[owners] > 1)
        return rows if len({self.labels[row] for row in rows}) > 1 else rows[:0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The learners as scikit-learn knows them (untyped) and what they come to as a model.

    The model's thresholds are not found yet.
    """

    model: Model
    vectorisers: Any
    lexical: Any
    dense: Any

    def engine(self) -> HybridEngine:
        return HybridEngine(self.model)


def fit(lessons: Lessons, *, encoder: str) -> Fitted:
    """`encoder` names what made the vectors. Raises ValueError without any phrasing."""
    articles, owners = np.unique(lessons.labels, return_inverse=True)
    taught = lessons.taught
    labels = [lessons.labels[row] for row in taught]
    vectorisers, rows = _terms(lessons)
    learnt_terms = _regression(LEXICAL_STRENGTH, rows[taught], labels)
    lexical = _lexical_weights(lessons, vectorisers, rows, learnt_terms)
    alone = len(taught) < len(owners)  # only phrasings that stand alone need it
    spread: dict[Mode, float] = {"lexical": sharpness(rows, owners) if alone else MIDDLE}
    dense, learnt_places = None, None
    if lessons.vectors is not None:
        centre = lessons.vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        places = centred(lessons.vectors, centre)
        learnt_places = _regression(DENSE_STRENGTH, places[taught], labels)
        dense = _dense_weights(centre, places, learnt_places)
        spread["hybrid"] = sharpness(places, owners) if alone else MIDDLE
    learnt = dict(vectorisers.transformer_list)
    facts = Facts(
        version="",
        language=lessons.language,
        lessons="",
        encoder=encoder if dense is not None else "",
        thresholds={},
        sharpness=spread,
        figures={},
        articles=tuple(str(article) for article in articles),
        learnt=tuple(sorted(set(labels))),
        grams={
            name: tuple(map(str, learnt[name].get_feature_names_out()))
            for name in BLOCKS[lessons.language]
        },
    )
    model = Model(facts=facts, owners=owners.astype(np.int32), lexical=lexical, dense=dense)
    return Fitted(model=model, vectorisers=vectorisers, lexical=learnt_terms, dense=learnt_places)


def _terms(lessons: Lessons) -> tuple[Any, Any]:
    """The fitted vectorisers and the sparse matrix of all phrasings."""
    blocks = BLOCKS[lessons.language]
    vectorisers = FeatureUnion(
        [(name, TfidfVectorizer(analyzer=cut, sublinear_tf=True)) for name, cut in blocks.items()],
        transformer_weights={name: 1 / sqrt(len(blocks)) for name in blocks},
    )
    plain = [normalise(text, lessons.language) for text in lessons.texts]
    rows = vectorisers.fit_transform(plain).tocsr()
    rows.sort_indices()
    return vectorisers, rows


def _regression(strength: float, rows: Any, labels: Sequence[str]) -> Any:
    """A Newton solver ends at the optimum itself, so that every machine gets the same weights."""
    if not len(labels):
        return None
    return LogisticRegression(C=strength, solver="newton-cg", tol=1e-11).fit(rows, list(labels))


def _lexical_weights(
    lessons: Lessons, vectorisers: Any, rows: Any, classifier: Any
) -> LexicalWeights:
    """At the optimum the coefficients are the phrasings, each times what is left of its error."""
    learnt = dict(vectorisers.transformer_list)
    taught = lessons.taught
    pulls = np.zeros((len(lessons.labels), 0), np.float32)
    if classifier is not None:
        names = classifier.classes_
        own = np.array(lessons.labels)[taught, None] == names
        left = own - classifier.predict_proba(rows[taught])
        pulls = np.zeros((len(lessons.labels), len(names)), np.float32)
        pulls[taught] = left * LEXICAL_STRENGTH / (2 if len(names) == 2 else 1)
    blocks = BLOCKS[lessons.language]
    return LexicalWeights(
        idf=np.concatenate([learnt[name].idf_ for name in blocks]).astype(np.float32),
        pulls=pulls,
        intercept=_each(classifier, "intercept_"),
        row_starts=rows.indptr.astype(np.int32),
        columns=rows.indices.astype(np.int32),
        values=rows.data.astype(np.float32),
    )


def _each(classifier: Any, name: str) -> NDArray[np.float32]:
    """Weights with one entry an article; scikit-learn keeps one for two classes, half for each."""
    if classifier is None:
        return np.zeros(0, np.float32)
    weights = getattr(classifier, name)
    if len(classifier.classes_) == 2:
        weights = np.concatenate([-weights, weights]) / 2
    return np.asarray(weights, dtype=np.float32)


def _dense_weights(
    centre: NDArray[np.float32], places: NDArray[np.float64], classifier: Any
) -> DenseWeights:
    coefficients = _each(classifier, "coef_").reshape(-1, places.shape[1]).T
    return DenseWeights(
        centre=centre,
        coefficients=np.ascontiguousarray(coefficients),
        intercept=_each(classifier, "intercept_"),
        rows=places.astype(np.float16),
    )
