"""Learn one language: TF-IDF and logistic regression, handed over as plain arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from bot.engines.artefact import Weights
from bot.engines.features import BLOCKS
from bot.engines.local import LocalEngine
from bot.language import Language, normalise

STRENGTH = 20.0  # inverse of the regularisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The learners as scikit-learn knows them (untyped) and what they come to as arrays."""

    language: Language
    articles: tuple[str, ...]
    grams: dict[str, tuple[str, ...]]
    weights: Weights
    vectorisers: Any
    classifier: Any

    def engine(self) -> LocalEngine:
        return LocalEngine(self.language, self.articles, self.grams, self.weights)

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        plain = [normalise(text, self.language) for text in texts]
        chances = self.classifier.predict_proba(self.vectorisers.transform(plain))
        return np.asarray(chances, dtype=np.float64)


def fit(language: Language, texts: Sequence[str], labels: Sequence[str]) -> Fitted:
    plain = [normalise(text, language) for text in texts]
    blocks = BLOCKS[language]
    vectorisers = FeatureUnion(
        [(name, TfidfVectorizer(analyzer=cut, sublinear_tf=True)) for name, cut in blocks.items()],
        transformer_weights={name: 1 / sqrt(len(blocks)) for name in blocks},
    )
    rows = vectorisers.fit_transform(plain).tocsr()
    rows.sort_indices()
    # a Newton solver ends at the optimum itself, so that every machine gets the same weights
    classifier = LogisticRegression(C=STRENGTH, solver="newton-cg", tol=1e-9)
    classifier.fit(rows, list(labels))
    learnt = dict(vectorisers.transformer_list)
    weights = Weights(
        idf=np.concatenate([learnt[name].idf_ for name in blocks]).astype(np.float32),
        coefficients=np.ascontiguousarray(classifier.coef_.T, dtype=np.float32),
        intercept=classifier.intercept_.astype(np.float32),
        row_starts=rows.indptr.astype(np.int32),
        columns=rows.indices.astype(np.int32),
        values=rows.data.astype(np.float32),
    )
    return Fitted(
        language=language,
        articles=tuple(str(label) for label in classifier.classes_),
        grams={name: tuple(learnt[name].get_feature_names_out()) for name in blocks},
        weights=weights,
        vectorisers=vectorisers,
        classifier=classifier,
    )
