"""Publications as they are stored: numbered, one at a time, the published one named by a pointer.

The pointer is the fence: whoever changes it names the version it saw. A publication that runs
beats; one whose beat stands still belongs to a process that is gone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from hub.model.codec import plain, unpack_as
from hub.model.knowledge import Article, LanguageReport, Lines, TrainingReport
from hub.ports import Documents

PUBLICATIONS = "publications"
SNAPSHOTS = "publication_articles"
SETTINGS = "settings"
POINTER = "knowledge"
MOST = 1000


class PublicationState(StrEnum):
    PREPARING = "preparing"
    TRAINING = "training"
    TESTING = "testing"
    PUBLISHED = "published"
    REFUSED = "refused"
    FAILED = "failed"
    STOPPED = "stopped"


RUNNING = frozenset(
    {PublicationState.PREPARING, PublicationState.TRAINING, PublicationState.TESTING}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Articles against what was published before; `lines` that came or went of the questions that
    are to be refused."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """`version` is the document's, `number` names it. `done` of `of` steps of `stage`.

    `model` numbers the model it answers with: its own, or an earlier one when nothing was to learn.
    `restored` is the number whose articles came back. `stop`: somebody asked for it.
    """

    number: int
    version: int
    state: PublicationState
    at: datetime
    by: str
    even_if_worse: bool = False
    stage: str = ""
    language: str = ""
    done: int = 0
    of: int = 0
    reason: str = ""
    detail: str = ""
    ended_at: datetime | None = None
    changes: Changes = field(default_factory=Changes)
    report: TrainingReport | None = None
    model: int = 0
    restored: int = 0
    beat: int = 0
    stop: bool = False

    @property
    def runs(self) -> bool:
        return self.state in RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """`published` and `running` are numbers of publications, 0 = none; `last` the highest one."""

    version: int
    published: int
    running: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a publication answers with, and what it refuses."""

    articles: tuple[Article, ...] = ()
    refused: Lines = field(default_factory=dict)


class Publications:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def pointer(self) -> Pointer | None:
        """None before the first start."""
        doc = await self._documents.get(SETTINGS, POINTER)
        return None if doc is None else unpack_as(doc, Pointer)

    async def move(self, seen: Pointer, **change: int) -> Pointer | None:
        """None when somebody moved it meanwhile."""
        new = replace(seen, version=seen.version + 1, **change)
        doc = {"_id": POINTER, **plain(new)}
        done = await self._documents.replace(SETTINGS, doc, version=seen.version)
        return new if done else None

    async def begin(self, first: Publication, content: Content) -> None:
        """The publication a hub starts with; repeating it changes nothing."""
        await self.keep(first.number, content)
        await self.create(first)
        pointer = Pointer(version=1, published=first.number, last=first.number)
        await self._documents.create(SETTINGS, {"_id": POINTER, **plain(pointer)})

    async def get(self, number: int) -> Publication | None:
        doc = await self._documents.get(PUBLICATIONS, _key(number))
        return None if doc is None else unpack_as(doc, Publication)

    async def newest(self, limit: int) -> list[Publication]:
        """Newest first, those of the last `limit` numbers."""
        pointer = await self.pointer()
        before = max(0, pointer.last - limit) if pointer else 0
        docs = await self._documents.page(PUBLICATIONS, {}, limit=limit, after=_key(before))
        return [unpack_as(doc, Publication) for doc in reversed(docs)]

    async def create(self, publication: Publication) -> None:
        doc = {"_id": _key(publication.number), **plain(publication)}
        await self._documents.create(PUBLICATIONS, doc)

    async def update(self, seen: Publication, new: Publication) -> Publication | None:
        """None when it is another by now."""
        written = replace(new, version=seen.version + 1)
        doc = {"_id": _key(seen.number), **plain(written)}
        done = await self._documents.replace(PUBLICATIONS, doc, version=seen.version)
        return written if done else None

    async def keep(self, number: int, content: Content) -> None:
        doc = {"_id": _key(number), "version": 1, **plain(content)}
        await self._documents.create(SNAPSHOTS, doc)

    async def content(self, number: int) -> Content | None:
        """What was published then; None when it is not kept any more."""
        doc = await self._documents.get(SNAPSHOTS, _key(number))
        return None if doc is None else unpack_as(doc, Content)

    async def published_content(self) -> Content:
        """What customers are answered with now."""
        pointer = await self.pointer()
        found = await self.content(pointer.published) if pointer else None
        return found or Content()

    async def kept(self) -> set[int]:
        docs = await self._documents.page(SNAPSHOTS, {}, limit=MOST)
        return {int(doc["_id"]) for doc in docs}

    async def forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            await self._documents.delete(SNAPSHOTS, _key(number))


def changes_between(published: Content, wanted: Content) -> Changes:
    before = {article.id: _content(article) for article in published.articles}
    after = {article.id: _content(article) for article in wanted.articles}
    return Changes(
        added=len(after.keys() - before.keys()),
        removed=len(before.keys() - after.keys()),
        changed=sum(before[key] != after[key] for key in before.keys() & after.keys()),
        lines=len(_lines(published) ^ _lines(wanted)),
    )


def _lines(content: Content) -> set[tuple[str, str]]:
    return {(language, line) for language, lines in content.refused.items() for line in lines}


def same_content(one: Article, other: Article) -> bool:
    return _content(one) == _content(other)


def figure(report: LanguageReport, name: str) -> float:
    """Of the better of both ways to rank, where the report has two."""
    return report.figures.get(f"hybrid_{name}", report.figures.get(f"lexical_{name}", 0.0))


def worse_by(before: TrainingReport, after: TrainingReport, margin: float) -> str:
    """Which language answers clearly worse than before, "" = none; by the same measure."""
    old = {each.language: each.figures for each in before.languages}
    for report in after.languages:
        known: Mapping[str, float] = old.get(report.language, {})
        both = known.keys() & report.figures.keys()
        measure = "hybrid_r1" if "hybrid_r1" in both else "lexical_r1"
        if measure in both and report.figures[measure] < known[measure] - margin:
            fell = f"{known[measure]:.3f} to {report.figures[measure]:.3f}"
            return f"{report.language}: right first answers fell from {fell}"
    return ""


def _content(article: Article) -> Article:
    return replace(article, version=0)


def _key(number: int) -> str:
    """Zero-padded, so that the order of keys is the order of numbers."""
    return f"{number:08d}"
