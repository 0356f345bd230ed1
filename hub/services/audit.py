"""Who did what, when and from where: one append-only chain for the whole hub.

Each row proves the one before it. The proof is made with a key that does not stand in the
database, so that whoever can write there can still not write history. The number is the fence
between processes: of two who want the same one the second takes the next. The head is kept
beside the chain, so that rows cut off at the end are missed.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
BEGUN = "begun"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """`n` is the number of the row at which the chain does not hold."""

    n: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The whole chain was looked at: up to row `n`, how many flaws there were."""

    n: int
    at: datetime
    flaws: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditState:
    """The last row (`n` 0: there is none), the flaws of the rows from `first` to it, and the last
    look at the whole chain."""

    n: int
    proof: str
    at: datetime | None
    first: int
    flaws: Sequence[Flaw]
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
        return AuditState(
            n=number,
            proof="" if last is None else last["proof"],
            at=None if last is None else last["at"],
            first=min(before + 1, number),
            flaws=[flaw async for flaw in self.flaws(after=before)],
            walked=await self._last_walk(),
        )

    async def walk(self) -> Sequence[Flaw]:
        """All flaws of the whole chain; that it was looked at is kept, sealed like the head."""
        last = await self._newest()
        found = [flaw async for flaw in self.flaws()]
        walk = {"n": 0 if last is None else last["n"], "at": self._clock.now(), "flaws": len(found)}
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
        bare = {name: doc[name] for name in ("n", "at", "flaws")}
        sealed = self._vault.proves(doc["mac"], _row_bytes(bare), purpose=WALK)
        return Walk(**bare) if sealed else None

    async def flaws(self, *, after: int = 0) -> AsyncIterator[Flaw]:
        """Changed, removed, added and reordered rows behind the number `after`, and a cut end.

        The head is read first: rows that are written meanwhile lie behind it.
        """
        head = await self._documents.get(SETTINGS, HEAD)
        number, proof, last = 0, ORIGIN, ""
        if after:
            number, last = after, key_of(after)
            row = await self._documents.get(AUDIT, last)
            proof = "" if row is None else row.get("proof", "")
        while rows := await self._documents.page(AUDIT, {}, limit=PAGE, after=last):
            for row in rows:
                last = row["_id"]
                number += 1
                if last != key_of(row.get("n", 0)) or row["n"] != number:
                    yield Flaw(
                        n=number, problem=f"row {number} is missing, or another stands there"
                    )
                    number = row.get("n", number)
                elif row.get("previous") != proof:
                    yield Flaw(n=number, problem=f"row {number} does not follow the one before it")
                if not self._holds(row):
                    yield Flaw(n=number, problem=f"row {number} was changed or not written by us")
                proof = row.get("proof", "")
        if head is None:
            if number:
                yield Flaw(n=number, problem="the head of the audit log was removed")
        elif not self._vault.proves(head["mac"], _head_bytes(head), purpose=HEAD):
            yield Flaw(n=head["n"], problem="the head of the audit log was changed")
        elif head["n"] > number:
            yield Flaw(n=number + 1, problem=f"rows {number + 1} to {head['n']} were cut off")

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
