"""The demo: a bank on one machine, with a pretended WeChat that speaks the real protocol."""

import asyncio
import os
import secrets
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import ClientError
from rich.console import Console
from rich.table import Table

from agent_web.sandbox import add_sandbox
from channels.wechat.simulator.account import demo_account
from hub.app import STATIC, Hub, build, open_database, run
from hub.config.loading import load
from hub.config.settings import Settings
from hub.errors import StartError
from hub.http.passwords import ArgonPasswords
from hub.model.desk import Medium, Queue, Skill, Slots
from hub.model.ids import QueueId, desk_stream
from hub.ports import Clock
from hub.services.access import Access, AccessRules, Role, User
from hub.services.agents import Agents
from hub.services.catalogue import SYSTEM
from hub.services.catalogues import catalogues
from hub.services.password_rules import PasswordRules
from hub.store import embedded_shim
from hub.store.embedded_process import pick_port
from hub.streams.loading import effects_of
from hub.streams.rows import effect_rows
from hub.streams.shard import RuleBook

Doc = dict[str, Any]

CHANNEL = "wechat-demo"
BANK = "联络银行"
TEXTS = (Slots(medium=Medium.TEXT, count=4),)


def _skills(**levels: int) -> tuple[Skill, ...]:
    return tuple(Skill(skill=skill, level=level) for skill, level in levels.items())


def _queue(key: str, name: str, name_en: str, *, priority: int, **levels: int) -> Queue:
    return Queue(
        queue_id=QueueId(key),
        name=name,
        name_en=name_en,
        priority=priority,
        skills=_skills(**levels),
    )


QUEUES: dict[str, Queue] = {
    queue.queue_id: queue
    for queue in (
        _queue("general", "综合服务", "General", priority=5),
        _queue("card", "信用卡", "Credit cards", priority=4, card=2),
        _queue("loan", "个人贷款", "Personal loans", priority=4, loan=2),
        _queue("complaints", "投诉", "Complaints", priority=1, complaints=3),
    )
}
PEOPLE = (
    User(
        username="agent1",
        display_name="王晓 Wang Xiao",
        role=Role.AGENT,
        skills=_skills(card=5, loan=2, complaints=3),
        capacity=TEXTS,
    ),
    User(
        username="agent2",
        display_name="李静 Li Jing",
        role=Role.AGENT,
        skills=_skills(card=3, loan=5, complaints=4),
        capacity=TEXTS,
    ),
    User(username="supervisor1", display_name="陈晨 Chen Chen", role=Role.SUPERVISOR),
    User(username="admin", display_name="管理员 Administrator", role=Role.ADMIN),
    User(username="operator1", display_name="运维 Operations", role=Role.OPERATOR),
)
AGENTS = tuple(user.username for user in PEOPLE if user.role is Role.AGENT)
START_S = 20.0


def demo_settings(
    environment: Mapping[str, str], *, port: int, data: Path, simulator: str
) -> Settings:
    """What the environment says, with the demo's places and its one channel."""
    settings = load(None, environment)
    address = f"http://127.0.0.1:{port}"
    http = {
        "port": port,
        "public_url": address,
        "trusted_origins": (f"http://localhost:{port}",),
        "min_password": 1,
    }
    return settings.model_copy(
        update={
            "http": settings.http.model_copy(update=http),
            "store": settings.store.model_copy(update={"data": data, "database": "demo"}),
            "engine": settings.engine.model_copy(update={"lease_s": 3.0}),
            "desk": settings.desk.model_copy(update={"agent_grace_s": 15.0}),
            "site": settings.site.model_copy(update={"bank": BANK, "environment": "demo"}),
            "policy": settings.policy.model_copy(
                update={"queue_of_reason": {"complaint": "complaints"}}
            ),
            "channels": (demo_account("safe").channel_document(CHANNEL, simulator),),
        }
    )


async def demo(*, port: int, data: Path, environment: Mapping[str, str], clock: Clock) -> None:
    """Run until cancelled; everything started here is stopped here."""
    console = Console(highlight=False)
    simulator_port = load(None, environment).demo.simulator_port or pick_port()
    simulator = f"http://127.0.0.1:{simulator_port}"
    settings = demo_settings(environment, port=port, data=data, simulator=simulator)
    hook = f"http://127.0.0.1:{port}/hooks/{CHANNEL}"
    async with (
        _simulator(simulator_port, hook) as process,
        open_database(settings, clock) as stores,
    ):
        await catalogues(stores.documents, clock).queues.seed(QUEUES)
        hub = await build(settings, clock, stores)
        password = await _logins(hub, environment)
        add_sandbox(
            hub.web,
            simulators={"wechat": simulator},
            feed=hub.heart.feed,
            journal=stores.heart.journal,
            channel_id=CHANNEL,
            desk=desk_stream(),
            effects_of=_effects(hub),
            house={"bank": BANK, "environment": "demo", "workspace": "/", "agents": AGENTS},
            static=STATIC,
        )

        async def ready() -> None:
            await _answers(process, simulator_port)
            _greet(console, port, password)

        await run(hub, ready)


def _effects(hub: Hub) -> Any:
    book = RuleBook({rules.kind: rules for rules in hub.rules})

    def effects(commit: Doc) -> list[Doc]:
        jobs, tells = effect_rows(commit, effects_of(book, commit))
        told = [{"key": t["_id"], "kind": "tell", "destination": t["stream"]} for t in tells]
        return [
            *({"key": j["_id"], "kind": j["kind"], "destination": j["destination"]} for j in jobs),
            *told,
        ]

    return effects


async def _logins(hub: Hub, environment: Mapping[str, str]) -> str:
    """Make the demo's people; a given password replaces the one of an earlier start."""
    password = environment.get("LIANLUO_DEMO_PASSWORD") or secrets.token_urlsafe(9)
    lenient = AccessRules(passwords=PasswordRules(min_length=1, history=0, refused=frozenset()))
    access = Access(hub.stores.documents, hub.clock, ArgonPasswords(), lenient)

    async def keep(user: User) -> None:
        if await hub.stores.documents.get("users", user.username) is None:
            await access.add_user(user, password)
        else:
            await access.set_password(user.username, password)
            await _give_routing(hub, user)

    async with asyncio.TaskGroup() as tasks:
        for user in PEOPLE:
            tasks.create_task(keep(user))
    return password


async def _give_routing(hub: Hub, user: User) -> None:
    """Skills for somebody of an earlier version, which knew none."""
    agents = Agents(hub.stores.documents, hub.clock)
    stands = await agents.get(user.username)
    if stands is not None and not stands.changes and stands.user.skills != user.skills:
        await agents.set_routing(
            user.username, user.skills, user.capacity, version=stands.version, author=SYSTEM
        )


@asynccontextmanager
async def _simulator(port: int, hook: str) -> AsyncIterator[Process]:
    """The pretended WeChat, a process of its own; it may not answer yet."""
    process = await asyncio.create_subprocess_exec(
        *orphan_safe([sys.executable, "-m", "channels.wechat.simulator"]),
        "--port",
        str(port),
        "--hook",
        hook,
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        await _stop(process)


def orphan_safe(command: list[str]) -> list[str]:
    """The command, made to die with this process even when it is killed (Linux)."""
    return [sys.executable, embedded_shim.__file__, str(os.getpid()), *command]


async def _answers(process: Process, port: int) -> None:
    async with aiohttp.ClientSession() as session:
        try:
            async with asyncio.timeout(START_S):
                while process.returncode is None:
                    try:
                        async with session.get(f"http://127.0.0.1:{port}/phone/state") as answer:
                            if answer.status == 200:
                                return
                    except ClientError:
                        await asyncio.sleep(0.05)
        except TimeoutError:
            pass
    raise StartError(f"the WeChat simulator does not answer on port {port}; start the demo again")


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _greet(console: Console, port: int, password: str) -> None:
    base = f"http://127.0.0.1:{port}"
    table = Table.grid(padding=(0, 2))
    table.add_row("坐席工作台 Workspace", f"{base}/")
    table.add_row("沙盒 Sandbox", f"{base}/sandbox")
    table.add_row("接口文档 API docs", f"{base}/api/docs")
    table.add_row("健康 Health", f"{base}/health/ready")
    table.add_row("账号 Logins", "  ".join(user.username for user in PEOPLE))
    table.add_row("密码 Password", password)
    console.print("\n[bold]联络 Lianluo[/bold] · 演示 demo\n")
    console.print(table)
    console.print("\nCtrl-C 停止 stops everything.\n")
    console.print(f"ready {base}")
