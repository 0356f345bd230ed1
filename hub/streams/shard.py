"""One owned shard: what its owner remembers, and the decision of one input."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import structlog

from hub.decisions.rules import StreamRules
from hub.model.codec import pack
from hub.model.effects import Effect
from hub.model.events import Failed
from hub.model.ids import stream_kind
from hub.streams.rows import COMMIT_WEIGHT, commit_doc, weight

Doc = dict[str, Any]
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Held:
    """A stream in memory. `flying` commits are decided and not yet durable.

    `frozen` is a snapshot taken while commits flew: it counts when its own commit is durable.
    `pace`: commits to the next snapshot. `parted`: the snapshot it was loaded from has parts.
    """

    stream: str
    rules: StreamRules
    state: Any
    flying: int = 0
    alarm: datetime | None = None
    snapshot_seq: int = 0
    pace: int = 0
    frozen: Doc | None = None
    parted: bool = False


class Decided(NamedTuple):
    """A commit on its way. `key` is None when no inbox row waits for its mark (timers)."""

    shard: "Shard"
    commit: Doc
    effects: list[Effect]
    key: str | None
    held: Held
    due: datetime | None


@dataclass(slots=True)
class Shard:
    """`n` and `at` of the last decision; `known` are inputs committed but perhaps still open.

    A timer whose decision failed stays armed: it is known too, else it would fail again and again.

    `alive` turns False once and for ever: a lost shard is taken anew as another object.
    """

    number: int
    token: str
    n: int
    at: datetime
    known: set[str] = field(default_factory=set)
    streams: dict[str, Held] = field(default_factory=dict)
    poison: dict[str, str] = field(default_factory=dict)
    alive: bool = True

    def decide(self, row: Doc, now: datetime, *, stored: bool) -> Decided:
        """Decide one input of a loaded stream and fold it in; the commit is not durable yet.

        Raises:
            Exception: `apply` failed; the shard must be dropped, `poison` makes the input a
                `Failed` commit when it is taken anew.
        """
        held = self.streams[row["stream"]]
        at = max(now, self.at)
        events, docs = self._events(held, row, at)
        seq = held.state.seq + 1
        commit = commit_doc(
            self.number, self.n + 1, seq, self.token, held.rules.version, row, docs, at
        )
        try:
            effects = [e for v in events for e in held.rules.effects(held.stream, v, row["body"])]
            for event in events:
                held.rules.apply(held.state, event, at)
        except Exception as error:
            self.poison[row["_id"]] = type(error).__name__
            raise
        held.state.seq = seq
        held.flying += 1
        self.n += 1
        self.at = at
        key = row["_id"] if stored else None
        if stored or not events:
            self.known.add(row["_id"])
        return Decided(self, commit, effects, key, held, held.rules.due(held.state))

    def _events(self, held: Held, row: Doc, at: datetime) -> tuple[list[Any], list[Doc]]:
        """Events and their documents; a failure is a document only, rules never see it."""
        key = row["_id"]
        error = self.poison.get(key)
        if error is None:
            try:
                events = list(held.rules.decide(held.state, row["body"], key, at))
                docs = [held.rules.pack(e) for e in events]
                if weight(docs) > COMMIT_WEIGHT:
                    error = "commit_too_large"
                else:
                    return events, docs
            except Exception as problem:
                log.exception("decide failed", input=key, stream=held.stream)
                error = type(problem).__name__
        return [], [pack(Failed(error=error))]


class RuleBook:
    """The rules by kind of stream."""

    def __init__(self, rules: Mapping[str, StreamRules]) -> None:
        self._rules = dict(rules)

    def of(self, stream: str) -> StreamRules:
        return self._rules[stream_kind(stream)]

    def knows(self, stream: str) -> bool:
        """Whether this program has rules for it; a newer one may have more."""
        return stream_kind(stream) in self._rules
