"""The shipped articles as values, the form in which a store feeds them too."""

from bot.knowledge.articles import load_knowledge
from hub.model.knowledge import Article


def shipped_articles() -> tuple[Article, ...]:
    """Raises ConfigurationError, which names the file and what is wrong in it."""
    return tuple(
        Article(
            id=article.id,
            version=article.version,
            language=article.language,
            title=article.title,
            text=article.text,
            phrasings=article.phrasings,
        )
        for article in load_knowledge().articles
    )
