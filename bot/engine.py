"""Answer a customer from the bank's articles, ask back, refuse, or hand over to a person."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.engines.encoder import load_encoder
from bot.engines.ranking import Ranking
from bot.engines.vectors import VectorDesk
from bot.language import detect, tidy
from bot.loading import Library, Speaker, load_library, load_shipped
from bot.reply import Reply
from hub.model.bot import BotAnswer, BotQuestion
from hub.model.knowledge import Article, BotStatus, Explanation
from hub.ports import Bot, Clock

LONGEST = 500  # characters of a question that are read


class FaqBot:
    """Holds no state between questions but the library, which is replaced as a whole: a question
    keeps the one it began with. The encoder and its threads stay until `close`.

    Words cost well under 2 ms of CPU; meaning 10 ms in a thread of its own.
    """

    def __init__(self, library: Library, clock: Clock, vectors: VectorDesk | None) -> None:
        self._library = library
        self._clock = clock
        self._vectors = vectors

    async def answer(self, question: BotQuestion) -> BotAnswer:
        return (await self.explain(question)).answer

    async def explain(self, question: BotQuestion) -> Explanation:
        """The answer, and what it was decided on."""
        reply = Reply(self._library, self._clock)
        text = question.text[:LONGEST]
        speaker = self._library.speakers[detect(text)]
        if said := reply.without_ranking(speaker, text, question.choice):
            return Explanation(answer=said)
        judged = reply.judged(speaker, text, await self._rank(speaker, text))
        if judged is None:
            return Explanation(answer=reply.nothing(speaker, question.misses_left))
        return Explanation(
            answer=reply.ranked(speaker, judged, question.misses_left),
            mode=judged.ranking.mode,
            confidence=round(judged.ranking.confidence, 6),
            low=judged.thresholds.low,
            high=judged.thresholds.high,
        )

    def swap(self, articles: Sequence[Article]) -> None:
        """Go on with the same models over other articles: at once, without a training."""
        self._library = self._library.with_articles(articles)

    async def reload(self, articles: Sequence[Article], shelf: Path) -> None:
        """Go on with the model in use on the shelf.

        Raises:
            StartError: it is missing or damaged; nothing has changed.
        """
        self._library = await asyncio.to_thread(load_library, articles, shelf)

    def status(self) -> BotStatus:
        speakers = self._library.speakers.values()
        return BotStatus(
            models={each.language: each.model for each in speakers if each.engine},
            encoder=self._vectors.encoder if self._vectors else "",
            unlearnt=self._library.unlearnt,
        )

    def close(self) -> None:
        """Its threads end once they have read what waits; later questions are ranked by words."""
        if self._vectors is not None:
            self._vectors.close()

    async def _rank(self, speaker: Speaker, text: str) -> Ranking | None:
        """None when no article of this language was ever learnt."""
        engine = speaker.engine
        if engine is None:
            return None
        vector = None
        if self._vectors is not None and engine.facts.encoder == self._vectors.encoder:
            vector = await self._vectors.vector(tidy(text))
        return engine.rank(text, vector)


def load_bot(clock: Clock) -> FaqBot:
    """The bot over the shipped articles and models, with the encoder where there is one.

    Raises:
        ConfigurationError: an article or a text is wrong.
        StartError: a model is missing, damaged or belongs to other articles.
    """
    encoder = load_encoder()
    return FaqBot(load_shipped(), clock, VectorDesk(encoder) if encoder else None)


def _conforms(bot: FaqBot) -> Bot:
    return bot
