"""The sandbox has a word in both languages for everything that can stand in the journal."""

import re
from pathlib import Path
from typing import get_args

import pytest

from hub.model.desk_events import DeskEvent
from hub.model.desk_inputs import DeskInput
from hub.model.events import Event
from hub.model.inputs import CustomerInput

SANDBOX = Path(__file__).parents[2] / "agent_web/ui/src/sandbox"
EVENTS = {cls.__name__ for union in (Event, DeskEvent) for cls in get_args(union)}
INPUTS = {cls.__name__ for union in (CustomerInput, DeskInput) for cls in get_args(union)}


def names(file: str, *, after: str) -> set[str]:
    """Keys with a capital letter in the block that begins with `after`."""
    _, _, text = (SANDBOX / file).read_text().partition(after)
    block, _, _ = text.partition("\n}" if after.startswith("const") else "\n  },")
    return set(re.findall(r"^\s*([A-Z]\w+):", block, re.MULTILINE))


def test_every_event_is_told() -> None:
    assert EVENTS - names("model/words.ts", after="const EVENTS") == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_event_and_input_has_a_word(language: str) -> None:
    file = f"locales/{language}.ts"
    assert EVENTS - names(file, after="\n  event: {") == set()
    assert INPUTS - names(file, after="\n  input: {") == set()
