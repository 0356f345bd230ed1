"""The owner: takes shards, reads their inputs, decides them. One a process."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from secrets import token_hex
from typing import Any

import structlog

from hub.errors import StoreUncertain
from hub.model.ids import shard_of as shard_number
from hub.ports import Bus, Clock, HeartStores
from hub.streams.after import Aftermath
from hub.streams.effects import Effects
from hub.streams.leases import BEATS_A_LEASE, Watch, free_shards
from hub.streams.loading import load_streams
from hub.streams.recovery import recover
from hub.streams.settings import EngineSettings
from hub.streams.shard import Decided, RuleBook, Shard
from hub.streams.writer import Writer

Doc = dict[str, Any]
log = structlog.get_logger(__name__)

LOOK_EVERY = 5
"""Beats between two looks at who owns what, while nothing seems to change."""


class Owner:
    """Owns shards of all streams; `heard` is called with every durable commit, in shard order."""

    def __init__(
        self,
        stores: HeartStores,
        rules: RuleBook,
        bus: Bus,
        clock: Clock,
        settings: EngineSettings,
        recent: dict[str, Doc],
    ) -> None:
        self._stores = stores
        self._recent = recent
        self._rules = rules
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self.process = token_hex(8)
        self.shards: dict[int, Shard] = {}
        self.committed = 0
        self.placed = False
        """Every shard has an owner that lives, here or elsewhere, as far as the last look told."""
        self.heard: list[Callable[[Sequence[Doc]], None]] = []
        self._effects = Effects(stores, bus, clock)
        self._after = Aftermath(
            stores,
            self._effects,
            clock,
            snapshot_every=settings.snapshot_every,
            snapshot_weight=settings.snapshot_weight,
        )
        self._writer = Writer(stores.journal, clock, durable=self._on_durable, lose=self._on_lost)
        self._watch = Watch(clock, self.process, settings.lease_s)
        self._poison: dict[str, str] = {}
        self._dirty: set[int] = set()
        self._rung: set[str] = set()
        self._alive: set[str] = set()
        self._beats_since_look = 0
        self._owned_at_look = -1
        self._reached = -1
        self._wake = asyncio.Event()
        self._retake = asyncio.Event()
        bus.subscribe("inbox:", self._on_hint)

    async def run(self) -> None:
        """Own, decide, write, follow up until cancelled; leaves its shards on a clean stop."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for body in (
                    self._lease,
                    self._read_for_ever,
                    self._sweep,
                    self._ring_for_ever,
                    self._writer.run,
                    self._after.run,
                    self._after.flush_for_ever,
                ):
                    tasks.create_task(body())
        finally:
            await self._leave()

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(3):
                await self._after.flush()
                await self._stores.shards.leave(self.process)
        except (StoreUncertain, TimeoutError):
            log.warning("left without handing over", process=self.process)

    # ------------------------------------------------------------ owning
    async def _lease(self) -> None:
        while True:
            self._retake.clear()
            try:
                await self._renew()
            except StoreUncertain as error:
                log.warning("lease not renewed", error=str(error))
            try:
                async with asyncio.timeout(self._settings.lease_s / BEATS_A_LEASE):
                    await self._retake.wait()
                await self._clock.sleep(self._settings.retake_s)
            except TimeoutError:
                pass

    async def _renew(self) -> None:
        """Beat; look at all shards when somebody came or went, ours were lost, or now and then."""
        shards = self._stores.shards
        await shards.beat(self.process)
        alive = self._watch.observe(await shards.beats())
        self._beats_since_look += 1
        whole = len(self.shards) == self._owned_at_look
        if whole and alive == self._alive and self._beats_since_look < LOOK_EVERY:
            return
        docs = await shards.all()
        self._alive, self._beats_since_look = alive, 0
        for number, shard in list(self.shards.items()):
            if docs.get(number, {}).get("token") != shard.token:
                self._on_lost(shard)
        free = free_shards(self._settings.shards, docs, set(self.shards), alive, self.process)
        wanted = len(self.shards) + len(free)
        if free:
            await self._take(free)
        self._owned_at_look = wanted
        self.placed = len(self.shards) == wanted

    async def _take(self, free: dict[int, str | None]) -> None:
        token = fresh_token()
        got = await self._stores.shards.take_all(free, self.process, token)
        docs = await self._stores.shards.all()
        cursors = {n: docs[n].get("cursor", 0) for n in sorted(got)}
        if not cursors:
            return
        start = self._clock.now()
        taken = await recover(self._stores, self._rules, self._effects, cursors, token, start)
        for shard in taken:
            shard.poison = self._poison
            self.shards[shard.number] = shard
        log.info("shards taken", count=len(taken), process=self.process)
        self._dirty.update(s.number for s in taken)
        self._wake.set()
        for shard in taken:
            self._bus.publish(f"outbox:{shard.number}")
            self._bus.publish(f"taken:{shard.number}")

    def _on_lost(self, shard: Shard) -> None:
        """The shard loses its memory; it is taken anew or another process has it."""
        shard.alive = False
        if self.shards.get(shard.number) is shard:
            del self.shards[shard.number]
        self._after.forget_cursor(shard.number)
        self._retake.set()

    # ------------------------------------------------------------ reading and deciding
    def _on_hint(self, topic: str) -> None:
        self._dirty.add(int(topic.partition(":")[2]))
        self._wake.set()

    async def _sweep(self) -> None:
        """Repair lost hints."""
        while True:
            await self._clock.sleep(self._settings.sweep_s)
            self._dirty.update(self.shards)
            self._wake.set()

    async def _ring_for_ever(self) -> None:
        while True:
            await self._clock.sleep(self._settings.alarm_s)
            try:
                due = await self._stores.alarms.due(
                    list(self.shards), self._clock.now(), self._settings.round_rows
                )
            except StoreUncertain:
                continue
            if due:
                self._rung.update(due)
                self._wake.set()

    async def _read_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            await self._writer.taken()
            while self._after.backlog > self._settings.backlog:
                await self._after.progress()
            self._wake.clear()
            dirty = {n for n in self._dirty if n in self.shards}
            numbers = self._in_turn(dirty)
            self._dirty = dirty - numbers
            rung, self._rung = self._rung, set()
            try:
                await self._ring(rung)
                if numbers and await self._round(numbers):
                    self._dirty |= numbers
                if self._dirty:
                    self._wake.set()
            except StoreUncertain as error:
                log.warning("read failed", error=str(error))
                self._dirty |= numbers
                await self._clock.sleep(self._settings.retake_s)
                self._wake.set()

    def _in_turn(self, dirty: set[int]) -> set[int]:
        """All of them, but after a full round those first that it did not reach."""
        waiting = {n for n in dirty if n > self._reached}
        return waiting or dirty

    async def _round(self, numbers: Collection[int]) -> bool:
        """Read and decide once; True when there may be more at once.

        Two reads, because a cursor is no snapshot: whatever was acknowledged before anything the
        first one saw is visible to the second.
        """
        began = self._after.round
        pairs = await self._stores.inbox.sources(numbers, self._settings.round_rows)
        if not pairs:
            self._after.forget_marked(began)
            return False
        keys = await self._stores.inbox.keys(pairs, self._settings.round_rows)
        fresh = await self._known_kinds(await self._fetch(keys))
        self._after.forget_marked(began)
        await self._load({r["stream"] for r in fresh})
        now = self._clock.now()
        for row in fresh:
            self._decide(row, now, stored=True)
        full = len(keys) >= self._settings.round_rows // 2
        self._reached = keys[-1][0] if full and keys else -1
        if full and not fresh:
            await self._after.progress()
        return full

    async def _fetch(self, keys: Sequence[tuple[int, str]]) -> list[Doc]:
        """Rows nobody here has decided, in this order; what this process stored it still has."""
        wanted = [
            key
            for number, key in keys
            if (shard := self.shards.get(number)) is not None and key not in shard.known
        ]
        rows = {key: self._recent.pop(key) for key in wanted if key in self._recent}
        rows.update(await self._stores.inbox.fetch([k for k in wanted if k not in rows]))
        return [rows[key] for key in wanted if key in rows]

    async def _known_kinds(self, rows: list[Doc]) -> list[Doc]:
        """Bury what is for a kind of stream this program has no rules for."""
        strange = [r for r in rows if not self._rules.knows(r["stream"])]
        for row in strange:
            log.error("unknown kind of stream", input=row["_id"])
            await self._stores.inbox.bury(row["_id"], "unknown_stream", self._clock.now())
        return [r for r in rows if r not in strange] if strange else rows

    def _decide(self, row: Doc, now: Any, *, stored: bool) -> None:
        shard = self.shards.get(row["shard"])
        if shard is None or row["stream"] not in shard.streams or row["_id"] in shard.known:
            return
        try:
            self._writer.add(shard.decide(row, now, stored=stored))
        except Exception:
            log.exception("apply failed", input=row["_id"], stream=row["stream"])
            self._on_lost(shard)

    async def _load(self, streams: Collection[str]) -> None:
        """Bring streams into the memory of their shards."""
        missing: dict[str, Shard] = {}
        for stream in streams:
            shard = self.shards.get(shard_number(stream))
            if shard is not None and stream not in shard.streams:
                missing[stream] = shard
        if not missing:
            return
        for stream, held in (await load_streams(self._stores, self._rules, missing)).items():
            missing[stream].streams[stream] = held
        self._evict(streams)

    def _evict(self, needed: Collection[str]) -> None:
        """Forget the streams loaded longest ago; what flies or is needed now stays."""
        surplus = sum(len(s.streams) for s in self.shards.values()) - self._settings.streams
        if surplus <= 0:
            return
        for shard in self.shards.values():
            idle = [k for k, h in shard.streams.items() if not h.flying and k not in needed]
            for stream in idle[: len(shard.streams) // 2]:
                del shard.streams[stream]

    async def _ring(self, streams: Collection[str]) -> None:
        """Decide the timers that are due; an alarm that rang for nothing is set anew."""
        if not streams:
            return
        await self._load(streams)
        now = self._clock.now()
        idle: dict[str, tuple[int, int, Any]] = {}
        for stream in streams:
            number = shard_number(stream)
            shard = self.shards.get(number)
            held = shard.streams.get(stream) if shard else None
            if shard is None or held is None:
                continue
            fired = held.rules.fired(held.state, max(now, shard.at))
            for key, body in fired:
                row = {
                    "_id": key,
                    "shard": number,
                    "stream": stream,
                    "source": stream,
                    "order": "",
                    "body": body,
                }
                self._decide(row, now, stored=False)
            if not fired and not held.flying:
                held.alarm = held.rules.due(held.state)
                idle[stream] = (number, held.state.seq, held.alarm)
        await self._effects.set_alarms(idle)

    @property
    def backlog(self) -> int:
        """Durable commits whose effects are not made yet."""
        return self._after.backlog

    async def settled(self) -> None:
        """Wait until the effects and marks of everything durable are made."""
        while self._after.busy:
            await self._clock.sleep(0.01)

    def _on_durable(self, decided: Sequence[Decided]) -> None:
        self._after.take(decided)
        commits = [d.commit for d in decided]
        self.committed += len(commits)
        for hear in self.heard:
            hear(commits)
        for stream in {c["stream"] for c in commits}:
            self._bus.publish(f"journal:{stream}")


def fresh_token() -> str:
    """New at every load: a write that lands late under an old token is never taken for ours."""
    return token_hex(8)
