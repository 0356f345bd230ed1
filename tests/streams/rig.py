"""One process of the engine with rules that do as they are told, for tests of its behaviour."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hub.model.effects import Effect, Job, JobKind, Tell
from hub.model.events import Failed
from hub.model.ids import StreamId
from hub.ports import Projection
from hub.runtime.bus import LocalBus
from hub.store.memory.stores import MemoryStores
from hub.streams.heart import Heart
from hub.streams.rows import input_row
from hub.streams.sending import Done
from hub.streams.settings import EngineSettings
from tests.streams.loop import VirtualClock, run_virtual, until
from tests.streams.scene import counted_tokens
from tests.streams.stage import HeldChaos, Hold

Doc = dict[str, Any]

SETTINGS = EngineSettings(shards=frozenset({0, 1}), backoff_s=1.0, longest_backoff_s=5.0)
S = "customer:00s"
OTHER = "customer:01o"


@dataclass(slots=True)
class State:
    seq: int = 0
    data: Doc = field(default_factory=lambda: {"said": [], "timers": {}})


class Obedient:
    """`do`: say, job, tell, arm, stop, raise, break (apply raises). Timers ring once."""

    kind = "customer"

    def __init__(self, version: str = "obedient/1") -> None:
        self.version = version

    def new(self, stream: str) -> State:
        return State()

    def decide(
        self, state: State, body: Mapping[str, Any], key: str, at: datetime
    ) -> Sequence[Doc]:
        do = body.get("do", body.get("is"))
        if do == "raise":
            raise ValueError("told to")
        if do == "ring":
            if body["name"] == "poison":
                raise ValueError("told to")
            return [{"is": "Rang", "name": body["name"]}]
        event = {k: v for k, v in body.items() if k != "do"}
        if do == "arm":
            event["due"] = at + timedelta(seconds=body["s"])
        return [{**event, "is": str(do).capitalize()}]

    def apply(self, state: State, event: Doc | Failed, at: datetime) -> None:
        if isinstance(event, Failed):
            return
        timers = state.data["timers"]
        if event["is"] == "Break":
            raise RuntimeError("told to")
        if event["is"] == "Arm":
            timers[event["name"]] = event["due"]
        elif event["is"] in ("Rang", "Stop"):
            timers.pop(event["name"], None)
        elif event["is"] == "Say":
            state.data["said"].append(event["text"])

    def effects(
        self, stream: str, event: Doc | Failed, body: Mapping[str, Any]
    ) -> Iterable[Effect]:
        if isinstance(event, Failed):
            return
        if event["is"] == "Job":
            repeatable = event.get("repeatable", False)
            kind = JobKind.BOT if repeatable else JobKind.MESSAGE
            yield Job(
                kind=kind,
                destination=event["to"],
                body={"text": event["text"]},
                repeatable=repeatable,
            )
        elif event["is"] == "Tell":
            yield Tell(stream=StreamId(event["to"]), body={"do": "say", "text": event["text"]})

    def due(self, state: State) -> datetime | None:
        return min(state.data["timers"].values(), default=None)

    def fired(self, state: State, at: datetime) -> Sequence[tuple[str, Doc]]:
        due = sorted((d, name) for name, d in state.data["timers"].items() if d <= at)
        return [(f"t:s:{name}:{d.isoformat()}", {"do": "ring", "name": name}) for d, name in due]

    def pack(self, event: Doc) -> Doc:
        return dict(event)

    def unpack(self, doc: Mapping[str, Any]) -> Doc | Failed:
        return Failed(error=doc["error"]) if doc["is"] == "Failed" else dict(doc)

    def freeze(self, state: State) -> Doc:
        return {"said": list(state.data["said"]), "timers": dict(state.data["timers"])}

    def thaw(self, doc: Mapping[str, Any]) -> State:
        return State(data={"said": list(doc["said"]), "timers": dict(doc["timers"])})


class Process:
    """A heart that runs until stopped."""

    def __init__(self, rig: "Rig", name: str, settings: EngineSettings, version: str) -> None:
        self.clock = VirtualClock()
        self.bus = LocalBus()
        self.stores = MemoryStores(rig.chaos.database, self.clock, process=name)
        workers = {"message": rig.work, "bot": rig.work}
        self.heart = Heart(
            self.stores.heart,
            self.stores.reading,
            [Obedient(version)],
            rig.projections,
            workers,
            self.bus,
            self.clock,
            settings,
        )
        self.life = rig.tasks.create_task(self.heart.run())

    async def stop(self) -> None:
        """A clean stop."""
        self.life.cancel()
        await asyncio.wait([self.life])


class Rig:
    """`heart` is the first process, `seen` what its workers were given."""

    def __init__(self, chaos: HeldChaos, tasks: asyncio.TaskGroup, settings: EngineSettings):
        self.chaos = chaos
        self.tasks = tasks
        self.settings = settings
        self.projections: tuple[Projection, ...] = ()
        self.processes: dict[str, Process] = {}
        self.seen: list[tuple[float, str]] = []
        self.answer: Callable[[Doc], Awaitable[Done]] = _done

    async def work(self, row: Doc) -> Done:
        self.seen.append((round(asyncio.get_running_loop().time(), 1), row["body"]["text"]))
        return await self.answer(row)

    async def start(
        self, name: str = "P", *, version: str = "obedient/1", **changes: Any
    ) -> Process:
        """Returns when the process owns what it may own."""
        process = self.add(name, version=version, **changes)
        await until(lambda: process.heart.owned() != [])
        return process

    def add(self, name: str, *, version: str = "obedient/1", **changes: Any) -> Process:
        process = Process(self, name, replace(self.settings, **changes), version)
        self.processes[name] = process
        return process

    @property
    def p(self) -> Process:
        return self.processes["P"]

    def hold(self, kind: str, collection: str, **how: Any) -> Hold:
        hold = Hold(
            how.get("place", "P"),
            kind,
            collection,
            how.get("at", 1),
            how.get("cut", False),
            how.get("lost", False),
        )
        self.chaos.holds.append(hold)
        return hold

    # ------------------------------------------------------------ in
    async def do(
        self, key: str, do: str, *, stream: str = S, source: str = "x", order: str = "", **body: Any
    ) -> bool:
        row = self.row(key, do, stream=stream, source=source, order=order, **body)
        return await self.p.heart.acceptor.add(row)

    def row(
        self, key: str, do: str, *, stream: str = S, source: str = "x", order: str = "", **body: Any
    ) -> Doc:
        at = VirtualClock().now()
        return input_row(key, stream, source, order or key, {"do": do, **body}, at)

    async def done(self, *keys: str) -> None:
        """All these inputs are committed, their effects made, their rows marked."""
        inbox = self.table("inbox")
        await until(lambda: all(k in inbox and not inbox[k]["open"] for k in keys))

    # ------------------------------------------------------------ out
    def table(self, name: str) -> dict[Any, Doc]:
        return self.chaos.database.majority(name).rows

    def journal(self, stream: str = S) -> list[Doc]:
        commits = [c for c in self.table("journal").values() if c["stream"] == stream]
        return sorted(commits, key=lambda c: c["n"])

    def inputs(self, stream: str = S) -> list[str]:
        return [c["input"]["key"] for c in self.journal(stream)]

    def events(self, stream: str = S) -> list[Doc]:
        return [e for c in self.journal(stream) for e in c["events"]]

    def jobs(self) -> dict[str, Doc]:
        return {r["body"]["text"]: r for r in self.table("outbox").values()}


async def _done(_row: Doc) -> Done:
    return Done()


def rigged(body: Callable[[Rig], Awaitable[None]], **changes: Any) -> None:
    """Run a test in virtual time; it starts its processes itself."""

    async def main() -> None:
        failed: Exception | None = None
        async with HeldChaos() as chaos, asyncio.TaskGroup() as tasks:
            rig = Rig(chaos, tasks, replace(SETTINGS, **changes))
            try:
                async with asyncio.timeout(1000):
                    await body(rig)
            except (AssertionError, LookupError, TimeoutError) as error:
                failed = error
            for process in rig.processes.values():
                process.life.cancel()
        if failed is not None:
            raise failed

    with counted_tokens():
        run_virtual(main)
