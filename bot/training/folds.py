"""Score every phrasing by a model that has not seen it."""

from collections.abc import Iterator

import numpy as np

from bot.engines.ranking import Mode
from bot.training.fit import Lessons, fit
from bot.training.thresholds import Outcome

FOLDS = 5


def out_of_fold(lessons: Lessons, *, encoder: str) -> Iterator[dict[Mode, list[Outcome]]]:
    """One table a fold. Phrasings that stand alone are always learnt and never asked."""
    places = _deal(lessons)
    for fold in range(FOLDS):
        learn = np.flatnonzero(places != fold)
        engine = fit(lessons.only(learn.tolist()), encoder=encoder).engine()
        found: dict[Mode, list[Outcome]] = {"lexical": []}
        if lessons.vectors is not None:
            found["hybrid"] = []
        for row in np.flatnonzero(places == fold).tolist():
            text, article = lessons.texts[row], lessons.labels[row]
            for mode, outcomes in found.items():
                vector = lessons.vector(row) if mode == "hybrid" else None
                outcomes.append(Outcome(ranking=engine.rank(text, vector), article=article))
        yield found


def _deal(lessons: Lessons) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The fold of each phrasing, each article dealt out evenly; -1 = never asked."""
    chance = np.random.default_rng(0)
    places = np.full(len(lessons.texts), -1, dtype=np.int64)
    dealt = 0
    for article in sorted(set(lessons.labels)):
        rows = [row for row, label in enumerate(lessons.labels) if label == article]
        if len(rows) > 1:
            for row in chance.permutation(rows):
                places[row] = dealt % FOLDS
                dealt += 1
    return places
