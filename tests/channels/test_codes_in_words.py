"""Whatever code an account's health or the channel log can hold has words on the screens."""

import re
from pathlib import Path

import pytest

import agent_web
from channels.wechat.errors import CODES

LOCALES = Path(agent_web.__path__[0]) / "ui/src/workspace/locales"
GROUP = re.compile(r"^  code: \{\n(.*?)^  \},", re.MULTILINE | re.DOTALL)
REJECTED = re.compile(r'InboundRejected\(\s*"([a-z_]+)"')
OF_OURS = {"no_token_yet", "given_up", "not_written", "no_answer_in_time", "connection_failed"}


def words(language: str) -> set[str]:
    found: set[str] = set()
    for part in ("accounts", "conversation"):
        text = (LOCALES / f"{part}.{language}.ts").read_text("utf-8")
        for group in GROUP.findall(text):
            found |= set(re.findall(r"^    ([a-z_]+):", group, re.MULTILINE))
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_of_the_provider_has_words(language: str) -> None:
    unsaid = {"sent_before", "typing_not_now", "typing_already", "key_too_long"}
    """Nobody is told of these: they are no trouble, or caught before the call."""
    codes = {rule.code for rule in CODES.values()} | OF_OURS
    assert codes - words(language) - unsaid == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_usual_refusals_of_a_push_have_words(language: str) -> None:
    source = Path(agent_web.__path__[0]).parent / "channels/wechat"
    reasons = {code for file in source.glob("*.py") for code in REJECTED.findall(file.read_text())}
    malformed = {
        *("ambiguous", "bad_create_time", "bad_sender", "doctype_not_allowed", "no_echostr"),
        *("method_not_allowed", "no_message_type", "too_deep", "too_many_elements", "wrong_root"),
    }
    """Shown as they are: no operator can do anything about them."""
    assert reasons - words(language) - malformed == set()
