"""From a ranking to what is done with it. Pure."""

from enum import StrEnum

from bot.engines.artefact import Thresholds
from bot.engines.ranking import Ranking

MOST_MISSES = 2


class Verdict(StrEnum):
    ANSWER = "answered"
    ASK_BACK = "asked_back"
    REFUSE = "refused"
    GUESS = "guessed"  # would be asked back once more: a person is the better answer now
    GIVE_UP = "given_up"  # would be refused once more


def judge(
    ranking: Ranking, thresholds: Thresholds, *, misses: int = 0, bare_topic: bool = False
) -> Verdict:
    """After two misses in a row only a sure answer keeps the question from a person.

    A miss is a refusal or buttons that were not pressed. A bare topic is never answered at once.
    """
    tired = misses >= MOST_MISSES
    if not bare_topic:
        if ranking.confidence < thresholds.low:
            return Verdict.GIVE_UP if tired else Verdict.REFUSE
        if ranking.confidence >= thresholds.high and ranking.clear:
            return Verdict.ANSWER
    return Verdict.GUESS if tired else Verdict.ASK_BACK
