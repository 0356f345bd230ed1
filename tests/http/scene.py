"""Conversations by how they stand to agent1, for tests of who may see and do what.

A furnished one has a customer's file and a reply that was not delivered in each of them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hub.model.desk import Queue
from hub.model.desk_inputs import ConfigureDesk, MoveWork, TransferWork
from hub.model.ids import GENERAL_QUEUE, AgentId
from hub.ports import FetchedMedia
from tests.http.world import World, eventually, world
from tests.services.media import samples

GENERAL = Queue(queue_id=GENERAL_QUEUE, name="综合服务")
BASE = "/api/v1/conversations"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """agent1's now, one that ended with agent1, agent2's, whom agent1 handed it to after they had
    served it, and one that waits for anybody."""

    w: World
    own: str
    had: str
    foreign: str
    waiting: str
    letters: dict[str, list[str]]
    files: dict[str, str]

    def of(self, whose: str) -> str:
        return str(getattr(self, whose))


@asynccontextmanager
async def scene(*, furnished: bool = False) -> AsyncIterator[Scene]:
    async with world() as w:
        letters: dict[str, list[str]] = {}
        files: dict[str, str] = {}

        async def furnish(conversation: str, customer: str, writer: str) -> None:
            if furnished:
                files[conversation] = await _file(w, conversation, customer)
                await w.sign_in(writer)
                letters[conversation] = await _letters(w, conversation)

        await w.at_the_desk("agent1")
        had = await w.customer_says("o-1", "在吗")
        await w.accepts("agent1", had)
        await furnish(had, "o-1", "agent1")
        await w.sign_in("agent1")
        seq = (await w.get_json(f"{BASE}/{had}"))["seq"]
        body = {"command_id": "bye", "seen": seq, "text": "再见"}
        assert (await w.post(f"{BASE}/{had}/messages", body)).status == 201
        await w.sign_in("supervisor1")
        assert (await w.post(f"{BASE}/{had}/close", {"command_id": "end"})).status == 201
        own = await w.customer_says("o-2", "您好")
        await w.accepts("agent1", own)
        await furnish(own, "o-2", "agent1")
        foreign = await w.customer_says("o-3", "有人吗")
        await w.accepts("agent1", foreign)
        await furnish(foreign, "o-3", "agent1")
        await w.rests("agent1")
        await w.ready("agent2")
        await transfers(w, "agent1", foreign, "agent2")
        await w.accepts("agent2", foreign)
        await w.rests("agent2")
        waiting = await w.customer_says("o-4", "请帮忙")
        await furnish(waiting, "o-4", "supervisor1")
        yield Scene(
            w=w,
            own=own,
            had=had,
            foreign=foreign,
            waiting=waiting,
            letters=letters,
            files=files,
        )


async def transfers(w: World, username: str, conversation: str, to: str) -> None:
    doc = await w.stores.reading.get("conversations", conversation) or {}
    given = TransferWork(
        interaction_id=doc["interaction_id"],
        agent_id=AgentId(username),
        epoch=doc["epoch"],
        to_agent=AgentId(to),
        note="请接着办",
    )
    await w.desk(username, given)


async def moves(w: World, conversation: str, to: str = "") -> None:
    """By a supervisor; into the queue without `to`."""
    await w.desk("supervisor1", ConfigureDesk(queues=(GENERAL,), author="agent:supervisor1"))
    doc = await w.stores.reading.get("conversations", conversation) or {}
    move = MoveWork(
        interaction_id=doc["interaction_id"],
        author="agent:supervisor1",
        to_queue=GENERAL_QUEUE,
        to_agent=AgentId(to) if to else None,
    )
    await w.desk("supervisor1", move)


async def _file(w: World, conversation: str, customer: str) -> str:
    """Our id of a picture the customer sends."""
    name = f"file of {customer}"
    w.channel.files[name] = FetchedMedia(content=samples.image("PNG"), content_type="image/png")
    await w.customer_says(customer, "", file=name, media="image")
    await w.sign_in("supervisor1")

    async def stored() -> str:
        items = (await w.get_json(f"{BASE}/{conversation}/messages"))["items"]
        parts = [part for item in items for part in item["parts"]]
        return next((p["media_id"] for p in parts if p.get("media_state") == "stored"), "")

    return str(await eventually(stored))


async def _letters(w: World, conversation: str) -> list[str]:
    """The ids of the dead letters of two replies that fail."""
    w.channel.broken = "not_in_window"
    found: list[str] = []

    async def one_more() -> list[str]:
        items = (await w.get_json("/api/v1/dead-letters?limit=100"))["items"]
        theirs = [item["id"] for item in items if item["conversation_id"] == conversation]
        return theirs if len(theirs) > len(found) else []

    for _ in range(2):
        seq = (await w.get_json(f"{BASE}/{conversation}"))["seq"]
        body = {"command_id": w.command_id(), "seen": seq, "text": "请讲"}
        answer = await w.post(f"{BASE}/{conversation}/messages", body)
        assert answer.status == 201, await answer.text()
        found = await eventually(one_more)
    w.channel.broken = ""
    return found
