"""Articles as the API shows and takes them, and why something was not done."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from hub.http.outcomes import problem_of
from hub.http.problems import FieldError, ProblemError
from hub.http.shapes import Limit, Plain, Prose, SearchText, SeenVersion, Seq, Shape
from hub.model.knowledge import Article, Language
from hub.services.commands import Missing, Refusal
from hub.services.knowledge.articles import Flawed
from hub.services.knowledge.checking import (
    ARTICLE_ID,
    LONGEST_ID,
    MOST_PHRASINGS,
    PHRASING,
    TEXT,
    TITLE,
)
from hub.services.knowledge.house import ArticleState, Listed

ArticleKey = Annotated[
    str,
    Field(max_length=LONGEST_ID, pattern=rf"^{ARTICLE_ID.pattern}$", examples=["zh-card-loss"]),
]
PLACE = "`next` of the page before."


class ArticlePath(Shape):
    article_id: ArticleKey


class ArticleQuery(Shape):
    language: Language | None = None
    state: ArticleState | None = None
    q: SearchText | None = Field(default=None, description="In id, title, text and phrasings.")
    cursor: ArticleKey | None = Field(default=None, description=PLACE)
    limit: Limit = 50


class SeenQuery(Shape):
    version: SeenVersion


class ArticleBody(Shape):
    """`text` is what the customer reads; `phrasings` are how customers ask for it.

    Given from `valid_from` to `valid_until`, null = no bound.
    """

    version: Seq = Field(description="The version you saw, 0 for a new article.")
    language: Language
    title: Annotated[Prose, Field(min_length=TITLE[0], max_length=TITLE[1])]
    text: Annotated[Prose, Field(min_length=TEXT[0], max_length=TEXT[1])]
    phrasings: tuple[Annotated[Plain, Field(max_length=PHRASING[1])], ...] = Field(
        default=(), max_length=MOST_PHRASINGS
    )
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None


class ArticleShape(Shape):
    """`published_version` is the one customers are answered with, null = none."""

    id: str
    title: str
    language: Language
    text: str
    phrasings: tuple[str, ...]
    state: ArticleState
    version: int
    published_version: int | None
    updated_at: datetime
    updated_by: str
    valid_from: datetime | None
    valid_until: datetime | None


class ArticlePage(Shape):
    """By id."""

    items: tuple[ArticleShape, ...]
    next: str | None = Field(description="`cursor` of the next page, null at the end.")


class ArticleChange(Shape):
    """`what` names the fields: {from, to}; of the phrasings {added, removed}."""

    version: int
    at: datetime
    by: str
    act: Literal["added", "changed", "removed"]
    what: dict[str, dict[str, Any]]


class ArticleHistory(Shape):
    """Newest first."""

    items: tuple[ArticleChange, ...]
    next: str | None = None


def article_of(key: str, body: ArticleBody) -> Article:
    return Article(id=key, **body.model_dump())


def article_shape(listed: Listed) -> ArticleShape:
    article, last = listed.entry.article, listed.entry.changes[-1]
    return ArticleShape(
        id=article.id,
        title=article.title,
        language=article.language,
        text=article.text,
        phrasings=article.phrasings,
        state=listed.state,
        version=article.version,
        published_version=listed.published_version or None,
        updated_at=last.at,
        updated_by=last.by,
        valid_from=article.valid_from,
        valid_until=article.valid_until,
    )


def refuse(answer: Refusal | Flawed | Missing) -> ProblemError:
    """Why nothing was done, for the one who asked."""
    if not isinstance(answer, Flawed):
        return problem_of(answer)
    flaws = answer.flaws
    errors = [FieldError(pointer=f"/body/{flaw.field}", message=flaw.problem) for flaw in flaws]
    detail = f"{flaws[0].field}: {flaws[0].problem}"
    return ProblemError("refused", detail, errors=errors, reason="flawed")
