"""Each channel states which rules it keeps; what it calls done has a test of that name."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from channels.registry import KINDS

ROOT = Path(__file__).resolve().parents[2]
RULES = {
    "bronze": {
        "authenticates_every_callback",
        "de_duplicates",
        "keeps_unknown_content",
        "keeps_secrets_out_of_logs",
        "classifies_send_errors",
        "bounds_every_call_in_time",
        "validates_configuration",
    },
    "silver": {
        "delivery_receipts",
        "honours_retry_after",
        "backs_off",
        "reply_windows_as_data",
        "maps_provider_codes",
    },
    "gold": {
        "media_both_ways",
        "typing_and_read_signs",
        "soak_test",
        "runbook",
        "labels_zh_and_en",
    },
}


@cache
def names_of_tests() -> frozenset[str]:
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found.update(re.findall(r"def (test_\w+)", path.read_text("utf-8")))
    return frozenset(found)


def statements(kind: str) -> dict[str, dict[str, Any]]:
    with (ROOT / "channels" / kind / "quality.toml").open("rb") as file:
        return tomllib.load(file)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_rule_is_answered_and_no_other(kind: str) -> None:
    stated = statements(kind)
    assert {tier: set(rules) for tier, rules in stated.items()} == RULES


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_done_has_its_test_and_what_is_exempt_its_reason(kind: str) -> None:
    for rules in statements(kind).values():
        for rule, answer in rules.items():
            assert len(answer) == 1, rule
            [(state, said)] = answer.items()
            if state == "done":
                tests = [said] if isinstance(said, str) else said
                assert tests, rule
                assert [t for t in tests if t not in names_of_tests()] == [], rule
            else:
                assert state in {"todo", "exempt"}, rule
                assert isinstance(said, str), rule
                assert len(said) > 10, rule
