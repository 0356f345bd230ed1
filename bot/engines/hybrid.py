"""Rank articles by words and meaning, or by words alone when there is no vector."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bot.engines.artefact import Facts, Model
from bot.engines.dense import Dense
from bot.engines.encoder import Vectors
from bot.engines.lexical import Lexical
from bot.engines.ranking import Mode, Ranking
from bot.engines.refusing import Refused

NEAREST = 5


class HybridEngine:
    """One language. Holds no state between questions, may be called from any thread."""

    def __init__(self, model: Model) -> None:
        facts = model.facts
        self._facts = facts
        self._lexical = Lexical(facts.language, facts.grams, model.lexical)
        self._dense = Dense(model.dense) if model.dense is not None else None
        self._owners = model.owners
        rows = model.dense.refused if model.dense is not None else None
        self._refused = Refused(self._lexical, facts.refused, rows)
        learnt = set(facts.learnt)
        places = {article: place for place, article in enumerate(facts.articles)}
        self._learnt = np.array([places[article] for article in facts.learnt], dtype=np.intp)
        self._single = np.array(
            [places[article] for article in facts.articles if article not in learnt], dtype=np.intp
        )

    @property
    def facts(self) -> Facts:
        return self._facts

    def rank(self, text: str, vector: Vectors | None = None) -> Ranking:
        """`vector` is that of the tidied text, by the encoder the model was made with."""
        terms = self._lexical.terms(text)
        chances = [_softmax(self._lexical.logits(terms))]
        if self._dense is None or vector is None:
            likenesses = self._lexical.likenesses(terms)
            found = self._ranking("lexical", chances, likenesses, terms.known)
            refused = self._refused.by_words(text, float(likenesses.max()) * terms.known)
        else:
            place = self._dense.place(vector)
            chances.append(_softmax(self._dense.logits(place)))
            likenesses = self._dense.likenesses(place)
            found = self._ranking("hybrid", chances, likenesses, terms.known)
            refused = self._refused.by_meaning(place, float(likenesses.max()))
        return replace(found, confidence=0.0, refused=True) if refused else found

    def _ranking(
        self,
        mode: Mode,
        chances: list[NDArray[np.float64]],
        likenesses: NDArray[np.float64],
        known: float,
    ) -> Ranking:
        shares = self._shares(np.mean(chances, axis=0), likenesses, self._facts.sharpness[mode])
        order = np.argsort(-shares, kind="stable")
        scores = tuple((self._facts.articles[place], float(shares[place])) for place in order)
        nearest = float(np.sort(likenesses)[-NEAREST:].mean())
        confidence = scores[0][1] * min(max(nearest, 0.0), 1.0) * known
        return Ranking(scores=scores, confidence=confidence, mode=mode)

    def _shares(
        self, chances: NDArray[np.float64], likenesses: NDArray[np.float64], sharpness: float
    ) -> NDArray[np.float64]:
        """Probabilities over all articles.

        An article with one phrasing cannot be learnt. It gets what the nearest phrasings give it
        (a softmax over the likeness to each article's nearest), the learnt ones share the rest.
        """
        shares = np.zeros(len(self._facts.articles))
        shares[self._learnt] = chances
        if not len(self._single):
            return shares
        best = np.full(len(shares), -1.0)
        np.maximum.at(best, self._owners, likenesses)
        near = _softmax(best * sharpness)
        shares *= 1 - near[self._single].sum()
        shares[self._single] = near[self._single]
        return shares


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(logits):
        return logits
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float64)
