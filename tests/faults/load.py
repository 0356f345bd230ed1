"""Customers who write in bursts and wait for answers, all drawn from one seed."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.model.ids import customer_of
from tests.faults.rig import CHANNEL
from tests.faults.witness import Witness

UNANSWERED = 2
"""So many replies a customer waits for before writing on: more would fill the reply window."""

REMIND_S = 4.0
"""Who waits so long for an answer asks again: the talk may have ended over the last word."""

BURSTS = (1, 1, 1, 2, 2, 3, 4)
KEPT_OF, WRAPPED_OF = 16, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """`texts`: what customers say (the run's own numbering when empty)."""

    seed: int
    messages: int
    replies: int
    customers: int
    texts: Sequence[str] = ()
    pause_s: float = 0.05


@dataclass(slots=True, kw_only=True)
class Customer:
    """`wanted` answers are not given yet, `since` the last word or answer (monotonic)."""

    openid: str
    wanted: int = 0
    since: float = 0.0
    writes: bool = True
    patience: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UNANSWERED))


@dataclass(slots=True, kw_only=True)
class Load:
    """`run` plays the customers of a plan; people at screens take what is wanted and say it."""

    plan: LoadPlan
    witness: Witness
    settled: int = 0
    _customers: dict[str, Customer] = field(default_factory=dict)
    _last: int = 0
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Return when every message is acknowledged and every answer was given."""
        plan = self.plan
        dice = random.Random(plan.seed)  # noqa: S311 - a repeatable plan
        for _ in range(plan.customers):
            openid = await self.witness.add_phone()
            self._customers[customer_of(CHANNEL, openid)] = Customer(openid=openid)
        shares = [range(n, plan.messages, plan.customers) for n in range(plan.customers)]
        answered = spread([number for share in shares for number in share], plan.replies, dice)
        async with asyncio.TaskGroup() as tasks:
            reminding = tasks.create_task(self._remind())
            async with asyncio.TaskGroup() as writing:
                for place, key in enumerate(self._customers):
                    flags = [number in answered for number in shares[place]]
                    own = random.Random(f"{plan.seed}/{place}")  # noqa: S311
                    writing.create_task(self._write_all(place, key, flags, own))
            while self.settled < plan.replies:
                self._answered.clear()
                await self._answered.wait()
            reminding.cancel()

    async def _write_all(
        self, place: int, key: str, answered: Sequence[bool], dice: random.Random
    ) -> None:
        """Bursts without waiting inside; the next one after all of the last is acknowledged."""
        customer, done = self._customers[key], 0
        while done < len(answered):
            burst = range(done, min(done + dice.choice(BURSTS), len(answered)))
            written = [await self._write(customer, place, number, dice) for number in burst]
            for msg_id in written:
                await self.witness.wait_acked(msg_id)
            for number in burst:
                if answered[number]:
                    await customer.patience.acquire()
                    customer.wanted += 1
                    customer.since = time.monotonic()
            done = burst.stop
            await asyncio.sleep(dice.uniform(0, self.plan.pause_s))
        customer.writes = False

    async def _write(self, customer: Customer, place: int, number: int, dice: random.Random) -> str:
        texts = self.plan.texts
        text = dice.choice(texts) if texts else f"{self.plan.seed}/{place}/{number}"
        return await self.witness.write(customer.openid, text)

    async def _remind(self) -> None:
        while True:
            await asyncio.sleep(REMIND_S / 4)
            for key, customer in self._customers.items():
                if customer.wanted and time.monotonic() - customer.since > REMIND_S:
                    await self.ask_again(key)

    # ------------------------------------------------------------ for people at screens
    def number(self) -> int:
        self._last += 1
        return self._last

    def openid_of(self, customer_id: str) -> str:
        return self._customers[customer_id].openid

    def wants(self, customer_id: str) -> bool:
        return self._customers[customer_id].wanted > 0

    def kept_as(self, customer_id: str) -> str:
        """The state in which a talk is left when its customer has no more to say, "" for none."""
        customer = self._customers[customer_id]
        place = list(self._customers).index(customer_id)
        if customer.writes or customer.wanted or place % KEPT_OF:
            return ""
        return "active" if place % WRAPPED_OF else "wrap_up"

    def take(self, customer_id: str) -> str:
        """The words of an answer that is wanted."""
        customer = self._customers[customer_id]
        customer.wanted -= 1
        return f"re {self.plan.seed}/{customer.openid}/{self.number()}"

    def put_back(self, customer_id: str) -> None:
        self._customers[customer_id].wanted += 1

    def said(self, customer_id: str) -> None:
        customer = self._customers[customer_id]
        customer.since = time.monotonic()
        customer.patience.release()
        self.settled += 1
        self._answered.set()

    async def ask_again(self, customer_id: str) -> None:
        customer = self._customers[customer_id]
        customer.since = time.monotonic()
        text = f"{self.plan.seed}/again {self.number()}"
        await self.witness.wait_acked(await self.witness.write(customer.openid, text))
        customer.since = time.monotonic()


def spread(numbers: Sequence[int], count: int, dice: random.Random) -> set[int]:
    """So many of the numbers, one out of each of as many equal stretches."""
    length = len(numbers) / count if count else 0
    return {numbers[int(n * length) + dice.randrange(int(length))] for n in range(count)}
