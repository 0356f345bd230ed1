"""Answer a customer from the bank's articles, ask back, refuse, or hand over to a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from bot.engines.artefact import Thresholds, check_knowledge, read_model
from bot.engines.local import LocalEngine
from bot.knowledge.articles import Article, Knowledge, load_knowledge
from bot.language import Language, detect, normalise
from bot.policy import Verdict, judge
from bot.topics import Topics
from bot.wording.wording import Reason, Wording, load_wording
from hub.errors import ConfigurationError
from hub.model.bot import BotAction, BotAnswer, BotQuestion, Candidate
from hub.ports import Bot

LONGEST = 500  # characters of a question that are read
MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Everything of one language."""

    language: Language
    model: str
    thresholds: Thresholds
    engine: LocalEngine
    topics: Topics
    wording: Wording


class FaqBot:
    """Holds no state between questions; an answer takes well under 2 ms of CPU, so no thread."""

    def __init__(self, knowledge: Knowledge, speakers: Iterable[Speaker]) -> None:
        self._articles = {article.id: article for article in knowledge.articles}
        self._titles = {
            normalise(article.title, article.language): article for article in knowledge.articles
        }
        self._speakers = {speaker.language: speaker for speaker in speakers}

    async def answer(self, question: BotQuestion) -> BotAnswer:
        text = question.text[:LONGEST]
        speaker = self._speakers[detect(text)]
        plain = normalise(text, speaker.language)
        picked = self._articles.get(question.choice) or self._titles.get(plain)
        if picked is not None:
            return self._article(self._speakers[picked.language], picked, Reason.PICKED)
        return self._heard(speaker, plain) or self._ranked(speaker, text, question.misses)

    def _heard(self, speaker: Speaker, plain: str) -> BotAnswer | None:
        """What is clear without a ranking."""
        hear = speaker.wording.hear
        if not plain:
            return _say(speaker, BotAction.REFUSE, Reason.EMPTY)
        if hear.person.heard(plain):
            return _say(speaker, BotAction.HAND_OFF, Reason.ASKED_FOR_PERSON)
        if hear.complaint.heard(plain):
            return _say(speaker, BotAction.HAND_OFF, Reason.COMPLAINT)
        if hear.thanks.heard(plain):
            return _say(speaker, BotAction.ANSWER, Reason.THANKS)
        if hear.greeting.heard(plain):
            return _say(speaker, BotAction.SUGGEST, Reason.GREETING, self._menu(speaker))
        if len(plain) < 2:
            return _say(speaker, BotAction.SUGGEST, Reason.TOO_SHORT, self._menu(speaker))
        return None

    def _ranked(self, speaker: Speaker, text: str, misses: int) -> BotAnswer:
        ranking = speaker.engine.rank(text)
        best = tuple(self._candidate(*score) for score in ranking.scores[:MOST_CANDIDATES])
        bare_topic = speaker.topics.shared(text)
        match judge(ranking, speaker.thresholds, misses=misses, bare_topic=bare_topic):
            case Verdict.ANSWER:
                article = self._articles[best[0].article_id]
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
        return [self._candidate(article_id, 0.0) for article_id in speaker.wording.menu]

    def _candidate(self, article_id: str, score: float) -> Candidate:
        title = self._articles[article_id].title
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


def load_bot() -> FaqBot:
    """The bot over the shipped articles and models.

    Raises:
        ConfigurationError: an article or a text is wrong.
        StartError: a model is missing, damaged or belongs to other articles.
    """
    knowledge = load_knowledge()
    return FaqBot(knowledge, [_speaker(language, knowledge) for language in get_args(Language)])


def _speaker(language: Language, knowledge: Knowledge) -> Speaker:
    wording = load_wording(language)
    articles = knowledge.of(language)
    unknown = set(wording.menu) - {article.id for article in articles}
    if unknown:
        raise ConfigurationError(f"bot/wording/{language}.toml: menu", f"no article {unknown}")
    facts, weights = read_model(language)
    check_knowledge(facts, knowledge.digest(language))
    return Speaker(
        language=language,
        model=facts.version,
        thresholds=facts.thresholds,
        engine=LocalEngine(language, facts.articles, facts.grams, weights),
        topics=Topics(language, articles),
        wording=wording,
    )


def _conforms(bot: FaqBot) -> Bot:
    return bot
