"""Every kind of channel as a form: words in two languages, and the class behind it."""

import re

import pytest

from channels.registry import KINDS, Kinds, read
from channels.wechat.simulator.account import demo_account
from hub.model.ids import ChannelId
from hub.ports import FieldType, KindForm, MediaReader
from hub.services.channel_forms import as_tables, as_values
from tests.channels.support import Files, Log, ManualClock, memory_tokens

FILES: MediaReader = Files()


def kinds() -> Kinds:
    clock = ManualClock()
    return Kinds(clock, memory_tokens(clock), FILES, Log())


def form_of(kind: str) -> KindForm:
    form = kinds().form(kind)
    assert form is not None
    return form


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_has_its_words_in_both_languages(kind: str) -> None:
    form = form_of(kind)
    for words in (form.title, *(field.title for field in form.fields)):
        assert words.zh
        assert words.en
    for field in form.fields:
        assert bool(field.hint.zh) == bool(field.hint.en), field.name
        assert not re.search("[一-鿿]", field.title.en + field.hint.en), field.name


def test_the_fields_of_a_wechat_account_are_those_of_its_configuration() -> None:
    fields = {field.name: field for field in form_of("wechat").fields}
    shown = {
        name: (fields[name].type, fields[name].required, fields[name].default, fields[name].group)
        for name in ("app_id", "app_secret", "mode", "message_grant.valid_s", "notice_templates")
    }
    assert shown == {
        "app_id": ("text", True, None, "basic"),
        "app_secret": ("secret", True, None, "basic"),
        "mode": ("choice", False, "safe", "basic"),
        "message_grant.valid_s": ("seconds", False, 172800, "windows"),
        "notice_templates": ("lines", False, [], "basic"),
    }
    assert fields["mode"].choices == ("plain", "compatible", "safe")
    assert {"id", "kind", "enabled"}.isdisjoint(fields)


def test_secrets_and_addresses_are_known_as_such() -> None:
    form = form_of("wechat")
    assert form.names(FieldType.SECRET) == {
        *("app_secret", "token", "previous_token", "aes_key", "previous_aes_key"),
    }
    kept = {each.name: each.previous for each in form.fields if each.previous}
    assert kept == {"token": "previous_token", "aes_key": "previous_aes_key"}
    assert form.names(FieldType.ADDRESS) == {"base_url", "picture_base_url"}


def test_a_form_filled_in_is_a_document_the_adapter_takes() -> None:
    form = form_of("wechat")
    document = demo_account().channel_document("wechat-main", "http://127.0.0.1:9")
    values = {**as_values(form, document), "click_grant.quota": 9}
    secrets = {name: document[name] for name in ("app_secret", "token", "aes_key")}
    rebuilt = {**as_tables(form, values), **secrets, "id": "wechat-main", "kind": "wechat"}
    adapter = kinds().build(rebuilt)
    assert adapter.id == ChannelId("wechat-main")
    assert (adapter.capabilities.grants["click"].quota, read(rebuilt).kind) == (9, "wechat")


def test_an_unknown_kind_has_no_form() -> None:
    assert kinds().form("fax") is None
    assert [form.kind for form in kinds().forms()] == sorted(KINDS)
