"""Put articles, models and wording together: everything a bot needs of each language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from bot.engines.artefact import check_lessons, read_model
from bot.engines.hybrid import HybridEngine
from bot.engines.shelf import current
from bot.language import Language, normalise
from bot.shipped import shipped_articles
from bot.topics import Topics
from bot.wording.wording import Wording, load_wording
from hub.errors import ConfigurationError, StartError
from hub.model.knowledge import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Everything of one language; no engine when no article of it was ever learnt."""

    language: Language
    engine: HybridEngine | None
    topics: Topics
    wording: Wording

    @property
    def model(self) -> str:
        return self.engine.facts.version if self.engine else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """One state of the bot, replaced as a whole. `titles` are normalised."""

    articles: Mapping[str, Article]
    titles: Mapping[str, Article]
    speakers: Mapping[Language, Speaker]

    def with_articles(self, articles: Sequence[Article]) -> "Library":
        """The same models over other articles."""
        speakers = {
            language: replace(speaker, topics=_topics(language, articles))
            for language, speaker in self.speakers.items()
        }
        return _library(articles, speakers)

    @property
    def unlearnt(self) -> tuple[str, ...]:
        engines = [each.engine for each in self.speakers.values() if each.engine]
        known = {article for engine in engines for article in engine.facts.articles}
        return tuple(sorted(self.articles.keys() - known))


def load_library(articles: Sequence[Article], shelf: Path) -> Library:
    """The model in use on the shelf over these articles. Blocks for some 100 ms.

    Raises:
        StartError: a model is damaged.
    """
    folder = current(shelf)
    if folder is None:
        raise StartError(f"{shelf} holds no trained model: publish the articles again")
    speakers = {}
    for language in get_args(Language):
        learnt = (folder / f"{language}.json").exists()
        engine = HybridEngine(read_model(language, folder)) if learnt else None
        speakers[language] = _speaker(language, engine, articles)
    return _library(articles, speakers)


def load_shipped() -> Library:
    """The shipped articles and the models that belong to them.

    Raises:
        ConfigurationError: an article or a text is wrong.
        StartError: a model is missing, damaged or belongs to other articles.
    """
    articles = shipped_articles()
    speakers = {}
    for language in get_args(Language):
        model = read_model(language)
        check_lessons(model.facts, [each for each in articles if each.language == language])
        speakers[language] = _speaker(language, HybridEngine(model), articles)
        unknown = set(speakers[language].wording.menu) - {each.id for each in articles}
        if unknown:
            raise ConfigurationError(f"bot/wording/{language}.toml: menu", f"no article {unknown}")
    return _library(articles, speakers)


def _library(articles: Sequence[Article], speakers: Mapping[Language, Speaker]) -> Library:
    return Library(
        articles={article.id: article for article in articles},
        titles={normalise(article.title, article.language): article for article in articles},
        speakers=speakers,
    )


def _speaker(
    language: Language, engine: HybridEngine | None, articles: Sequence[Article]
) -> Speaker:
    return Speaker(
        language=language,
        engine=engine,
        topics=_topics(language, articles),
        wording=load_wording(language),
    )


def _topics(language: Language, articles: Sequence[Article]) -> Topics:
    return Topics(language, [each for each in articles if each.language == language])
