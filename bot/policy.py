"""From a ranking to what is done with it. Pure."""

from enum import StrEnum

from bot.engines.artefact import Thresholds
from bot.engines.ranking import Ranking


class Verdict(StrEnum):
    ANSWER = "answered"
    ASK_BACK = "asked_back"
    REFUSE = "refused"
    GUESS = "guessed"  # would be asked back once more: a person is the better answer now
    GIVE_UP = "given_up"  # would be refused once more


def judge(
    ranking: Ranking, thresholds: Thresholds, *, misses_left: int = 2, bare_topic: bool = False
) -> Verdict:
    """The refusal that would use up the misses is not said, and once none is left only a sure
    answer keeps the question from a person.

    A miss is a refusal or buttons that were not pressed. A bare topic is never answered at once.
    """
    if not bare_topic:
        if ranking.refused or ranking.confidence < thresholds.low:
            return Verdict.REFUSE if misses_left > 1 else Verdict.GIVE_UP
        if ranking.confidence >= thresholds.high and ranking.clear:
            return Verdict.ANSWER
    return Verdict.ASK_BACK if misses_left > 0 else Verdict.GUESS
