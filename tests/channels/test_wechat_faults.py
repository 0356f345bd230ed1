"""50 faults of each kind between the real outbox and the provider: what became of every message.

A message that was taken is sent or uncertain, one that was not taken is sent later, uncertain or
failed; nobody gets one twice, and a person sees everything that is not certain.
"""

from typing import Any

import pytest

from channels.wechat.simulator.account import CallFault
from tests.channels.house import house

CUSTOMERS = 50


@pytest.mark.parametrize(
    ("fault", "code", "patience_s"),
    [
        ({"kind": "cut"}, "answer_cut", 4.0),
        ({"kind": "status"}, "provider_failed", 4.0),
        ({"kind": "slow", "seconds": 60}, "no_answer_in_time", 0.8),
        ({"kind": "half"}, "answer_cut", 4.0),
    ],
    ids=["cut", "5xx", "slow", "half"],
)
async def test_50_messages_without_an_answer_are_uncertain_and_listed(
    fault: dict[str, Any], code: str, patience_s: float
) -> None:
    """Half of them were taken; nobody can know which, so none is sent again by itself."""
    async with house(call_timeout_s=patience_s) as it:
        it.world.call_faults = [
            CallFault.model_validate({**fault, "taken": True, "share": 0.5}),
            CallFault.model_validate(fault),
        ]
        it.everyone_writes(CUSTOMERS)
        rows = await it.settled(CUSTOMERS)
        assert await it.check(rows, "text") == {"uncertain": CUSTOMERS}
        assert {row["code"] for row in rows} == {code}
        assert 5 < len(it.world.sends.sent) < 45


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("send", {"kind": "errcode", "code": -1}),
        ("stable_token", {"kind": "cut"}),
        ("stable_token", {"kind": "status"}),
        ("stable_token", {"kind": "half"}),
    ],
    ids=["busy", "token cut", "token 5xx", "token half"],
)
async def test_what_was_certainly_not_taken_is_sent_once_in_the_end(
    call: str, fault: dict[str, Any]
) -> None:
    async with house(call_timeout_s=4.0) as it:
        it.world.tokens.expire_all()
        times = CUSTOMERS if call == "send" else 2
        it.world.call_faults = [CallFault.model_validate({"call": call, **fault, "times": times})]
        it.everyone_writes(CUSTOMERS)
        rows = await it.settled(CUSTOMERS)
        assert await it.check(rows, "text") == {"sent": CUSTOMERS}
        assert len(it.world.sends.sent) == CUSTOMERS


async def test_what_an_uncertain_message_became_is_never_guessed() -> None:
    """Faults and answers mixed: each row ends in one state, and it is true."""
    async with house(call_timeout_s=4.0) as it:
        it.world.call_faults = [
            CallFault(kind="cut", taken=True, share=0.2),
            CallFault(kind="status", share=0.2),
            CallFault(kind="errcode", code=-1, share=0.3),
            CallFault(kind="errcode", code=43004, share=0.1),
        ]
        it.everyone_writes(CUSTOMERS)
        states = await it.check(await it.settled(CUSTOMERS), "text")
        assert set(states) <= {"sent", "uncertain", "failed"}
        assert states["sent"] > 0
        assert states["uncertain"] > 0
        assert sum(states.values()) == CUSTOMERS
