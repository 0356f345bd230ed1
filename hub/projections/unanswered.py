"""What customers asked in vain, by wording: one document a shard and wording."""

import re
from collections.abc import Collection
from hashlib import blake2b
from typing import Any

from hub.model.ids import CUSTOMER, stream_kind
from hub.model.words import normalise

Doc = dict[str, Any]
MISSED = "QuestionMissed"
TEXT_LIMIT = 200
_NUMBER = re.compile(r"\d(?:[ .\-\u3000]?\d){5,}[Xx]?")


class Unanswered:
    """`Projection` "unanswered". `count` by reason; text, candidates and conversation of the
    latest. Numbers of cards, identity cards, telephones and orders are not kept.

    A wording has one document a shard, because a document belongs to one: `digest` joins them.
    """

    name = "unanswered"

    def ids(self, commit: Doc) -> Collection[str]:
        if stream_kind(commit["stream"]) != CUSTOMER:
            return ()
        found = (_key(event, commit) for event in commit["events"] if event["is"] == MISSED)
        return dict.fromkeys(found).keys()

    def fold(self, key: str, doc: Doc | None, commit: Doc) -> Doc:
        counts: dict[str, int] = {} if doc is None else dict(doc["counts"])
        new: Doc = {} if doc is None else dict(doc)
        for event in commit["events"]:
            if event["is"] != MISSED or _key(event, commit) != key:
                continue
            counts[event["reason"]] = counts.get(event["reason"], 0) + 1
            new |= {
                "digest": digest(event["text"], event["language"]),
                "text": hidden(event["text"])[:TEXT_LIMIT],
                "language": event["language"],
                "reason": event["reason"],
                "candidates": event.get("candidates", []),
                "conversation_id": event["conversation_id"],
            }
        return new | {
            "_id": key,
            "counts": counts,
            "updated_at": commit["at"],
            "shard": commit["shard"],
            "n": commit["n"],
        }


def hidden(text: str) -> str:
    """Without long numbers: the wording is what counts."""
    return _NUMBER.sub("****", text)


def digest(text: str, language: str) -> str:
    """20 hex digits, the same for all spellings and numbers of a question."""
    plain = f"{language}\0{normalise(hidden(text), language)}"
    return blake2b(plain.encode(), digest_size=10).hexdigest()


def _key(event: Doc, commit: Doc) -> str:
    return f"{commit['shard']:02x}-{digest(event['text'], event['language'])}"
