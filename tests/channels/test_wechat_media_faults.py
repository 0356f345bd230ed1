"""Pictures to customers while calls fail: uploaded again as often as needed, never sent twice.

A picture is two calls. A failed upload said nothing to the customer, so it is made again; a send
whose answer is missing may have arrived, so nobody repeats it by himself and a person sees it.
"""

from typing import Any

import pytest

from channels.wechat.simulator.account import CallFault
from tests.channels.house import House, house

CUSTOMERS = 20
FAULTS = 50
UPLOAD = "/cgi-bin/media/upload"

KINDS = pytest.mark.parametrize(
    ("fault", "patience_s"),
    [
        ({"kind": "cut"}, 4.0),
        ({"kind": "status"}, 4.0),
        ({"kind": "slow", "seconds": 60}, 0.8),
        ({"kind": "half"}, 4.0),
    ],
    ids=["cut", "5xx", "slow", "half"],
)


async def pictures_sent(it: House, faults: list[CallFault]) -> list[dict[str, Any]]:
    """Each customer is sent a picture of his own; what became of its row."""
    it.everyone_writes(CUSTOMERS)
    words = await it.settled(CUSTOMERS)
    assert await it.check(words, "text") == {"sent": CUSTOMERS}
    it.world.call_faults = faults
    for openid in list(it.world.phones):
        await it.lead_sends_picture(openid)
    rows = await it.settled(2 * CUSTOMERS)
    return [row for row in rows if row["body"]["part"]["is"] == "MediaPart"]


@KINDS
async def test_50_failed_uploads_are_made_again_and_each_picture_comes_once(
    fault: dict[str, Any], patience_s: float
) -> None:
    """Half of them were taken, so that the provider holds pictures nobody knows of."""
    async with house(call_timeout_s=patience_s) as it:
        half = {**fault, "call": "upload", "times": FAULTS // 2}
        faults = [{**half, "taken": True}, {**half, "taken": False}]
        rows = await pictures_sent(it, [CallFault.model_validate(each) for each in faults])
        assert await it.check(rows, "image") == {"sent": CUSTOMERS}
        assert it.world.calls[UPLOAD] == CUSTOMERS + FAULTS


@KINDS
async def test_a_picture_whose_send_has_no_answer_is_uncertain_listed_and_not_repeated(
    fault: dict[str, Any], patience_s: float
) -> None:
    async with house(call_timeout_s=patience_s) as it:
        rows = await pictures_sent(
            it,
            [
                CallFault.model_validate({**fault, "taken": True, "share": 0.5}),
                CallFault.model_validate(fault),
            ],
        )
        assert await it.check(rows, "image") == {"uncertain": CUSTOMERS}
        assert 0 < sum(it.received("image").values()) < CUSTOMERS
        assert it.world.calls[UPLOAD] == CUSTOMERS


async def test_faults_of_both_calls_together_leave_every_row_in_a_true_state() -> None:
    async with house(call_timeout_s=4.0) as it:
        rows = await pictures_sent(
            it,
            [
                CallFault(call="upload", kind="cut", taken=True, share=0.3),
                CallFault(call="upload", kind="half", taken=True, share=0.3),
                CallFault(kind="cut", taken=True, share=0.2),
                CallFault(kind="status", share=0.2),
                CallFault(kind="errcode", code=-1, share=0.3),
            ],
        )
        states = await it.check(rows, "image")
        assert set(states) == {"sent", "uncertain"}
        assert sum(states.values()) == CUSTOMERS
        assert it.world.calls[UPLOAD] > CUSTOMERS
