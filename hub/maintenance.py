"""Work on a hub's data from the command line: people, rebuild, verify."""

import sys

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from hub.app import access_rules, customer_rules, projections
from hub.config.settings import Settings
from hub.decisions.customer import CustomerRules
from hub.decisions.policy import Policy
from hub.decisions.rules import StreamRules
from hub.http.passwords import ArgonPasswords
from hub.model.ids import SHARDS
from hub.ports import Clock, Documents
from hub.runtime.clock import SystemClock
from hub.services.access import Access, Role, User
from hub.store.mongo.stores import MongoStores
from hub.streams.leases import beating
from hub.streams.projecting import rebuild
from hub.streams.verify import verify

CLOCK = SystemClock()


async def add_user(
    documents: Documents, settings: Settings, username: str, name: str, role: str, password: str
) -> int:
    if role not in set(Role):
        typer.echo(f"role: {role!r} is none of {', '.join(Role)}", err=True)
        return 2
    access = _access(documents, settings)
    user = User(username=username, display_name=name or username, role=Role(role))
    try:
        added = await access.add_user(user, password)
    except ValueError as error:
        typer.echo(f"{username}: {error}", err=True)
        return 2
    typer.echo(f"{username} added" if added else f"{username} stands already", err=not added)
    return 0 if added else 1


async def set_password(
    documents: Documents, settings: Settings, username: str, password: str
) -> int:
    try:
        known = await _access(documents, settings).set_password(username, password)
    except ValueError as error:
        typer.echo(f"{username}: {error}", err=True)
        return 2
    return _told(username, "has a new password; open sessions ended", known=known)


async def set_disabled(
    documents: Documents, settings: Settings, username: str, *, disabled: bool
) -> int:
    known = await _access(documents, settings).set_disabled(username, disabled)
    done = "is disabled; open sessions ended" if disabled else "may sign in again"
    return _told(username, done, known=known)


def _access(documents: Documents, settings: Settings) -> Access:
    return Access(documents, SystemClock(), ArgonPasswords(), access_rules(settings))


def _told(username: str, done: str, *, known: bool) -> int:
    typer.echo(f"{username} {done}" if known else f"there is no user {username}", err=not known)
    return 0 if known else 1


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
    rules = customer_rules(settings)
    known: dict[str, StreamRules] = {rules.version: rules}
    for doc in await stores.documents.page("policies", {}, limit=1000):
        kept = CustomerRules(Policy.of_doc(doc["policy"]))
        if kept.version == doc["_id"]:
            known[kept.version] = kept
    report = await verify(
        stores.heart, lambda _, version: known.get(version), lambda _: rules, SystemClock().now()
    )
    typer.echo(
        f"{report.commits} commits of {report.streams} streams, {report.replayed} replayed, "
        f"{report.not_replayed} made by other rules or failed"
    )
    for problem in report.problems:
        typer.echo(f"  {problem}", err=True)
    typer.echo("nothing wrong" if not report.problems else f"{len(report.problems)} problems")
    return 1 if report.problems else 0
