"""Checks of the whole journal: numbers, time, replay, effects, inputs. Reads only."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.decisions.rules import StreamRules
from hub.model.ids import SHARDS, commit_id
from hub.ports import HeartStores
from hub.streams.crosscheck import (
    cursors_ahead,
    effects_without_commit,
    snapshots_ahead,
    stored_and_never_decided,
)
from hub.streams.loading import fold, happened
from hub.streams.rows import effect_rows
from hub.streams.shard import Held

Doc = dict[str, Any]
PAGE = 500
KEPT = timedelta(days=31)
"""Inputs decided so recently are remembered while reading: their done rows may still stand."""

RulesOf = Callable[[str, str], StreamRules | None]
"""The rules of a kind of stream in a version, or None when they are not at hand."""


@dataclass(slots=True)
class Report:
    commits: int = 0
    streams: int = 0
    replayed: int = 0
    not_replayed: int = 0
    problems: list[str] = field(default_factory=list)


async def verify(
    stores: HeartStores, rules_of: RulesOf, current: Callable[[str], StreamRules], now: datetime
) -> Report:
    """Re-decide every commit from the fold before it and look for every effect up to the cursor.

    `current` gives the rules that fold a stream; decisions are compared only under the version
    that made them. Then what other tables say of the journal: cursors, outbox rows, snapshots and
    the inputs that are done.
    """
    report = Report()
    reached: dict[int, int] = {}
    inputs: set[int] = set()
    cursors = {n: doc.get("cursor", 0) for n, doc in (await stores.shards.all()).items()}
    heads = await _heads(stores, cursors)
    report.problems += cursors_ahead(cursors, heads)
    for number, head in sorted(heads.items()):
        checker = _ShardChecker(number, report, rules_of, current)
        async for page in _pages(stores, number):
            for commit in page:
                checker.check(commit)
                if commit["at"] > now - KEPT:
                    inputs.add(hash(commit["input"]["key"]))
            done = [c for c in page if c["n"] <= cursors.get(number, 0)]
            await _check_effects(stores, done, checker, report)
        reached[number] = checker.end(head)
        report.streams += len(checker.held)
    report.problems += await effects_without_commit(stores, reached)
    report.problems += await snapshots_ahead(stores)
    report.problems += await stored_and_never_decided(stores, inputs)
    return report


async def _heads(stores: HeartStores, cursors: dict[int, int]) -> dict[int, int]:
    """The last number of each shard, also behind a hole that ends before the cursor."""
    heads = await stores.journal.tails(dict.fromkeys(range(SHARDS), 0))
    for number, head in (await stores.journal.tails(cursors)).items():
        heads[number] = max(head, heads.get(number, 0))
    return heads


async def _pages(stores: HeartStores, number: int) -> AsyncIterator[list[Doc]]:
    after = 0
    while page := await stores.journal.tail(number, after, PAGE):
        yield page
        after = page[-1]["n"]


class _ShardChecker:
    def __init__(
        self,
        number: int,
        report: Report,
        rules_of: RulesOf,
        current: Callable[[str], StreamRules],
    ) -> None:
        self.number = number
        self.held: dict[str, Held] = {}
        self._report = report
        self._rules_of = rules_of
        self._current = current
        self._n = 0
        self._at: datetime | None = None
        self._inputs: set[str] = set()

    def check(self, commit: Doc) -> None:
        report, place = self._report, commit["_id"]
        report.commits += 1
        if commit["n"] != self._n + 1:
            report.problems.append(f"{place}: number {commit['n']} follows {self._n}")
        if self._at is not None and commit["at"] < self._at:
            report.problems.append(f"{place}: time runs backward")
        key = commit["input"]["key"]
        if key in self._inputs:
            report.problems.append(f"{place}: input consumed twice: {key}")
        self._inputs.add(key)
        self._n, self._at = commit["n"], commit["at"]
        held = self._held(commit["stream"])
        if commit["seq"] != held.state.seq + 1:
            report.problems.append(f"{place}: seq {commit['seq']} follows {held.state.seq}")
        self._replay(held, commit)
        fold(held, commit)

    def end(self, head: int) -> int:
        """The journal is read without gaps, so a hole shows as an end before the last number."""
        if self._n < head:
            missing = commit_id(self.number, self._n + 1)
            self._report.problems.append(f"{missing}: missing, the journal goes on to {head}")
        return self._n

    def _held(self, stream: str) -> Held:
        held = self.held.get(stream)
        if held is None:
            rules = self._current(stream)
            held = self.held[stream] = Held(stream, rules, rules.new(stream))
        return held

    def _replay(self, held: Held, commit: Doc) -> None:
        rules = self._rules_of(commit["stream"], commit["rules"])
        if rules is None or commit["events"][0].get("is") == "Failed":
            self._report.not_replayed += 1
            return
        made = commit["input"]
        events = rules.decide(held.state, made["body"], made["key"], commit["at"])
        if [rules.pack(e) for e in events] != commit["events"]:
            self._report.problems.append(f"{commit['_id']}: replay decides otherwise")
        self._report.replayed += 1

    def effects(self, commit: Doc) -> tuple[list[Doc], list[Doc]]:
        rules = self._held(commit["stream"]).rules
        body = commit["input"]["body"]
        made = [
            effect
            for event in happened(rules, commit)
            for effect in rules.effects(commit["stream"], event, body)
        ]
        return effect_rows(commit, made)


async def _check_effects(
    stores: HeartStores, commits: list[Doc], checker: _ShardChecker, report: Report
) -> None:
    for commit in commits:
        jobs, tells = checker.effects(commit)
        for row in jobs:
            if await stores.outbox.get(row["_id"]) is None:
                report.problems.append(f"{row['_id']}: outbox row was never made")
        if tells and (missing := await _missing_tells(stores, tells)):
            report.problems += [f"{key}: input of another stream was never made" for key in missing]


async def _missing_tells(stores: HeartStores, tells: list[Doc]) -> list[str]:
    """A tell stands in the inbox (done rows are kept 30 days) or in the other stream's journal."""
    missing = []
    for row in tells:
        stands = await stores.inbox.exists(row["_id"])
        if not stands and await stores.journal.find(row["stream"], row["_id"]) is None:
            missing.append(row["_id"])
    return missing
