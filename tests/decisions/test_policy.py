"""The policy's version names its values."""

from dataclasses import replace

import pytest

from hub.decisions.customer import CustomerRules
from hub.decisions.customer.rules import CODE_VERSION
from hub.decisions.policy import EN, ZH, Policy, Texts
from hub.model.ids import ChannelId, QueueId
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
        Policy(default_queue=QueueId("card")),
        Policy(queue_of_reason={"complaint": QueueId("complaints")}),
        Policy(en=replace(EN, hand_off="Wait.")),
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


def test_a_policy_comes_back_as_it_was_kept() -> None:
    policy = Policy(
        wrap_up_limit=minutes(3),
        max_misses=1,
        without_bot=frozenset({ChannelId("sms-1")}),
        default_queue=QueueId("front"),
        queue_of_reason={"complaint": QueueId("complaints")},
        zh=replace(ZH, queued="请稍候。"),
    )
    assert Policy.of_doc(policy.as_doc()) == policy


def test_a_policy_kept_before_there_were_queues_still_reads() -> None:
    older = Policy(max_misses=1).as_doc()
    for name in ("default_queue", "queue_of_reason"):
        del older[name]
    for name in ("queued", "queued_wait", "next_up", "next_up_wait", "all_away", "nobody_here"):
        del older["zh"][name]
        del older["en"][name]
    assert Policy.of_doc(older) == Policy(max_misses=1)


def test_a_reason_may_have_its_own_queue() -> None:
    policy = Policy(queue_of_reason={"complaint": QueueId("complaints")})
    assert policy.queue_for("complaint") == "complaints"
    assert policy.queue_for("asked") == "general"
