"""Every input in every state: what happens is written out, and the table agrees."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from hub.decisions.customer.rules import HANDLERS
from hub.decisions.customer.table import TABLE, ConversationState
from hub.model import inputs as i
from hub.model.events import Ignored, Refused
from hub.model.ids import CustomerId
from hub.model.meanings import Act, Meaning
from hub.model.message import DeliveryState, MediaState, NoticePart, TextPart
from hub.model.profile import Profile
from tests.decisions.stream import (
    CONVERSATION,
    HOME,
    START,
    agent_reply,
    answer,
    assign,
    close,
    end,
    finish,
    give_back,
    grant,
    hand_off,
    in_line,
    message,
    note,
    offer,
    reply,
    signal,
    stream_in,
)

STATES = ("bot", "queued", "offered", "active", "wrap_up", "closed")
SAME = STATES
LOWER = CustomerId("00" + "0" * 18)


def press(label: str, act: Act) -> i.CustomerSignal:
    return replace(signal("menu_click"), meaning=Meaning(label=label, act=act, question=label))


INPUTS: dict[str, Any] = {
    "message": message("再问一下"),
    "signal": signal("menu_click", given=grant(START, quota=3, kind="click", hours=1 / 60)),
    "press": press("人工客服", Act.HAND_OFF),
    "press that asks": press("查余额", Act.ASK),
    "profile": i.ProfileReport(address=HOME, profile=Profile(following=True)),
    "bot replied": answer(),
    "bot failed": i.BotFailed(
        conversation_id=CONVERSATION, message_id=answer().message_id, code="model_missing"
    ),
    "api reply": reply(),
    "agent reply": agent_reply(),
    "resend": i.ResendMessage(
        conversation_id=CONVERSATION,
        author="api:crm",
        of="00:1#0",
        address=HOME,
        part=TextPart(text="再发"),
    ),
    "service notice": i.SendNotice(
        author="api:crm",
        address=HOME,
        part=NoticePart(template_id="tm-1", values={"amount": "1"}),
    ),
    "discard": i.DiscardMessage(author="api:crm", of="00:1#0"),
    "delivery": i.DeliveryReport(of="00:1#0", state=DeliveryState.SENT),
    "file": i.MediaReport(
        media_id="0" * 32,
        conversation_id=CONVERSATION,
        message_id=answer().message_id,
        index=0,
        state=MediaState.REFUSED,
        code="polyglot",
    ),
    "hand off": hand_off(),
    "close": close(),
    "offer": offer(epoch=2),
    "return": give_back(epoch=1),
    "in line": in_line(),
    "assign": assign(epoch=2),
    "end": end(),
    "finish": finish(),
    "note": note(),
    "merge": i.MergeCustomer(into=LOWER, author="api:crm"),
    "undo merge": i.UndoMerge(author="api:crm"),
    "absorb": i.AbsorbCustomer(customer_id=CustomerId("ff" * 10), addresses=()),
    "release": i.ReleaseCustomer(customer_id=CustomerId("ff" * 10)),
    "timer bot": i.TimerFired(name="bot", generation=1),
    "timer idle": i.TimerFired(name="idle", generation=3),
    "timer wrap up": i.TimerFired(name="wrap_up", generation=4),
}

# the state afterwards, or the reason in "!reason" (refused) and "~reason" (ignored); by STATES
CELLS: dict[str, tuple[str, ...]] = {
    "message": ("bot", "queued", "offered", "active", "active", "bot"),
    "signal": SAME,
    "press": ("queued", "queued", "offered", "active", "active", "queued"),
    "press that asks": ("bot", "queued", "offered", "active", "active", "bot"),
    "profile": SAME,
    "bot replied": ("bot", *["~superseded"] * 5),
    "bot failed": ("queued", *["~superseded"] * 5),
    "api reply": (
        "bot", "queued", "offered", "!not_yours", "!not_yours", "!conversation_closed",
    ),
    "agent reply": (
        "!not_yours", "!not_yours", "!not_yours", "active", "wrap_up", "!conversation_closed",
    ),
    "resend": SAME,
    "service notice": SAME,
    "discard": SAME,
    "delivery": SAME,
    "file": SAME,
    "hand off": ("queued", *["!already_handed_off"] * 4, "!conversation_closed"),
    "close": (*["closed"] * 5, "!conversation_closed"),
    "offer": (
        "~superseded", "offered", "offered", "offered", "offered", "~superseded",
    ),
    "return": (
        "~superseded", "~superseded", "queued", "queued", "queued", "~superseded",
    ),
    "in line": ("~superseded", "queued", "offered", *["~superseded"] * 3),
    "assign": ("~superseded", "active", "active", "active", "active", "~superseded"),
    "end": (
        "!conversation_closed", "!not_yours", "!not_yours", "wrap_up", "!talk_ended",
        "!conversation_closed",
    ),
    "finish": (
        "!conversation_closed", "!not_yours", "!not_yours", "!not_in_wrap_up", "closed",
        "!conversation_closed",
    ),
    "note": (*STATES[:5], "!conversation_closed"),
    "merge": SAME,
    "undo merge": ("!not_merged",) * 6,
    "absorb": SAME,
    "release": ("~not_absorbed",) * 6,
    "timer bot": ("queued", *["~timer_not_armed"] * 5),
    "timer idle": (
        "~timer_not_armed", "~timer_not_armed", "~timer_not_armed", "active",
        "~timer_not_armed", "~timer_not_armed",
    ),
    "timer wrap up": (*["~timer_not_armed"] * 4, "closed", "~timer_not_armed"),
}  # fmt: skip


@pytest.mark.parametrize("standing", STATES)
@pytest.mark.parametrize("label", INPUTS)
def test_every_input_in_every_state(label: str, standing: str) -> None:
    stream = stream_in(standing)
    expected = CELLS[label][STATES.index(standing)]
    (first, *_) = stream.do(INPUTS[label])
    if expected.startswith("!"):
        assert isinstance(first, Refused)
        assert first.reason == expected[1:]
    elif expected.startswith("~"):
        assert first == Ignored(reason=expected[1:])
    else:
        assert not isinstance(first, Refused | Ignored)
        assert stream.standing == expected
    if expected[0] in "!~":
        assert stream.standing == standing


@pytest.mark.parametrize("standing", STATES)
@pytest.mark.parametrize("label", INPUTS)
def test_the_table_allows_what_happens(label: str, standing: str) -> None:
    stream = stream_in(standing)
    value = INPUTS[label]
    row = TABLE[type(value)]
    open_one = stream.state.conversation
    named = row.names and open_one and getattr(open_one, row.names) == getattr(value, row.names)
    column = ConversationState(standing if named or not row.names else "closed")
    cell = row.cells[column]
    events = stream.do(value)
    if isinstance(cell, frozenset):
        where = stream.standing if named or not row.names else "closed"
        assert where in cell
    else:
        assert events == [cell]


def test_every_input_has_a_row_a_handler_and_a_test() -> None:
    classes = set(get_args(i.CustomerInput))
    assert set(TABLE) == classes
    assert set(HANDLERS) == classes
    assert {type(value) for value in INPUTS.values()} == classes
    assert set(INPUTS) == set(CELLS)


@pytest.mark.parametrize("row", TABLE.values())
def test_every_row_names_every_state(row: Any) -> None:
    assert set(row.cells) == set(ConversationState)
