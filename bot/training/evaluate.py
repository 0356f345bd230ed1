"""What a trained model does with lines it has never seen."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from bot.engines.artefact import Thresholds
from bot.engines.local import LocalEngine
from bot.knowledge.articles import Article
from bot.language import Language
from bot.policy import Verdict, judge
from bot.topics import Topics
from bot.training.thresholds import Outcome


def out_of_scope(language: Language) -> Mapping[str, Sequence[str]]:
    """Lines no article answers: `far` from a bank's work and `near` to it."""
    source = files("bot.training") / "out_of_scope.toml"
    lines: dict[str, dict[str, list[str]]] = tomllib.loads(source.read_text(encoding="utf-8"))
    return lines[language]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examiner:
    """One trained language and the policy over it."""

    language: Language
    engine: LocalEngine
    thresholds: Thresholds
    articles: Sequence[Article]

    def report(self, folds: Sequence[Outcome]) -> dict[str, float]:
        """Shares between 0 and 1; `test` = phrasings kept apart, `fold` = out of fold."""
        asked = {
            line: Outcome(ranking=self.engine.rank(line), article=article.id)
            for article in self.articles
            for line in article.tests
        }
        verdicts = self._verdicts(asked)
        answered = [asked[line] for line, verdict in verdicts.items() if verdict is Verdict.ANSWER]
        figures = {
            "fold_lines": len(folds),
            "fold_r1": _share(outcome.rank == 1 for outcome in folds),
            "fold_r3": _share(outcome.rank <= 3 for outcome in folds),
            "test_lines": len(asked),
            "test_r1": _share(outcome.rank == 1 for outcome in asked.values()),
            "test_r3": _share(outcome.rank <= 3 for outcome in asked.values()),
            "test_answered_right": _share(outcome.rank == 1 for outcome in answered),
            **_shares("test", verdicts),
        }
        for distance, lines in out_of_scope(self.language).items():
            figures |= _shares(distance, self._verdicts(lines))
        return {name: round(figure, 4) for name, figure in figures.items()}

    def _verdicts(self, lines: Iterable[str]) -> dict[str, Verdict]:
        topics = Topics(self.language, self.articles)
        return {
            line: judge(self.engine.rank(line), self.thresholds, bare_topic=topics.shared(line))
            for line in lines
        }


def _shares(name: str, verdicts: Mapping[str, Verdict]) -> dict[str, float]:
    count = Counter(verdicts.values())
    return {
        f"{name}_{verdict}": count[verdict] / len(verdicts)
        for verdict in (Verdict.ANSWER, Verdict.ASK_BACK, Verdict.REFUSE)
    }


def _share(hits: Iterable[bool]) -> float:
    known = list(hits)
    return sum(known) / len(known) if known else 0.0
