"""The two servers of the callback benchmark; each tells its own CPU time at `/cpu`.

python -m tests.bench.callback_server control PORT
python -m tests.bench.callback_server subject PORT MONGODB_URI
"""

import asyncio
import sys
import time

import uvloop
from aiohttp import web

from channels import registry
from channels.wechat.simulator.account import demo_account
from hub.decisions.customer import CustomerRules
from hub.decisions.policy import Policy
from hub.http.app import build_http
from hub.http.deps import HttpDeps, HttpOptions
from hub.http.metrics import Metrics
from hub.http.passwords import ArgonPasswords
from hub.model.ids import ChannelId
from hub.runtime.bus import LocalBus
from hub.runtime.clock import SystemClock
from hub.services.channel_accounts import ChannelAccounts
from hub.services.channel_host import ChannelHost
from hub.services.channel_log import ChannelLog
from hub.services.knowledge.house import Knowledge
from hub.services.media.files import ReadyMedia
from hub.services.vault import Vault
from hub.store.mongo.stores import open_stores
from hub.streams.heart import Heart
from hub.streams.settings import EngineSettings
from tests.fakes.knowledge import PretendBot
from tests.fakes.media import files_of, links_of

CHANNEL = ChannelId("wechat-bench")


async def empty(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=b"success")


async def cpu(_request: web.Request) -> web.Response:
    return web.json_response({"cpu": time.process_time()})


async def serve(app: web.Application, port: int) -> None:
    app.router.add_get("/cpu", cpu)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


async def control(port: int) -> None:
    app = web.Application()
    app.router.add_post("/hooks/{channel_id}", empty)
    await serve(app, port)


async def subject(port: int, uri: str) -> None:
    """The web role: hooks and the acceptor on a real database; shards belong to nobody here."""
    clock = SystemClock()
    stores = await open_stores(uri, "bench", clock)
    document = demo_account("safe").channel_document(CHANNEL, "http://127.0.0.1:9")
    vault = Vault([b"b" * 32])
    exchanges = ChannelLog(stores.exchanges, clock)
    kinds = registry.Kinds(clock, stores.tokens, ReadyMedia(stores.media), exchanges)
    accounts = ChannelAccounts(stores.documents, clock, vault, kinds, [document])
    channels = ChannelHost(accounts, LocalBus(), clock)
    await channels.load()
    rules = CustomerRules(Policy())
    heart = Heart(
        stores.heart, stores.reading, [rules], [], {}, LocalBus(), clock, EngineSettings()
    )
    deps = HttpDeps(
        vault=vault,
        files=files_of(stores.media, stores.reading, clock),
        links=links_of(stores.media, clock),
        knowledge=Knowledge(stores.documents, stores.reading, PretendBot(), clock),
        clock=clock,
        commands=heart.commands,
        reading=stores.reading,
        documents=stores.documents,
        journal=stores.heart.journal,
        outbox=stores.heart.outbox,
        inbox=stores.heart.inbox,
        rules=rules,
        accept=heart.acceptor.accept,
        passwords=ArgonPasswords(),
        channels=channels,
        exchanges=stores.exchanges,
        probes={},
        metrics=Metrics(),
        options=HttpOptions(),
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(heart.acceptor.run())
        tasks.create_task(exchanges.run())
        await serve(build_http(deps), port)


def main(arguments: list[str]) -> None:
    name, port, *rest = arguments
    work = control(int(port)) if name == "control" else subject(int(port), rest[0])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


if __name__ == "__main__":
    main(sys.argv[1:])
