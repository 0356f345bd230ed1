"""Who hurts what and when, drawn from a seed."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from hub.model.ids import SHARDS
from tests.faults.rig import Hub, Rig
from tests.faults.witness import Witness

Target = Literal["hub", "database"]
HASTY = 0.3
LONG_PLAN = 10
MID_SEND_S = 3.0
OUTAGE = (0.25,) * 32
"""A database that does not come up for longer than the driver itself waits and repeats."""
LOOK_S = 0.1
GIVEN_UP_S = 4.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """After so many acknowledged messages and a pause; 0 messages: right after the last kill.

    `again_s`: further kills of the same, each after such a pause. `mid_send`: while a message is
    being handed to the provider.
    """

    target: Target
    acked: int
    pause_s: float
    again_s: tuple[float, ...] = ()
    mid_send: bool = False


def kill_plan(seed: int, kills: int, messages: int) -> list[Kill]:
    """Hub and database in turn; some kills fall into the recovery from the one before.

    A long plan has one outage of the database.
    """
    dice = random.Random(f"kills {seed}")  # noqa: S311 - a repeatable plan
    plan: list[Kill] = []
    for number in range(kills):
        hasty = number > 0 and dice.random() < HASTY
        target: Target = "database" if number % 2 else "hub"
        again = target == "database" and dice.random() < HASTY
        outage = kills >= LONG_PLAN and number == kills // 2 | 1
        step = messages / (kills + 1)
        plan.append(
            Kill(
                target=target,
                acked=0 if hasty else int(step * (number + dice.uniform(0.6, 1.2))),
                pause_s=dice.uniform(0.1, 3.0) if hasty else dice.uniform(0.0, 0.15),
                again_s=OUTAGE if outage else (dice.uniform(0.2, 1.0),) * again,
                mid_send=number % 4 == 0,
            )
        )
    return plan


@dataclass(slots=True, kw_only=True)
class Killer:
    rig: Rig
    witness: Witness
    plan: list[Kill]
    hubs: int = 0
    databases: int = 0

    async def run(self) -> None:
        for kill in self.plan:
            await self.witness.reached(kill.acked)
            await asyncio.sleep(kill.pause_s)
            if kill.mid_send:
                await self._send_under_way()
            await self._kill(kill.target)
            for pause_s in kill.again_s:
                await asyncio.sleep(pause_s)
                await self._kill(kill.target)

    async def _send_under_way(self) -> None:
        """Wait for one, but not for ever: there may be nothing to send."""
        under_way = {"state": "sending", "kind": "message"}
        with suppress(TimeoutError):
            async with asyncio.timeout(MID_SEND_S):
                while not await self.rig.database["outbox"].find_one(under_way):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)

    async def _kill(self, target: Target) -> None:
        if target == "hub":
            await self.rig.hubs[0].program.kill()
            self.hubs += 1
        else:
            self.databases += self.rig.kill_database()

    def figures(self) -> dict[str, float]:
        return {"kills of the hub": self.hubs, "kills of the database": self.databases}


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """`short`: thawed within the lease, so that nobody takes over.

    Every other one lasts until the desk has given up the screens of the frozen hub.
    """

    acked: int
    extra_s: float
    short: bool


def freeze_plan(seed: int, takeovers: int, messages: int, *, short: int = 0) -> list[Freeze]:
    dice = random.Random(f"freezes {seed}")  # noqa: S311
    count = takeovers + short
    shorts = set(dice.sample(range(count), short))
    return [
        Freeze(
            acked=int(messages / (count + 1) * (number + dice.uniform(0.5, 1.0))),
            extra_s=dice.uniform(0.1, 1.0) + (0.0 if number % 2 else GIVEN_UP_S),
            short=number in shorts,
        )
        for number in range(count)
    ]


@dataclass(slots=True, kw_only=True)
class Freezer:
    """Always freezes the owner: the other takes over, the thawed one must stand down."""

    rig: Rig
    witness: Witness
    plan: list[Freeze]
    takeovers: int = 0
    shorts: int = 0

    async def run(self) -> None:
        for freeze in self.plan:
            await self.witness.reached(freeze.acked)
            owner, other = await self._who()
            owner.program.freeze()
            if not freeze.short:
                await self._until_owns(other, SHARDS)
            await asyncio.sleep(min(freeze.extra_s, 1.0) if freeze.short else freeze.extra_s)
            owner.program.thaw()
            if freeze.short:
                self.shorts += 1
            else:
                await self._until_owns(owner, 0)
                self.takeovers += 1

    def figures(self) -> dict[str, float]:
        return {"takeovers from a frozen owner": self.takeovers, "short freezes": self.shorts}

    async def _who(self) -> tuple[Hub, Hub]:
        """The owner of all shards, and the other."""
        first, second = self.rig.hubs
        while True:
            for owner, other in ((first, second), (second, first)):
                if await self.rig.shards(owner) == SHARDS:
                    return owner, other
            await asyncio.sleep(LOOK_S)

    async def _until_owns(self, hub: Hub, count: int) -> None:
        while await self.rig.shards(hub) != count:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(LOOK_S)
