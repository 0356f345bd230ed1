"""Trying out, and questions that stayed without an answer, as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from hub.http.knowledge_shapes import PLACE, ArticleKey
from hub.http.shapes import MAX_SEQ, Limit, Prose, Shape, whole
from hub.model.bot import Candidate
from hub.model.knowledge import Explanation
from hub.services.knowledge.unanswered import Question, QuestionState, Refused

QuestionKey = Annotated[str, Field(pattern=r"^[0-9a-f]{20}$", examples=["1f0a2b3c4d5e6f708192"])]
Place = Annotated[int, Field(ge=1, le=MAX_SEQ, description=PLACE), BeforeValidator(whole)]


class TryBody(Shape):
    text: Annotated[Prose, Field(min_length=1, max_length=500)]


class ArticleCandidateShape(Shape):
    article_id: str
    title: str
    score: float


class ThresholdsShape(Shape):
    """From `high` on it is answered, below `low` refused, between them asked back."""

    low: float
    high: float


class TriedShape(Shape):
    """`mode`: "hybrid" (words and meaning), "lexical" (words alone), "" = nothing was ranked."""

    action: str
    reason: str
    text: str
    language: str
    article_id: str
    article_version: int
    confidence: float
    thresholds: ThresholdsShape
    candidates: tuple[ArticleCandidateShape, ...]
    model: str
    mode: str


def tried_shape(tried: Explanation) -> TriedShape:
    answer = tried.answer
    return TriedShape(
        action=answer.action,
        reason=answer.reason,
        text=answer.text,
        language=answer.language,
        article_id=answer.article_id,
        article_version=answer.article_version,
        confidence=tried.confidence,
        thresholds=ThresholdsShape(low=tried.low, high=tried.high),
        candidates=tuple(candidate_shape(each) for each in answer.candidates),
        model=answer.model,
        mode=tried.mode,
    )


def candidate_shape(candidate: Candidate) -> ArticleCandidateShape:
    return ArticleCandidateShape(
        article_id=candidate.article_id, title=candidate.title, score=candidate.score
    )


class QuestionPath(Shape):
    question_id: QuestionKey


class QuestionQuery(Shape):
    state: QuestionState | None = None
    cursor: Place | None = None
    limit: Limit = 50


class QuestionShape(Shape):
    """Long numbers in `text` are hidden. `reason` of the latest time, `counts` by reason.

    `refused`, as ignored questions are: "now" by what is published, "next" from the next
    publication on, "until_next" no longer from then on, "no".
    """

    id: str
    text: str
    language: str
    count: int
    counts: dict[str, int]
    last_at: datetime
    reason: str
    candidates: tuple[ArticleCandidateShape, ...]
    conversation_id: str
    state: QuestionState
    article_id: str
    decided_by: str
    refused: Refused


class QuestionPage(Shape):
    """Asked most often first."""

    items: tuple[QuestionShape, ...]
    next: int | None = Field(description="`cursor` of the next page, null at the end.")


class QuestionBody(Shape):
    """`phrasing` makes the question one of the article `article_id`."""

    act: Literal["phrasing", "ignore", "reopen"]
    article_id: ArticleKey | None = None


def question_shape(question: Question) -> QuestionShape:
    return QuestionShape(
        id=question.id,
        text=question.text,
        language=question.language,
        count=question.count,
        counts=dict(question.counts),
        last_at=question.last_at,
        reason=question.reason,
        candidates=tuple(candidate_shape(each) for each in question.candidates),
        conversation_id=question.conversation_id,
        state=question.state,
        article_id=question.article_id,
        decided_by=question.decided_by,
        refused=question.refused,
    )
