"""Tell a bare topic (“转账”, “密码忘了”, “my card”) from a question."""

from collections.abc import Sequence

from bot.language import Language, normalise
from hub.model.knowledge import Article


class Topics:
    """A text that stands inside phrasings of two articles and is none itself names only a topic.

    The model would answer it with whichever article uses the words most.
    """

    def __init__(self, language: Language, articles: Sequence[Article]) -> None:
        self._language = language
        plain = [[self._edges(line) for line in article.lessons] for article in articles]
        self._lines = frozenset(line for lines in plain for line in lines)
        self._texts = tuple("\n".join(lines) for lines in plain)

    def shared(self, text: str) -> bool:
        line = self._edges(text)
        return line not in self._lines and sum(line in lines for lines in self._texts) > 1

    def _edges(self, text: str) -> str:
        """English words end at a space, so that “car” is no part of “card”."""
        plain = normalise(text, self._language)
        return f" {plain} " if self._language == "en" else plain
