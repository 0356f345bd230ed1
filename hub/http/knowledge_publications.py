"""Publications as the API shows them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from hub.http.shapes import MAX_SEQ, Limit, Shape, whole
from hub.model.knowledge import Language, LanguageReport, TrainingReport
from hub.services.knowledge.publications import Changes, Publication, PublicationState, figure

PublicationKey = Annotated[int, Field(ge=1, le=MAX_SEQ), BeforeValidator(whole)]


class PublicationPath(Shape):
    publication_id: PublicationKey


class PublicationQuery(Shape):
    limit: Limit = 20


class PublishBody(Shape):
    even_if_worse: bool = Field(
        default=False, description="Also when fewer first answers are right than before."
    )


class FiguresShape(Shape):
    """Shares between 0 and 1, of phrasings the model had not seen: `r1` the right article comes
    first, `r3` among three; `kept`: not refused; `rejected`: of lines no article answers."""

    r1: float
    r3: float
    articles: int
    phrasings: int
    kept: float
    rejected: float


class LanguageFigures(FiguresShape):
    language: Language
    model: str
    low: float
    high: float


class ReportShape(FiguresShape):
    encoder: bool
    seconds: float
    languages: tuple[LanguageFigures, ...]


class ChangesShape(Shape):
    """Articles; `lines`: ignored questions that are refused from now on, or are not any more."""

    added: int
    changed: int
    removed: int
    lines: int


class PublicationShape(Shape):
    """`done` of `of` steps of `stage` (encode, fold, fit) of `language`. `reason` of an end that
    is not "published"; `restored` is the publication whose articles came back."""

    id: int
    state: PublicationState
    stage: str
    language: str
    done: int
    of: int
    reason: str
    detail: str
    report: ReportShape | None
    changes: ChangesShape
    by: str
    at: datetime
    ended_at: datetime | None
    restored: int | None
    restorable: bool


class PublicationList(Shape):
    """Newest first."""

    items: tuple[PublicationShape, ...]
    next: str | None = None


class PublishedShape(Shape):
    """`version` is the number of the publication, `models` by language as this hub answers."""

    version: int
    at: datetime
    by: str
    models: dict[str, str]
    encoder: bool
    report: ReportShape | None
    unlearnt: tuple[str, ...]


class KnowledgeShape(Shape):
    """`changes`: the articles as they stand against what is published."""

    published: PublishedShape | None
    changes: ChangesShape
    publication: PublicationShape | None


def publication_shape(one: Publication, *, restorable: bool = False) -> PublicationShape:
    return PublicationShape(
        id=one.number,
        state=one.state,
        stage=one.stage,
        language=one.language,
        done=one.done,
        of=one.of,
        reason=one.reason,
        detail=one.detail,
        report=report_shape(one.report),
        changes=changes_shape(one.changes),
        by=one.by,
        at=one.at,
        ended_at=one.ended_at,
        restored=one.restored or None,
        restorable=restorable,
    )


def changes_shape(changes: Changes) -> ChangesShape:
    return ChangesShape(
        added=changes.added,
        changed=changes.changed,
        removed=changes.removed,
        lines=changes.lines,
    )


def report_shape(report: TrainingReport | None) -> ReportShape | None:
    """Over all languages by their phrasings."""
    if report is None or not report.languages:
        return None
    total = sum(each.phrasings for each in report.languages)
    figures = [(each.phrasings / total, _figures(each)) for each in report.languages]
    return ReportShape(
        **{
            name: round(sum(share * each[name] for share, each in figures), 4)
            for name in ("r1", "r3", "kept", "rejected")
        },
        articles=sum(each.articles for each in report.languages),
        phrasings=total,
        encoder=bool(report.encoder),
        seconds=round(report.seconds, 1),
        languages=tuple(
            LanguageFigures(
                **_figures(each),
                articles=each.articles,
                phrasings=each.phrasings,
                language=each.language,
                model=each.version,
                low=each.low,
                high=each.high,
            )
            for each in report.languages
        ),
    )


def _figures(report: LanguageReport) -> Mapping[str, float]:
    return {
        "r1": figure(report, "r1"),
        "r3": figure(report, "r3"),
        "kept": round(1 - figure(report, "refused"), 4),
        "rejected": figure(report, "outside_refused"),
    }
