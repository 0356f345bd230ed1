"""Train one language from its articles: vectors, folds, thresholds, figures, the whole model."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.engines.artefact import Model, Thresholds, digest_of
from bot.engines.dense import centred
from bot.engines.encoder import Encoder, Vectors
from bot.engines.hybrid import HybridEngine
from bot.engines.ranking import Mode, Ranking
from bot.language import Language, normalise, tidy
from bot.training.figures import inside_figures, outside_figures
from bot.training.fit import Lessons, fit
from bot.training.folds import FOLDS, out_of_fold
from bot.training.thresholds import Outcome, find_thresholds
from hub.model.knowledge import Article, TrainingProgress

BATCH = 16  # texts the encoder reads between two signs of progress

Tell = Callable[[TrainingProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """Trains one language. The same articles give the same model."""

    language: Language
    encoder: Encoder | None
    tell: Tell

    def learn(
        self,
        articles: Sequence[Article],
        out_of_scope: Sequence[str],
        refused: Sequence[str] = (),
    ) -> Model:
        """Raises ValueError when no article has a word in it."""
        lessons = self._lessons(articles)
        lines = (*out_of_scope, *refused)
        strange = self._vectors([tidy(line) for line in lines], "encode_outside")
        name = self.encoder.name if self.encoder else ""
        inside: dict[Mode, list[Outcome]] = {}
        for done, found in enumerate(out_of_fold(lessons, encoder=name), 1):
            for mode, outcomes in found.items():
                inside.setdefault(mode, []).extend(outcomes)
            self._told("fold", done, FOLDS)
        self._told("fit", 0, 1)
        fitted = fit(lessons, encoder=name)
        engine = fitted.engine()
        outside = {mode: _rankings(engine, lines, strange, mode) for mode in inside}
        thresholds = {mode: find_thresholds(inside[mode], outside[mode]) for mode in inside}
        places = None if strange is None else strange[len(out_of_scope) :]
        taught = _refusing(fitted.model, refused, places)
        model = replace(
            taught,
            facts=taught.facts.model_copy(
                update={
                    "version": f"local-{self.language}-{_fingerprint(taught)}",
                    "lessons": digest_of(articles),
                    "thresholds": thresholds,
                    "figures": {
                        "phrasings": float(len(lessons.texts)),
                        "outside_lines": float(len(lines)),
                        **_figures(inside, outside, thresholds),
                    },
                }
            ),
        )
        self._told("fit", 1, 1)
        return model

    def _lessons(self, articles: Sequence[Article]) -> Lessons:
        """Lines without a letter or digit teach nothing."""
        taught = [
            (line, article.id)
            for article in sorted(articles, key=lambda article: article.id)
            for line in article.lessons
            if normalise(line, self.language)
        ]
        if not taught:
            raise ValueError(f"{self.language}: there is no phrasing to learn")
        texts, labels = zip(*taught, strict=True)
        vectors = self._vectors([tidy(text) for text in texts], "encode")
        return Lessons(language=self.language, texts=texts, labels=labels, vectors=vectors)

    def _vectors(self, texts: Sequence[str], stage: str) -> Vectors | None:
        if self.encoder is None:
            return None
        parts = [np.zeros((0, 0), np.float32)]
        for start in range(0, len(texts), BATCH):
            parts.append(self.encoder.encode(texts[start : start + BATCH]))
            self._told(stage, min(start + BATCH, len(texts)), len(texts))
        return np.concatenate(parts[1:]) if len(parts) > 1 else parts[0]

    def _told(self, stage: str, done: int, of: int) -> None:
        self.tell(TrainingProgress(stage=stage, language=self.language, done=done, of=of))


def _refusing(model: Model, lines: Sequence[str], vectors: Vectors | None) -> Model:
    """The model with these questions in mind; their thresholds were found without."""
    if not lines:
        return model
    dense = model.dense
    if dense is not None and vectors is not None:
        dense = replace(dense, refused=centred(vectors, dense.centre).astype(np.float16))
    facts = model.facts.model_copy(update={"refused": tuple(lines)})
    return replace(model, facts=facts, dense=dense)


def _rankings(
    engine: HybridEngine, lines: Sequence[str], vectors: Vectors | None, mode: Mode
) -> list[Ranking]:
    if mode == "hybrid" and vectors is not None:
        return [engine.rank(line, vector) for line, vector in zip(lines, vectors, strict=True)]
    return [engine.rank(line) for line in lines]


def _figures(
    inside: dict[Mode, list[Outcome]],
    outside: dict[Mode, list[Ranking]],
    thresholds: dict[Mode, Thresholds],
) -> dict[str, float]:
    return {
        f"{mode}_{name}": round(share, 4)
        for mode in inside
        for name, share in (
            inside_figures(inside[mode], thresholds[mode])
            | outside_figures(outside[mode], thresholds[mode])
        ).items()
    }


def _fingerprint(model: Model) -> str:
    """Of the refused questions and of the weights, rounded to four decimals so that another
    processor names it alike."""
    total = hashlib.sha256()
    for values in model.arrays().values():
        total.update(np.round(values.astype(np.float64), 4).tobytes())
    total.update("\n".join(model.facts.refused).encode())
    return total.hexdigest()[:10]
