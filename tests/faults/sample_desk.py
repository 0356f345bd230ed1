"""A small clean day at the desk, as records look after a run; tests damage copies of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults.records import DESK, Command, Evidence, Shown

Doc = dict[str, Any]

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CARL, DORA, EVE = "1f01.1-1", "1f02.1-1", "1f03.1-1"
NOTE = "for colleagues"


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def agent(name: str, **skills: int) -> Doc:
    return {
        "agent_id": name,
        "skills": [{"skill": skill, "level": level} for skill, level in skills.items()],
        "capacity": [{"medium": "text", "count": 1}],
    }


def connected(name: str) -> Doc:
    return {"is": "AgentConnected", "agent": agent(name), "connection_id": f"p.{name}"}


def ready(name: str) -> Doc:
    return {"is": "PresenceChanged", "agent_id": name, "presence": "ready"}


def queued(key: str, since: int) -> Doc:
    return {
        "is": "Queued",
        "interaction_id": key,
        "queue_id": "general",
        "waiting_since": at(since),
    }


def offered(key: str, name: str, epoch: int, waited: int) -> Doc:
    reasons = {"strategy": "longest_idle", **({"waited_s": waited} if waited else {})}
    named = {"interaction_id": key, "agent_id": name, "epoch": epoch}
    return {"is": "Offered", **named, "reasons": reasons}


def accepted(key: str, name: str, epoch: int) -> Doc:
    return {"is": "Accepted", "interaction_id": key, "agent_id": name, "epoch": epoch}


def returned(key: str, name: str, epoch: int) -> Doc:
    return {
        "is": "Returned",
        "interaction_id": key,
        "agent_id": name,
        "epoch": epoch,
        "queue_id": "general",
    }


def told(stream: str, event: str, key: str, **more: Any) -> Doc:
    """A commit of a talk with one event."""
    return {"stream": stream, "events": [{"is": event, "interaction_id": key, **more}]}


def said(stream: str, key: str, name: str, epoch: int) -> Doc:
    event = {"is": "MessageSent", "author": f"agent:{name}", "parts": []}
    body = {"interaction_id": key, "epoch": epoch}
    return {"stream": stream, "input": {"key": "", "body": body}, "events": [event]}


def desk(second: int, *events: Doc) -> Doc:
    return {"stream": DESK, "at": at(second), "events": list(events)}


def day() -> Evidence:
    """Ann gives Carl back, Bob takes him; Dora and Eve wait; Dora is served, then Eve by Ann."""
    journal = _numbered(_commits())
    desk_seq = max(commit["seq"] for commit in journal if commit["stream"] == DESK)
    shown = {("work", EVE): {"kind": "work", "id": EVE, "seq": 12, "state": "active"}}
    again = {("work", EVE): {"kind": "work", "id": EVE, "seq": 14, "state": "active"}}
    return Evidence(
        channel_id="wechat-faults",
        journal=journal,
        inbox=[],
        outbox=[],
        pushes=[],
        sent=[],
        commands=[
            Command(
                author="agent:ann",
                command_id="ann-1",
                openid="",
                text="",
                note=NOTE,
                kind="transfer",
                outcome="accepted",
            )
        ],
        dead_letters=frozenset(),
        screens=[Shown(username="ann", topic="desk", held=shown, fresh=again)],
        desk_seq=desk_seq,
        wire="what was said",
    )


def _commits() -> list[Doc]:
    carl, dora, eve = "customer:1f01", "customer:1f02", "customer:1f03"
    return [
        desk(0, {"is": "DeskConfigured", "queues": [{"queue_id": "general"}]}),
        desk(1, connected("ann")),
        desk(2, ready("ann")),
        told(carl, "HandedOff", CARL),
        desk(4, queued(CARL, 3), offered(CARL, "ann", 1, 1)),
        desk(5, accepted(CARL, "ann", 1)),
        told(carl, "InteractionAssigned", CARL, agent_id="ann", epoch=1),
        said(carl, CARL, "ann", 1),
        told(dora, "HandedOff", DORA),
        desk(8, queued(DORA, 7)),
        told(eve, "HandedOff", EVE),
        desk(10, queued(EVE, 9)),
        desk(12, {**returned(CARL, "ann", 1), "barred_until": at(40)}, offered(DORA, "ann", 1, 5)),
        told(carl, "InteractionRequeued", CARL),
        {
            "stream": carl,
            "events": [{"is": "NoteAdded", "text": NOTE, "author": "agent:ann"}],
        },
        desk(14, accepted(DORA, "ann", 1)),
        told(dora, "InteractionAssigned", DORA, agent_id="ann", epoch=1),
        desk(15, connected("bob")),
        desk(16, ready("bob"), offered(CARL, "bob", 2, 13)),
        desk(17, accepted(CARL, "bob", 2)),
        told(carl, "InteractionAssigned", CARL, agent_id="bob", epoch=2),
        told(dora, "WrapUpStarted", DORA),
        desk(19, {"is": "WrappingUp", "interaction_id": DORA, "epoch": 1}),
        told(dora, "ConversationClosed", DORA),
        desk(21, {"is": "Released", "interaction_id": DORA}, offered(EVE, "ann", 1, 12)),
        desk(22, accepted(EVE, "ann", 1)),
        told(eve, "InteractionAssigned", EVE, agent_id="ann", epoch=1),
    ]


def _numbered(journal: list[Doc]) -> list[Doc]:
    """Each commit with its key, its number in its stream and a time."""
    seqs: dict[str, int] = {}
    for n, commit in enumerate(journal, 1):
        seqs[commit["stream"]] = seq = seqs.get(commit["stream"], 0) + 1
        commit.update(_id=str(n), seq=seq)
        commit.setdefault("at", at(n))
    return journal
