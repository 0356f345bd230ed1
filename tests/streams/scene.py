"""What random and hand-made schedules share: processes of the real engine, and a provider."""

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from hub.decisions.rules import StreamRules
from hub.errors import RetryableSendError
from hub.model.ids import shard_of
from hub.ports import Projection
from hub.runtime.bus import LocalBus
from hub.store.memory.stores import MemoryStores
from hub.streams import owner, sending
from hub.streams.heart import Heart
from hub.streams.sending import Done
from hub.streams.settings import EngineSettings
from tests.streams.chaos import Chaos
from tests.streams.checker import History
from tests.streams.loop import VirtualClock
from tests.streams.toy import DESK, CustomerRules, DeskRules

Doc = dict[str, Any]

SHARDS = (0, 1, shard_of(DESK))
SETTINGS = EngineSettings(
    shards=frozenset(SHARDS),
    lease_s=3.0,
    sweep_s=1.0,
    alarm_s=0.5,
    retake_s=0.1,
    snapshot_every=4,
    snapshot_weight=200,
    overdue_s=4.0,
    send_timeout_s=2.0,
    backoff_s=0.2,
    round_rows=16,
)


@contextmanager
def counted_tokens() -> Iterator[None]:
    """Tokens and process names in the order of their making, so that a seed tells everything."""
    count = itertools.count(1)
    with pytest.MonkeyPatch.context() as patch:
        for module in (owner, sending):
            patch.setattr(module, "token_hex", lambda _: f"{next(count):08x}")
        yield


class Scene:
    """One run: its faults, its history and its processes by place. Planted bugs find it here."""

    current: "Scene"
    settings = SETTINGS

    def __init__(self, seed: int, chaos: Chaos, tasks: asyncio.TaskGroup) -> None:
        Scene.current = self
        self.random = random.Random(seed)  # noqa: S311 - chance to repeat, not to keep secret
        self.chaos = chaos
        self.tasks = tasks
        self.history = History()
        self.history.watch(chaos.database)
        self.carried: list[str] = []
        self.nodes: dict[str, Node] = {}
        self.lives: dict[str, asyncio.Task[None]] = {}
        self.refuse: Callable[[Doc], bool] = lambda _: False
        self.way: Callable[[Doc], tuple[float, float]] = lambda _: (0.0, 0.0)
        self._born = 0

    def rules(self) -> list[StreamRules]:
        """Those of every process, made anew for each."""
        return [CustomerRules(), DeskRules()]

    def start(
        self, place: str, *, skew_ms: int = 0, projections: tuple[Projection, ...] = ()
    ) -> "Node":
        self._born += 1
        node = Node(self, f"{place}{self._born}", timedelta(milliseconds=skew_ms), projections)
        self.nodes[place] = node
        self.lives[place] = self.tasks.create_task(node.heart.run())
        return node

    def kill(self, place: str) -> None:
        """The process is gone; what it sent to the database goes on."""
        self.chaos.freeze(self.nodes[place].name, 1e9)
        self.lives[place].cancel()

    def tables(self) -> dict[str, dict[Any, Doc]]:
        database = self.chaos.database
        return {c: database.majority(c).rows for c in ("journal", "inbox", "outbox", "shards")}


class Node:
    """One process: its own memory, its own clock, the common database."""

    def __init__(
        self, scene: Scene, name: str, skew: timedelta, projections: tuple[Projection, ...]
    ) -> None:
        self.name = name
        self.scene = scene
        clock = VirtualClock(skew)
        self.stores = MemoryStores(scene.chaos.database, clock, process=name)
        self.heart = Heart(
            self.stores.heart,
            self.stores.reading,
            scene.rules(),
            projections,
            {"message": self.send},
            LocalBus(),
            clock,
            scene.settings,
        )

    def owns(self, shard: int) -> bool:
        return shard in self.heart.owner.shards

    async def send(self, row: Doc) -> Done:
        """The provider: takes whatever reaches it, now and then refuses, answers late."""
        scene = self.scene
        there, back = scene.way(row)
        await scene.chaos.gate(self.name)
        await asyncio.sleep(there)
        if scene.refuse(row):
            raise RetryableSendError("busy")
        provider_id = f"p{len(scene.history.carrier)}"
        scene.history.carrier.append(row["_id"])
        scene.carried.append(provider_id)
        await asyncio.sleep(back)
        await scene.chaos.gate(self.name)
        return Done(change={"provider_id": provider_id, "channel_id": "toy"})
