"""The aiohttp application, put together from its table of routes."""

from collections.abc import Awaitable, Callable, Sequence

import orjson
from aiohttp import web

import hub
from hub.http import docs_page, openapi
from hub.http.agents import AgentApi
from hub.http.assignments import AssignmentApi
from hub.http.catalogue import catalogue_routes
from hub.http.channel_accounts import ChannelAccountApi
from hub.http.channel_log import ChannelLogApi
from hub.http.channels import ChannelApi
from hub.http.conversations import ConversationApi
from hub.http.customers import CustomerApi
from hub.http.dead_letters import DeadLetterApi
from hub.http.deps import HttpDeps
from hub.http.dispatch import Dispatcher, Locks
from hub.http.file_links import FileLinkApi
from hub.http.guards import Guards, guard_routes, guards_of
from hub.http.health import HealthPages
from hub.http.hooks import MAX_BODY, Hooks
from hub.http.knowledge import KnowledgeApi
from hub.http.knowledge_articles import ArticleApi
from hub.http.media import MediaApi
from hub.http.menus import MenuApi
from hub.http.middleware import add_headers, edge
from hub.http.notices import NoticeApi
from hub.http.origins import OriginRule
from hub.http.qr_codes import QrCodeApi
from hub.http.route import AnyRoute
from hub.http.sessions import ACCESS, AUDIT, COURIER, ORIGINS
from hub.http.site import SiteApi
from hub.http.sources import Sources
from hub.http.unmasking import UnmaskApi
from hub.services.agents import Agents
from hub.services.catalogues import catalogues
from hub.services.channel_host import Seen
from hub.services.conversations import Conversations
from hub.services.customers import Customers
from hub.services.dead_letters import DeadLetters
from hub.services.desk_setup import DeskSetup
from hub.services.history import History
from hub.services.letterbox import Letterbox
from hub.services.limits import Buckets
from hub.services.menus import Menus
from hub.services.notice_templates import NoticeTemplates
from hub.services.notices import Notices
from hub.services.qr_codes import QrCodes
from hub.services.unmasking import Unmasking
from hub.services.visibility import Visibility


def build_http(deps: HttpDeps) -> web.Application:
    """API, hooks, health and metrics. Pages and sockets are added to the result before it runs."""
    options = deps.options
    guards = guards_of(deps)
    origins = OriginRule((options.public_url, *options.trusted_origins))
    locks = Locks(
        access=guards.access,
        keys=guards.keys,
        audit=guards.audit,
        origins=origins,
        sources=Sources(options.trusted_proxies),
        callers=Buckets(options.rates.caller, deps.clock),
        addresses=Buckets(options.rates.address, deps.clock),
    )
    secure = options.public_url.startswith("https:")
    dispatcher = Dispatcher(locks, metrics=deps.metrics, secure_cookie=secure)
    app = web.Application(middlewares=[edge], client_max_size=MAX_BODY)
    app[ACCESS] = guards.access
    app[AUDIT] = guards.audit
    app[COURIER] = guards.courier
    app[ORIGINS] = origins
    app.on_response_prepare.append(add_headers)
    _add_hooks(app, deps)
    _add_health(app, deps)
    table = routes(deps, guards)
    for route in table:
        app.router.add_route(route.method, route.path, dispatcher.handler(route))
    _add_docs(app, table)
    if options.static_dir is not None:
        app.router.add_static("/static/", options.static_dir)
    return app


def routes(deps: HttpDeps, guards: Guards) -> Sequence[AnyRoute]:
    """The whole table, as dispatch and OpenAPI read it."""
    wait = deps.options.command_wait_s
    visibility = Visibility(deps.reading, deps.serves)
    conversations = Conversations(
        reading=deps.reading,
        visibility=visibility,
        journal=deps.journal,
        commands=deps.commands,
        capabilities=Seen(deps.channels, lambda channel: channel.capabilities),
        wait=wait,
        files=deps.files,
    )
    customers = Customers(
        reading=deps.reading, visibility=visibility, commands=deps.commands, wait=wait
    )
    dead_letters = DeadLetters(
        outbox=deps.outbox, inbox=deps.inbox, commands=deps.commands, wait=wait
    )
    templates = NoticeTemplates(deps.documents, deps.clock, deps.channels)
    notices = Notices(
        conversations=conversations,
        customers=customers,
        templates=templates,
        commands=deps.commands,
        wait=wait,
    )
    lists = catalogues(deps.documents, deps.clock)
    setup = DeskSetup(lists.queues, guards.access, deps.commands, wait=wait)
    return (
        *SiteApi(deps.options.site).routes(),
        *guard_routes(deps, guards),
        *ConversationApi(conversations, History(deps.journal, deps.rules)).routes(),
        *CustomerApi(customers).routes(),
        *UnmaskApi(Unmasking(customers, deps.journal, deps.reading)).routes(),
        *MediaApi(deps.files).routes(),
        *FileLinkApi(deps.links, guards.audit, deps.options.site).routes(),
        *ChannelApi(deps.channels).routes(),
        *ChannelAccountApi(deps.channels, deps.clock, deps.options.public_url).routes(),
        *ChannelLogApi(deps.exchanges).routes(),
        *NoticeApi(notices, templates).routes(),
        *MenuApi(Menus(deps.documents, deps.clock, deps.channels)).routes(),
        *QrCodeApi(QrCodes(deps.documents, deps.clock, deps.channels)).routes(),
        *DeadLetterApi(Letterbox(dead_letters, conversations)).routes(),
        *catalogue_routes(lists, setup.queues_changed),
        *AgentApi(Agents(deps.documents, deps.clock), setup).routes(),
        *AssignmentApi(deps.reading).routes(),
        *ArticleApi(deps.knowledge).routes(),
        *KnowledgeApi(deps.knowledge).routes(),
    )


def _add_hooks(app: web.Application, deps: HttpDeps) -> None:
    hooks = Hooks(deps.channels, accept=deps.accept, clock=deps.clock, metrics=deps.metrics)
    for method in ("GET", "POST"):
        for channel_id, handle in hooks.handlers().items():
            app.router.add_route(method, f"/hooks/{channel_id}", handle)
        app.router.add_route(method, "/hooks/{channel_id}", hooks.handle)


def _add_health(app: web.Application, deps: HttpDeps) -> None:
    pages = HealthPages(deps.probes, deps.metrics)
    app.router.add_get("/health/live", pages.live)
    app.router.add_get("/health/ready", pages.ready)
    app.router.add_get("/metrics", pages.metrics)


def _add_docs(app: web.Application, table: Sequence[AnyRoute]) -> None:
    document = openapi.document(table, version=hub.__version__)
    for path, body, content_type in (
        ("/api/openapi.json", orjson.dumps(document), "application/json"),
        ("/api/docs", docs_page.page(document).encode(), "text/html"),
        ("/api/docs.css", docs_page.STYLE.encode(), "text/css"),
    ):
        app.router.add_get(path, _constant(body, content_type))


def _constant(body: bytes, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(
            body=body,
            content_type=content_type,
            charset="utf-8",
            headers={"Cache-Control": "no-cache"},
        )

    return answer
