"""An integrator's server and the hub are killed in turn while customers write.

What docs/api.md promises under Webhooks: everything arrives, each customer's notices in the order
of the journal, and one comes again only when its answer was lost, with the id it had.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from hub.model.ids import customer_of
from hub.runtime.clock import SystemClock
from tests.faults.bank import ADMIN, Caller, bank, until
from tests.faults.rig import CHANNEL, Rig, answers
from tests.faults.witness import Witness
from tests.services.receiver_process import Receiver, is_signed

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(300)]

EVENTS = {
    "ConversationOpened": "conversation.opened",
    "MessageReceived": "message.received",
    "HandedOff": "conversation.handed_off",
}
PHONES = 4
WORDS = 60
NOTICES = WORDS + 2 * PHONES
"""Every conversation is opened and handed off with its first word."""

KILLS = 3
FRESH_S = 300
"""The standard's tolerance: a receiver refuses what was signed longer ago."""


@dataclass(kw_only=True)
class Writers:
    """`said`: what each customer wrote, in order; the next word follows the answer to the last."""

    witness: Witness
    said: dict[str, list[str]] = field(default_factory=dict)

    async def come(self) -> None:
        for _ in range(PHONES):
            self.said[await self.witness.add_phone()] = []

    async def write(self, words: int) -> None:
        async with asyncio.TaskGroup() as tasks:
            for openid in self.said:
                tasks.create_task(self._write(openid, words))

    async def _write(self, openid: str, words: int) -> None:
        said = self.said[openid]
        for _ in range(words):
            said.append(f"word {len(said)}")
            await self.witness.wait_acked(await self.witness.write(openid, said[-1]))

    def by_customer(self) -> dict[str, list[str]]:
        return {str(customer_of(CHANNEL, openid)): said for openid, said in self.said.items()}


async def test_every_notice_arrives_in_order_though_receiver_and_hub_are_killed(
    tmp_path: Path,
) -> None:
    receiver = Receiver(tmp_path / "book")
    async with bank(tmp_path, receiver.port) as (it, admin), asyncio.TaskGroup() as tasks:
        witness = Witness(session=it.session, simulator=it.simulator)
        watching = tasks.create_task(witness.watch())
        await it.faults({"push": {"patient": True}})
        await admin.sign_in(ADMIN)
        asked = {"url": receiver.url, "events": sorted(EVENTS.values())}
        made = await admin.made("POST", "/api/v1/webhooks", asked)
        writers = Writers(witness=witness)
        await writers.come()
        try:
            await receiver.start()
            await _killed_in_turn(it, admin, receiver, writers)
            expected = await until(lambda: _journalled(it))
            await until(lambda: _has_all(receiver, expected))
            [stands] = (await admin.get("/api/v1/webhooks"))["items"]
        finally:
            if receiver.process is not None:
                await receiver.kill()
        watching.cancel()
    assert (stands["state"], stands["failures"], stands["last_status"]) == ("active", 0, 204)
    assert it.hubs[0].program.starts == 3
    _is_promised(receiver.took(), expected, made["secret"])
    assert _texts(receiver.took()) == writers.by_customer()
    assert sum(map(len, writers.said.values())) == WORDS


async def _killed_in_turn(it: Rig, admin: Caller, receiver: Receiver, writers: Writers) -> None:
    hub, witness = it.hubs[0].program, writers.witness
    await writers.write(4)
    await receiver.kill()
    before = len(receiver.took())
    await writers.write(2)
    await until(lambda: _failures(admin, 1))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(writers.write(6))
        await witness.reached(30)
        await hub.kill()
    await answers(it.session, f"{it.public}/health/ready", hub)
    await until(lambda: _failures(admin, 2))
    assert len(receiver.took()) == before
    await receiver.start()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(writers.write(3))
        await receiver.has(before + 10)
        await hub.kill()
        assert len(receiver.took()) < before + 32
    await answers(it.session, f"{it.public}/health/ready", hub)


async def _failures(admin: Caller, least: int) -> bool:
    [webhook] = (await admin.get("/api/v1/webhooks"))["items"]
    return bool(webhook["failures"] >= least)


async def _journalled(it: Rig) -> dict[str, list[str]]:
    """By customer, in order: the ids that docs/api.md gives notices. Empty until all are there."""
    found: dict[str, list[str]] = defaultdict(list)
    commits = it.database["journal"].find({"stream": {"$regex": "^customer:"}}).sort("seq")
    for commit in await commits.to_list():
        customer = commit["stream"].partition(":")[2]
        for place, event in enumerate(commit["events"]):
            if event["is"] in EVENTS:
                found[customer].append(f"{commit['shard']:02x}-{commit['n']:012d}-{place}")
    return found if sum(map(len, found.values())) == NOTICES else {}


async def _has_all(receiver: Receiver, expected: Mapping[str, list[str]]) -> bool:
    return set(receiver.ids()) >= {each for ids in expected.values() for each in ids}


def _is_promised(
    took: list[dict[str, Any]], expected: Mapping[str, list[str]], secret: str
) -> None:
    """A repeated one follows its first at once, among those of its customer; one a kill at most."""
    came: dict[str, list[str]] = defaultdict(list)
    for notice in took:
        body = json.loads(notice["body"])
        assert body["id"] == notice["headers"]["webhook-id"]
        came[body["data"]["customer_id"]].append(body["id"])
    assert {customer: [each for each, _ in groupby(ids)] for customer, ids in came.items()} == (
        expected
    )
    assert len(took) - NOTICES <= KILLS
    assert [each for each in took if not is_signed(each, secret)] == []
    now = SystemClock().now().timestamp()
    signed_at = [int(each["headers"]["webhook-timestamp"]) for each in took]
    assert min(signed_at) > now - FRESH_S
    assert max(signed_at) <= now


def _texts(took: list[dict[str, Any]]) -> dict[str, list[str]]:
    """By customer, each notice once."""
    bodies = {notice["headers"]["webhook-id"]: json.loads(notice["body"]) for notice in took}
    found: dict[str, list[str]] = defaultdict(list)
    for body in bodies.values():
        if body["type"] == "message.received":
            found[body["data"]["customer_id"]] += [part["text"] for part in body["data"]["parts"]]
    return found
