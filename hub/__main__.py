"""The command line: `lianluo demo`, `serve`, `init`, `user`, `queue`, `rebuild`, `verify`…"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import structlog
import typer
import uvloop

from hub.errors import LianluoError
from hub.runtime import logs, preflight
from hub.runtime.clock import SystemClock

if TYPE_CHECKING:
    from hub.config.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="联络 Lianluo: a contact centre for banks.",
)
user = typer.Typer(no_args_is_help=True, help="People who sign in.")
app.add_typer(user, name="user")
queue = typer.Typer(no_args_is_help=True, help="Where work waits for people.")
app.add_typer(queue, name="queue")
knowledge = typer.Typer(no_args_is_help=True, help="What the bot answers from.")
app.add_typer(knowledge, name="knowledge")

FIRST_FILE = Path("lianluo.toml")
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="The TOML file; environment variables override it.")
]


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the hub.")] = 8080,
    data: Annotated[Path, typer.Option(help="Folder for the demo's data.")] = Path("data/demo"),
) -> None:
    """A bank on this machine: database, hub, a pretended WeChat and sample knowledge."""
    from hub.demo import demo as run_demo

    logs.set_up(level=os.environ.get("LIANLUO_LOG", "warning"), readable=True)
    _refuse(preflight.python_problems() + preflight.port_problems("127.0.0.1", port))
    clock = SystemClock()
    _run(run_demo(port=port, data=data.resolve(), environment=os.environ, clock=clock))


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Run the hub for real."""
    logs.set_up(level=os.environ.get("LIANLUO_LOG", "info"))
    settings = _checked(config)
    from hub.app import built, run

    async def serving() -> None:
        clock = SystemClock()
        async with built(settings, clock) as hub:

            async def ready() -> None:
                structlog.get_logger(__name__).info("ready", port=settings.http.port)

            await run(hub, ready)

    _run(serving())


@app.command()
def init(
    config: Annotated[Path, typer.Option("--config", help="Where to write.")] = FIRST_FILE,
) -> None:
    """Write a first configuration file: every option, explained, at its default."""
    from hub.config.options import written_file

    try:
        with config.open("x", encoding="utf-8") as file:
            file.write(written_file())
    except FileExistsError:
        _refuse([f"{config} stands already and was left as it is"])
    except OSError as error:
        _refuse([f"cannot write {config}: {error.strerror}"])
    typer.echo(f"{config} written. Next: lianluo user add admin --role admin --config {config}")


@user.command("add")
def user_add(
    username: str,
    role: Annotated[str, typer.Option(help="agent, supervisor, admin or operator")] = "agent",
    name: Annotated[str, typer.Option(help="Name shown to colleagues.")] = "",
    skill: Annotated[list[str] | None, typer.Option(help="name:level, again for more.")] = None,
    slots: Annotated[list[str] | None, typer.Option(help="text=4, again for more.")] = None,
    config: ConfigOption = None,
) -> None:
    """Add somebody; the password is asked for, or read from standard input."""
    from hub.maintenance import add_user

    password = _asked_password()
    _maintain(
        config,
        lambda db, settings: add_user(
            db.documents, settings, username, name, role, password, skill or (), slots or ()
        ),
    )


@user.command("password")
def user_password(username: str, config: ConfigOption = None) -> None:
    """Give a new password, asked for or read from standard input; open sessions end."""
    from hub.maintenance import set_password

    password = _asked_password()
    _maintain(config, lambda db, settings: set_password(db.documents, settings, username, password))


@user.command("disable")
def user_disable(username: str, config: ConfigOption = None) -> None:
    """Close the door for somebody; open sessions end."""
    from hub.maintenance import set_disabled

    _maintain(
        config,
        lambda db, settings: set_disabled(db.documents, settings, username, disabled=True),
    )


@user.command("enable")
def user_enable(username: str, config: ConfigOption = None) -> None:
    """Let a disabled user sign in again."""
    from hub.maintenance import set_disabled

    _maintain(
        config,
        lambda db, settings: set_disabled(db.documents, settings, username, disabled=False),
    )


@queue.command("list")
def queue_list(config: ConfigOption = None) -> None:
    """Show all queues with what they ask for."""
    from hub.maintenance import list_queues

    _maintain(config, lambda db, settings: list_queues(db.documents, settings))


@queue.command("set")
def queue_set(
    key: Annotated[str, typer.Argument(help="a-z, 0-9, - and _")],
    name: Annotated[str | None, typer.Option(help="Name on the screens.")] = None,
    name_en: Annotated[str | None, typer.Option(help="The same in English.")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="name:level, again for more.")] = None,
    priority: Annotated[int | None, typer.Option(min=0, max=9, help="0 is first.")] = None,
    offer: Annotated[int | None, typer.Option(min=1, help="Seconds an offer waits.")] = None,
    target: Annotated[int | None, typer.Option(min=1, help="Seconds one should wait.")] = None,
    decline_pause: Annotated[
        int | None, typer.Option(min=1, help="Seconds until it is offered to them again.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Add a queue, or change what is given."""
    from hub.maintenance import set_queue

    given = {"name": name, "name_en": name_en, "skills": skill, "priority": priority}
    seconds = {"offer_for": offer, "target": target, "decline_pause": decline_pause}
    _maintain(
        config,
        lambda db, settings: set_queue(db.documents, db.heart.inbox, key, given, seconds),
    )


@knowledge.command("import")
def knowledge_import(
    file: Annotated[Path, typer.Argument(help=".toml, .csv or .json")],
    config: ConfigOption = None,
) -> None:
    """Add and change articles from a file; a mistake names its line and changes nothing."""
    from hub.maintenance import import_knowledge

    _maintain(config, lambda db, settings: import_knowledge(db.documents, settings, file))


@knowledge.command("export")
def knowledge_export(
    file: Annotated[Path, typer.Argument(help=".toml, .csv or .json; must not stand yet")],
    config: ConfigOption = None,
) -> None:
    """Write all articles to a file that `import` reads."""
    from hub.maintenance import export_knowledge

    _maintain(config, lambda db, settings: export_knowledge(db.documents, file))


def _asked_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


@app.command()
def rebuild(config: ConfigOption = None) -> None:
    """Drop lists and search and fold the whole journal again."""
    from hub.maintenance import rebuild_all

    _maintain(config, rebuild_all)


@app.command()
def verify(config: ConfigOption = None) -> None:
    """Check numbers, time, replay and effects of the journal; exit 1 when something is wrong."""
    from hub.maintenance import verify_all

    _maintain(config, verify_all)


@app.command("preflight")
def preflight_command(config: ConfigOption = None) -> None:
    """Say what would stop a start."""
    _checked(config)
    typer.echo("nothing stops a start")


def _checked(config: Path | None) -> "Settings":
    """The settings of a start that nothing stops; whatever does is said and ends the program."""
    _refuse(preflight.python_problems() + preflight.clashing_packages())
    from channels import registry
    from hub.config.loading import load

    try:
        settings = load(config, os.environ)
        registry.read_all(settings.channels)
    except LianluoError as error:
        _refuse([str(error)])
        raise
    problems = preflight.port_problems(settings.http.host, settings.http.port)
    if settings.store.mongodb_uri is None:
        problems += preflight.data_folder_problems(settings.store.data)
    _refuse(problems)
    return settings


def _maintain(config: Path | None, work: Callable[[Any, Any], Awaitable[int]]) -> None:
    from hub.app import open_database
    from hub.config.loading import load

    logs.set_up(level="warning", readable=True)

    async def maintaining() -> int:
        settings = load(config, os.environ)
        async with open_database(settings, SystemClock()) as stores:
            return await work(stores, settings)

    code = _run(maintaining())
    if code:
        raise typer.Exit(code)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end, or to SIGINT or SIGTERM; errors of ours are one sentence, not a traceback."""

    async def until_signalled() -> Any:
        main_task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        if main_task is not None:
            for name in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(name, main_task.cancel)
        return await work

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(until_signalled())
    except (asyncio.CancelledError, KeyboardInterrupt):
        return 0
    except BaseExceptionGroup as group:
        ours, others = group.split(LianluoError)
        if others is not None or ours is None:
            raise
        _refuse([str(error) for error in _leaves(ours)])
    except LianluoError as error:
        _refuse([str(error)])
    return 1


def _leaves(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


def _refuse(problems: list[str]) -> None:
    if problems:
        for problem in problems:
            typer.echo(f"lianluo: {problem}", err=True)
        raise typer.Exit(2)


def main() -> int:
    app(prog_name="lianluo")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
