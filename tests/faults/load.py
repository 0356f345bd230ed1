"""Customers who write in bursts and people who answer them, all drawn from one seed."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.model.ids import conversation_id, customer_of
from tests.faults.clients import Client
from tests.faults.records import Command
from tests.faults.rig import CHANNEL
from tests.faults.witness import Witness

AUTHOR = "agent:agent1"
WRITE_AGAIN = frozenset({"reply_quota_exhausted", "reply_window_closed"})
UNANSWERED = 2
"""So many replies a customer waits for before writing on: more would fill the reply window."""

BURSTS = (1, 1, 1, 2, 2, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """`texts`: what customers say (the run's own numbering when empty)."""

    seed: int
    messages: int
    replies: int
    customers: int
    authors: int = 8
    texts: Sequence[str] = ()
    pause_s: float = 0.05


@dataclass(slots=True, kw_only=True)
class Load:
    """Runs a plan; `commands` is its history, one entry a command id."""

    plan: LoadPlan
    witness: Witness
    client: Client
    commands: list[Command] = field(default_factory=list)
    settled: int = 0
    _phones: list[str] = field(default_factory=list)
    _patience: list[asyncio.Semaphore] = field(default_factory=list)
    _jobs: asyncio.Queue[int | None] = field(default_factory=lambda: asyncio.Queue(16))

    async def run(self) -> None:
        """Return when every message is acknowledged and every command has its outcome."""
        plan = self.plan
        dice = random.Random(plan.seed)  # noqa: S311 - a repeatable plan
        self._phones = [await self.witness.add_phone() for _ in range(plan.customers)]
        self._patience = [asyncio.Semaphore(UNANSWERED) for _ in self._phones]
        shares = [range(n, plan.messages, plan.customers) for n in range(plan.customers)]
        answered = spread([number for share in shares for number in share], plan.replies, dice)
        async with asyncio.TaskGroup() as authors:
            for _ in range(plan.authors):
                authors.create_task(self._author())
            async with asyncio.TaskGroup() as customers:
                for place, share in enumerate(shares):
                    flags = [number in answered for number in share]
                    own = random.Random(f"{plan.seed}/{place}")  # noqa: S311
                    customers.create_task(self._customer(place, flags, own))
            for _ in range(plan.authors):
                await self._jobs.put(None)

    async def _customer(self, place: int, answered: Sequence[bool], dice: random.Random) -> None:
        """Bursts without waiting inside; the next one after all of the last is acknowledged."""
        done = 0
        while done < len(answered):
            burst = range(done, min(done + dice.choice(BURSTS), len(answered)))
            written = [await self._write(place, number, dice) for number in burst]
            for msg_id in written:
                await self.witness.wait_acked(msg_id)
            for number in burst:
                if answered[number]:
                    await self._patience[place].acquire()
                    await self._jobs.put(place)
            done = burst.stop
            await asyncio.sleep(dice.uniform(0, self.plan.pause_s))

    async def _write(self, place: int, number: int, dice: random.Random) -> str:
        texts = self.plan.texts
        text = dice.choice(texts) if texts else f"{self.plan.seed}/{place}/{number}"
        return await self.witness.write(self._phones[place], text)

    async def _author(self) -> None:
        while (place := await self._jobs.get()) is not None:
            await self._reply(place)
            self._patience[place].release()
            self.settled += 1

    async def _reply(self, place: int) -> None:
        """Read, write; a refusal for a reason that passes is a new command on a new reading."""
        openid = self._phones[place]
        conversation = conversation_id(customer_of(CHANNEL, openid), 1)
        path = f"/api/v1/conversations/{conversation}"
        while True:
            seen = (await self.client.get(path))["seq"]
            number = len(self.commands)
            command = Command(
                author=AUTHOR,
                command_id=f"{self.plan.seed}-{number}",
                openid=openid,
                text=f"re {self.plan.seed}/{place}/{number}",
            )
            self.commands.append(command)
            body = {"seen": seen, "text": command.text}
            status, answer = await self.client.decide(f"{path}/messages", command, body)
            command.outcome = "accepted" if status == 201 else "refused"
            command.reason = answer.get("reason") or ""
            if status == 201:
                return
            if command.reason in WRITE_AGAIN:
                again = await self.witness.write(openid, f"{self.plan.seed}/{place}/again {number}")
                await self.witness.wait_acked(again)
            elif command.reason != "stale_view":
                return


def spread(numbers: Sequence[int], count: int, dice: random.Random) -> set[int]:
    """So many of the numbers, one out of each of as many equal stretches."""
    length = len(numbers) / count if count else 0
    return {numbers[int(n * length) + dice.randrange(int(length))] for n in range(count)}
