"""The whole hub behind its HTTP side, in memory: real engine, real rules, one pretend channel."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from hub.decisions.customer.rules import CustomerRules
from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.policy import EN, ZH, Policy
from hub.http.app import build_http
from hub.http.deps import HttpDeps, HttpOptions
from hub.http.health import Probe
from hub.http.metrics import Metrics
from hub.http.passwords import ArgonPasswords
from hub.http.sessions import ACCESS
from hub.http.webhook_post import WebhookPost
from hub.model.codec import pack
from hub.model.desk import Presence
from hub.model.desk_inputs import AcceptOffer, ConnectAgent, SetPresence
from hub.model.ids import (
    SHARDS,
    AgentId,
    ChannelId,
    InteractionId,
    customer_of,
    customer_stream,
    desk_stream,
)
from hub.ports import Accept, Clock, MediaStore
from hub.projections.assignments import Assignments
from hub.projections.conversations import Conversations
from hub.projections.customers import Customers
from hub.projections.unanswered import Unanswered
from hub.runtime.bus import LocalBus
from hub.runtime.clock import SystemClock
from hub.services.access import Access, Role, User
from hub.services.channel_host import ChannelHost
from hub.services.delivery import message_worker
from hub.services.knowledge.house import Knowledge
from hub.services.limits import Rate, Rates
from hub.services.meanings import Meanings
from hub.services.media.intake import Intake
from hub.services.menus import Menus
from hub.services.qr_codes import QrCodes
from hub.services.vault import Vault
from hub.store.embedded_process import pick_port
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.streams.heart import Heart
from hub.streams.settings import EngineSettings
from tests.fakes.channels import PRETEND, host_of
from tests.fakes.knowledge import PretendBot, first_knowledge
from tests.fakes.media import files_of, intake_of, links_of, worker_of
from tests.http.described import described
from tests.http.pretend_channel import PretendChannel

CHANNEL = ChannelId("pretend-main")
ORIGIN = "http://hub.test"
HEADERS = {"Origin": ORIGIN}
PASSWORD = "correct horse battery"
USERS = {
    "agent1": Role.AGENT,
    "agent2": Role.AGENT,
    "supervisor1": Role.SUPERVISOR,
    "admin": Role.ADMIN,
    "operator1": Role.OPERATOR,
}
_MANY = Rate(per_minute=1_000_000, burst=1_000_000)
UNLIMITED = Rates(caller=_MANY, address=_MANY)
PRESENT = "agent2"
"""Signed in and not ready, for which the policy here has no words: who waits is told nothing."""

Json = dict[str, Any]


class ShiftedClock(SystemClock):
    """The system's clock, moved forward at will."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass(kw_only=True)
class World:
    """`client` speaks to the hub; `base` is its address for other clients."""

    client: TestClient[Any, Any]
    clock: ShiftedClock
    stores: MemoryStores
    channel: PretendChannel
    access: Access
    deps: HttpDeps
    bot: PretendBot
    ids: int = field(default=0)

    @property
    def base(self) -> str:
        return str(self.client.make_url("")).rstrip("/")

    def command_id(self) -> str:
        self.ids += 1
        return f"test-{self.ids}"

    async def sign_in(self, username: str = "supervisor1") -> None:
        answer = await self.post("/api/v1/session", {"username": username, "password": PASSWORD})
        assert answer.status == 201

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.client.get(path, headers=headers)

    async def get_json(self, path: str) -> Json:
        answer = await self.client.get(path)
        assert answer.status == 200, await answer.text()
        found: Json = await answer.json()
        return found

    async def put(self, path: str, body: Any) -> ClientResponse:
        return await self.client.put(path, json=body, headers=HEADERS)

    async def post(self, path: str, body: Any) -> ClientResponse:
        return await self.client.post(path, json=body, headers=HEADERS)

    async def customer_says(self, who: str, text: str, **more: str) -> str:
        """The conversation the message ended up in, when the hub has done all that follows.

        `more` of a file: `file`, its name at the provider, and `media`, its kind.
        """
        self.ids += 1
        call = {"from": who, "id": self.ids, "text": text, **more}
        answer = await self.client.post(f"/hooks/{CHANNEL}?key=right", json=call)
        assert (answer.status, await answer.text()) == (200, "success")
        return str(await eventually(lambda: self._listed(customer_of(CHANNEL, who))))

    async def _listed(self, customer: str) -> str:
        """The open conversation, as soon as nothing is under way and the lists show everything."""
        heart, reading, shards = self.stores.heart, self.stores.reading, range(SHARDS)
        if (
            await heart.inbox.sources(shards, 1)
            or await heart.outbox.open(shards)
            or await heart.outbox.untold(shards, 1)
        ):
            return ""
        doc = await reading.get("customers", customer) or {}
        conversation = str(doc.get("open_conversation_id", ""))
        listed = await reading.get("conversations", conversation) or {"seq": 0}
        stream = customer_stream(customer)
        later = await heart.journal.of_stream(stream, listed["seq"], 9)
        behind = any(event["is"] != "Ignored" for commit in later for event in commit["events"])
        return "" if behind else conversation

    async def connects(self, username: str) -> None:
        """The agent opens a screen: signed in, not ready yet."""
        user = await self.access.user_of(username)
        assert user is not None
        await self.desk(username, ConnectAgent(agent=user.profile, connection_id=f"{username}.1"))

    async def at_the_desk(self, username: str) -> None:
        await self.connects(username)
        await self.ready(username)

    async def ready(self, username: str) -> None:
        ready = SetPresence(agent_id=AgentId(username), presence=Presence.READY)
        await self.desk(username, ready)

    async def rests(self, username: str) -> None:
        """Work in hand stays, new work does not come."""
        rest = SetPresence(agent_id=AgentId(username), presence=Presence.NOT_READY)
        await self.desk(username, rest)

    async def accepts(self, username: str, conversation: str) -> None:
        """The agent takes the offer of this conversation, and the lists show it."""
        reading = self.stores.reading
        agent = {"agent_id": username}

        async def offered() -> Any:
            doc = await reading.get("conversations", conversation) or {}
            return doc if agent.items() <= doc.items() and doc["state"] == "offered" else None

        interaction = InteractionId((await eventually(offered))["interaction_id"])

        async def told() -> list[int]:
            doc = await reading.get("assignments", interaction) or {"events": []}
            offers = [each["event"] for each in doc["events"] if each["event"]["is"] == "Offered"]
            return [each["epoch"] for each in offers if each["agent_id"] == username]

        epoch = max(await eventually(told))
        accept = AcceptOffer(interaction_id=interaction, agent_id=AgentId(username), epoch=epoch)
        await self.desk(username, accept)

        async def taken() -> bool:
            doc = await reading.get("conversations", conversation) or {}
            return agent.items() <= doc.items() and doc["state"] == "active"

        await eventually(taken)

    async def desk(self, username: str, command: Any) -> None:
        commit = await self.deps.commands.submit(
            desk_stream(), self.command_id(), f"agent:{username}", pack(command), wait=5
        )
        assert commit is not None
        assert commit["events"][0]["is"] not in {"Refused", "Failed"}, commit["events"]


async def eventually(ask: Callable[[], Awaitable[Any]]) -> Any:
    """The first true answer; projections and sends follow within milliseconds."""
    async with asyncio.timeout(5):
        while not (found := await ask()):  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.002)
    return found


@dataclass(kw_only=True)
class Composition:
    """The parts, put together and not running."""

    clock: ShiftedClock
    channel: PretendChannel
    stores: MemoryStores
    heart: Heart
    deps: HttpDeps
    bot: PretendBot


def compose(
    *,
    accept: Accept | None = None,
    probes: Mapping[str, Probe] | None = None,
    options: HttpOptions | None = None,
    webhook_post: WebhookPost | None = None,
    intake: Callable[[MediaStore], Intake] = intake_of,
) -> Composition:
    clock, channel, bus = ShiftedClock(), PretendChannel(CHANNEL), LocalBus()
    bot = PretendBot()
    stores = MemoryStores(Database(), clock)
    taking = intake(stores.media)
    links = links_of(stores.media, clock, base=ORIGIN)

    def make(document: Mapping[str, Any]) -> PretendChannel:
        return channel if document["id"] == CHANNEL else PretendChannel(document["id"])

    of_file = [{"id": CHANNEL, "kind": PRETEND}]
    channels = host_of(stores.documents, clock, bus, make, of_file)
    quiet = [replace(texts, all_away="") for texts in (ZH, EN)]
    rules = CustomerRules(Policy(without_bot=frozenset({CHANNEL}), zh=quiet[0], en=quiet[1]))
    heart = Heart(
        stores.heart,
        stores.reading,
        [rules, DeskRules(DeskSettings())],
        [Conversations(), Customers(), Assignments(), Unanswered()],
        {
            "message": channels.guarded(message_worker(channels, links)),
            "media": worker_of(stores.media, channels, clock, intake=taking).do,
        },
        bus,
        clock,
        EngineSettings(),
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
        accept=_meant(accept or heart.acceptor.accept, stores, channels, clock),
        vault=Vault([b"v" * 32]),
        webhook_post=webhook_post or WebhookPost(()),
        files=files_of(stores.media, stores.reading, clock, intake=taking),
        links=links,
        knowledge=Knowledge(stores.documents, stores.reading, bot, clock),
        passwords=ArgonPasswords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        channels=channels,
        exchanges=stores.exchanges,
        probes=probes or {},
        metrics=Metrics(),
        options=options or HttpOptions(public_url=ORIGIN, rates=UNLIMITED),
    )
    return Composition(clock=clock, channel=channel, stores=stores, heart=heart, deps=deps, bot=bot)


def _meant(accept: Accept, stores: MemoryStores, channels: ChannelHost, clock: Clock) -> Accept:
    menus = Menus(stores.documents, clock, channels)
    return Meanings(menus, QrCodes(stores.documents, clock, channels)).accepting(accept)


@asynccontextmanager
async def world(
    *,
    accept: Accept | None = None,
    probes: Mapping[str, Probe] | None = None,
    options: HttpOptions | None = None,
    webhook_post: WebhookPost | None = None,
    intake: Callable[[MediaStore], Intake] = intake_of,
) -> AsyncIterator[World]:
    made = compose(
        accept=accept, probes=probes, options=options, webhook_post=webhook_post, intake=intake
    )
    await made.deps.channels.load()
    await made.deps.knowledge.publisher.open(first_knowledge)
    app = build_http(made.deps)
    answers = described(made.deps)
    app.on_response_prepare.append(answers.hear)
    access = app[ACCESS]
    for username, role in USERS.items():
        user = User(username=username, display_name=username.title(), role=role)
        await access.add_user(user, PASSWORD)
    server = TestServer(app, port=pick_port())
    async with TestClient(server) as client, asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(made.heart.run()),
            tasks.create_task(made.deps.channels.run(made.deps.accept)),
            tasks.create_task(made.deps.knowledge.publisher.run()),
        ]
        made_world = World(
            client=client,
            clock=made.clock,
            stores=made.stores,
            channel=made.channel,
            access=access,
            deps=made.deps,
            bot=made.bot,
        )
        await made_world.connects(PRESENT)
        yield made_world
        for each in running:
            each.cancel()
    assert answers.wrong == []
