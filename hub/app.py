"""The composition root: one process of Lianluo from its settings. The only importer of all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from aiohttp import web

import agent_web
from bot.engine import load_bot
from channels import registry
from hub.config.settings import Settings
from hub.decisions.customer import CustomerRules
from hub.decisions.policy import Policy
from hub.errors import StoreUncertain
from hub.http.app import build_http
from hub.http.deps import HttpDeps, HttpOptions
from hub.http.metrics import Metrics
from hub.http.passwords import ArgonPasswords
from hub.model.ids import ChannelId
from hub.ports import ChannelAdapter, Clock, Documents, Projection
from hub.projections.conversations import Conversations
from hub.projections.customers import Customers
from hub.runtime.bus import LocalBus
from hub.runtime.tasks import supervise
from hub.services.access import AccessRules
from hub.services.delivery import bot_worker, message_worker
from hub.store.embedded import EmbeddedMongo
from hub.store.embedded_folder import EmbeddedSettings
from hub.store.mongo.stores import MongoStores, open_stores
from hub.streams.heart import Heart
from hub.streams.settings import EngineSettings

log = structlog.get_logger(__name__)

STATIC = Path(agent_web.__file__).parent / "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """One process, built and not yet running."""

    settings: Settings
    clock: Clock
    stores: MongoStores
    rules: CustomerRules
    heart: Heart
    channels: Mapping[ChannelId, ChannelAdapter]
    web: web.Application


def customer_rules(settings: Settings) -> CustomerRules:
    return CustomerRules(Policy(**settings.policy.values()))


def projections() -> list[Projection]:
    return [Conversations(), Customers()]


@asynccontextmanager
async def open_database(settings: Settings, clock: Clock) -> AsyncIterator[MongoStores]:
    """The stores on the configured MongoDB, or on an embedded one that runs meanwhile."""
    async with AsyncExitStack() as stack:
        if settings.store.mongodb_uri is not None:
            uri = settings.store.mongodb_uri.get_secret_value()
        else:
            uri = await stack.enter_async_context(_embedded(settings, clock))
        stores = await open_stores(uri, settings.store.database, clock)
        stack.push_async_callback(stores.close)
        yield stores


@asynccontextmanager
async def _embedded(settings: Settings, clock: Clock) -> AsyncIterator[str]:
    wanted = EmbeddedSettings(
        data=settings.store.data,
        port=settings.store.port,
        cache_size=settings.store.cache_size,
    )
    async with EmbeddedMongo(wanted, clock) as mongo, asyncio.TaskGroup() as tasks:
        keeper = tasks.create_task(mongo.run())
        yield mongo.uri
        keeper.cancel()


async def build(settings: Settings, clock: Clock, stores: MongoStores) -> Hub:
    """Wire one process together.

    Raises:
        ConfigurationError, StartError: named, before anything is served.
    """
    rules = customer_rules(settings)
    await _keep_policy(stores.documents, rules)
    channels = {
        ChannelId(config.id): registry.build(config, clock=clock, tokens=stores.tokens)
        for config in registry.read_all(settings.channels)
        if config.enabled
    }
    bus = LocalBus()
    heart = Heart(
        stores.heart,
        stores.reading,
        [rules],
        projections(),
        {"message": message_worker(channels), "bot": bot_worker(load_bot())},
        bus,
        clock,
        EngineSettings(**settings.engine_values()),
    )
    deps = HttpDeps(
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
        probes={"store": lambda: _store_probe(stores), "shards": lambda: _shard_probe(heart)},
        metrics=_metrics(heart),
        options=HttpOptions(
            public_url=settings.http.public_url,
            trusted_origins=settings.http.trusted_origins,
            command_wait_s=settings.http.command_wait_s,
            static_dir=STATIC if STATIC.is_dir() else None,
            access=access_rules(settings),
        ),
    )
    return Hub(
        settings=settings,
        clock=clock,
        stores=stores,
        rules=rules,
        heart=heart,
        channels=channels,
        web=build_http(deps),
    )


async def run(hub: Hub, ready: Callable[[], Awaitable[None]]) -> None:
    """Serve until cancelled: first nothing more comes in, then shards are handed over."""
    runner = web.AppRunner(hub.web, access_log=None, shutdown_timeout=3.0)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hub.heart.run())
        for channel in hub.channels.values():
            work = _channel(channel, hub)
            tasks.create_task(supervise(f"channel {channel.id}", work, hub.clock))
        await runner.setup()
        try:
            http = hub.settings.http
            await web.TCPSite(runner, http.host, http.port, backlog=1024).start()
            while not hub.heart.owner.placed:
                await hub.clock.sleep(0.02)
            await ready()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


def _channel(channel: ChannelAdapter, hub: Hub) -> Callable[[], Awaitable[None]]:
    return lambda: channel.run(hub.heart.acceptor.accept)


def access_rules(settings: Settings) -> AccessRules:
    http = settings.http
    return AccessRules(
        idle=timedelta(seconds=http.session_idle_s),
        lifetime=timedelta(seconds=http.session_lifetime_s),
        min_password=http.min_password,
    )


async def _keep_policy(documents: Documents, rules: CustomerRules) -> None:
    """Every policy that ever decided something is kept: replay needs it."""
    await documents.create(
        "policies", {"_id": rules.version, "version": 1, "policy": rules.policy.as_doc()}
    )


async def _store_probe(stores: MongoStores) -> str:
    try:
        await stores.ping()
    except StoreUncertain as error:
        return str(error)
    return ""


async def _shard_probe(heart: Heart) -> str:
    return "" if heart.owner.placed else "shards without an owner"


def _metrics(heart: Heart) -> Metrics:
    metrics = Metrics()
    acceptor, owner = heart.acceptor, heart.owner
    metrics.watch("lianluo_shards", "Shards this process owns", lambda: len(heart.owned()))
    metrics.watch("lianluo_effects_waiting", "Commits to follow up", lambda: owner.backlog)
    metrics.watch_total(
        "lianluo_inputs",
        "Inputs stored, by result",
        "result",
        lambda: {"accepted": acceptor.accepted, "duplicate": acceptor.duplicates},
    )
    metrics.watch_total(
        "lianluo_commits", "Durable commits of this process", "", lambda: {"": owner.committed}
    )
    return metrics
