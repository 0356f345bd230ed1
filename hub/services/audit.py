"""Who did what, when and from where: one append-only chain for the whole hub.

Each row proves the one before it. The proof is made with a key that does not stand in the
database, so that whoever can write there can still not write history. The number is the fence
between processes: of two who want the same one the second takes the next. The head is kept
beside the chain, so that rows cut off at the end are missed.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex

import orjson

from hub.ports import Clock, Doc, Documents
from hub.services.vault import Vault

AUDIT = "audit"
SETTINGS = "settings"
HEAD = "audit_head"
PURPOSE = "audit"
ORIGIN = "0" * 64
PAGE = 500
AGAIN_S = 0.02
LONGEST = 2**40
LOOKED_AT = 10_000
LOOKED_AT_NOW = 500
LOOKED_AHEAD = 500
LOOKED_AT_BEGUN = 5000
READ_AT_ONCE = 2500
"""Of long stretches: the embedded server goes through all rows for each page."""

BEGUN = "begun"
UNFINISHED_AFTER = timedelta(minutes=10)
WALK = "audit_walk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """`actor` is an author ("agent:wang", "api:k1", "system") or "user:<name tried>".

    `detail` holds no content and no secret. An act that changes something has two rows: one of
    the outcome `BEGUN` before it, and one after it that names the first by its number, `begun`.
    """

    actor: str
    act: str
    object: str = ""
    outcome: str = "done"
    source: str = ""
    detail: Mapping[str, str | int | bool] = field(default_factory=dict)
    begun: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """`next`: the number to go on from, 0 at the end.

    `ended`: rows that say an act began → the rows of their outcomes. An act that is not there has
    none among the `LOOKED_AHEAD` rows above the page: its process died, and it is perhaps done.
    """

    rows: Sequence[Doc]
    next: int
    ended: Mapping[int, int] = field(default_factory=dict)


class FlawCode(StrEnum):
    ROW_MISSING = "row_missing"
    LINK_BROKEN = "link_broken"
    ROW_CHANGED = "row_changed"
    HEAD_REMOVED = "head_removed"
    HEAD_CHANGED = "head_changed"
    END_CUT = "end_cut"


PROBLEMS: Mapping[FlawCode, str] = {
    FlawCode.ROW_MISSING: "row {n} is missing, or another stands there",
    FlawCode.LINK_BROKEN: "row {n} does not follow the one before it",
    FlawCode.ROW_CHANGED: "row {n} was changed or not written by us",
    FlawCode.HEAD_REMOVED: "the head of the audit log was removed",
    FlawCode.HEAD_CHANGED: "the head of the audit log was changed",
    FlawCode.END_CUT: "rows {n} to {last} were cut off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """The chain does not hold from row `n` to row `last`; where the head is wrong, `n` is the
    number it names, or the last row when it names none."""

    n: int
    last: int
    code: FlawCode
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """An act that began more than `UNFINISHED_AFTER` ago at row `n` and has no outcome."""

    n: int
    act: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The whole chain was looked at: up to row `n`, how many flaws and unfinished acts there were.

    `unfinished` None: a release looked that did not count them.
    """

    n: int
    at: datetime
    flaws: int
    unfinished: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look at the chain found; unfinished acts newest first."""

    flaws: Sequence[Flaw]
    unfinished: Sequence[Unfinished]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditState:
    """The last row (`n` 0: there is none), the flaws of the rows from `first` to it, the unfinished
    acts of those from `first_begun` to it, and the last look at the whole chain."""

    n: int
    proof: str
    at: datetime | None
    first: int
    first_begun: int
    found: Found
    walked: Walk | None


class Audit:
    def __init__(self, documents: Documents, clock: Clock, vault: Vault) -> None:
        self._documents = documents
        self._clock = clock
        self._vault = vault
        self._turn = asyncio.Lock()
        self._last: Doc | None = None

    async def record(self, happening: Happening) -> int:
        """Durable when it returns: its number. Raises StoreUncertain: perhaps recorded.

        One at a time in this process, because each needs the proof of the one before.
        """
        async with self._turn:
            row = {
                "version": 1,
                "nonce": token_hex(8),
                "at": self._clock.now(),
                "actor": happening.actor,
                "act": happening.act,
                "object": happening.object,
                "outcome": happening.outcome,
                "source": happening.source,
                "detail": dict(happening.detail),
                "begun": happening.begun,
            }
            while True:
                last = await self._newest()
                number = 1 if last is None else last["n"] + 1
                new = self._sealed(row, number, ORIGIN if last is None else last["proof"])
                if await self._documents.create(AUDIT, new):
                    self._last = new
                    await self._keep_head(new)
                    return number
                if not await self._documents.get(AUDIT, new["_id"]):
                    await self._clock.sleep(AGAIN_S)

    async def page(self, where: Mapping[str, str], *, limit: int, before: int = 0) -> AuditPage:
        """Newest first, equality conditions; `before`: the number to go on from, 0 = the newest.

        A page may hold fewer than `limit` and yet not be the last: it looks at `LOOKED_AT` rows.
        """
        last = await self._newest()
        top = 0 if last is None else last["n"]
        ended: dict[int, int] = {}
        if before:
            top = min(top, before - 1)
            above = await self._documents.page(AUDIT, {}, limit=LOOKED_AHEAD, after=key_of(top))
            ended |= _ends(above)
        bottom = max(0, top - LOOKED_AT)
        found: list[Doc] = []
        while top > bottom and len(found) < limit:
            floor = max(bottom, top - PAGE)
            rows = await self._documents.page(AUDIT, {}, limit=top - floor, after=key_of(floor))
            ended |= _ends(rows)
            found += [row for row in reversed(rows) if where.items() <= row.items()]
            top = floor
        if len(found) >= limit:
            shown = found[:limit]
            more = shown[-1]["n"] if shown[-1]["n"] > 1 else 0
            return AuditPage(rows=shown, next=more, ended=ended)
        return AuditPage(rows=found, next=top + 1 if top else 0, ended=ended)

    async def state(self) -> AuditState:
        """The head, the latest rows looked at now, and what the last whole walk found."""
        last = await self._newest()
        number = 0 if last is None else last["n"]
        before = max(0, number - LOOKED_AT_NOW)
        bottom = max(0, number - LOOKED_AT_BEGUN)
        begun: dict[int, Unfinished] = {}
        for floor in range(bottom, before, READ_AT_ONCE):
            limit = min(READ_AT_ONCE, before - floor)
            _fold(begun, await self._documents.page(AUDIT, {}, limit=limit, after=key_of(floor)))
        return AuditState(
            n=number,
            proof="" if last is None else last["proof"],
            at=None if last is None else last["at"],
            first=min(before + 1, number),
            first_begun=min(bottom + 1, number),
            found=await self._look(begun, after=before),
            walked=await self._last_walk(),
        )

    async def walk(self) -> Found:
        """Looks at the whole chain; that it was looked at is kept, sealed like the head."""
        last = await self._newest()
        found = await self._look({})
        walk = {
            "n": 0 if last is None else last["n"],
            "at": self._clock.now(),
            "flaws": len(found.flaws),
            "unfinished": len(found.unfinished),
        }
        mac = self._vault.mac(_row_bytes(walk), purpose=WALK)
        while True:
            doc = await self._documents.get(SETTINGS, WALK)
            version = 0 if doc is None else doc["version"]
            new = {"_id": WALK, "version": version + 1, **walk, "mac": mac}
            if doc is None:
                if await self._documents.create(SETTINGS, new):
                    return found
            elif await self._documents.replace(SETTINGS, new, version=version):
                return found

    async def _last_walk(self) -> Walk | None:
        """None: there was none, or somebody wrote it who does not have the key."""
        doc = await self._documents.get(SETTINGS, WALK)
        if doc is None:
            return None
        names = ("n", "at", "flaws", "unfinished")
        bare = {name: doc[name] for name in names if name in doc}
        sealed = self._vault.proves(doc["mac"], _row_bytes(bare), purpose=WALK)
        return Walk(**{"unfinished": None, **bare}) if sealed else None

    async def _look(self, begun: dict[int, Unfinished], *, after: int = 0) -> Found:
        """`begun`: acts of the rows up to `after` that have no outcome there."""
        until = self._clock.now() - UNFINISHED_AFTER
        flaws = [flaw async for flaw in self._flaws(begun, after=after)]
        unfinished = [act for act in reversed(begun.values()) if act.at < until]
        return Found(flaws=flaws, unfinished=unfinished)

    async def _flaws(self, begun: dict[int, Unfinished], *, after: int) -> AsyncIterator[Flaw]:
        """Changed, removed, added and reordered rows behind the number `after`, and a cut end.

        The head is read first: rows that are written meanwhile lie behind it.
        """
        head = await self._documents.get(SETTINGS, HEAD)
        number, proof, last = 0, ORIGIN, ""
        if after:
            number, last = after, key_of(after)
            row = await self._documents.get(AUDIT, last)
            proof = "" if row is None else row.get("proof", "")
        more = True
        while more:
            rows = await self._documents.page(AUDIT, {}, limit=READ_AT_ONCE, after=last)
            more = len(rows) == READ_AT_ONCE
            _fold(begun, rows)
            for row in rows:
                last = row["_id"]
                number += 1
                if last != key_of(row.get("n", 0)) or row["n"] != number:
                    yield _flaw(FlawCode.ROW_MISSING, number, max(number, row.get("n", 0) - 1))
                    number = row.get("n", number)
                elif row.get("previous") != proof:
                    yield _flaw(FlawCode.LINK_BROKEN, number)
                if not self._holds(row):
                    yield _flaw(FlawCode.ROW_CHANGED, number)
                proof = row.get("proof", "")
        if head is None:
            if number:
                yield _flaw(FlawCode.HEAD_REMOVED, number)
        elif not self._vault.proves(head["mac"], _head_bytes(head), purpose=HEAD):
            yield _flaw(FlawCode.HEAD_CHANGED, head["n"])
        elif head["n"] > number:
            yield _flaw(FlawCode.END_CUT, number + 1, head["n"])

    async def _newest(self) -> Doc | None:
        """From the one known last: numbers are dense, so doubling steps find the end."""
        known = self._last
        number = 0 if known is None else known["n"]
        step = 1
        while step < LONGEST:
            row = await self._documents.get(AUDIT, key_of(number + step))
            if row is not None:
                known, number, step = row, number + step, step * 2
            elif step == 1:
                break
            else:
                step = 1
        self._last = known
        return known

    def _sealed(self, row: Doc, number: int, previous: str) -> Doc:
        new = {"_id": key_of(number), "n": number, "previous": previous, **row}
        return {**new, "proof": self._vault.mac(_row_bytes(new), purpose=PURPOSE)}

    def _holds(self, row: Doc) -> bool:
        bare = {name: value for name, value in row.items() if name != "proof"}
        proof = row.get("proof", "")
        return self._vault.proves(proof, _row_bytes(bare), purpose=PURPOSE)

    async def _keep_head(self, row: Doc) -> None:
        """Only forwards; a process that is behind leaves it as it is."""
        while True:
            head = await self._documents.get(SETTINGS, HEAD)
            if head is not None and head["n"] >= row["n"]:
                return
            version = 0 if head is None else head["version"]
            new = {"_id": HEAD, "version": version + 1, "n": row["n"], "proof": row["proof"]}
            new["mac"] = self._vault.mac(_head_bytes(new), purpose=HEAD)
            if head is None:
                if await self._documents.create(SETTINGS, new):
                    return
            elif await self._documents.replace(SETTINGS, new, version=version):
                return


def key_of(number: int) -> str:
    """Zero-padded, so that the order of keys is the order of numbers."""
    return f"{number:012d}"


def _ends(rows: Sequence[Doc]) -> dict[int, int]:
    return {row["begun"]: row["n"] for row in rows if row.get("begun")}


def _fold(begun: dict[int, Unfinished], rows: Sequence[Doc]) -> None:
    """Rows in the order of their numbers; one that is not of our making is passed over."""
    for row in rows:
        match row:
            case {"begun": int(first)} if first:
                begun.pop(first, None)
            case {"outcome": "begun", "n": int(n), "act": str(act), "actor": str(actor)}:
                if isinstance(row.get("at"), datetime):
                    begun[n] = Unfinished(n=n, act=act, actor=actor, at=row["at"])
            case _:
                pass


def _flaw(code: FlawCode, n: int, last: int = 0) -> Flaw:
    last = last or n
    problem = PROBLEMS[code].format(n=n, last=last)
    return Flaw(n=n, last=last, code=code, problem=problem)


def _row_bytes(row: Doc) -> bytes:
    return orjson.dumps(_written(row), option=orjson.OPT_SORT_KEYS)


def _head_bytes(head: Doc) -> bytes:
    return orjson.dumps([head["n"], head["proof"]])


def _written(value: object) -> object:
    """Times as milliseconds, which is what a store gives back of them."""
    if isinstance(value, dict):
        return {str(key): _written(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    return value
