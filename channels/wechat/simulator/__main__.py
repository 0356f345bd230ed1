"""`python -m channels.wechat.simulator --port 8090 --hook http://127.0.0.1:8080/hooks/wechat-demo`."""

import argparse
import asyncio
import signal
from collections.abc import Sequence

from channels.wechat.simulator.account import demo_account
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from hub.runtime.clock import SystemClock


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="channels.wechat.simulator")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--hook", required=True, help="address of the hub's hook")
    parser.add_argument("--mode", choices=("plain", "compatible", "safe"), default="safe")
    chosen = parser.parse_args(arguments)
    world = World(account=demo_account(chosen.mode), hook=chosen.hook, clock=SystemClock())
    asyncio.run(_serve(world, chosen.host, chosen.port))


async def _serve(world: World, host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with running(world, host=host, port=port):
        await stop.wait()


if __name__ == "__main__":
    main()
