"""`python -m bot.training`: learn both languages and write bot/models."""

import hashlib
import sys
from pathlib import Path
from typing import get_args

import numpy as np

from bot.engines.artefact import ARRAYS, Facts, Weights, write_model
from bot.knowledge.articles import Knowledge, load_knowledge
from bot.language import Language
from bot.training.evaluate import Examiner
from bot.training.fit import fit
from bot.training.thresholds import find_thresholds, out_of_fold

MODELS = Path(__file__).parent.parent / "models"


def train(knowledge: Knowledge, language: Language) -> tuple[Facts, Weights]:
    """The same articles give the same model."""
    articles = knowledge.of(language)
    texts = [line for article in articles for line in article.lessons]
    labels = [article.id for article in articles for _ in article.lessons]
    folds = list(out_of_fold(language, texts, labels))
    thresholds = find_thresholds(folds)
    fitted = fit(language, texts, labels)
    examiner = Examiner(
        language=language, engine=fitted.engine(), thresholds=thresholds, articles=articles
    )
    facts = Facts(
        version=f"local-{language}-{_fingerprint(fitted.weights)}",
        language=language,
        knowledge=knowledge.digest(language),
        thresholds=thresholds,
        report=examiner.report(folds),
        articles=fitted.articles,
        grams=fitted.grams,
    )
    return facts, fitted.weights


def main() -> None:
    knowledge = load_knowledge()
    for language in get_args(Language):
        facts, weights = train(knowledge, language)
        write_model(MODELS, facts, weights)
        low, high = facts.thresholds.low, facts.thresholds.high
        sys.stdout.write(f"{facts.version}  low {low}  high {high}\n")
        for name, figure in facts.report.items():
            sys.stdout.write(f"  {name:<20} {figure:g}\n")


def _fingerprint(weights: Weights) -> str:
    """Of the weights rounded to four decimals, so that another processor names it alike."""
    total = hashlib.sha256()
    for name in ARRAYS:
        total.update(np.round(getattr(weights, name).astype(np.float64), 4).tobytes())
    return total.hexdigest()[:10]


if __name__ == "__main__":
    main()
