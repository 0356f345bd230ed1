"""What the desk did with an interaction stands together, in order, with its reasons."""

from datetime import UTC, datetime
from typing import Any

from hub.projections.assignments import KEPT_EVENTS, Assignments

AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
ONE, OTHER = "1f0a2b3c4d5e6f708192.1-1", "2f0a2b3c4d5e6f708192.3-1"


def commit(seq: int, *events: dict[str, Any], stream: str = "desk:main") -> dict[str, Any]:
    return {
        "stream": stream,
        "seq": seq,
        "n": seq + 40,
        "shard": 7,
        "at": AT,
        "rules": "desk/1.aa",
        "input": {"body": {"is": "PlaceWork", "interaction_id": ONE}},
        "events": list(events),
    }


def offered(interaction: str, agent: str) -> dict[str, Any]:
    return {"is": "Offered", "interaction_id": interaction, "agent_id": agent, "epoch": 1}


def test_a_commit_touches_the_interactions_of_its_events() -> None:
    fold = Assignments()
    both = commit(1, offered(ONE, "a"), offered(OTHER, "b"), {"is": "TimerArmed", "name": "x"})
    assert list(fold.ids(both)) == [ONE, OTHER]
    assert list(fold.ids(commit(2, {"is": "Ignored", "reason": "known"}))) == []
    assert list(fold.ids(commit(1, offered(ONE, "a"), stream="customer:1f"))) == []


def test_events_of_one_interaction_stand_in_order_with_commit_time_and_rules() -> None:
    fold = Assignments()
    first = fold.fold(ONE, None, commit(3, offered(ONE, "a"), offered(OTHER, "b")))
    accepted = {"is": "Accepted", "interaction_id": ONE, "agent_id": "a", "epoch": 1}
    doc = fold.fold(ONE, first, commit(5, accepted))
    assert doc["conversation_id"] == "1f0a2b3c4d5e6f708192.1"
    assert doc["customer_id"] == "1f0a2b3c4d5e6f708192"
    assert (doc["shard"], doc["n"], doc["seq"], doc["updated_at"]) == (7, 45, 5, AT)
    assert doc["events"] == [
        {"seq": 3, "at": AT, "rules": "desk/1.aa", "event": offered(ONE, "a")},
        {"seq": 5, "at": AT, "rules": "desk/1.aa", "event": accepted},
    ]


def test_an_interaction_that_wanders_for_ever_keeps_its_first_and_latest_events() -> None:
    fold, doc = Assignments(), None
    for seq in range(1, KEPT_EVENTS + 11):
        doc = fold.fold(ONE, doc, commit(seq, offered(ONE, f"a{seq}")))
    assert doc is not None
    assert len(doc["events"]) == KEPT_EVENTS
    seqs = [each["seq"] for each in doc["events"]]
    assert seqs == [1, *range(12, KEPT_EVENTS + 11)]
