"""What readers see of a file in a message: the part of the journal, and what became of it since.

A part with `media_id` also has `media_state`: "fetching", "checking" (held back), "stored" or
"refused"; `media_code` says why it is held back or refused, `file` describes a stored one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Doc = dict[str, Any]

FOLLOWED = frozenset({"MediaStored", "MediaDelayed", "MediaRefused"})
FATES: Mapping[str, str] = {
    "MediaStored": "stored",
    "MediaDelayed": "checking",
    "MediaRefused": "refused",
}


def shown_parts(parts: Sequence[Mapping[str, Any]]) -> list[Doc]:
    """Packed parts of an event, copied; what we send was stored before."""
    return [
        {**part, "media_state": "stored" if "file" in part else "fetching"}
        if part["is"] == "MediaPart" and part.get("media_id")
        else dict(part)
        for part in parts
    ]


def follow_media(parts: Sequence[Doc], event: Mapping[str, Any]) -> bool:
    """Write an event of `FOLLOWED` into the shown parts of its message; False: not one of them.

    What is decided about a file is not undone by an earlier word that comes later.
    """
    index = event["index"]
    if not 0 <= index < len(parts) or parts[index].get("media_id") != event["media_id"]:
        return False
    part = parts[index]
    if event["is"] == "MediaDelayed" and part["media_state"] in ("stored", "refused"):
        return False
    part["media_state"] = FATES[event["is"]]
    part["media_code"] = event.get("code", "")
    if "file" in event:
        part["file"] = event["file"]
    return True
