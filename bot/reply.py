"""From what a customer wrote, and a ranking where one was needed, to what the customer reads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.engines.artefact import Thresholds
from bot.engines.ranking import Ranking
from bot.language import normalise
from bot.loading import Library, Speaker
from bot.policy import Verdict, judge
from bot.wording.wording import Reason
from hub.model.bot import BotAction, BotAnswer, Candidate
from hub.model.knowledge import Article
from hub.ports import Clock

MOST_CANDIDATES = 5
HEARD = {
    Reason.ASKED_FOR_PERSON: BotAction.HAND_OFF,
    Reason.COMPLAINT: BotAction.HAND_OFF,
    Reason.SCOLDING: BotAction.REFUSE,  # a miss: the answer before it was none
    Reason.WHO_ARE_YOU: BotAction.SUGGEST,
    Reason.GREETING: BotAction.SUGGEST,
    Reason.ROBOT: BotAction.ANSWER,
    Reason.PRAISE: BotAction.ANSWER,
    Reason.GOODBYE: BotAction.ANSWER,
    Reason.THANKS: BotAction.ANSWER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the policy sees. `ranking` holds articles that may be given now, best first."""

    ranking: Ranking
    thresholds: Thresholds
    bare_topic: bool


class Reply:
    """One question over one state of the library, at one time."""

    def __init__(self, library: Library, clock: Clock) -> None:
        self._library = library
        self._now = clock.now()

    def _given(self, article_id: str) -> bool:
        article = self._library.articles.get(article_id)
        return article is not None and article.valid(self._now)

    def without_ranking(self, speaker: Speaker, text: str, choice: str) -> BotAnswer | None:
        """A pressed button, a typed title, or what is clear from the words alone."""
        plain = normalise(text, speaker.language)
        picked = self._library.articles.get(choice) or self._library.titles.get(plain)
        if picked is not None and picked.valid(self._now):
            return self._article(self._library.speakers[picked.language], picked, Reason.PICKED)
        if not plain:
            return _say(speaker, BotAction.REFUSE, Reason.EMPTY)
        heard = speaker.wording.hear.first(plain)
        if heard is not None:
            action = HEARD[heard]
            best = self._menu(speaker) if action is BotAction.SUGGEST else ()
            return _say(speaker, action, heard, best)
        if len(plain) < 2:
            return _say(speaker, BotAction.SUGGEST, Reason.TOO_SHORT, self._menu(speaker))
        return None

    def judged(self, speaker: Speaker, text: str, ranking: Ranking | None) -> Judged | None:
        """Without the articles that are not given now; None when nothing is left.

        They take their share of the confidence with them.
        """
        given = tuple(each for each in ranking.scores if self._given(each[0])) if ranking else ()
        if ranking is None or speaker.engine is None or not given:
            return None
        share = given[0][1] / ranking.scores[0][1]
        return Judged(
            ranking=replace(ranking, scores=given, confidence=ranking.confidence * share),
            thresholds=speaker.engine.facts.thresholds[ranking.mode],
            bare_topic=speaker.topics.shared(text),
        )

    def nothing(self, speaker: Speaker, misses_left: int) -> BotAnswer:
        """There is no article of this language."""
        if misses_left <= 1:
            return _say(speaker, BotAction.HAND_OFF, Reason.REPEATED_MISSES)
        return _say(speaker, BotAction.REFUSE, Reason.OUT_OF_SCOPE)

    def ranked(self, speaker: Speaker, judged: Judged, misses_left: int) -> BotAnswer:
        best = tuple(self._candidate(*score) for score in judged.ranking.scores[:MOST_CANDIDATES])
        bare_topic = judged.bare_topic
        verdict = judge(
            judged.ranking, judged.thresholds, misses_left=misses_left, bare_topic=bare_topic
        )
        match verdict:
            case Verdict.ANSWER:
                article = self._library.articles[best[0].article_id]
                return self._article(speaker, article, Reason.CONFIDENT, best)
            case Verdict.ASK_BACK:
                reason = Reason.BARE_TOPIC if bare_topic else Reason.UNSURE
                return _say(speaker, BotAction.SUGGEST, reason, best)
            case Verdict.REFUSE:
                return _say(speaker, BotAction.REFUSE, Reason.OUT_OF_SCOPE, best)
            case Verdict.GIVE_UP:
                return _say(speaker, BotAction.HAND_OFF, Reason.REPEATED_MISSES, best)
            case Verdict.GUESS:
                return _say(speaker, BotAction.HAND_OFF, Reason.LOW_CONFIDENCE, best)

    def _article(
        self, speaker: Speaker, article: Article, reason: Reason, best: Sequence[Candidate] = ()
    ) -> BotAnswer:
        return BotAnswer(
            action=BotAction.ANSWER,
            reason=reason.value,
            text=article.text,
            article_id=article.id,
            article_version=article.version,
            candidates=tuple(best),
            model=speaker.model,
            language=article.language,
        )

    def _menu(self, speaker: Speaker) -> list[Candidate]:
        return [self._candidate(each, 0.0) for each in speaker.wording.menu if self._given(each)]

    def _candidate(self, article_id: str, score: float) -> Candidate:
        title = self._library.articles[article_id].title
        return Candidate(article_id=article_id, title=title, score=round(score, 4))


def _say(
    speaker: Speaker, action: BotAction, reason: Reason, best: Sequence[Candidate] = ()
) -> BotAnswer:
    return BotAnswer(
        action=action,
        reason=reason.value,
        text=speaker.wording.say[reason],
        candidates=tuple(best),
        model=speaker.model,
        language=speaker.language,
    )
