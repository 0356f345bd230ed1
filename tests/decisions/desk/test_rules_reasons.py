"""Why this agent: the reasons in an offer, as they stand in the journal."""

from typing import Any

import bson

from hub.model.desk import Presence
from hub.model.ids import AgentId
from tests.decisions.desk.desk import (
    ANN,
    LOANS,
    W1,
    W2,
    Desk,
    decline,
    desk,
    lose,
    place,
    presence,
    profile,
    ready,
    seconds,
)


def crowd() -> Desk:
    """Seven who know loans and are free, and one for each reason why not."""
    made = desk()
    for number in range(7):
        made.staffed(profile(AgentId(f"free{number}"), slots=2, loans=2))
    for name, skills in (("full", 2), ("novice", 1), ("away", 2), ("gone", 2), ("unwilling", 2)):
        made.staffed(profile(AgentId(name), slots=0 if name == "full" else 1, loans=skills))
    made.do(presence(AgentId("away"), Presence.BREAK))
    made.do(lose(AgentId("gone"), "gone.1"))
    return made


def reasons(events: list[Any]) -> dict[str, Any]:
    packed = [doc for doc in events if doc["is"] == "Offered"]
    found: dict[str, Any] = packed[-1]["reasons"]
    return found


def test_five_best_and_the_others_by_reason() -> None:
    made = crowd()
    made.do(place(W1, queue=LOANS))
    assert reasons(made.commits[-1]["events"]) == {
        "strategy": "longest_idle",
        "candidates": [
            {"agent_id": "free0", "load": 0, "idle_s": 12},
            {"agent_id": "free1", "load": 0, "idle_s": 11},
            {"agent_id": "free2", "load": 0, "idle_s": 10},
            {"agent_id": "free3", "load": 0, "idle_s": 9},
            {"agent_id": "free4", "load": 0, "idle_s": 8},
        ],
        "refused": [
            {"reason": "at_capacity", "count": 1},
            {"reason": "disconnected", "count": 1},
            {"reason": "missing_skill", "count": 1},
            {"reason": "not_ready", "count": 1},
        ],
        "eligible": 8,
        "waited_s": 12,
    }


def test_who_declined_is_counted_as_such() -> None:
    made = crowd()
    made.do(place(W1, queue=LOANS))
    made.at += seconds(3)
    made.do(decline(W1, AgentId("free0")))
    found = reasons(made.commits[-1]["events"])
    assert found["candidates"][0] == {"agent_id": "free1", "load": 0, "idle_s": 14}
    assert {"reason": "declined", "count": 1} in found["refused"]
    assert (found["eligible"], found["waited_s"]) == (7, 15)


def test_an_agent_who_frees_is_seen_as_free_by_the_reasons() -> None:
    made = desk()
    made.do(place(W1))
    made.do(place(W2))
    made.staffed(profile(ANN))
    made.do(decline(W1))
    made.do(presence(ANN, Presence.BREAK))
    made.later(seconds(60))
    made.do(ready(ANN))
    assert reasons(made.commits[-1]["events"]) == {
        "strategy": "longest_idle",
        "candidates": [{"agent_id": "ann", "load": 0, "idle_s": 0}],
        "eligible": 1,
        "waited_s": 61,
    }


def test_an_offer_with_all_its_reasons_is_a_kilobyte_at_most() -> None:
    made = desk()
    for number in range(9):
        made.staffed(profile(AgentId(f"{number}" * 64), slots=3))
    made.do(place(W1))
    offered = made.commits[-1]["events"][-1]
    assert len(offered["reasons"]["candidates"]) == 5
    assert len(bson.encode(offered)) <= 1024
