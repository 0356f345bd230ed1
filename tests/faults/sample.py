"""A small clean history, as records look after a run; tests damage copies of it."""

from copy import deepcopy
from typing import Any

from tests.faults.records import Command, Evidence

Doc = dict[str, Any]

CHANNEL = "wechat-faults"
ANN = "oAnn"
STREAM = "customer:1f00"
AUTHOR = "agent:lead1"


def push(number: int, text: str, *, posted: int, acked: int) -> Doc:
    return {
        "openid": ANN,
        "msg_id": str(number),
        "create_time": 1_700_000_000,
        "content": text,
        "posted": posted,
        "acked": acked,
        "state": "acked",
    }


def commit(n: int, key: str, *events: Doc, owner: str = "t1") -> Doc:
    return {
        "_id": f"1f:{n:012d}",
        "shard": 31,
        "n": n,
        "stream": STREAM,
        "token": owner,
        "input": {"key": key},
        "events": list(events),
    }


def received(number: int, text: str) -> tuple[str, Doc]:
    """Key and event of a customer's message."""
    event = {"is": "MessageReceived", "parts": [{"is": "TextPart", "text": text}]}
    return f"{CHANNEL}:m:{ANN}:{number}", event


def said(message_id: str, text: str) -> Doc:
    return {
        "is": "MessageSent",
        "message_id": message_id,
        "address": {"channel_id": CHANNEL, "value": ANN},
        "parts": [{"is": "TextPart", "text": text}],
    }


def row(n: int, message_id: str, state: str = "sent") -> Doc:
    return {
        "_id": f"1f:{n:012d}#0",
        "kind": "message",
        "n": n,
        "k": 0,
        "state": state,
        "open": False,
        "told": True,
        "body": {"message_id": message_id, "index": 0},
    }


def on_phone(text: str) -> Doc:
    return {"openid": ANN, "msgtype": "text", "content": {"content": text}}


def command(command_id: str, text: str, outcome: str = "accepted") -> Command:
    return Command(author=AUTHOR, command_id=command_id, openid=ANN, text=text, outcome=outcome)


def clean() -> Evidence:
    """Two messages of Ann, the second after the first; two replies and one refused as stale."""
    journal = [
        commit(1, *received(1, "hello")),
        commit(2, *received(2, "anybody?")),
        commit(3, f"cmd:{AUTHOR}:a", said("m.3.0", "yes")),
        commit(4, f"cmd:{AUTHOR}:b", {"is": "Refused", "reason": "stale_view"}),
        commit(5, f"cmd:{AUTHOR}:c", said("m.5.0", "how can I help?"), owner="t2"),
        commit(
            6, "d:1f:000000000003#0:sent", {"is": "DeliveryChanged", "state": "sent"}, owner="t2"
        ),
    ]
    projected = {"conversations": [{"_id": "1f00.1", "messages": 4, "n": 6}]}
    return Evidence(
        channel_id=CHANNEL,
        journal=journal,
        inbox=[{"_id": c["input"]["key"], "open": False} for c in journal],
        outbox=[row(3, "m.3.0"), row(5, "m.5.0")],
        pushes=[
            push(1, "hello", posted=1, acked=2),
            push(2, "anybody?", posted=3, acked=4),
        ],
        sent=[on_phone("yes"), on_phone("how can I help?")],
        commands=[
            command("a", "yes"),
            command("b", "not now", "refused"),
            command("c", "how can I help?"),
        ],
        dead_letters=frozenset(),
        projected=projected,
        rebuilt=deepcopy(projected),
    )
