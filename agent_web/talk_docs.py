"""What was said and what happened in a customer's commits, as the lines of a talk."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.model.effects import Effect, Job, JobKind
from hub.model.ids import COMMAND, stream_name
from hub.services.media.showing import shown_parts

Doc = dict[str, Any]
EVENTS_A_COMMIT = 1000
"""Lines are numbered by commit and place in it, so that every number of a topic is another."""


def lines(commit: Mapping[str, Any], effects: Sequence[Sequence[Effect]]) -> list[Doc]:
    """Message, note and mark documents of one commit without their `seq`, in order.

    `effects` are those of each event; a message of ours is delivered by its rows.
    """
    found: list[Doc] = []
    k = 0
    for index, event in enumerate(commit["events"]):
        rows = []
        for effect in effects[index] if effects else ():
            if isinstance(effect, Job) and effect.kind is JobKind.MESSAGE:
                rows.append(f"{commit['_id']}#{k}")
            k += 1
        make = LINES.get(event["is"])
        if make is not None:
            doc = make(event, commit)
            doc["n"] = commit["seq"] * EVENTS_A_COMMIT + index
            doc["at"] = commit["at"]
            doc.setdefault("id", f"{stream_name(commit['stream'])}.{commit['seq']}.{index}")
            if rows:
                doc["deliveries"] = [
                    {"key": row, "state": "queued", "code": "", "provider_code": ""} for row in rows
                ]
            found.append(doc)
    return found


def _message(event: Doc, author: str, **known: Any) -> Doc:
    return {
        "kind": "message",
        "conversation_id": event["conversation_id"],
        "author": author,
        "parts": shown_parts(event["parts"]),
        "deliveries": [],
        "withheld": "",
        "resend_of": event.get("resend_of", ""),
        "command_id": "",
        "article": "",
        "score": 0.0,
        "ranking": None,
        **known,
    }


def _received(event: Doc, commit: Mapping[str, Any]) -> Doc:
    return _message(event, "customer", id=event["message_id"])


def _sent(event: Doc, commit: Mapping[str, Any]) -> Doc:
    doc = _message(event, event["author"], id=event["message_id"])
    key = commit["input"]["key"]
    if key.startswith(COMMAND):
        doc["command_id"] = key.partition(f":{commit['stream']}:")[2]
    if event["author"] == "bot":
        _explain(doc, commit)
    return doc


def _withheld(event: Doc, commit: Mapping[str, Any]) -> Doc:
    """It has no id in the journal; the customer's message of the same commit has the plain one."""
    doc = _message(event, event["author"], withheld=event["reason"])
    if event["author"] == "bot":
        _explain(doc, commit)
    return doc


def _explain(doc: Doc, commit: Mapping[str, Any]) -> None:
    """The article the bot's words come from, and how sure it was."""
    for event in commit["events"]:
        if event["is"] == "BotAnswered":
            answer = event["answer"]
            candidates = answer.get("candidates")
            best = candidates[0] if candidates else {}
            doc["article"] = answer.get("article_id") or best.get("article_id", "")
            doc["score"] = best.get("score", 0.0)
            doc["ranking"] = _ranking(event)


def _ranking(event: Doc) -> Doc | None:
    """None when nothing was ranked: a greeting, a wish for a person."""
    candidates = event["answer"].get("candidates")
    if not candidates:
        return None
    return {
        "question": event.get("question", ""),
        "candidates": [
            {name: each[name] for name in ("article_id", "title", "score")} for each in candidates
        ],
    }


def _handed_off(event: Doc, commit: Mapping[str, Any]) -> Doc:
    doc = _mark("handed_off", who="author", detail="reason")(event, commit)
    for other in commit["events"]:
        if other["is"] == "BotAnswered":
            doc["ranking"] = _ranking(other)
    return doc


def _rated(event: Doc, commit: Mapping[str, Any]) -> Doc:
    doc = _mark("rated_up" if event["helpful"] else "rated_down")(event, commit)
    return {**doc, "detail": event["article_id"]}


def _note(event: Doc, commit: Mapping[str, Any]) -> Doc:
    return {
        "kind": "note",
        "id": event["note_id"],
        "conversation_id": event["conversation_id"],
        "author": event["author"],
        "text": event["text"],
    }


def _mark(what: str, *, who: str = "", detail: str = "") -> Callable[[Doc, Mapping[str, Any]], Doc]:
    """`who` and `detail` name fields of the event, else of the input that caused it."""

    def make(event: Doc, commit: Mapping[str, Any]) -> Doc:
        body = commit["input"]["body"]
        conversation = event.get("conversation_id")
        if not conversation:
            conversation = event.get("interaction_id", "").rpartition("-")[0]
        return {
            "kind": "mark",
            "conversation_id": conversation,
            "what": what,
            "who": event.get(who) or body.get(who) or "",
            "detail": event.get(detail) or body.get(detail) or "",
            "ranking": None,
        }

    return make


def _signal(event: Doc, commit: Mapping[str, Any]) -> Doc:
    kind, value = event["kind"], event.get("value", "")
    meaning = event.get("meaning")
    label = value if meaning is None else meaning["label"]
    match kind:
        case "scan" if label:
            what, detail = "scanned", label
        case "followed" if label:
            what, detail = "followed_by_code", label
        case "menu_click" if meaning is not None:
            what, detail = "pressed", label
        case "followed" | "unfollowed":
            what, detail = kind, value
        case _:
            what, detail = "signal", kind
    return {**_mark(what)(event, commit), "detail": detail}


LINES: Mapping[str, Callable[[Doc, Mapping[str, Any]], Doc]] = {
    "MessageReceived": _received,
    "MessageSent": _sent,
    "MessageWithheld": _withheld,
    "NoteAdded": _note,
    "ConversationOpened": _mark("opened"),
    "AnswerRated": _rated,
    "HandedOff": _handed_off,
    "InteractionOffered": _mark("offered", who="agent_id"),
    "InteractionAssigned": _mark("assigned", who="agent_id"),
    "InteractionRequeued": _mark("returned", who="author", detail="reason"),
    "WrapUpStarted": _mark("wrap_up", who="agent_id", detail="reason"),
    "InteractionResumed": _mark("resumed", who="agent_id"),
    "WrapUpFinished": _mark("finished", who="agent_id", detail="disposition"),
    "ConversationClosed": _mark("closed", who="author", detail="reason"),
    "SignalReceived": _signal,
}
