"""What an article must be, before it is stored and before it is published. Pure functions."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from hub.model.knowledge import Article, Language
from hub.model.words import normalise

ARTICLE_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
LONGEST_ID = 60
TITLE = (2, 60)
TEXT = (2, 600)
PHRASING = (2, 100)
MOST_PHRASINGS = 200
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """`field` is the path in the article: "title", "phrasings/3"."""

    field: str
    problem: str


def tidied(article: Article) -> Article:
    """Without white space at the ends, empty phrasings and repeated ones."""
    seen: dict[str, str] = {}
    for line in article.phrasings:
        if line.strip():
            seen.setdefault(normalise(line, article.language) or line.strip(), line.strip())
    return Article(
        id=article.id,
        version=article.version,
        language=article.language,
        title=article.title.strip(),
        text=article.text.strip(),
        phrasings=tuple(seen.values()),
        valid_from=article.valid_from,
        valid_until=article.valid_until,
    )


def flaws_of(article: Article) -> list[Flaw]:
    """What is wrong with it alone; nothing when it may be stored."""
    found = []
    if not ARTICLE_ID.fullmatch(article.id) or len(article.id) > LONGEST_ID:
        found.append(Flaw(field="id", problem="must be words of a-z and 0-9, joined by '-'"))
    if article.language not in get_args(Language):
        found.append(Flaw(field="language", problem="must be zh or en"))
    found += _text_flaws("title", article.title, TITLE)
    found += _text_flaws("text", article.text, TEXT)
    for place, line in enumerate(article.phrasings):
        found += _text_flaws(f"phrasings/{place}", line, PHRASING)
    if len(article.phrasings) > MOST_PHRASINGS:
        found.append(Flaw(field="phrasings", problem=f"at most {MOST_PHRASINGS}"))
    if (
        article.valid_from is not None
        and article.valid_until is not None
        and article.valid_until <= article.valid_from
    ):
        found.append(Flaw(field="valid_until", problem="must be later than valid_from"))
    return found


def lessons_of(articles: Iterable[Article]) -> dict[tuple[str, str], str]:
    """(language, wording) → the article that claims it."""
    return {
        (article.language, normalise(line, article.language)): article.id
        for article in articles
        for line in article.lessons
    }


def clashes(article: Article, claimed: Mapping[tuple[str, str], str]) -> list[Flaw]:
    """Wordings that belong to another article: no bot can tell the two apart by them."""
    found = []
    fields = ("title", *(f"phrasings/{place}" for place in range(len(article.phrasings))))
    for field, line in zip(fields, article.lessons, strict=True):
        owner = claimed.get((article.language, normalise(line, article.language)))
        if owner is not None and owner != article.id:
            found.append(Flaw(field=field, problem=f"“{line}” stands in {owner} too"))
    return found


def _text_flaws(field: str, value: str, size: tuple[int, int]) -> list[Flaw]:
    least, most = size
    if not least <= len(value.strip()) or len(value) > most:
        problem = f"must have {least} to {most} characters, has {len(value.strip())}"
        return [Flaw(field=field, problem=problem)]
    if CONTROL.search(value):
        return [Flaw(field=field, problem="holds a control character")]
    return []
