"""The whole hub behind its HTTP side, in memory: real engine, real rules, one pretend channel."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from hub.decisions.customer.rules import CustomerRules
from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.policy import Policy
from hub.errors import InboundRejected, PermanentSendError
from hub.http.app import build_http
from hub.http.deps import HttpDeps, HttpOptions
from hub.http.health import Probe
from hub.http.metrics import Metrics
from hub.http.passwords import ArgonPasswords
from hub.http.sessions import ACCESS
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
from hub.model.inputs import CustomerMessage
from hub.model.message import Address, Part, ReplyGrant, TextPart
from hub.ports import (
    Accept,
    Capabilities,
    GrantRule,
    SendReceipt,
    WebhookReply,
    WebhookRequest,
)
from hub.projections.assignments import Assignments
from hub.projections.conversations import Conversations
from hub.projections.customers import Customers
from hub.runtime.bus import LocalBus
from hub.runtime.clock import SystemClock
from hub.services.access import Access, Role, User
from hub.services.delivery import message_worker
from hub.store.embedded_process import pick_port
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.streams.heart import Heart
from hub.streams.settings import EngineSettings

CHANNEL = ChannelId("pretend-main")
ORIGIN = "http://hub.test"
HEADERS = {"Origin": ORIGIN}
PASSWORD = "correct horse battery"
USERS = {
    "agent1": Role.AGENT,
    "agent2": Role.AGENT,
    "supervisor1": Role.SUPERVISOR,
    "admin": Role.ADMIN,
}
PRESENT = "agent2"
"""Signed in and not ready: customers who wait are not told that nobody is there."""

Json = dict[str, Any]


class ShiftedClock(SystemClock):
    """The system's clock, moved forward at will."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class PretendChannel:
    """Takes JSON calls `{from, id, text}`; refuses to send while `broken` names a code."""

    id = CHANNEL
    kind = "pretend"
    capabilities = Capabilities(
        parts=frozenset({"TextPart"}),
        max_text=600,
        grants={"message": GrantRule(quota=5, valid=timedelta(hours=48))},
    )

    def __init__(self) -> None:
        self.broken = ""
        self.sent: list[tuple[str, str]] = []

    async def run(self, accept: Accept) -> None:
        await asyncio.Event().wait()

    async def send(self, to: Address, part: Part, *, key: str) -> SendReceipt:
        if self.broken:
            raise PermanentSendError(self.broken, provider_code="45047")
        assert isinstance(part, TextPart)
        self.sent.append((to.value, part.text))
        return SendReceipt(provider_id=key)

    def health(self) -> Mapping[str, str]:
        return {"state": "ok"}

    async def on_webhook(self, request: WebhookRequest, accept: Accept) -> WebhookReply:
        if request.method == "GET":
            return WebhookReply(body=request.query.get("echo", "").encode())
        if request.query.get("key") != "right":
            raise InboundRejected("bad_signature", status=403)
        call = orjson.loads(request.body)
        await accept(
            CustomerMessage(
                address=Address(channel_id=CHANNEL, value=call["from"]),
                external_id=f"{call['from']}:{call['id']}",
                order=f"{call['id']:020d}",
                parts=(TextPart(text=call["text"]),),
                sent_at=request.received_at,
                grant=ReplyGrant(
                    kind="message", quota=5, until=request.received_at + timedelta(hours=48)
                ),
                display_name="客户",
            )
        )
        return WebhookReply(body=b"success")


@dataclass(kw_only=True)
class World:
    """`client` speaks to the hub; `base` is its address for other clients."""

    client: TestClient[Any, Any]
    clock: ShiftedClock
    stores: MemoryStores
    channel: PretendChannel
    access: Access
    deps: HttpDeps
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

    async def customer_says(self, who: str, text: str) -> str:
        """The conversation the message ended up in, when the hub has done all that follows."""
        self.ids += 1
        call = {"from": who, "id": self.ids, "text": text}
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
        behind = await heart.journal.of_stream(stream, listed["seq"], 1)
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
            return [each["event"].get("epoch", 0) for each in doc["events"]]

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


def compose(
    *, accept: Accept | None = None, probes: Mapping[str, Probe] | None = None
) -> Composition:
    clock, channel = ShiftedClock(), PretendChannel()
    stores = MemoryStores(Database(), clock)
    rules = CustomerRules(Policy(without_bot=frozenset({CHANNEL})))
    heart = Heart(
        stores.heart,
        stores.reading,
        [rules, DeskRules(DeskSettings())],
        [Conversations(), Customers(), Assignments()],
        {"message": message_worker({CHANNEL: channel})},
        LocalBus(),
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
        accept=accept or heart.acceptor.accept,
        passwords=ArgonPasswords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        channels={CHANNEL: channel},
        probes=probes or {},
        metrics=Metrics(),
        options=HttpOptions(public_url=ORIGIN),
    )
    return Composition(clock=clock, channel=channel, stores=stores, heart=heart, deps=deps)


@asynccontextmanager
async def world(
    *, accept: Accept | None = None, probes: Mapping[str, Probe] | None = None
) -> AsyncIterator[World]:
    made = compose(accept=accept, probes=probes)
    app = build_http(made.deps)
    access = app[ACCESS]
    for username, role in USERS.items():
        user = User(username=username, display_name=username.title(), role=role)
        await access.add_user(user, PASSWORD)
    server = TestServer(app, port=pick_port())
    async with TestClient(server) as client, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.heart.run())
        made_world = World(
            client=client,
            clock=made.clock,
            stores=made.stores,
            channel=made.channel,
            access=access,
            deps=made.deps,
        )
        await made_world.connects(PRESENT)
        yield made_world
        running.cancel()
