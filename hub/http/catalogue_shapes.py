"""Queues, phrases and dispositions as the API shows and takes them."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from hub.http.shapes import (
    INTEGRAL,
    EntryKey,
    Label,
    Name,
    PhraseText,
    SeenVersion,
    Seq,
    Shape,
    Translation,
)
from hub.model.catalogue import Disposition, Phrase
from hub.model.desk import TOP_LEVEL, Queue, Skill
from hub.model.ids import QueueId
from hub.services.catalogue import Change, Entry

SECOND = timedelta(seconds=1)
Seconds = Annotated[int, Field(ge=1, le=86_400), INTEGRAL]


class ChangeShape(Shape):
    version: int
    at: datetime
    by: str
    deleted: bool


class SkillShape(Shape):
    """A level somebody has, or the least one a queue asks for."""

    skill: EntryKey
    level: Annotated[int, Field(ge=1, le=TOP_LEVEL), INTEGRAL]


class VersionQuery(Shape):
    version: SeenVersion


class EntryBody(Shape):
    version: Seq = Field(description="The version you saw, 0 for a new entry.")


class EntryShape(Shape):
    """`changes`: the latest ones, oldest first."""

    id: str
    version: int
    changes: tuple[ChangeShape, ...]


# ---------------------------------------------------------------- queues
class QueueBody(EntryBody):
    """`priority` 0 is served first. `target_s`: the wait that should not be exceeded."""

    name: Name
    name_en: Label = ""
    skills: tuple[SkillShape, ...] = Field(default=(), max_length=10)
    priority: Annotated[int, Field(ge=0, le=9), INTEGRAL] = 5
    offer_s: Seconds = Field(default=20, description="How long an offer waits for its answer.")
    target_s: Seconds = 60
    decline_pause_s: Seconds = Field(
        default=30, description="Declined work is not offered to the same agent for so long."
    )


class QueueShape(EntryShape):
    name: str
    name_en: str
    skills: tuple[SkillShape, ...]
    priority: int
    offer_s: int
    target_s: int
    decline_pause_s: int


class QueueList(Shape):
    items: tuple[QueueShape, ...]


def queue_of(key: str, body: QueueBody) -> Queue:
    return Queue(
        queue_id=QueueId(key),
        name=body.name,
        name_en=body.name_en,
        skills=skills_of(body.skills),
        priority=body.priority,
        offer_for=timedelta(seconds=body.offer_s),
        target=timedelta(seconds=body.target_s),
        decline_pause=timedelta(seconds=body.decline_pause_s),
    )


def queue_shape(entry: Entry[Queue]) -> QueueShape:
    queue = entry.value
    return QueueShape(
        **_common(entry),
        name=queue.name,
        name_en=queue.name_en,
        skills=skill_shapes(queue.skills),
        priority=queue.priority,
        offer_s=queue.offer_for // SECOND,
        target_s=queue.target // SECOND,
        decline_pause_s=queue.decline_pause // SECOND,
    )


def skills_of(shapes: tuple[SkillShape, ...]) -> tuple[Skill, ...]:
    """By name; of a skill named twice the higher level."""
    levels: dict[str, int] = {}
    for shape in shapes:
        levels[shape.skill] = max(shape.level, levels.get(shape.skill, 0))
    return tuple(Skill(skill=name, level=level) for name, level in sorted(levels.items()))


def skill_shapes(skills: tuple[Skill, ...]) -> tuple[SkillShape, ...]:
    return tuple(SkillShape(skill=skill.skill, level=skill.level) for skill in skills)


# ---------------------------------------------------------------- phrases
class PhraseBody(EntryBody):
    """`key` is what an agent types to find it; texts are for customers, so 您 and no secrets."""

    key: EntryKey
    name: Name
    name_en: Label = ""
    text: PhraseText
    text_en: Translation = ""
    group: Label = ""
    group_en: Label = ""


class PhraseShape(EntryShape):
    key: str
    name: str
    name_en: str
    text: str
    text_en: str
    group: str
    group_en: str


class PhraseList(Shape):
    items: tuple[PhraseShape, ...]


def phrase_of(key: str, body: PhraseBody) -> Phrase:
    return Phrase(**body.model_dump(exclude={"version"}))


def phrase_shape(entry: Entry[Phrase]) -> PhraseShape:
    return PhraseShape(**_common(entry), **asdict(entry.value))


# ---------------------------------------------------------------- dispositions
class DispositionBody(EntryBody):
    name: Name
    name_en: Label = ""
    group: Label = ""
    group_en: Label = ""
    position: Annotated[int, Field(ge=0, le=9999), INTEGRAL] = 0


class DispositionShape(EntryShape):
    name: str
    name_en: str
    group: str
    group_en: str
    position: int


class DispositionList(Shape):
    items: tuple[DispositionShape, ...]


def disposition_of(key: str, body: DispositionBody) -> Disposition:
    return Disposition(**body.model_dump(exclude={"version"}))


def disposition_shape(entry: Entry[Disposition]) -> DispositionShape:
    return DispositionShape(**_common(entry), **asdict(entry.value))


# ---------------------------------------------------------------- all of them
def change_shapes(changes: tuple[Change, ...]) -> tuple[ChangeShape, ...]:
    return tuple(
        ChangeShape(version=one.version, at=one.at, by=one.by, deleted=one.deleted)
        for one in changes
    )


def _common(entry: Entry[Any]) -> dict[str, Any]:
    return {
        "id": entry.key,
        "version": entry.version,
        "changes": change_shapes(entry.changes),
    }
