"""The lists folded from a stream's commits say what its state says."""

from typing import Any

from tests.decisions.stream import Stream


def lists_agree(stream: Stream, conversations: dict[str, Any], customers: dict[str, Any]) -> None:
    state, current = stream.state, stream.state.conversation
    is_open = current.conversation_id if current else None
    assert len(conversations) == state.episodes
    for key, doc in conversations.items():
        assert doc["state"] == (stream.standing if key == is_open else "closed")
        assert doc["undelivered"] == len(doc["undelivered_rows"])
        if key == is_open and current is not None:
            assert doc.get("agent_id") == current.agent_id
        assert doc["state"] not in ("active", "wrap_up") or doc["agent_id"] in doc["agents"]
    for doc in customers.values():
        assert doc.get("open_conversation_id") == is_open
        assert doc.get("merged_into") == state.merged_into
        assert doc.get("merge_planned") == state.merge_planned
        assert doc["absorbed"] == state.absorbed
        known = [f"{a['channel_id']}|{a['value']}" for a in doc["addresses"]]
        assert sorted(known) == sorted(state.addresses)
