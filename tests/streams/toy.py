"""A small desk and small customers, as in the executable model of the heart: rules for schedules.

Customers write, want an agent, are assigned and answered; the desk queues, offers, is accepted,
times out and requeues. Every mechanism of the engine is used: effects on other streams, jobs,
timers, leases with epochs.
"""

import copy
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.model.effects import Effect, Job, JobKind, Tell
from hub.model.ids import StreamId

AGENTS = ("a", "b")
CAPACITY = 1
OFFER = timedelta(seconds=8)
LEASE = timedelta(seconds=60)
DESK = StreamId("desk:main")

Event = list[Any]


@dataclass(slots=True)
class State:
    seq: int = 0
    data: dict[str, Any] = field(default_factory=dict)


class ToyRules:
    """What both kinds of stream share."""

    version = "toy/1"
    kind = ""

    def pack(self, event: Event) -> dict[str, Any]:
        return {"is": event[0], "e": list(event)}

    def unpack(self, doc: Mapping[str, Any]) -> Event:
        return [doc["is"], doc.get("error")] if "e" not in doc else list(doc["e"])

    def freeze(self, state: State) -> dict[str, Any]:
        return copy.deepcopy(state.data)

    def thaw(self, doc: Mapping[str, Any]) -> State:
        return State(data=copy.deepcopy(dict(doc)))


class CustomerRules(ToyRules):
    kind = "customer"

    def new(self, stream: str) -> State:
        return State(
            data={"stream": stream, "k": 0, "work": None, "status": None, "agent": None, "epoch": 0}
        )

    def decide(
        self, state: State, body: Mapping[str, Any], key: str, at: datetime
    ) -> Sequence[Event]:
        s, kind = state.data, body.get("kind", body.get("is"))
        mine = s["status"] == "assigned" and body.get("work") == s["work"]
        mine = mine and (body.get("agent"), body.get("epoch")) == (s["agent"], s["epoch"])
        if kind == "msg":
            want = [["Want", f"{s['stream']}/{s['k']}"]] if s["status"] is None else []
            return [["Msg", key], *want]
        if (
            kind == "assigned"
            and body["work"] == s["work"]
            and s["status"]
            and body["epoch"] > s["epoch"]
        ):
            return [["Assigned", body["work"], body["agent"], body["epoch"]]]
        if kind == "reply" and mine:
            return [["Reply", body["work"], body["agent"], body["epoch"], key]]
        if kind == "end" and mine:
            return [["Ended", body["work"], body["epoch"]]]
        if kind == "DeliveryReport":
            return [["Delivered", body["of"], body["state"]]]
        return [["Ignored", key]]

    def apply(self, state: State, event: Event, at: datetime) -> None:
        s = state.data
        if event[0] == "Want":
            s.update(work=event[1], status="wanted", k=s["k"] + 1, agent=None, epoch=0)
        elif event[0] == "Assigned":
            s.update(status="assigned", agent=event[2], epoch=event[3])
        elif event[0] == "Ended":
            s.update(status=None, agent=None)

    def effects(self, stream: str, event: Event, body: Mapping[str, Any]) -> Iterable[Effect]:
        if event[0] == "Want":
            yield Tell(stream=DESK, body={"kind": "place", "work": event[1], "conv": stream})
        elif event[0] == "Ended":
            yield Tell(stream=DESK, body={"kind": "release", "work": event[1]})
        elif event[0] == "Reply":
            yield Job(kind=JobKind.MESSAGE, destination=stream, body={"reply": event[4]})

    def due(self, state: State) -> datetime | None:
        return None

    def fired(self, state: State, at: datetime) -> Sequence[tuple[str, dict[str, Any]]]:
        return []


class DeskRules(ToyRules):
    kind = "desk"

    def new(self, stream: str) -> State:
        return State(data={"works": {}, "q": []})

    def decide(
        self, state: State, body: Mapping[str, Any], key: str, at: datetime
    ) -> Sequence[Event]:
        s = State(state.seq, copy.deepcopy(state.data))
        events: list[Event] = []

        def emit(event: Event) -> None:
            events.append(event)
            self.apply(s, event, at)

        self._answer(s.data, body, at, emit)
        if not events:
            return [["Ignored", key]]
        self._offer(s.data, at, emit)
        return events

    def _answer(self, s: dict[str, Any], body: Mapping[str, Any], at: datetime, emit: Any) -> None:
        work, kind = body.get("work"), body.get("kind")
        w = s["works"].get(work)
        if kind == "place" and w is None:
            emit(["Queued", work, body["conv"]])
        elif (
            kind == "accept"
            and w
            and w["s"] == "offered"
            and (w["agent"], w["epoch"]) == (body["agent"], body["epoch"])
        ):
            emit(["Accepted", work, w["agent"], w["epoch"], w["conv"], at + LEASE])
        elif (
            kind == "timer"
            and w
            and w["s"] == body["what"]
            and w["epoch"] == body["epoch"]
            and w["due"] <= at
        ):
            emit(["Requeued", work])
        elif kind == "release" and w and w["s"] != "ended":
            emit(["Released", work])

    def _offer(self, s: dict[str, Any], at: datetime, emit: Any) -> None:
        for work in list(s["q"]):
            load = Counter(
                x["agent"] for x in s["works"].values() if x["s"] in ("offered", "owned")
            )
            free = [a for a in AGENTS if load[a] < CAPACITY]
            if not free:
                return
            x = s["works"][work]
            emit(
                [
                    "Offered",
                    work,
                    free[(x["epoch"] + len(work)) % len(free)],
                    x["epoch"] + 1,
                    at + OFFER,
                ]
            )

    def apply(self, state: State, event: Event, at: datetime) -> None:
        s, kind = state.data, event[0]
        if kind == "Queued":
            s["works"][event[1]] = {
                "conv": event[2],
                "s": "queued",
                "agent": None,
                "epoch": 0,
                "due": None,
            }
            s["q"].append(event[1])
        elif kind == "Offered":
            s["works"][event[1]].update(s="offered", agent=event[2], epoch=event[3], due=event[4])
            s["q"].remove(event[1])
        elif kind == "Accepted":
            s["works"][event[1]].update(s="owned", due=event[5])
        elif kind == "Requeued":
            s["works"][event[1]].update(s="queued", agent=None, due=None)
            s["q"].insert(0, event[1])
        elif kind == "Released":
            s["works"][event[1]].update(s="ended", agent=None, due=None)
            if event[1] in s["q"]:
                s["q"].remove(event[1])

    def effects(self, stream: str, event: Event, body: Mapping[str, Any]) -> Iterable[Effect]:
        if event[0] == "Accepted":
            told = {"kind": "assigned", "work": event[1], "agent": event[2], "epoch": event[3]}
            yield Tell(stream=StreamId(event[4]), body=told)

    def due(self, state: State) -> datetime | None:
        dues = [x["due"] for x in state.data["works"].values() if x["due"] is not None]
        return min(dues) if dues else None

    def fired(self, state: State, at: datetime) -> Sequence[tuple[str, dict[str, Any]]]:
        return [
            (
                f"t:{DESK}:{work}.{x['s']}:{x['epoch']}",
                {"kind": "timer", "work": work, "epoch": x["epoch"], "what": x["s"]},
            )
            for work, x in state.data["works"].items()
            if x["due"] is not None and x["due"] <= at
        ]
