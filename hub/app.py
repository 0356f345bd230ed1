"""The composition root: one process of Lianluo from its settings. The only importer of all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from aiohttp import web

import agent_web
import hub as package
from agent_web.acts import Acts
from agent_web.app import add_pages, build_of
from agent_web.customer_docs import ChannelFacts
from agent_web.gateway import Gateway, House
from agent_web.rooms import Rooms
from agent_web.sources import Topics
from agent_web.typing_shown import TypingShown
from bot.engine import FaqBot
from hub.config.channels import channel_host, channel_log_of, meant
from hub.config.knowledge import answering
from hub.config.locks import access_rules, lock_rules, rates
from hub.config.media import file_links, intake_of
from hub.config.metrics import metrics_of
from hub.config.seal import vault_of
from hub.config.settings import Settings
from hub.config.workers import workers
from hub.decisions.customer import CustomerRules
from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.policy import Policy
from hub.decisions.rules import StreamRules
from hub.errors import Overloaded, StoreUncertain
from hub.http.app import build_http
from hub.http.deps import HttpDeps, HttpOptions
from hub.http.metrics import Metrics
from hub.http.passwords import ArgonPasswords
from hub.http.sessions import ACCESS, COURIER
from hub.http.site import Site
from hub.http.webhook_post import WebhookPost
from hub.model.codec import plain
from hub.ports import Clock, Doc, Documents, Projection
from hub.projections.assignments import Assignments
from hub.projections.conversations import Conversations
from hub.projections.customers import Customers
from hub.projections.unanswered import Unanswered
from hub.runtime.bus import LocalBus
from hub.runtime.collector import settle
from hub.runtime.tasks import supervise
from hub.services.catalogues import Catalogues, catalogues
from hub.services.channel_host import ChannelHost, Seen
from hub.services.channel_log import ChannelLog
from hub.services.dead_letters import DeadLetters
from hub.services.desk_setup import DeskSetup
from hub.services.desk_watch import DeskWatch
from hub.services.knowledge.house import Knowledge
from hub.services.media.files import Files
from hub.services.media.sweep import sweep
from hub.services.vault import Vault, remember_keys
from hub.services.visibility import Visibility
from hub.services.webhook_delivery import Deliveries, RetryRules
from hub.store.embedded import EmbeddedMongo
from hub.store.embedded_folder import EmbeddedSettings
from hub.store.mongo.stores import MongoStores, open_stores
from hub.streams.heart import Heart
from hub.streams.settings import EngineSettings

log = structlog.get_logger(__name__)

DATABASE_WAIT_S = 60.0
STATIC = Path(agent_web.__file__).parent / "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """One process, built and not yet running."""

    settings: Settings
    clock: Clock
    stores: MongoStores
    rules: tuple[StreamRules, ...]
    vault: Vault
    heart: Heart
    channels: ChannelHost
    channel_log: ChannelLog
    bot: FaqBot
    knowledge: Knowledge
    topics: Topics
    gateway: Gateway
    desk_setup: DeskSetup
    web: web.Application


def customer_rules(settings: Settings) -> CustomerRules:
    return CustomerRules(Policy(**settings.policy.values()))


def desk_rules(settings: Settings) -> DeskRules:
    return DeskRules(DeskSettings(**settings.desk.values()))


def rules_of(settings: Settings) -> tuple[StreamRules, ...]:
    """Of every kind of stream."""
    return customer_rules(settings), desk_rules(settings)


def projections() -> list[Projection]:
    return [Conversations(), Customers(), Assignments(), Unanswered()]


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
async def built(settings: Settings, clock: Clock) -> AsyncIterator[Hub]:
    """A hub on its database. A database that restarts with its hubs is waited for.

    Raises:
        StoreUncertain: it did not answer for `DATABASE_WAIT_S`.
    """
    give_up = clock.monotonic() + DATABASE_WAIT_S
    while True:
        async with AsyncExitStack() as stack:
            try:
                stores = await stack.enter_async_context(open_database(settings, clock))
                hub = await build(settings, clock, stores)
            except StoreUncertain as error:
                if clock.monotonic() > give_up:
                    raise
                log.warning("waiting for the database", error=str(error))
            else:
                yield hub
                return
        await clock.sleep(1.0)


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
    vault = vault_of(settings)
    await remember_keys(vault, stores.documents)
    customer, desk = customer_rules(settings), desk_rules(settings)
    await _keep_policy(stores.documents, customer.version, customer.policy.as_doc())
    await _keep_policy(stores.documents, desk.version, plain(desk.settings))
    lists = catalogues(stores.documents, clock)
    await lists.seed()
    bus = LocalBus()
    channel_log = channel_log_of(settings, stores, clock)
    channels = channel_host(settings, clock, stores, vault, bus, channel_log)
    await channels.load()
    bot, knowledge = await answering(settings, stores.documents, stores.reading, clock)
    intake = intake_of(settings, stores.media)
    heart = Heart(
        stores.heart,
        stores.reading,
        [customer, desk],
        projections(),
        workers(settings, clock, stores, vault, channels, channel_log, intake, bot),
        bus,
        clock,
        EngineSettings(**settings.engine_values()),
    )
    facts = Seen(channels, lambda each: ChannelFacts(each.kind, each.capabilities))
    topics = Topics(stores.heart, stores.reading, heart.feed, customer, desk, facts, clock)
    files = Files(intake, stores.reading, Visibility(stores.reading, topics.serves), clock)
    metrics = metrics_of(heart, channel_log)
    deps = _http_deps(
        settings, clock, stores, heart, customer, channels, metrics, topics, vault, files, knowledge
    )
    pages = build_http(deps)
    gateway = _gateway(settings, clock, stores, heart, channels, topics, pages, lists, files)
    gateway.add_to(pages)
    topics.desk.listeners.append(gateway.attendance)
    wait = settings.http.command_wait_s
    return Hub(
        settings=settings,
        clock=clock,
        stores=stores,
        rules=(customer, desk),
        vault=vault,
        heart=heart,
        channels=channels,
        channel_log=channel_log,
        bot=bot,
        knowledge=knowledge,
        topics=topics,
        gateway=gateway,
        desk_setup=DeskSetup(lists.queues, pages[ACCESS], heart.commands, wait=wait),
        web=pages,
    )


def _http_deps(
    settings: Settings,
    clock: Clock,
    stores: MongoStores,
    heart: Heart,
    rules: StreamRules,
    channels: ChannelHost,
    metrics: Metrics,
    topics: Topics,
    vault: Vault,
    files: Files,
    knowledge: Knowledge,
) -> HttpDeps:
    return HttpDeps(
        clock=clock,
        commands=heart.commands,
        reading=stores.reading,
        documents=stores.documents,
        journal=stores.heart.journal,
        outbox=stores.heart.outbox,
        inbox=stores.heart.inbox,
        rules=rules,
        accept=meant(heart.acceptor.accept, stores, channels, clock),
        passwords=ArgonPasswords(),
        vault=vault,
        webhook_post=WebhookPost(settings.security.webhook_origins),
        files=files,
        links=file_links(settings, stores.media, vault, clock),
        knowledge=knowledge,
        channels=channels,
        exchanges=stores.exchanges,
        probes={"store": lambda: _store_probe(stores), "shards": lambda: _shard_probe(heart)},
        metrics=metrics,
        serves=topics.serves,
        options=HttpOptions(
            public_url=settings.http.public_url,
            trusted_origins=settings.http.trusted_origins,
            command_wait_s=settings.http.command_wait_s,
            static_dir=STATIC if STATIC.is_dir() else None,
            access=access_rules(settings),
            site=Site(bank=settings.site.bank, environment=settings.site.environment),
            rates=rates(settings),
            lockout=lock_rules(settings),
            trusted_proxies=settings.security.trusted_proxies,
        ),
    )


def _gateway(
    settings: Settings,
    clock: Clock,
    stores: MongoStores,
    heart: Heart,
    channels: ChannelHost,
    topics: Topics,
    pages: web.Application,
    lists: Catalogues,
    files: Files,
) -> Gateway:
    wait = settings.http.command_wait_s
    outbox, inbox = stores.heart.outbox, stores.heart.inbox

    def acts(rooms: Rooms) -> Acts:
        return Acts(
            commands=heart.commands,
            journal=stores.heart.journal,
            reading=stores.reading,
            outbox=outbox,
            dead_letters=DeadLetters(
                outbox=outbox, inbox=inbox, commands=heart.commands, wait=wait
            ),
            capabilities=Seen(channels, lambda channel: channel.capabilities),
            dispositions=lists.dispositions,
            files=files,
            may_watch=rooms.may_watch,
            wait=wait,
        )

    house = House(
        process=heart.owner.process,
        bank=settings.site.bank,
        environment=settings.site.environment,
        build=build_of(STATIC, package.__version__),
    )
    return Gateway(
        access=pages[ACCESS],
        clock=clock,
        source=topics,
        acts=acts,
        house=house,
        typing=TypingShown(stores.reading, channels, clock),
    )


async def run(hub: Hub, ready: Callable[[], Awaitable[None]]) -> None:
    """Serve until cancelled: nothing more comes in, shards are handed over, the bot is closed."""
    with closing(hub.bot):
        await _serve(hub, ready)


async def _serve(hub: Hub, ready: Callable[[], Awaitable[None]]) -> None:
    add_pages(hub.web, STATIC)
    runner = web.AppRunner(hub.web, access_log=None, shutdown_timeout=3.0)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hub.heart.run())
        tasks.create_task(hub.topics.run())
        tasks.create_task(hub.gateway.run())
        tasks.create_task(_desk_watch(hub).run())
        tasks.create_task(_deliveries(hub).run())
        tasks.create_task(_set_up_desk(hub))
        tasks.create_task(sweep(hub.stores.media, hub.clock))
        tasks.create_task(hub.channel_log.run())
        tasks.create_task(supervise("knowledge", hub.knowledge.publisher.run, hub.clock))
        accept = meant(hub.heart.acceptor.accept, hub.stores, hub.channels, hub.clock)
        tasks.create_task(hub.channels.run(accept))
        await runner.setup()
        try:
            http = hub.settings.http
            await web.TCPSite(runner, http.host, http.port, backlog=1024).start()
            while not hub.heart.owner.placed:
                await hub.clock.sleep(0.02)
            settle()
            await ready()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


def _deliveries(hub: Hub) -> Deliveries:
    give_up = timedelta(seconds=hub.settings.security.webhook_give_up_s)
    return Deliveries(
        hub.web[COURIER],
        hub.stores.heart.journal,
        hub.heart.owned,
        hub.clock,
        RetryRules(give_up=give_up),
    )


def _desk_watch(hub: Hub) -> DeskWatch:
    heart = hub.heart
    return DeskWatch(
        hub.topics.desk,
        hub.stores.heart.shards,
        heart.owner.shards.__contains__,
        heart.acceptor.add,
        hub.clock,
        process=heart.owner.process,
        lease_s=hub.settings.engine.lease_s,
    )


async def _set_up_desk(hub: Hub) -> None:
    """The desk routes by the queues that are stored, whoever changed them while nothing ran."""
    desk = hub.topics.desk
    await desk.ready()
    while True:
        try:
            await hub.desk_setup.start(tuple(desk.state.queues.values()))
            return
        except (StoreUncertain, Overloaded) as error:
            log.warning("desk not set up yet", error=str(error))
            await hub.clock.sleep(1.0)


async def _keep_policy(documents: Documents, version: str, policy: Doc) -> None:
    """Every policy that ever decided something is kept: replay needs it."""
    await documents.create("policies", {"_id": version, "version": 1, "policy": policy})


async def _store_probe(stores: MongoStores) -> str:
    try:
        await stores.ping()
    except StoreUncertain as error:
        return str(error)
    return ""


async def _shard_probe(heart: Heart) -> str:
    return "" if heart.owner.placed else "shards without an owner"
