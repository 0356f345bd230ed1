"""What the hub asks a bot and what it answers."""

from dataclasses import dataclass
from enum import StrEnum


class BotAction(StrEnum):
    ANSWER = "answer"
    SUGGEST = "suggest"
    REFUSE = "refuse"
    HAND_OFF = "hand_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`score` lies between 0 and 1."""

    article_id: str
    title: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BotQuestion:
    """`misses` in a row before this question, of which `most_misses` bring a person; `choice` is
    the article of a pressed button."""

    text: str
    misses: int = 0
    most_misses: int = 2
    choice: str = ""

    @property
    def misses_left(self) -> int:
        return self.most_misses - self.misses


SMALL_TALK = frozenset(
    {"greeting", "thanks", "goodbye", "who_are_you", "robot", "praise", "too_short"}
)
"""Reasons of answers to words that ask nothing."""

NO_QUESTIONS = SMALL_TALK | {"empty", "scolding", "asked_for_person", "complaint"}
"""Reasons that say nothing about what the bank knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAnswer:
    """`text` is what the customer reads; `reason` a stable code; `candidates` best first."""

    action: BotAction
    reason: str
    text: str
    article_id: str = ""
    article_version: int = 0
    candidates: tuple[Candidate, ...] = ()
    model: str = ""
    language: str = "zh"

    @property
    def is_gap(self) -> bool:
        """The bank knows no answer to what was asked, or the bot did not find it."""
        return self.action is not BotAction.ANSWER and self.reason not in NO_QUESTIONS

    @property
    def is_miss(self) -> bool:
        """The customer asked something and got no answer."""
        tried = self.action in (BotAction.REFUSE, BotAction.SUGGEST)
        return tried and self.reason not in SMALL_TALK
