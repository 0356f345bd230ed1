"""What must hold after any schedule: read from the majority view, judged without the engine.

Nothing lost, nothing doubled, order per source, one agent per interaction, capacity, honest
sends in order, replay, monotone time, no effect without its commit.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.store.memory.database import Database
from hub.store.memory.faults import Operation
from hub.store.memory.labels import OUTBOX
from hub.store.memory.table import Key
from hub.streams.rows import effect_rows
from tests.streams.toy import CAPACITY, CustomerRules, DeskRules

Doc = dict[str, Any]
PATIENCE = timedelta(seconds=5)
MADE = ("destination", "stream", "body")
CLOSED = ("sent", "failed", "uncertain")
EFFECT = re.compile(r"[0-9a-f]{2}:\d{12}#\d+")


@dataclass
class History:
    """What the outside saw. `acked`: rows the hub said it stored; `carrier`: sends, in order.

    `told`: inputs answered without a commit (only a planted bug does that). `doubtful`: outbox
    rows that were uncertain for a while.
    """

    acked: dict[str, Doc] = field(default_factory=dict)
    carrier: list[str] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)

    def watch(self, database: Database) -> None:
        """Keep in mind which sends were ever uncertain: their answer may come late."""
        write = database.write

        def noting(operation: Operation, key: Key, doc: Doc | None) -> None:
            if operation.collection == OUTBOX and doc and doc["state"] == "uncertain":
                self.doubtful.add(str(key))
            write(operation, key, doc)

        database.write = noting  # type: ignore[method-assign]


class Checker:
    def __init__(self, tables: dict[str, dict[Any, Doc]], history: History) -> None:
        self.journal = tables["journal"]
        self.inbox = tables["inbox"]
        self.outbox = tables["outbox"]
        self.history = history
        self.bad: list[str] = []
        self.seen: dict[str, str] = {}
        self.messages: dict[str, list[str]] = defaultdict(list)
        self.replies: dict[str, int] = {}
        self.wanted: dict[str, Doc] = {}

    def rules(self, stream: str) -> Any:
        return DeskRules() if stream.startswith("desk:") else CustomerRules()

    def check(self, now: datetime | None = None) -> list[str]:
        """With `now`, no timer may have been due long before it."""
        by_shard: dict[int, list[Doc]] = defaultdict(list)
        for doc in self.journal.values():
            by_shard[doc["shard"]].append(doc)
        for shard, docs in sorted(by_shard.items()):
            states = self._shard(sorted(docs, key=lambda d: (d["n"], d["_id"])), shard)
            if now is not None:
                self._timers(states, now)
        self._order()
        self._losses()
        self._effects()
        self._carrier()
        return self.bad

    def _timers(self, states: dict[str, Any], now: datetime) -> None:
        for stream, state in states.items():
            due = self.rules(stream).due(state)
            if due is not None and due < now - PATIENCE:
                self.bad.append(f"stuck: a timer of {stream} has not fired")

    def _shard(self, docs: list[Doc], shard: int) -> dict[str, Any]:
        states: dict[str, Any] = {}
        last = None
        for place, doc in enumerate(docs, 1):
            if doc["n"] != place:
                self.bad.append(f"journal: number {doc['n']} at place {place} of shard {shard}")
                return {}
            if last is not None and doc["at"] < last:
                self.bad.append(f"time runs backward at {doc['_id']}")
            last = doc["at"]
            if not self._commit(doc, states):
                return {}
        return states

    def _commit(self, doc: Doc, states: dict[str, Any]) -> bool:
        stream, key = doc["stream"], doc["input"]["key"]
        rules = self.rules(stream)
        state = states.setdefault(stream, rules.new(stream))
        if key in self.history.told and doc["events"][0]["is"] != "Ignored":
            self.bad.append(f"answer: {key} was refused, then done")
        if key in self.seen:
            self.bad.append(f"double: input {key} at {self.seen[key]} and {doc['_id']}")
        self.seen[key] = doc["_id"]
        again = [rules.pack(e) for e in rules.decide(state, doc["input"]["body"], key, doc["at"])]
        if again != doc["events"]:
            self.bad.append(f"replay: {doc['_id']} {key}")
            return False
        effects = []
        for packed in doc["events"]:
            event = rules.unpack(packed)
            effects += list(rules.effects(stream, event, doc["input"]["body"]))
            rules.apply(state, event, doc["at"])
            self._event(doc, event)
        state.seq = doc["seq"]
        jobs, tells = effect_rows(doc, effects)
        self.wanted.update({r["_id"]: r for r in jobs + tells})
        if stream.startswith("desk:"):
            self._desk(doc, state)
        return True

    def _desk(self, doc: Doc, state: Any) -> None:
        """What must hold of the desk after each of its commits."""
        works = state.data["works"].values()
        load = Counter(x["agent"] for x in works if x["s"] in ("offered", "owned"))
        if max(load.values(), default=0) > CAPACITY:
            self.bad.append(f"capacity at {doc['_id']}")

    def _event(self, doc: Doc, event: Any) -> None:
        if event[0] == "Msg":
            self.messages[doc["input"]["source"]].append(doc["input"]["order"])
        if event[0] == "Reply":
            if self.replies.get(event[1], 0) > event[3]:
                self.bad.append(f"two agents: {event[1]} epoch {event[3]}")
            self.replies[event[1]] = event[3]

    def _order(self) -> None:
        for source, order in self.messages.items():
            if order != sorted(order):
                self.bad.append(f"order: {source} {order}")

    def _losses(self) -> None:
        for key, row in self.history.acked.items():
            if row["shard"] >= 0 and key not in self.seen and key not in self.history.told:
                self.bad.append(f"loss: acknowledged {key} is not in the journal")
        known = {r.get("provider_id") for r in self.outbox.values()}
        for key, provider_id in self.history.receipts.items():
            if provider_id in known and key not in self.seen:
                self.bad.append(f"loss: receipt {key}")

    def _effects(self) -> None:
        made = {k: r for k, r in {**self.outbox, **self.inbox}.items() if EFFECT.fullmatch(str(k))}
        for key, row in made.items():
            want = self.wanted.get(str(key))
            if want is None:
                self.bad.append(f"phantom: effect {key} of no commit")
            elif any(f in row and want.get(f) != row[f] for f in MADE):
                self.bad.append(f"phantom: effect {key} differs from its commit")
        for doc in self.journal.values():
            want = self.wanted.get(doc["input"]["key"])
            if want and (want["stream"], want["body"]) != (doc["stream"], doc["input"]["body"]):
                self.bad.append(f"phantom: {doc['_id']} consumed another effect than was wanted")
        for key in self.wanted.keys() - made.keys():
            self.bad.append(f"loss: effect {key} was never made")
        for key, row in self.outbox.items():
            if row["state"] in CLOSED and f"d:{key}:{row['state']}" not in self.seen:
                self.bad.append(f"loss: {row['state']} of {key} was never reported")
        for key in [k for k, r in self.inbox.items() if r.get("open") and r["shard"] >= 0]:
            self.bad.append(f"stuck: input {key} is still open")

    def _carrier(self) -> None:
        for key, count in Counter(self.history.carrier).items():
            if count > 1:
                self.bad.append(f"double: {key} sent {count} times")
        order: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for key in self.history.carrier:
            row = self.outbox.get(key)
            if row and key not in self.history.doubtful:
                order[row["destination"]].append((row["n"], row["k"]))
        for place, numbers in order.items():
            if numbers != sorted(numbers):
                self.bad.append(f"send order: {place} {numbers}")
