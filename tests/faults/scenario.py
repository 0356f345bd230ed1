"""The fault runs from start to evidence: kills under load, and two owners at once."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from tests.faults.clients import Client, client_of, dead_letter_keys
from tests.faults.desk_book import DeskBook
from tests.faults.floor import Floor, Person
from tests.faults.history import problems
from tests.faults.load import Load, LoadPlan
from tests.faults.records import DESK, Command, Evidence, Shown, doubtful_rows, ordered_pairs
from tests.faults.rig import AGENTS, CHANNEL, Rig
from tests.faults.screens import AgentScreen
from tests.faults.witness import Witness

Doc = dict[str, Any]
STILL_S = 90.0
PROJECTIONS = ("conversations", "customers", "assignments")
TOLD = {
    "times shards were taken": "shards taken",
    "shards fenced off": "shard fenced",
    "commits in doubt": "commit uncertain",
    "posts not stored": "hook not stored",
}
SLOW_SENDS = (
    {"call": "send", "kind": "slow", "seconds": 0.6, "taken": True, "share": 0.3},
    {"call": "send", "kind": "slow", "seconds": 0.4, "taken": False, "share": 0.3},
)


class StuckError(Exception):
    """Nothing moved any more; what was reached and the hubs' last lines follow."""


class Nemesis(Protocol):
    async def run(self) -> None: ...
    def figures(self) -> dict[str, float]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`figures` in the order they are shown."""

    seed: int
    figures: dict[str, float]
    problems: list[str]
    evidence: Evidence = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Rest:
    """How it stood when everything was done and everybody still there."""

    screens: list[Shown]
    desk_seq: int


async def run_under_load(
    it: Rig, load: LoadPlan, nemesis_of: Callable[[Witness], Nemesis], *, push: Doc
) -> Outcome:
    """Customers, people and nemesis side by side until all is said and the hub is at rest."""
    began = time.monotonic()
    witness = Witness(session=it.session, simulator=it.simulator)
    nemesis = nemesis_of(witness)
    await it.faults({"push": {**push, "seed": load.seed}, "calls": SLOW_SENDS})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        supervisor = client_of(it, session, "supervisor1")
        work = Load(plan=load, witness=witness)
        floor = _floor(it, session, work)

        def reached() -> str:
            done = sum(c.outcome == "accepted" for c in floor.lead.commands)
            return f"{witness.acked} acked, {work.settled} replies, {done}, {nemesis.figures()}"

        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(witness.watch())
            alert = tasks.create_task(_alert(it, reached))
            staff = tasks.create_task(floor.run())
            hurting = tasks.create_task(nemesis.run())
            await work.run()
            await hurting
            loaded = time.monotonic() - began
            rest = await _rest_of_all(it, floor)
            for task in (staff, alert, watching):
                task.cancel()
        await _all_gone(it)
        await _rest(it)
        evidence = await _gather(it, witness, floor, supervisor, rest)
    figures = {
        **_figures(evidence),
        **floor.figures(),
        **nemesis.figures(),
        **_said(it),
        "seconds under load": round(loaded, 1),
        "seconds": round(time.monotonic() - began, 1),
    }
    return Outcome(seed=load.seed, figures=figures, problems=problems(evidence), evidence=evidence)


def _floor(it: Rig, session: aiohttp.ClientSession, work: Load) -> Floor:
    commands: list[Command] = []

    def screen(username: str) -> AgentScreen:
        return AgentScreen(client=client_of(it, session, username), commands=commands)

    people = [
        Person(
            screen=screen(name),
            load=work,
            dice=random.Random(f"{work.plan.seed}/{name}"),  # noqa: S311 - repeatable moods
            colleagues=[other for other in AGENTS if other != name],
        )
        for name in AGENTS
    ]
    return Floor(people=people, lead=screen("lead1"))


async def _rest_of_all(it: Rig, floor: Floor) -> Rest:
    async def nothing_left() -> bool:
        return not any((await _left(it)).values())

    await floor.rest(nothing_left)
    screens = await floor.compare()
    last = await it.database["journal"].find({"stream": DESK}, {"seq": 1}).to_list()
    return Rest(screens=screens, desk_seq=max(commit["seq"] for commit in last))


async def _all_gone(it: Rig) -> None:
    """Wait until the desk has heard of every screen that closed."""
    async with asyncio.timeout(STILL_S):
        while True:
            book = DeskBook()
            for commit in await it.database["journal"].find({"stream": DESK}).sort("seq").to_list():
                list(book.tell(commit))
            if not any(seat.screens for seat in book.seats.values()):
                return
            await asyncio.sleep(0.3)


async def _alert(it: Rig, reached: Callable[[], str]) -> None:
    """Raises StuckError when nothing moves for long: a slow machine moves, a stuck hub does not."""
    last, since = "", time.monotonic()
    while True:
        await asyncio.sleep(1)
        now = reached()
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > STILL_S:
            raise StuckError(f"{now}\n" + "\n".join(hub.program.tail() for hub in it.hubs))


async def _rest(it: Rig) -> None:
    """Wait until no input is open, no row unsettled or untold, and the projections are level."""
    last, since = "", time.monotonic()
    while True:
        left = await _left(it)
        if not any(left.values()):
            return
        now = str(left)
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > STILL_S:
            raise StuckError(f"{now}\n" + "\n".join(hub.program.tail() for hub in it.hubs))
        await asyncio.sleep(0.2)


async def _left(it: Rig) -> dict[str, int]:
    database = it.database
    heads = Counter[str]()
    async for commit in database["journal"].find({}, {"_id": 0, "shard": 1, "n": 1}):
        shard = str(commit["shard"])
        heads[shard] = max(heads[shard], commit["n"])
    left = {
        "inbox": await database["inbox"].count_documents({"open": True}),
        "outbox": await database["outbox"].count_documents({"open": True}),
        "untold": await database["outbox"].count_documents({"told": False}),
    }
    for name in PROJECTIONS:
        cursors = await database["cursors"].find_one({"_id": f"projection_{name}"}) or {}
        reached = cursors.get("at", {})
        left[name] = sum(n - reached.get(shard, 0) for shard, n in heads.items())
    return left


async def _gather(
    it: Rig, witness: Witness, floor: Floor, supervisor: Client, rest: Rest
) -> Evidence:
    """Ask the running hub for its dead letters, stop it, and read everything else."""
    dead_letters = await dead_letter_keys(supervisor)
    ends = [await hub.program.stop() for hub in it.hubs]
    complaints = [
        f"{hub.program.name} stopped with code {code}"
        for hub, code in zip(it.hubs, ends, strict=True)
        if code
    ]
    for hub in it.hubs:
        complaints += [f"{hub.program.name} ended by itself: {code}" for code in hub.program.ends]
        complaints += _errors(hub.program.log)
    clients = [supervisor, *(screen.client for screen in floor.screens)]
    complaints += [f"answer: {text}" for client in clients for text in client.unexpected]
    complaints += [f"answer: {text}" for screen in floor.screens for text in screen.odd]
    books = await witness.books()
    outbox = await _documents(it, "outbox")
    bodies = [row.get("body") for row in outbox]
    projected = {name: await _documents(it, f"projection_{name}") for name in PROJECTIONS}
    verified = await it.run("verify")
    code, said = await it.run("rebuild")
    if code:
        complaints.append(f"rebuild: exit {code}: {said[-400:]}")
    return Evidence(
        channel_id=CHANNEL,
        journal=await _documents(it, "journal"),
        inbox=await _documents(it, "inbox"),
        outbox=outbox,
        pushes=books["pushes"],
        sent=books["sent"],
        commands=floor.lead.commands,
        dead_letters=dead_letters,
        projected=projected,
        rebuilt={name: await _documents(it, f"projection_{name}") for name in PROJECTIONS},
        verified=verified,
        complaints=complaints,
        screens=rest.screens,
        desk_seq=rest.desk_seq,
        wire=json.dumps([books, bodies], ensure_ascii=False, default=str),
    )


async def _documents(it: Rig, collection: str) -> list[Doc]:
    found: list[Doc] = await it.database[collection].find({}).to_list()
    return found


def _entries(log: Path) -> list[Doc]:
    """A hub's log; what is no log line counts as an error."""
    found: list[Doc] = []
    for line in log.read_text("utf-8", "replace").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            found.append({"level": "error", "event": line})
    return found


def _errors(log: Path) -> list[str]:
    return [
        f"{log.name}: {json.dumps(entry)[:1500]}"
        for entry in _entries(log)
        if entry.get("level") in {"error", "critical"}
    ]


def _said(it: Rig) -> dict[str, float]:
    """How often the hubs met what the run is about."""
    events = Counter(e.get("event") for hub in it.hubs for e in _entries(hub.program.log))
    return {name: events[said] for name, said in TOLD.items()}


def _figures(evidence: Evidence) -> dict[str, float]:
    messages = [r for r in evidence.outbox if r["kind"] == "message"]
    states = Counter(r["state"] for r in messages)
    reasons = Counter(
        " ".join((r["code"], r.get("provider_code", ""))).strip()
        for r in messages
        if r["state"] == "failed"
    )
    outcomes = Counter(c.outcome for c in evidence.commands)
    replies = sum(c.outcome == "accepted" and bool(c.text) for c in evidence.commands)
    stale = sum(c.reason == "stale_view" for c in evidence.commands)
    return {
        "messages": len(evidence.pushes),
        "posts of them": sum(p["attempts"] for p in evidence.pushes),
        "pairs in order": sum(1 for _ in ordered_pairs(evidence)),
        "commits": len(evidence.journal),
        "replies accepted": replies,
        "commands refused": outcomes["refused"],
        "of these stale": stale,
        "at the phones": len(evidence.sent),
        "sent": states["sent"],
        "uncertain": states["uncertain"],
        "failed": states["failed"],
        **{f"failed: {code}": count for code, count in sorted(reasons.items())},
        "once in doubt": len(doubtful_rows(evidence)),
    }
