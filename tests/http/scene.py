"""Conversations by how they stand to agent1, for tests of who may see and do what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.http.world import World, world

BASE = "/api/v1/conversations"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """agent1's now, one agent1 gave away, agent2's, and one that waits for anybody."""

    w: World
    own: str
    had: str
    foreign: str
    waiting: str

    def of(self, whose: str) -> str:
        return str(getattr(self, whose))


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    async with world() as w:
        await w.at_the_desk("agent1")
        had = await w.customer_says("o-1", "在吗")
        await w.accepts("agent1", had)
        await w.sign_in("agent1")
        seq = (await w.get_json(f"{BASE}/{had}"))["seq"]
        body = {"command_id": "bye", "seen": seq, "text": "再见"}
        assert (await w.post(f"{BASE}/{had}/messages", body)).status == 201
        await w.sign_in("supervisor1")
        assert (await w.post(f"{BASE}/{had}/close", {"command_id": "end"})).status == 201
        own = await w.customer_says("o-2", "您好")
        await w.accepts("agent1", own)
        await w.rests("agent1")
        await w.ready("agent2")
        foreign = await w.customer_says("o-3", "有人吗")
        await w.accepts("agent2", foreign)
        await w.rests("agent2")
        waiting = await w.customer_says("o-4", "请帮忙")
        yield Scene(w=w, own=own, had=had, foreign=foreign, waiting=waiting)
