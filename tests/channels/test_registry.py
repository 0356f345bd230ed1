"""Kinds, configuration documents and what a wrong one is told."""

from typing import Any

import pytest

from channels.registry import KINDS, build, read, read_all, resolve
from channels.wechat.config import WeChatConfig
from channels.wechat.simulator.account import demo_account
from hub.errors import ConfigurationError
from tests.channels.support import ManualClock, memory_tokens

GOOD = demo_account().channel_document("wechat-main", "http://127.0.0.1:9")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_resolves_and_names_itself(kind: str) -> None:
    found = resolve(kind)
    assert found.config.model_fields["kind"].annotation is not None
    assert kind in str(found.config.model_fields["kind"].annotation)


def test_a_document_becomes_a_running_adapter() -> None:
    clock = ManualClock()
    adapter = build(read(GOOD), clock=clock, tokens=memory_tokens(clock))
    assert (adapter.id, adapter.kind) == ("wechat-main", "wechat")
    assert adapter.capabilities.max_text == 600
    assert sorted(adapter.capabilities.parts) == [
        "LinkPart",
        "MediaPart",
        "MenuPart",
        "NoticePart",
        "TextPart",
    ]


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("unknown kind", {"kind": "telegram"}, "channels.wechat-main.kind"),
    ("no kind", {"kind": None}, "channels.wechat-main.kind"),
    ("no id", {"id": None}, "channels.3.id"),
    ("id with a colon", {"id": "a:b"}, "channels.a:b.id"),
    ("unknown key", {"colour": "red"}, "channels.wechat-main.colour"),
    ("unknown mode", {"mode": "open"}, "channels.wechat-main.mode"),
    ("no key in safe mode", {"aes_key": None}, "channels.wechat-main.aes_key"),
    ("short key", {"aes_key": "abc"}, "channels.wechat-main.aes_key"),
    ("key of wrong letters", {"aes_key": "!" * 43}, "channels.wechat-main.aes_key"),
    ("short old key", {"previous_aes_key": "abc"}, "channels.wechat-main.previous_aes_key"),
    ("no secret", {"app_secret": ""}, "channels.wechat-main.app_secret"),
    ("address without scheme", {"base_url": "example"}, "channels.wechat-main.base_url"),
    ("address with a query", {"base_url": "http://a/?b"}, "channels.wechat-main.base_url"),
    ("no time-out", {"call_timeout_s": 0}, "channels.wechat-main.call_timeout_s"),
    (
        "grant without end",
        {"click_grant": {"quota": 3, "valid_s": 0}},
        "channels.wechat-main.click_grant.valid_s",
    ),
]


@pytest.mark.parametrize(
    ("change", "key"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_wrong_key_names_itself_and_never_its_value(change: dict[str, Any], key: str) -> None:
    document = {k: v for k, v in {**GOOD, **change}.items() if v is not None}
    with pytest.raises(ConfigurationError) as caught:
        read(document, position=3)
    assert caught.value.key == key
    for secret in (GOOD["app_secret"], GOOD["token"], GOOD["aes_key"]):
        assert secret not in str(caught.value)


def test_an_unknown_kind_is_named_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="unknown kind 'telegram'; known: wechat"):
        read({**GOOD, "kind": "telegram"})


def test_two_channels_of_one_id_are_refused() -> None:
    assert len(read_all([GOOD, {**GOOD, "id": "wechat-two", "enabled": False}])) == 2
    with pytest.raises(ConfigurationError, match="is used twice"):
        read_all([GOOD, GOOD])


def test_secrets_do_not_show_in_a_configuration() -> None:
    shown = repr(read(GOOD)) + str(read(GOOD)) + read(GOOD).model_dump_json()
    for secret in (GOOD["app_secret"], GOOD["token"], GOOD["aes_key"]):
        assert secret not in shown


def test_grants_are_settings() -> None:
    config = WeChatConfig.model_validate({**GOOD, "message_grant": {"quota": 20, "valid_s": 60}})
    assert config.grants()["message"].quota == 20


def test_a_plain_account_needs_no_key() -> None:
    document = {k: v for k, v in GOOD.items() if k != "aes_key"}
    assert WeChatConfig.model_validate({**document, "mode": "plain"}).aes_key is None
