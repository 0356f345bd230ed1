"""The whole as real processes: embedded database, WeChat simulator and hubs on one database."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from pymongo import AsyncMongoClient

from channels.wechat.simulator.account import demo_account
from hub.http.passwords import ArgonPasswords
from hub.model.desk import Medium, Queue, Skill, Slots
from hub.model.ids import QueueId
from hub.runtime.clock import SystemClock
from hub.services.access import Access, AccessRules, Role, User
from hub.services.catalogues import catalogues
from hub.store.embedded import EmbeddedMongo
from hub.store.embedded_folder import EmbeddedSettings
from hub.store.embedded_process import pick_port
from hub.store.mongo.stores import open_stores
from tests.faults.processes import Program, orphan_safe, plain_environment

Doc = dict[str, Any]

CHANNEL = "wechat-faults"
DATABASE = "faults"
PASSWORD = "only for this run"
LEASE_S = 2.0
OVERDUE_S = 3.0
GRACE_S = 6.0
START_S = 90.0
SECRETS = ("app_secret", "token", "aes_key")

LEADS = ("lead1", "supervisor1")
AGENTS = tuple(f"agent{number}" for number in range(1, 7))
CAPACITY = 2
QUEUES = {
    key: Queue(
        queue_id=QueueId(key),
        name=key,
        skills=skills,
        offer_for=timedelta(seconds=3),
        decline_pause=timedelta(seconds=2),
    )
    for key, skills in (("general", ()), ("cards", (Skill(skill="cards", level=2),)))
}


class NotReadyError(Exception):
    """A process did not answer in time; its last log lines follow."""


@dataclass(slots=True, kw_only=True)
class Hub:
    program: Program
    port: int
    config: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(slots=True, kw_only=True)
class Rig:
    """`public` is the address hubs go by; `killed` the database's last process that was killed."""

    folder: Path
    mongo: EmbeddedMongo
    client: AsyncMongoClient[Doc]
    simulator: str
    public: str
    hubs: list[Hub]
    session: aiohttp.ClientSession
    killed: int | None = None

    @property
    def database(self) -> Any:
        return self.client[DATABASE]

    def kill_database(self) -> bool:
        """SIGKILL; it is started again at once on the same folder and port.

        False when the next one has not been started yet.
        """
        pid = self.mongo.pid
        if pid is None or pid == self.killed:
            return False
        os.kill(pid, signal.SIGKILL)
        self.killed = pid
        return True

    async def faults(self, plan: Mapping[str, Any]) -> None:
        async with self.session.post(f"{self.simulator}/control/faults", json=plan) as answer:
            answer.raise_for_status()

    async def shards(self, hub: Hub) -> int | None:
        """How many shards the hub says it owns; None when it does not answer."""
        try:
            async with asyncio.timeout(2), self.session.get(f"{hub.url}/metrics") as answer:
                page = await answer.text()
        except (TimeoutError, aiohttp.ClientError):
            return None
        for line in page.splitlines():
            if line.startswith("lianluo_shards "):
                return int(float(line.split()[1]))
        return None

    async def run(self, *command: str) -> tuple[int, str]:
        """One command of the command line on the first hub's configuration."""
        process = await asyncio.create_subprocess_exec(
            *orphan_safe(["-m", "hub", *command, "--config", str(self.hubs[0].config)]),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=plain_environment(self.hubs[0].program.environment),
            start_new_session=True,
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode("utf-8", "replace")


@asynccontextmanager
async def rig(
    folder: Path,
    *,
    hubs: int = 1,
    hook: str | None = None,
    bot: bool = False,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Rig]:
    """Start everything, wait until the first hub is ready; stop what still runs at the end.

    `hook` is where the simulator posts: by default the first hub. `environment` is more of it for
    every hub.
    """
    clock = SystemClock()
    ports = [pick_port() for _ in range(hubs)]
    simulator_port = pick_port()
    simulator = f"http://127.0.0.1:{simulator_port}"
    public = f"http://127.0.0.1:{ports[0]}"
    mongo = _database(folder, clock)
    await mongo.start()
    witness = _simulator(folder, simulator_port, hook or f"{public}/hooks/{CHANNEL}")
    client: AsyncMongoClient[Doc] = AsyncMongoClient(mongo.uri, tz_aware=True)
    configs = [
        _configuration(folder, place, port, public, simulator, bot=bot)
        for place, port in enumerate(ports)
    ]
    more = {"MONGODB_URI": mongo.uri, "LIANLUO_LOG": "info", **(environment or {})}
    programs = [_hub(config, port, more) for config, port in zip(configs, ports, strict=True)]
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:
        kept = [tasks.create_task(mongo.run()), tasks.create_task(witness.keep())]
        made = Rig(
            folder=folder,
            mongo=mongo,
            client=client,
            simulator=simulator,
            public=public,
            hubs=programs,
            session=session,
        )
        try:
            await _people(mongo.uri, clock)
            await answers(session, f"{simulator}/phone/state", witness)
            for place, hub in enumerate(programs):
                kept.append(tasks.create_task(hub.program.keep()))
                path = "/health/live" if place else "/health/ready"
                await answers(session, f"{hub.url}{path}", hub.program)
            yield made
        finally:
            await _stop(programs)
            await witness.stop()
            await client.close()
            await mongo.stop()
            for task in kept:
                task.cancel()


def _database(folder: Path, clock: SystemClock) -> EmbeddedMongo:
    """Restarted however often it is killed, with the shortest pause."""
    return EmbeddedMongo(
        EmbeddedSettings(
            data=folder / "database",
            port=pick_port(),
            crash_limit=100_000,
            crash_window_s=0.5,
        ),
        clock,
    )


def _simulator(folder: Path, port: int, hook: str) -> Program:
    return Program(
        name="simulator",
        command=["-m", "channels.wechat.simulator", "--port", str(port), "--hook", hook],
        log=folder / "simulator.log",
    )


async def _stop(hubs: list[Hub]) -> None:
    for hub in hubs:
        if hub.program.frozen:
            hub.program.thaw()
        await hub.program.stop()


def _hub(config: Path, port: int, environment: Mapping[str, str]) -> Hub:
    program = Program(
        name=config.stem,
        command=["-m", "hub", "serve", "--config", str(config)],
        log=config.with_suffix(".log"),
        environment=environment,
    )
    return Hub(program=program, port=port, config=config)


async def answers(session: aiohttp.ClientSession, url: str, program: Program) -> None:
    """Wait until the address answers 200."""
    try:
        async with asyncio.timeout(START_S):
            while True:
                try:
                    async with asyncio.timeout(3), session.get(url) as answer:
                        if answer.status == 200:
                            return
                except (TimeoutError, aiohttp.ClientError):
                    pass
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise NotReadyError(f"{program.name} does not answer\n{program.tail()}") from None


async def _people(uri: str, clock: SystemClock) -> None:
    stores = await open_stores(uri, DATABASE, clock)
    try:
        access = Access(stores.documents, clock, ArgonPasswords(), AccessRules())
        for username in LEADS:
            user = User(username=username, display_name=username, role=Role.SUPERVISOR)
            await access.add_user(user, PASSWORD)
        for place, username in enumerate(AGENTS):
            user = User(
                username=username,
                display_name=username,
                role=Role.AGENT,
                skills=(Skill(skill="cards", level=1 + place % 3),),
                capacity=(Slots(medium=Medium.TEXT, count=CAPACITY),),
            )
            await access.add_user(user, PASSWORD)
        await catalogues(stores.documents, clock).queues.seed(QUEUES)
    finally:
        await stores.close()


def _configuration(
    folder: Path, place: int, port: int, public: str, simulator: str, *, bot: bool
) -> Path:
    """TOML of one hub; short times, secrets in files beside it."""
    channel = demo_account("safe").channel_document(CHANNEL, simulator)
    lines = [
        "[http]",
        f"port = {port}",
        f'public_url = "{public}"',
        "command_wait_s = 2.0",
        "[store]",
        f'database = "{DATABASE}"',
        "[engine]",
        f"lease_s = {LEASE_S}",
        "sweep_s = 0.5",
        "[outbox]",
        "send_timeout_s = 2.0",
        f"overdue_s = {OVERDUE_S}",
        "backoff_s = 0.2",
        "longest_backoff_s = 2.0",
        "attempts = 40",
        "[security]",  # all people of the run sit at one address and sign in after every kill
        "address_per_minute = 6000",
        "address_burst = 600",
        "[desk]",
        f"agent_grace_s = {GRACE_S}",
        "[policy]",
        f"without_bot = {json.dumps([] if bot else [CHANNEL])}",
        "[[channels]]",
        "call_timeout_s = 1.5",
    ]
    for key, value in channel.items():
        if key in SECRETS:
            (folder / key).write_text(value, encoding="utf-8")
            lines.append(f'{key} = {{file = "{key}"}}')
        else:
            lines.append(f"{key} = {json.dumps(value)}")
    path = folder / f"hub{place}.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
