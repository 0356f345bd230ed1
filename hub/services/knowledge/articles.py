"""The bank's articles as it works on them: plain documents with version and history.

What customers are answered with is the last publication, never these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.model.codec import plain, unpack_as
from hub.model.knowledge import Article
from hub.ports import Clock, Doc, Documents
from hub.services.commands import Missing, Refusal
from hub.services.knowledge.checking import Flaw, clashes, flaws_of, lessons_of, tidied

ARTICLES = "articles"
KEPT_CHANGES = 50
MOST = 2000
SYSTEM = "system"
CONTENT = ("language", "title", "text", "valid_from", "valid_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`act`: added, changed, removed. `what`: field → {from, to}; of phrasings {added, removed}."""

    version: int
    at: datetime
    by: str
    act: str
    what: Mapping[str, Doc]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`article.version` is that of the document; a removed one keeps its content."""

    article: Article
    removed: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flawed:
    """Nothing was changed."""

    flaws: Sequence[Flaw]


class Articles:
    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock

    async def all(self) -> list[Entry]:
        """By id, removed ones too."""
        docs = await self._documents.page(ARTICLES, {}, limit=MOST)
        return [_entry(doc) for doc in docs]

    async def standing(self) -> tuple[Article, ...]:
        return tuple(entry.article for entry in await self.all() if not entry.removed)

    async def get(self, article_id: str) -> Entry | None:
        doc = await self._documents.get(ARTICLES, article_id)
        return None if doc is None else _entry(doc)

    async def put(self, wanted: Article, *, author: str) -> Entry | Refusal | Flawed:
        """Write over the version the author saw (`wanted.version`, 0 = new or removed before).

        The same call again (its answer was lost) finds its own entry and changes nothing.
        """
        article = tidied(wanted)
        entries = await self.all()
        others = lessons_of(e.article for e in entries if not e.removed)
        flaws = [*flaws_of(article), *clashes(article, others)]
        if flaws:
            return Flawed(flaws=flaws)
        known = next((e for e in entries if e.article.id == article.id), None)
        if known is not None and _is_repeated(known, article, author):
            return known
        stands = 0 if known is None or known.removed else known.article.version
        undone = known is not None and known.removed and known.article.version == article.version
        if article.version != stands and not undone:
            return _stale(stands)
        if known is None and len(entries) >= MOST:
            return Refusal(reason="too_many_articles", detail=f"At most {MOST}.")
        return await self._write(known, article, author, removed=False)

    async def remove(
        self, article_id: str, *, version: int, author: str
    ) -> Entry | Refusal | Missing:
        known = await self.get(article_id)
        if known is None or known.removed:
            return Missing()
        if known.article.version != version:
            return _stale(known.article.version)
        return await self._write(known, known.article, author, removed=True)

    async def add_phrasing(
        self, article_id: str, line: str, *, author: str
    ) -> Entry | Refusal | Flawed | Missing:
        """Over whatever version stands; a phrasing that stands there already changes nothing."""
        while True:
            known = await self.get(article_id)
            if known is None or known.removed:
                return Missing()
            more = (*known.article.phrasings, line)
            done = await self.put(replace(known.article, phrasings=more), author=author)
            if not isinstance(done, Refusal) or done.reason != "stale_version":
                return done

    async def seed(self, articles: Sequence[Article]) -> None:
        """Those that never stood here."""
        for article in articles:
            doc = self._changed(None, article, SYSTEM, removed=False)
            await self._documents.create(ARTICLES, doc)

    async def _write(
        self, known: Entry | None, article: Article, author: str, *, removed: bool
    ) -> Entry | Refusal:
        doc = self._changed(known, article, author, removed=removed)
        if known is None:
            written = await self._documents.create(ARTICLES, doc)
        else:
            version = known.article.version
            written = await self._documents.replace(ARTICLES, doc, version=version)
        if written:
            return _entry(doc)
        now = await self.get(article.id)
        return _stale(0 if now is None or now.removed else now.article.version)

    def _changed(self, known: Entry | None, article: Article, author: str, *, removed: bool) -> Doc:
        version = 1 if known is None else known.article.version + 1
        before = None if known is None or known.removed else known.article
        act = "removed" if removed else "added" if before is None else "changed"
        change = Change(
            version=version,
            at=self._clock.now(),
            by=author,
            act=act,
            what={} if removed else _difference(before, article),
        )
        earlier = known.changes if known else ()
        return {
            "_id": article.id,
            "version": version,
            "removed": removed,
            "article": plain(replace(article, version=version)),
            "changes": [plain(each) for each in (*earlier, change)][-KEPT_CHANGES:],
        }


def _entry(doc: Doc) -> Entry:
    return Entry(
        article=unpack_as(doc["article"], Article),
        removed=doc["removed"],
        changes=tuple(unpack_as(change, Change) for change in doc["changes"]),
    )


def _difference(before: Article | None, after: Article) -> dict[str, Doc]:
    found: dict[str, Doc] = {}
    for field in CONTENT:
        old, new = getattr(before, field, None), getattr(after, field)
        if old != new:
            found[field] = {"from": old, "to": new}
    old_lines = before.phrasings if before else ()
    if old_lines != after.phrasings:
        added = [line for line in after.phrasings if line not in old_lines]
        removed = [line for line in old_lines if line not in after.phrasings]
        found["phrasings"] = {"added": added, "removed": removed}
    return found


def _is_repeated(known: Entry, article: Article, author: str) -> bool:
    mine = known.changes[-1].by == author and known.article.version == article.version + 1
    same = replace(known.article, version=article.version) == article
    return mine and same and not known.removed


def _stale(version: int) -> Refusal:
    return Refusal(reason="stale_version", detail=f"It stands at version {version}.")
