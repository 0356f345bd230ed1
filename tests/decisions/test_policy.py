"""The policy's version names its values."""

import pytest

from hub.decisions.customer import CustomerRules
from hub.decisions.customer.rules import CODE_VERSION
from hub.decisions.policy import EN, ZH, Policy, Texts
from hub.model.ids import ChannelId
from tests.decisions.stream import minutes


def test_equal_policies_have_equal_versions() -> None:
    one = Policy(without_bot=frozenset(map(ChannelId, ("a", "b", "c"))))
    two = Policy(without_bot=frozenset(map(ChannelId, ("c", "b", "a"))))
    assert one.version == two.version


@pytest.mark.parametrize(
    "other",
    [
        Policy(bot_idle=minutes(31)),
        Policy(bot_answer_within=minutes(1)),
        Policy(active_idle=minutes(21)),
        Policy(active_idle_grace=minutes(3)),
        Policy(wrap_up_limit=minutes(11)),
        Policy(max_misses=3),
        Policy(without_bot=frozenset({ChannelId("a")})),
        Policy(en=Texts(hand_off="Wait.", menu_hint="", idle_warning="", idle_close="")),
    ],
)
def test_every_value_changes_the_version(other: Policy) -> None:
    assert other.version != Policy().version


def test_the_rules_name_code_and_policy() -> None:
    policy = Policy()
    assert CustomerRules(policy).version == f"customer/{CODE_VERSION}.{policy.version}"
    assert len(policy.version) == 8


@pytest.mark.parametrize(("language", "texts"), [("zh", ZH), ("en", EN), ("", ZH), ("fr", ZH)])
def test_texts_come_in_two_languages_chinese_first(language: str, texts: Texts) -> None:
    assert Policy().texts(language) == texts
