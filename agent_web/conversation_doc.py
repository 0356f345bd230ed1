"""A document of the projection "conversations" as screens show it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def conversation_doc(
    doc: Mapping[str, Any],
    *,
    reply_to: str = "",
    epoch: int = 0,
    wrap_up_until: datetime | None = None,
) -> dict[str, Any]:
    """A `ConversationDoc` without its number; what only the open stream knows is given."""
    return {
        "kind": "conversation",
        "id": doc["_id"],
        "customer_id": doc["customer_id"],
        "state": doc.get("state", ""),
        "channel_id": doc.get("channel_id", ""),
        "display_name": doc.get("display_name", ""),
        "reply_to": reply_to,
        "interaction_id": doc.get("interaction_id") or "",
        "agent_id": doc.get("agent_id") or "",
        "epoch": epoch,
        "opened_at": doc["opened_at"],
        "updated_at": doc["updated_at"],
        "closed_at": doc.get("closed_at"),
        "close_reason": doc.get("close_reason") or "",
        "handed_off_reason": doc.get("handed_off_reason") or "",
        "disposition": doc.get("disposition") or "",
        "summary": doc.get("summary") or "",
        "wrap_up_until": wrap_up_until,
        "owed_since": doc.get("owed_since"),
        "messages": doc["messages"],
        "last_text": doc.get("last_text", ""),
        "last_kind": doc.get("last_kind", ""),
        "last_author": doc.get("last_author", ""),
        "undelivered": doc.get("undelivered", 0),
    }
