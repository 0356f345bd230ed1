"""50 faults of each kind between the real outbox and the provider: what became of every message.

A message that was taken is sent or uncertain, one that was not taken is sent later, uncertain or
failed; nobody gets one twice, and a person sees everything that is not certain.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from channels.wechat.simulator.account import CallFault, PushRules, demo_account
from channels.wechat.simulator.deliveries import Deliveries
from channels.wechat.simulator.pushes import message_fields
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from hub.decisions.customer import CustomerRules
from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.policy import Policy
from hub.model.ids import ChannelId
from hub.projections.conversations import Conversations
from hub.runtime.bus import LocalBus
from hub.runtime.clock import SystemClock
from hub.services.dead_letters import DeadLetters
from hub.services.delivery import message_worker
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.streams.heart import Heart
from hub.streams.settings import EngineSettings
from tests.channels.support import CHANNEL, adapter_of, free_port, hook_server, until

CUSTOMERS = 50
WX = ChannelId(CHANNEL)
SETTINGS = EngineSettings(
    sweep_s=0.05, backoff_s=0.05, longest_backoff_s=0.2, attempts=30, sends=50, send_timeout_s=5.0
)


@dataclass(slots=True, kw_only=True)
class House:
    """A hub without its pages: pushes in, the customers' rules, the outbox, WeChat."""

    world: World
    deliveries: Deliveries
    database: Database
    letters: DeadLetters

    def everyone_writes(self) -> None:
        """Each is told once that people will answer: one message out for each customer."""
        for _ in range(CUSTOMERS):
            phone = self.world.add_phone()
            self.deliveries.message(phone, message_fields("text", {"Content": "转人工"}))

    async def settled(self) -> list[dict[str, Any]]:
        """The rows of the outbox, when nothing of them is open any more."""
        async with asyncio.timeout(15):
            while True:
                rows = list(self.database.majority("outbox").rows.values())
                if len(rows) == CUSTOMERS and not any(row["open"] for row in rows):
                    return rows
                await asyncio.sleep(0.02)

    def received(self) -> Counter[str]:
        return Counter(str(row["openid"]) for row in self.world.sends.sent)


@asynccontextmanager
async def house(**more: Any) -> AsyncIterator[House]:
    clock, database = SystemClock(), Database()
    stores = MemoryStores(database, clock)
    world = World(account=demo_account(), hook="", clock=clock, push_rules=PushRules(patient=True))
    port, hook_port = free_port(), free_port()
    adapter = adapter_of(
        world.account,
        clock,
        base_url=f"http://127.0.0.1:{port}",
        tokens=stores.tokens,
        **more,
    )
    heart = Heart(
        stores.heart,
        stores.reading,
        [CustomerRules(Policy(without_bot=frozenset({WX}))), DeskRules(DeskSettings())],
        [Conversations()],
        {"message": message_worker({WX: adapter})},
        LocalBus(),
        clock,
        SETTINGS,
    )
    letters = DeadLetters(
        outbox=stores.heart.outbox, inbox=stores.heart.inbox, commands=heart.commands, wait=1.0
    )
    async with (
        running(world, port=port) as deliveries,
        hook_server(adapter, heart.acceptor.accept, clock, hook_port) as hook,
        asyncio.TaskGroup() as tasks,
    ):
        world.hook = hook
        lives = [
            tasks.create_task(heart.run()),
            tasks.create_task(adapter.run(heart.acceptor.accept)),
        ]
        await until(lambda: adapter.health()["state"] == "ok")
        yield House(world=world, deliveries=deliveries, database=database, letters=letters)
        for life in lives:
            life.cancel()


async def check(it: House, rows: list[dict[str, Any]]) -> Counter[str]:
    """Lost 0, doubled 0; whatever is not certain is listed."""
    received = it.received()
    listed = {letter.key for letter in await it.letters.undelivered(limit=500, after="")}
    for row in rows:
        got = received[row["body"]["address"]["value"]]
        assert got <= 1, row["_id"]
        assert (row["state"] == "sent") <= (got == 1), row["_id"]
        assert (row["state"] == "failed") <= (got == 0), row["_id"]
        assert (row["_id"] in listed) == (row["state"] in {"uncertain", "failed"}), row["_id"]
    return Counter(str(row["state"]) for row in rows)


@pytest.mark.parametrize(
    ("fault", "code", "patience_s"),
    [
        ({"kind": "cut"}, "answer_cut", 4.0),
        ({"kind": "status"}, "provider_failed", 4.0),
        ({"kind": "slow", "seconds": 60}, "no_answer_in_time", 0.8),
        ({"kind": "half"}, "answer_cut", 4.0),
    ],
    ids=["cut", "5xx", "slow", "half"],
)
async def test_50_messages_without_an_answer_are_uncertain_and_listed(
    fault: dict[str, Any], code: str, patience_s: float
) -> None:
    """Half of them were taken; nobody can know which, so none is sent again by itself."""
    async with house(call_timeout_s=patience_s) as it:
        it.world.call_faults = [
            CallFault.model_validate({**fault, "taken": True, "share": 0.5}),
            CallFault.model_validate(fault),
        ]
        it.everyone_writes()
        rows = await it.settled()
        assert await check(it, rows) == {"uncertain": CUSTOMERS}
        assert {row["code"] for row in rows} == {code}
        assert 5 < len(it.world.sends.sent) < 45


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("send", {"kind": "errcode", "code": -1}),
        ("stable_token", {"kind": "cut"}),
        ("stable_token", {"kind": "status"}),
        ("stable_token", {"kind": "half"}),
    ],
    ids=["busy", "token cut", "token 5xx", "token half"],
)
async def test_what_was_certainly_not_taken_is_sent_once_in_the_end(
    call: str, fault: dict[str, Any]
) -> None:
    async with house(call_timeout_s=4.0) as it:
        it.world.tokens.expire_all()
        times = CUSTOMERS if call == "send" else 2
        it.world.call_faults = [CallFault.model_validate({"call": call, **fault, "times": times})]
        it.everyone_writes()
        rows = await it.settled()
        assert await check(it, rows) == {"sent": CUSTOMERS}
        assert len(it.world.sends.sent) == CUSTOMERS


async def test_what_an_uncertain_message_became_is_never_guessed() -> None:
    """Faults and answers mixed: each row ends in one state, and it is true."""
    async with house(call_timeout_s=4.0) as it:
        it.world.call_faults = [
            CallFault(kind="cut", taken=True, share=0.2),
            CallFault(kind="status", share=0.2),
            CallFault(kind="errcode", code=-1, share=0.3),
            CallFault(kind="errcode", code=43004, share=0.1),
        ]
        it.everyone_writes()
        states = await check(it, await it.settled())
        assert set(states) <= {"sent", "uncertain", "failed"}
        assert states["sent"] > 0
        assert states["uncertain"] > 0
        assert sum(states.values()) == CUSTOMERS
