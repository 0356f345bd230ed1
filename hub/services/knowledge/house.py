"""Everything a screen or a program asks of the bank's knowledge."""

from dataclasses import dataclass
from enum import StrEnum

from hub.model.bot import BotQuestion
from hub.model.knowledge import Article, BotStatus, Explanation
from hub.ports import Clock, Documents, Reading
from hub.ports.knowledge import KnowledgeBot
from hub.services.knowledge.articles import Articles, Entry
from hub.services.knowledge.publications import (
    Changes,
    Content,
    Publication,
    Publications,
    changes_between,
    same_content,
)
from hub.services.knowledge.publisher import Publisher
from hub.services.knowledge.unanswered import UnansweredQuestions


class ArticleState(StrEnum):
    """Against the last publication."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """`published_version`: the version customers are answered with, 0 = none."""

    entry: Entry
    state: ArticleState
    published_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`bot` is what this process answers with."""

    published: Publication | None
    running: Publication | None
    changes: Changes
    bot: BotStatus


class Knowledge:
    def __init__(
        self, documents: Documents, reading: Reading, bot: KnowledgeBot, clock: Clock
    ) -> None:
        self.articles = Articles(documents, clock)
        self.publications = Publications(documents)
        self.unanswered = UnansweredQuestions(
            reading, documents, self.articles, self.publications, clock
        )
        self.publisher = Publisher(self.articles, self.unanswered, self.publications, bot, clock)
        self._bot = bot

    async def listed(self) -> list[Listed]:
        """By id; what was removed and is not given any more is left out."""
        content = await self.publications.published_content()
        published = {article.id: article for article in content.articles}
        found = [
            _listed(entry, published.get(entry.article.id)) for entry in await self.articles.all()
        ]
        return [each for each in found if each.published_version or not each.entry.removed]

    async def one(self, article_id: str) -> Listed | None:
        entry = await self.articles.get(article_id)
        if entry is None:
            return None
        content = await self.publications.published_content()
        published = {article.id: article for article in content.articles}
        return _listed(entry, published.get(article_id))

    async def overview(self) -> Overview:
        pointer = await self.publications.pointer()
        published = await self.publications.get(pointer.published) if pointer else None
        running = await self.publications.get(pointer.running) if pointer else None
        wanted = Content(
            articles=await self.articles.standing(), refused=await self.unanswered.refused()
        )
        return Overview(
            published=published,
            running=running,
            changes=changes_between(await self.publications.published_content(), wanted),
            bot=self._bot.status(),
        )

    async def try_out(self, text: str) -> Explanation:
        """What a customer would get now, and why; nobody is counted for it."""
        return await self._bot.explain(BotQuestion(text=text))

    async def restorable(self) -> set[int]:
        """Publications whose articles and model are kept."""
        kept, models = await self.publications.kept(), set(await self._bot.kept())
        newest = await self.publications.newest(100)
        return {each.number for each in newest if each.number in kept and each.model in models}


def _listed(entry: Entry, published: Article | None) -> Listed:
    if entry.removed:
        state = ArticleState.REMOVED
    elif published is None:
        state = ArticleState.DRAFT
    else:
        same = same_content(entry.article, published)
        state = ArticleState.PUBLISHED if same else ArticleState.CHANGED
    return Listed(entry=entry, state=state, published_version=published.version if published else 0)
