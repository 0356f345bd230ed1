"""Questions customers asked in vain: counted by wording, and what people decided about each."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.model.bot import Candidate
from hub.model.codec import unpack_as
from hub.model.events import MissReason
from hub.model.knowledge import Language, Lines
from hub.ports import Clock, Doc, Documents, Reading
from hub.services.commands import Missing, Refusal
from hub.services.knowledge.articles import Articles, Entry, Flawed
from hub.services.knowledge.publications import Publications
from hub.services.masking import masked_text

DECIDED = "unanswered"
PROJECTION = "unanswered"
LOOKED_AT = 5000
MOST_DECIDED = 10_000
MOST_REFUSED = 1000


class QuestionState(StrEnum):
    OPEN = "open"
    USED = "used"
    IGNORED = "ignored"


class Refused(StrEnum):
    """Whether it is refused for good: `NOW` by what is published, `NEXT` from the next publication
    on, `UNTIL_NEXT` no longer from then on."""

    NO = "no"
    NEXT = "next"
    NOW = "now"
    UNTIL_NEXT = "until_next"


REFUSED: Mapping[tuple[bool, bool], Refused] = {
    (False, False): Refused.NO,
    (True, False): Refused.NEXT,
    (True, True): Refused.NOW,
    (False, True): Refused.UNTIL_NEXT,
}
"""By whether the next publication refuses it, and whether the published one does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One wording over all customers. `counts` by reason; the rest is of the latest time."""

    id: str
    text: str
    language: str
    counts: Mapping[str, int]
    last_at: datetime
    reason: str
    candidates: Sequence[Candidate]
    conversation_id: str
    state: QuestionState = QuestionState.OPEN
    article_id: str = ""
    decided_by: str = ""
    refused: Refused = Refused.NO

    @property
    def count(self) -> int:
        return sum(self.counts.values())


class UnansweredQuestions:
    """`LOOKED_AT` documents, the latest, are looked at: a wording of long ago falls out."""

    def __init__(
        self,
        reading: Reading,
        documents: Documents,
        articles: Articles,
        publications: Publications,
        clock: Clock,
    ) -> None:
        self._reading = reading
        self._documents = documents
        self._articles = articles
        self._publications = publications
        self._clock = clock

    async def all(self, state: QuestionState | None) -> list[Question]:
        """Asked most often first."""
        docs = await self._reading.page(PROJECTION, {}, limit=LOOKED_AT)
        decided = await self._documents.page(DECIDED, {}, limit=MOST_DECIDED)
        found = _gathered(docs, {doc["_id"]: doc for doc in decided}, await self._published())
        wanted = [each for each in found if state in (None, each.state)]
        return sorted(wanted, key=lambda each: (-each.count, -each.last_at.timestamp(), each.id))

    async def use(
        self, question_id: str, article_id: str, *, author: str
    ) -> Question | Missing | Refusal | Flawed:
        """Its words become a phrasing of the article, which the next publication learns."""
        question = await self._one(question_id)
        if isinstance(question, Missing):
            return question
        entry = await self._articles.get(article_id)
        if entry is not None and entry.article.language != question.language:
            return Refusal(reason="other_language", detail=f"It is {entry.article.language}.")
        line = " ".join(question.text.split())
        done = await self._articles.add_phrasing(article_id, line, author=author)
        if not isinstance(done, Entry):
            return done
        return await self._decide(question_id, QuestionState.USED, author, article_id)

    async def ignore(self, question_id: str, *, author: str) -> Question | Missing:
        """The next publication refuses it, and whatever comes nearest to it."""
        return await self._decide(question_id, QuestionState.IGNORED, author)

    async def refused(self) -> Lines:
        """The questions that were ignored, by language: the latest `MOST_REFUSED`."""
        where = {"state": QuestionState.IGNORED.value}
        docs = await self._documents.page(DECIDED, where, limit=MOST_DECIDED)
        lines: dict[Language, list[str]] = {}
        for doc in sorted(docs, key=lambda doc: doc["at"])[-MOST_REFUSED:]:
            if doc.get("line"):
                lines.setdefault(doc["language"], []).append(doc["line"])
        return {language: tuple(sorted(found)) for language, found in lines.items()}

    async def reopen(self, question_id: str, *, author: str) -> Question | Missing:
        """A phrasing that was made of it stays."""
        return await self._decide(question_id, QuestionState.OPEN, author)

    async def _decide(
        self, question_id: str, state: QuestionState, author: str, article_id: str = ""
    ) -> Question | Missing:
        """The last one to decide is right."""
        question = await self._one(question_id)
        if isinstance(question, Missing):
            return Missing()
        while True:
            doc = await self._documents.get(DECIDED, question_id)
            new: Doc = {
                "_id": question_id,
                "version": 1 if doc is None else doc["version"] + 1,
                "state": state.value,
                "article_id": article_id,
                "by": author,
                "at": self._clock.now(),
                "language": question.language,
                "line": _line(question) if state is QuestionState.IGNORED else "",
            }
            if doc is None:
                written = await self._documents.create(DECIDED, new)
            else:
                written = await self._documents.replace(DECIDED, new, version=doc["version"])
            if written:
                return await self._one(question_id)

    async def _one(self, question_id: str) -> Question | Missing:
        docs = await self._reading.page(PROJECTION, {"digest": question_id}, limit=LOOKED_AT)
        decided = await self._documents.get(DECIDED, question_id)
        known = {} if decided is None else {question_id: decided}
        found = _gathered(docs, known, await self._published())
        return found[0] if found else Missing()

    async def _published(self) -> Lines:
        return (await self._publications.published_content()).refused


def _line(question: Question) -> str:
    """What is to be refused. A question that was only ever answered is not: its answer was rated
    down, and whoever ignores it says that the answer was right."""
    asked_in_vain = question.counts.keys() - {MissReason.RATED_DOWN.value}
    return " ".join(question.text.split()) if asked_in_vain else ""


def _gathered(docs: Iterable[Doc], decided: Mapping[str, Doc], published: Lines) -> list[Question]:
    """Documents of one wording joined; they come newest first."""
    latest: dict[str, Doc] = {}
    counts: dict[str, Counter[str]] = {}
    for doc in docs:
        latest.setdefault(doc["digest"], doc)
        counts.setdefault(doc["digest"], Counter()).update(doc["counts"])
    return [
        _question(doc, counts[digest], decided.get(digest, {}), published)
        for digest, doc in latest.items()
    ]


def _question(doc: Doc, counts: Mapping[str, int], decided: Doc, published: Lines) -> Question:
    question = Question(
        id=doc["digest"],
        text=masked_text(doc["text"]),
        language=doc["language"],
        counts=dict(counts),
        last_at=doc["updated_at"],
        reason=doc["reason"],
        candidates=tuple(unpack_as(each, Candidate) for each in doc["candidates"]),
        conversation_id=doc["conversation_id"],
        state=QuestionState(decided.get("state", QuestionState.OPEN)),
        article_id=decided.get("article_id", ""),
        decided_by=decided.get("by", ""),
    )
    line = decided.get("line", "")
    stands = (line or _line(question)) in published.get(doc["language"], ())
    return replace(question, refused=REFUSED[bool(line), stands])
