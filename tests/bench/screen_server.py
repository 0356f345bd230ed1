"""A whole hub on the embedded database for the screen benchmark, with one lead who may sign in.

python -m tests.bench.screen_server PORT DATA SIMULATOR
"""

import asyncio
import sys
from pathlib import Path

import uvloop

from channels.wechat.simulator.account import demo_account
from hub.app import build, open_database, run
from hub.config.settings import Http, Policy, Settings, Store
from hub.http.passwords import ArgonPasswords
from hub.runtime import logs
from hub.runtime.clock import SystemClock
from hub.services.access import Access, Role, User
from tests.bench.callback_server import CHANNEL

LEAD = "lead"
PASSWORD = "correct horse battery"


def settings(port: int, data: Path, simulator: str) -> Settings:
    return Settings(
        http=Http(port=port, public_url=f"http://127.0.0.1:{port}"),
        store=Store(data=data, database="bench"),
        policy=Policy(without_bot=frozenset({CHANNEL})),
        channels=(demo_account("safe").channel_document(CHANNEL, simulator),),
    )


async def serve(port: int, data: Path, simulator: str) -> None:
    clock, wanted = SystemClock(), settings(port, data, simulator)
    async with open_database(wanted, clock) as stores:
        access = Access(stores.documents, clock, ArgonPasswords())
        lead = User(username=LEAD, display_name=LEAD, role=Role.SUPERVISOR)
        await access.add_user(lead, PASSWORD)
        await run(await build(wanted, clock, stores), _ready)


async def _ready() -> None:
    print("ready", flush=True)


def main(arguments: list[str]) -> None:
    logs.set_up(level="error")
    port, data, simulator = arguments
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(port), Path(data), simulator))


if __name__ == "__main__":
    main(sys.argv[1:])
