"""Read the articles and check what the files promise.

The questions they are tested with stand outside the product, in `tests/data/questions`: no weight
and no threshold ever sees them.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.language import Language, normalise
from hub.errors import ConfigurationError

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]


class Article(BaseModel):
    """One answer of the bank; `version` rises with every change of its text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)+$")]
    version: Annotated[int, Field(ge=1)]
    language: Language
    title: Annotated[str, StringConstraints(min_length=2, max_length=60)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=600)]
    phrasings: Annotated[tuple[Line, ...], Field(min_length=8)]

    @property
    def lessons(self) -> tuple[str, ...]:
        """What the model learns from."""
        return (self.title, *self.phrasings)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Articles in a fixed order, by id."""

    articles: tuple[Article, ...]

    def of(self, language: Language) -> tuple[Article, ...]:
        return tuple(article for article in self.articles if article.language == language)


def load_knowledge(place: Traversable | None = None) -> Knowledge:
    """The articles shipped with the product, or those in the folders of another place.

    Raises:
        ConfigurationError: names the file and what is wrong in it.
    """
    root = place or files("bot.knowledge")
    sources = sorted(
        (f"{folder.name}/{source.name}", source)
        for folder in root.iterdir()
        if folder.is_dir()
        for source in folder.iterdir()
        if source.name.endswith(".toml")
    )
    return collect(article for name, source in sources for article in _read(name, source))


def collect(articles: Iterable[Article]) -> Knowledge:
    """Raises ConfigurationError for an id used twice or a phrasing that two places claim."""
    ordered = tuple(sorted(articles, key=lambda article: article.id))
    claimed: dict[str, str] = {}
    for position, article in enumerate(ordered):
        if position and ordered[position - 1].id == article.id:
            raise ConfigurationError(article.id, "this id is used twice")
        for line in article.lessons:
            plain = f"{article.language} {normalise(line, article.language)}"
            if plain in claimed:
                raise ConfigurationError(article.id, f"“{line}” stands in {claimed[plain]} too")
            claimed[plain] = article.id
    return Knowledge(ordered)


def _read(name: str, source: Traversable) -> list[Article]:
    try:
        group = tomllib.loads(source.read_text(encoding="utf-8"))
        return [
            Article.model_validate({"language": group["language"], **article})
            for article in group["article"]
        ]
    except (tomllib.TOMLDecodeError, KeyError) as exc:
        raise ConfigurationError(f"knowledge/{name}", f"not readable: {exc}") from exc
    except ValidationError as exc:
        raise ConfigurationError(f"knowledge/{name}", str(exc)) from exc
