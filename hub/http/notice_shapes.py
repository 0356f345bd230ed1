"""Service notices and their templates as they stand in requests and answers."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from hub.http.outcomes import CommandBody
from hub.http.shapes import CLOSED, ChannelKey, Shape
from hub.model.notices import NoticeField, NoticeFieldType, NoticeKind, NoticeTemplate
from hub.services.notice_templates import AccountTemplates
from hub.services.notices import NoticeDraft

FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$", examples=["thing1"])]
FieldValue = Annotated[str, Field(max_length=400, pattern=r"^[^\x00-\x1f\x7f]*$")]
TemplateKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
WebAddress = Annotated[str, Field(max_length=1000, pattern=r"^(https?://[!-~]+)?$")]


class NoticeFieldShape(Shape):
    """`most` characters; `type` says which: "thing" any, "word" Chinese only, "choice" one of
    `choices`. Only a "text" may stay empty."""

    name: str
    label: str
    type: NoticeFieldType
    most: int
    choices: tuple[str, ...]


class TemplateShape(Shape):
    """`enabled`: the bank allows it (setting `notice_templates` of the account). A "subscription"
    needs the customer's consent, `lasting`: once for all."""

    id: str
    title: str
    kind: NoticeKind
    lasting: bool
    enabled: bool
    fields: tuple[NoticeFieldShape, ...]
    example: str


class TemplateList(Shape):
    """As the provider told at `read_at`."""

    items: tuple[TemplateShape, ...]
    read_at: datetime


class NoticeBody(CommandBody):
    template_id: TemplateKey
    values: dict[FieldName, FieldValue] = Field(
        max_length=30, json_schema_extra=CLOSED, description="By field of the template."
    )
    url: WebAddress = Field(default="", description="What a press on the notice opens.")

    def draft(self) -> NoticeDraft:
        return NoticeDraft(template_id=self.template_id, values=self.values, url=self.url)


class CustomerNoticeBody(NoticeBody):
    channel_id: ChannelKey
    address: str = Field(
        default="",
        max_length=128,
        pattern=r"^[!-~]*$",
        description="Needed where the customer has several on this account.",
    )


def template_list(found: AccountTemplates, allowed: frozenset[str]) -> TemplateList:
    items = tuple(_template(each, enabled=each.template_id in allowed) for each in found.templates)
    return TemplateList(items=items, read_at=found.read_at)


def _template(template: NoticeTemplate, *, enabled: bool) -> TemplateShape:
    return TemplateShape(
        id=template.template_id,
        title=template.title,
        kind=template.kind,
        lasting=template.lasting,
        enabled=enabled,
        fields=tuple(_field(each) for each in template.fields),
        example=template.example,
    )


def _field(field: NoticeField) -> NoticeFieldShape:
    return NoticeFieldShape(
        name=field.name,
        label=field.label,
        type=field.type,
        most=field.most,
        choices=field.choices,
    )
