"""What the bank knows, as the bot learns it, and what a training reports. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from hub.model.bot import BotAnswer

Language = Literal["zh", "en"]
Lines = Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One published answer. `title` and `phrasings` are learnt, `text` is what the customer reads.

    Given from `valid_from` (inclusive) to `valid_until` (exclusive), both aware; None = no bound.
    """

    id: str
    version: int
    language: Language
    title: str
    text: str
    phrasings: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    @property
    def lessons(self) -> tuple[str, ...]:
        """What a model learns from."""
        return (self.title, *self.phrasings)

    def valid(self, at: datetime) -> bool:
        begun = self.valid_from is None or self.valid_from <= at
        return begun and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a training reads; a hundred lines `out_of_scope` set a language's lower threshold.

    `refused` are questions people said no article answers: lines out of scope too, and whatever is
    nearer to one of them than to every phrasing is refused.
    """

    articles: tuple[Article, ...]
    out_of_scope: Lines
    refused: Lines = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingProgress:
    """`done` of `of` steps of a stage (encode, fold, fit) of one language."""

    stage: str
    language: Language
    done: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageReport:
    """One model; `figures` are counts and shares between 0 and 1, measured out of fold."""

    language: Language
    version: str
    articles: int
    phrasings: int
    low: float
    high: float
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """`model` names what is in use now; `encoder` is empty when meaning was not read."""

    model: str
    languages: tuple[LanguageReport, ...]
    encoder: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """An answer and how it came about.

    `confidence` from `high` on is answered, below `low` refused, between them asked back. `mode` is
    "hybrid" (words and meaning), "lexical" (words alone), or empty when nothing was ranked.
    """

    answer: BotAnswer
    mode: str = ""
    confidence: float = 0.0
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BotStatus:
    """`encoder` is empty when questions are ranked by words alone.

    `unlearnt` articles wait for the next training; until then only their titles find them.
    """

    models: Mapping[Language, str]
    encoder: str
    unlearnt: tuple[str, ...]
