"""Accounts on channels as they stand in requests and answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from hub.http.catalogue_shapes import ChangeShape
from hub.http.shapes import CLOSED, INTEGRAL, MAX_SEQ, ChannelKey, Label, Seq, Shape
from hub.ports import FieldGroup, FieldType, FormField, KindForm, Words
from hub.services.channel_accounts import Account, Draft, Source
from hub.services.channel_checks import Check, Quota
from hub.services.channel_host import AccountState

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,79}$", examples=["app_id"])]
ConfigText = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x1f\x7f]*$")]
Number = Annotated[int, Field(ge=-MAX_SEQ, le=MAX_SEQ), INTEGRAL]
Fraction = Annotated[float, Field(ge=-MAX_SEQ, le=MAX_SEQ)]
Value = bool | Number | Fraction | ConfigText | list[ConfigText] | None
SecretText = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00-\x1f\x7f]*$")]

Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["wechat"])]


class WordsShape(Shape):
    zh: str
    en: str


class FieldShape(Shape):
    """`name` is the key in `config` or, of a secret, in `secrets`. `lines`: a list of texts.
    After an `address` has changed, secrets must be given again. `previous`: where this secret is
    kept when it is rotated, "" = it cannot be."""

    name: str
    type: FieldType
    choices: tuple[str, ...]
    default: Value
    required: bool
    title: WordsShape
    hint: WordsShape
    group: FieldGroup
    previous: str


class KindShape(Shape):
    kind: str
    title: WordsShape
    fields: tuple[FieldShape, ...]


class KindList(Shape):
    items: tuple[KindShape, ...]


class SecretShape(Shape):
    """`changed_at` null: it is not set, or stands in the configuration file."""

    set: bool
    changed_at: datetime | None


class QuotaShape(Shape):
    name: str
    used: int | None
    limit: int | None
    until: datetime | None


class AccountShape(Shape):
    """`state` is "checking" until this process serves the version shown; `problem` tells why a
    version is not served – the one before still is. `offers`: what is kept with it besides, "menu"
    and "qr_codes". `config` holds what is given, defaults are those of the kind. Of an account of
    the file `version` is 0: it is changed there."""

    id: str
    kind: str
    name: str
    state: AccountState
    problem: str
    paused: bool
    source: Source
    version: Seq
    config: dict[str, Value]
    secrets: dict[str, SecretShape]
    health: dict[str, str]
    quota: tuple[QuotaShape, ...]
    hook_url: str
    offers: tuple[str, ...]
    updated_at: datetime | None
    updated_by: str
    changes: tuple[ChangeShape, ...]


class AccountList(Shape):
    items: tuple[AccountShape, ...]


class AccountPath(Shape):
    channel_id: ChannelKey


class DraftBody(Shape):
    """A secret that is absent stays as it is, null takes it away."""

    kind: Kind
    name: Label = ""
    config: dict[FieldName, Value] = Field(
        default_factory=dict, max_length=200, json_schema_extra=CLOSED
    )
    secrets: dict[FieldName, SecretText | None] = Field(
        default_factory=dict, max_length=20, json_schema_extra=CLOSED
    )

    def draft(self) -> Draft:
        given = {name: value for name, value in self.config.items() if value is not None}
        return Draft(kind=self.kind, name=self.name, values=given, secrets=self.secrets)


class AccountBody(DraftBody):
    version: Seq = Field(description="The version you saw, 0 for a new account.")


class RotateBody(Shape):
    """The new secrets by name; each one in use stays valid as the one before."""

    version: Seq = Field(description="The version you saw.")
    secrets: dict[FieldName, SecretText] = Field(
        min_length=1, max_length=20, json_schema_extra=CLOSED
    )


class TestBody(DraftBody):
    """With `id` the secrets that stand there are used where none is given."""

    id: ChannelKey | None = None


class CheckShape(Shape):
    """`name`: "configuration", "reachable", "credentials" or "clock"; `code` is stable."""

    name: str
    ok: bool
    code: str
    detail: str


class TestShape(Shape):
    ok: bool
    checks: tuple[CheckShape, ...]


def kind_shape(form: KindForm) -> KindShape:
    fields = tuple(_field_shape(field) for field in form.fields)
    return KindShape(kind=form.kind, title=_words(form.title), fields=fields)


def test_shape(checks: Sequence[Check]) -> TestShape:
    shapes = tuple(
        CheckShape(name=each.name, ok=each.ok, code=each.code, detail=each.detail)
        for each in checks
    )
    return TestShape(ok=all(each.ok for each in checks), checks=shapes)


def quota_shape(quota: Quota) -> QuotaShape:
    return QuotaShape(name=quota.name, used=quota.used, limit=quota.limit, until=quota.until)


def secret_shapes(account: Account, form: KindForm | None) -> Mapping[str, SecretShape]:
    names = set(account.secrets)
    if form is not None:
        names |= form.names(FieldType.SECRET)
    return {
        name: SecretShape(set=name in account.secrets, changed_at=account.secrets.get(name))
        for name in sorted(names)
    }


def _field_shape(field: FormField) -> FieldShape:
    return FieldShape(
        name=field.name,
        type=field.type,
        choices=field.choices,
        default=field.default,
        required=field.required,
        title=_words(field.title),
        hint=_words(field.hint),
        group=field.group,
        previous=field.previous,
    )


def _words(words: Words) -> WordsShape:
    return WordsShape(zh=words.zh, en=words.en)
