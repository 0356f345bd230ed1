"""Work on a hub's data from the command line: people, queues, rebuild, verify."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from hub.app import projections, rules_of
from hub.config.locks import access_rules
from hub.config.seal import vault_of
from hub.config.settings import Settings
from hub.decisions.customer import CustomerRules
from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.policy import Policy
from hub.decisions.rules import StreamRules
from hub.http.passwords import ArgonPasswords
from hub.model.codec import pack, unpack_as
from hub.model.desk import Medium, Queue, Skill, Slots
from hub.model.desk_inputs import ConfigureDesk
from hub.model.ids import COMMAND, DESK, SHARDS, QueueId, desk_stream, stream_kind
from hub.ports import Clock, Doc, Documents, Inbox
from hub.runtime.clock import SystemClock
from hub.services.access import Access, Role, User
from hub.services.audit import BEGUN, Audit, Happening, Unfinished
from hub.services.catalogue import SYSTEM
from hub.services.catalogues import catalogues
from hub.services.commands import Refusal
from hub.services.knowledge.articles import Articles, Entry
from hub.services.knowledge.files import READERS, WRITERS, WrongFile, read_articles, written
from hub.services.knowledge.publications import same_content
from hub.services.vault import remember_keys
from hub.store.mongo.stores import MongoStores
from hub.streams.leases import beating
from hub.streams.projecting import rebuild
from hub.streams.rows import input_row
from hub.streams.verify import verify

CLOCK = SystemClock()
MOST_NAMED = 50
NOTHING_HERE = "no bank has worked on this database: name the right one with --config"
QUEUE_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


async def add_user(
    documents: Documents,
    settings: Settings,
    username: str,
    name: str,
    role: str,
    password: str,
    skills: Sequence[str] = (),
    slots: Sequence[str] = (),
) -> int:
    """`skills` as `name:level`, `slots` as `medium=count`."""
    if role not in set(Role):
        typer.echo(f"role: {role!r} is none of {', '.join(Role)}", err=True)
        return 2
    access = _access(documents, settings)
    try:
        user = User(
            username=username,
            display_name=name or username,
            role=Role(role),
            skills=skills_of(skills),
            capacity=_slots_of(slots),
        )
    except ValueError as error:
        typer.echo(f"{username}: {error}", err=True)
        return 2
    ended = await _begun(documents, settings, "user.added", username)
    try:
        added = await access.add_user(user, password)
    except ValueError as error:
        await ended("invalid")
        typer.echo(f"{username}: {error}", err=True)
        return 2
    await ended("done" if added else "refused")
    typer.echo(f"{username} added" if added else f"{username} stands already", err=not added)
    return 0 if added else 1


def skills_of(given: Sequence[str]) -> tuple[Skill, ...]:
    """Raises ValueError naming what is no skill."""
    skills = []
    for one in given:
        name, _, level = one.partition(":")
        if not name or level not in {"", "1", "2", "3", "4", "5"}:
            raise ValueError(f"{one!r} is no skill; write name:level, level 1 to 5")
        skills.append(Skill(skill=name, level=int(level or 1)))
    return tuple(skills)


def _slots_of(given: Sequence[str]) -> tuple[Slots, ...]:
    slots = []
    for one in given:
        medium, _, count = one.partition("=")
        if medium not in set(Medium) or not count.isdecimal():
            raise ValueError(f"{one!r} are no slots; write medium=count: {', '.join(Medium)}")
        slots.append(Slots(medium=Medium(medium), count=int(count)))
    return tuple(slots)


def _queue_change(given: Mapping[str, Any], seconds: Mapping[str, int | None]) -> dict[str, Any]:
    change = {name: value for name, value in given.items() if value is not None}
    if "skills" in change:
        change["skills"] = skills_of(change["skills"])
    durations = {
        name: timedelta(seconds=value) for name, value in seconds.items() if value is not None
    }
    return {**change, **durations}


async def list_queues(documents: Documents, settings: Settings) -> int:
    entries = await catalogues(documents, CLOCK).queues.all()
    if not entries:
        typer.echo("no queues yet: the first start makes one for everybody", err=True)
    for entry in entries:
        queue = entry.value
        asked = " ".join(f"{skill.skill}:{skill.level}" for skill in queue.skills)
        names = f"{queue.name} {queue.name_en}".strip()
        typer.echo(f"{entry.key}  {names}  priority {queue.priority}  {asked}".rstrip())
    return 0


async def set_queue(
    documents: Documents,
    inbox: Inbox,
    key: str,
    given: Mapping[str, Any],
    seconds: Mapping[str, int | None],
) -> int:
    """Change the fields that are not None and hand all queues to the desk, for a hub to read."""
    if not QUEUE_KEY.fullmatch(key):
        typer.echo(f"{key!r}: a queue is a-z, 0-9, '-' or '_', at most 40 characters", err=True)
        return 2
    try:
        change = _queue_change(given, seconds)
    except ValueError as error:
        typer.echo(f"{key}: {error}", err=True)
        return 2
    lists = catalogues(documents, CLOCK)
    await lists.seed()
    stands = await lists.queues.get(key)
    known = stands.value if stands else Queue(queue_id=QueueId(key), name=key)
    changed = await lists.queues.put(
        key,
        replace(known, **change),
        version=stands.version if stands else 0,
        author=SYSTEM,
    )
    if isinstance(changed, Refusal):
        typer.echo(f"{key}: somebody changes it at this moment; do it again", err=True)
        return 1
    queues = tuple(entry.value for entry in await lists.queues.all())
    command = pack(ConfigureDesk(queues=queues, author=SYSTEM))
    name = f"{COMMAND}{SYSTEM}:{desk_stream()}:{token_hex(8)}"
    row = input_row(name, desk_stream(), name, "", command, CLOCK.now())
    await inbox.insert([row], ordered=True)
    typer.echo(f"{key} stands at version {changed.version}")
    return 0


async def set_password(
    documents: Documents, settings: Settings, username: str, password: str
) -> int:
    ended = await _begun(documents, settings, "password.reset", username)
    try:
        known = await _access(documents, settings).set_password(username, password)
    except ValueError as error:
        await ended("invalid")
        typer.echo(f"{username}: {error}", err=True)
        return 2
    await ended("done" if known else "refused")
    return _told(username, "has a new password; open sessions ended", known=known)


async def set_disabled(
    documents: Documents, settings: Settings, username: str, *, disabled: bool
) -> int:
    act = "user.disabled" if disabled else "user.enabled"
    ended = await _begun(documents, settings, act, username)
    known = await _access(documents, settings).set_disabled(username, disabled)
    await ended("done" if known else "refused")
    done = "is disabled; open sessions ended" if disabled else "may sign in again"
    return _told(username, done, known=known)


def _access(documents: Documents, settings: Settings) -> Access:
    return Access(documents, SystemClock(), ArgonPasswords(), access_rules(settings))


async def _begun(
    documents: Documents, settings: Settings, act: str, name: str
) -> Callable[[str], Awaitable[int]]:
    """Writes down that an act begins; what is returned writes down its outcome.

    The command line has no name of its own: whoever may run it may do everything.
    """
    vault = vault_of(settings)
    await remember_keys(vault, documents)
    audit = Audit(documents, CLOCK, vault)
    said = partial(Happening, actor=SYSTEM, act=act, object=name, source="command line")
    number = await audit.record(said(outcome=BEGUN))
    return lambda outcome: audit.record(said(outcome=outcome, begun=number))


def _told(username: str, done: str, *, known: bool) -> int:
    typer.echo(f"{username} {done}" if known else f"there is no user {username}", err=not known)
    return 0 if known else 1


async def import_knowledge(documents: Documents, settings: Settings, file: Path) -> int:
    """All articles of the file or none; those that are not in it stay as they are."""
    form = file.suffix.removeprefix(".").lower()
    if form not in READERS:
        typer.echo(f"{file}: must end with {_endings()}", err=True)
        return 2
    articles = Articles(documents, CLOCK)
    standing = {entry.article.id: entry for entry in await articles.all() if not entry.removed}
    try:
        content = await asyncio.to_thread(file.read_bytes)
        read = read_articles(content, form, [entry.article for entry in standing.values()])
    except OSError as error:
        typer.echo(f"{file}: cannot be read: {error.strerror}", err=True)
        return 2
    except WrongFile as wrong:
        typer.echo(f"{file}, {wrong}. Nothing was changed.", err=True)
        return 2
    ended = await _begun(documents, settings, "knowledge.imported", file.name)
    counts = Counter[str]()
    for article in read:
        known = standing.get(article.id)
        if known is not None and same_content(known.article, article):
            counts["unchanged"] += 1
            continue
        wanted = replace(article, version=known.article.version if known else 0)
        if not isinstance(await articles.put(wanted, author=SYSTEM), Entry):
            await ended("refused")
            typer.echo(f"{article.id}: somebody changes it at this moment; do it again", err=True)
            return 1
        counts["changed" if known else "added"] += 1
    await ended("done")
    told = ", ".join(f"{counts[name]} {name}" for name in ("added", "changed", "unchanged"))
    typer.echo(f"{told}. Customers get them with the next publication.")
    return 0


async def export_knowledge(documents: Documents, file: Path) -> int:
    """The articles as people work on them; a file that stands is not overwritten."""
    form = file.suffix.removeprefix(".").lower()
    if form not in WRITERS:
        typer.echo(f"{file}: must end with {_endings()}", err=True)
        return 2
    articles = await Articles(documents, CLOCK).standing()
    try:
        with file.open("x", encoding="utf-8", newline="") as out:
            out.write(written(articles, form))
    except FileExistsError:
        typer.echo(f"{file} stands already and was left as it is", err=True)
        return 1
    except OSError as error:
        typer.echo(f"{file}: cannot be written: {error.strerror}", err=True)
        return 2
    typer.echo(f"{len(articles)} articles written to {file}")
    return 0


def _endings() -> str:
    return ", ".join(f".{form}" for form in READERS)


async def rebuild_all(stores: MongoStores, settings: Settings, clock: Clock = CLOCK) -> int:
    """Refused while a hub runs: it remembers how far it has folded and would skip the rest."""
    if alive := await beating(stores.heart.shards, clock, settings.engine.lease_s):
        typer.echo(
            f"a hub works on this database: {', '.join(sorted(alive))}. Nothing was changed; "
            "stop it first, then rebuild.",
            err=True,
        )
        return 2
    console = Console(file=sys.stderr)
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed} commits"))
    with Progress(*columns, console=console) as progress:
        for projection in projections():
            task = progress.add_task(projection.name, total=None)
            count = await rebuild(
                projection,
                stores.heart.projections,
                stores.heart.journal,
                lambda done, task=task: progress.update(task, completed=done),  # type: ignore[misc]
                dict.fromkeys(range(SHARDS), 0),
            )
            typer.echo(f"{projection.name}: {count} commits folded")
    return 0


async def verify_all(stores: MongoStores, settings: Settings) -> int:
    """Replay under the policy that decided; a policy nobody kept is counted as not replayed."""
    current = {rules.kind: rules for rules in rules_of(settings)}
    known: dict[str, StreamRules] = {rules.version: rules for rules in current.values()}
    for doc in await stores.documents.page("policies", {}, limit=1000):
        kept = _kept_rules(doc)
        if kept.version == doc["_id"]:
            known[kept.version] = kept
    report = await verify(
        stores.heart,
        lambda _, version: known.get(version),
        lambda stream: current[stream_kind(stream)],
        SystemClock().now(),
    )
    typer.echo(
        f"{report.commits} commits of {report.streams} streams, {report.replayed} replayed, "
        f"{report.not_replayed} made by other rules or failed"
    )
    vault = vault_of(settings)
    await remember_keys(vault, stores.documents)
    audit = Audit(stores.documents, CLOCK, vault)
    if not report.commits and not (await audit.state()).n:
        typer.echo(NOTHING_HERE, err=True)
        return 1
    found = await audit.walk()
    flaws = [f"audit log: {flaw.problem}" for flaw in found.flaws]
    problems = [*map(str, report.problems), *flaws]
    for line in _unfinished_told(found.unfinished):
        typer.echo(line)
    for problem in problems:
        typer.echo(f"  {problem}", err=True)
    typer.echo("nothing wrong" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


def _unfinished_told(acts: Sequence[Unfinished]) -> list[str]:
    """No flaw of the chain: somebody has to look what became of them."""
    if not acts:
        return []
    named = [
        f"  row {act.n}: {act.act} by {act.actor}, {act.at:%Y-%m-%d %H:%M:%S} UTC"
        for act in acts[:MOST_NAMED]
    ]
    more = [f"  and {len(acts) - MOST_NAMED} before these"] if len(acts) > MOST_NAMED else []
    head = f"audit log: {len(acts)} acts began and have no outcome; look whether they were done:"
    return [head, *named, *more]


def _kept_rules(doc: Doc) -> StreamRules:
    if doc["_id"].startswith(f"{DESK}/"):
        return DeskRules(unpack_as(doc["policy"], DeskSettings))
    return CustomerRules(Policy.of_doc(doc["policy"]))
