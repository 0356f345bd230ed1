"""Read the wording of a language; hear what needs no knowledge (a wish for a person, thanks …)."""

import re
import tomllib
from enum import StrEnum
from importlib.resources import files
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bot.language import Language
from hub.errors import ConfigurationError


class Reason(StrEnum):
    """Why the bot does what it does; stable, stands in the journal."""

    CONFIDENT = "confident"
    PICKED = "picked"
    UNSURE = "unsure"
    BARE_TOPIC = "bare_topic"
    OUT_OF_SCOPE = "out_of_scope"
    EMPTY = "empty"
    TOO_SHORT = "too_short"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    WHO_ARE_YOU = "who_are_you"
    ROBOT = "robot"
    PRAISE = "praise"
    SCOLDING = "scolding"
    ASKED_FOR_PERSON = "asked_for_person"
    COMPLAINT = "complaint"
    REPEATED_MISSES = "repeated_misses"
    LOW_CONFIDENCE = "low_confidence"


SPOKEN = frozenset(Reason) - {Reason.CONFIDENT, Reason.PICKED}  # these two read the article


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as exc:
        raise ValueError(f"“{pattern}” is no regular expression: {exc}") from exc
    return pattern


def _complete(say: dict[Reason, str]) -> dict[Reason, str]:
    if say.keys() != SPOKEN:
        raise ValueError(f"exactly these texts are wanted: {', '.join(sorted(SPOKEN))}")
    return say


Pattern = Annotated[str, AfterValidator(_compiles)]


class Cue(BaseModel):
    """Heard when a pattern is found in what remains once the exceptions are taken out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patterns: tuple[Pattern, ...]
    exceptions: Annotated[tuple[Pattern, ...], Field(alias="except")] = ()

    def heard(self, plain: str) -> bool:
        """`plain` is normalised text."""
        for exception in self.exceptions:
            plain = re.sub(exception, " ", plain)
        return any(re.search(pattern, plain.strip()) for pattern in self.patterns)


class Cues(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    person: Cue
    complaint: Cue
    robot: Cue
    who_are_you: Cue
    scolding: Cue
    praise: Cue
    goodbye: Cue
    thanks: Cue
    greeting: Cue

    def first(self, plain: str) -> Reason | None:
        """What is heard in normalised text; a wish for a person and a complaint go before all."""
        ordered = (
            (self.person, Reason.ASKED_FOR_PERSON),
            (self.complaint, Reason.COMPLAINT),
            (self.robot, Reason.ROBOT),
            (self.who_are_you, Reason.WHO_ARE_YOU),
            (self.scolding, Reason.SCOLDING),
            (self.praise, Reason.PRAISE),
            (self.goodbye, Reason.GOODBYE),
            (self.thanks, Reason.THANKS),
            (self.greeting, Reason.GREETING),
        )
        return next((reason for cue, reason in ordered if cue.heard(plain)), None)


class Wording(BaseModel):
    """`menu` are the articles offered when there is no question yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    menu: Annotated[tuple[str, ...], Field(min_length=1, max_length=3)]
    say: Annotated[dict[Reason, str], AfterValidator(_complete)]
    hear: Cues


def load_wording(language: Language) -> Wording:
    """Raises ConfigurationError, which names the file and the entry."""
    source = files("bot.wording") / f"{language}.toml"
    try:
        return Wording.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as exc:
        raise ConfigurationError(f"bot/wording/{language}.toml", str(exc)) from exc
