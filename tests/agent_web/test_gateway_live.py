"""Screens on the hub's own topics: who sees which work and which customer, from end to end."""

from collections.abc import Callable
from typing import Any

import orjson

from agent_web.documents import ScreenDoc
from agent_web.protocol import Update
from tests.agent_web.gateway_rig import Json, Link, Rig, rig
from tests.agent_web.gateway_scene import (
    OPENID,
    TALK,
    TOPIC,
    WORK,
    assigned,
    customer_says,
    open_desk,
    send,
)

Held = dict[tuple[str, str], ScreenDoc]


class Copy:
    """What a screen holds of a topic."""

    def __init__(self, held: Held | None = None, seq: int = 0) -> None:
        self.held: Held = dict(held or {})
        self.seq = seq
        self.answered = False
        self.closed = ""

    def take(self, frame: Json) -> None:
        self.answered = True
        if frame["t"] == "closed":
            self.closed = frame["reason"]
            return
        update = Update.model_validate_json(orjson.dumps(frame), strict=True)
        assert update.seq >= self.seq
        self.seq = update.seq
        if update.full:
            self.held.clear()
        for doc in update.docs:
            self.held[doc.kind, doc.id] = doc
        for gone in update.gone:
            self.held.pop((gone.kind, gone.id), None)

    def of(self, kind: str) -> list[Any]:
        return [doc for (found, _), doc in self.held.items() if found == kind]

    def sent(self) -> list[str]:
        """States of what agent1 wrote."""
        mine = [message for message in self.of("message") if message.author == "agent:agent1"]
        return [delivery.state for message in mine for delivery in message.deliveries]

    def states(self) -> list[str]:
        return [work.state for work in self.of("work")]


class Page:
    """A screen that keeps up every topic it watches, whatever it waits for."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.copies: dict[str, Copy] = {}
        self._answers: dict[str, Json] = {}
        self._pongs = 0

    async def watch(self, topic: str, copy: Copy | None = None) -> Copy:
        copy = self.copies[topic] = copy or Copy()
        copy.answered = False
        await self._link.say(t="watch", topic=topic, seq=copy.seq)
        await self.until(lambda: copy.answered)
        return copy

    async def do(self, command: Json) -> Json:
        self._link.ids += 1
        act = f"page-{self._link.ids}"
        await self._link.say(t="do", id=act, command=command)
        await self.until(lambda: act in self._answers)
        return self._answers[act]

    async def beat(self) -> None:
        """Everything the server said up to now has been taken."""
        pongs = self._pongs
        await self._link.say(t="ping")
        await self.until(lambda: self._pongs > pongs)

    async def until(self, asked: Callable[[], bool]) -> None:
        while not asked():
            frame = await self._link.hear()
            match frame["t"]:
                case "update" | "closed":
                    self.copies[frame["topic"]].take(frame)
                case "done":
                    self._answers[frame["id"]] = frame
                case "pong":
                    self._pongs += 1
                case _:
                    pass


async def test_offer_opens_the_customer_to_the_agent_and_to_nobody_else() -> None:
    async with (
        rig(live=True) as hub,
        hub.screen("agent1") as link,
        hub.screen("agent2") as other,
        hub.screen("supervisor1") as lead,
    ):
        await open_desk(hub)
        page = Page(link)
        desk = await page.watch("desk")
        await customer_says(hub, "我的卡丢了", 1)
        assert (await page.watch(TOPIC)).closed == "forbidden"
        await page.do({"do": "presence", "presence": "ready"})
        await page.until(lambda: desk.states() == ["offered"])
        (work,) = desk.of("work")
        assert (work.id, work.agent_id) == (WORK, "agent1")
        customer = await page.watch(TOPIC)
        said = [m.parts[0]["text"] for m in customer.of("message") if m.author == "customer"]
        assert said == ["我的卡丢了"]
        assert (await Page(other).watch(TOPIC)).closed == "forbidden"
        assert (await Page(lead).watch(TOPIC)).closed == ""


async def test_declined_offer_takes_the_customer_away_again() -> None:
    async with rig(live=True) as hub, hub.screen("agent1") as link:
        await open_desk(hub)
        page = Page(link)
        desk = await page.watch("desk")
        await customer_says(hub, "您好", 1)
        await page.do({"do": "presence", "presence": "ready"})
        await page.until(lambda: desk.states() == ["offered"])
        customer = await page.watch(TOPIC)
        epoch = desk.of("work")[0].epoch
        await page.do({"do": "decline", "interaction_id": WORK, "epoch": epoch})
        await page.until(lambda: customer.closed == "forbidden")
        held = dict(customer.held)
        await customer_says(hub, "还在吗", 2)
        await page.beat()
        assert customer.held == held


async def test_note_is_seen_by_colleagues_and_never_leaves_the_hub() -> None:
    async with rig(live=True) as hub, hub.screen("agent1") as link:
        epoch, _ = await assigned(hub, link)
        page = Page(link)
        customer = await page.watch(TOPIC)
        await page.do({"do": "note", "conversation_id": TALK, "text": "身份证尾号1234"})
        await page.until(lambda: [note.text for note in customer.of("note")] == ["身份证尾号1234"])
        await page.do(send(epoch, customer.seq, "请稍等"))
        await page.until(lambda: customer.sent() == ["sent"])
        assert (OPENID, "请稍等") in hub.channel.sent
        assert [text for _, text in hub.channel.sent if "1234" in text] == []
        rows = await _outbox(hub)
        assert rows
        assert [row for row in rows if "1234" in str(row)] == []


async def _outbox(hub: Rig) -> list[Json]:
    places = await hub.stores.heart.outbox.places(100)
    rows = [await hub.stores.heart.outbox.get(place["_id"]) for place in places]
    return [row for row in rows if row is not None]


async def test_own_message_names_the_act_that_made_it() -> None:
    async with rig(live=True) as hub, hub.screen("agent1") as link:
        epoch, _ = await assigned(hub, link)
        page = Page(link)
        customer = await page.watch(TOPIC)
        await link.say(t="do", id="mine-1", command=send(epoch, customer.seq))
        await page.until(lambda: len(customer.of("message")) == 3)
        made = {m.author: m.command_id for m in customer.of("message")}
        assert made == {"customer": "", "system": "", "agent:agent1": "mine-1"}


async def test_screens_that_resume_hold_what_fresh_ones_hold() -> None:
    async with rig(live=True) as hub:
        async with hub.screen("agent1") as link:
            epoch, _ = await assigned(hub, link)
            page = Page(link)
            old = {name: await page.watch(name) for name in ("desk", TOPIC)}
        async with hub.screen("agent1") as link, hub.screen("agent1") as other:
            page, fresh = Page(link), Page(other)
            await page.do(send(epoch, old[TOPIC].seq))
            await page.do({"do": "note", "conversation_id": TALK, "text": "VIP"})
            await customer_says(hub, "谢谢", 2)
            await page.do({"do": "presence", "presence": "not_ready"})
            resumed = {
                name: await page.watch(name, Copy(copy.held, copy.seq))
                for name, copy in old.items()
            }
            await page.until(lambda: "sent" in resumed[TOPIC].sent())
            for name, copy in resumed.items():
                new = await fresh.watch(name)
                await page.beat()
                await fresh.beat()
                assert copy.held == new.held
                assert (copy.seq, new.seq) == (new.seq, copy.seq)
                assert old[name].held != new.held


async def test_supervisor_takes_work_from_one_agent_and_gives_it_to_another() -> None:
    async with (
        rig(live=True) as hub,
        hub.screen("agent1") as link,
        hub.screen("agent2") as other,
        hub.screen("supervisor1") as over,
    ):
        await open_desk(hub)
        await customer_says(hub, "您好", 1)
        one, two, lead = Page(link), Page(other), Page(over)
        await two.do({"do": "presence", "presence": "ready"})
        desk = await lead.watch("desk")
        await lead.until(lambda: desk.states() == ["offered"])
        assert desk.of("work")[0].agent_id == "agent2"
        mine = await one.watch("desk")
        await one.do({"do": "presence", "presence": "ready"})
        await one.beat()
        assert mine.states() == []
        move = {"do": "move", "interaction_id": WORK, "to_queue": "general", "to_agent": "agent1"}
        assert (await lead.do(move))["state"] == "decided"
        await one.until(lambda: mine.states() == ["offered"])
        assert (mine.of("work")[0].agent_id, mine.of("work")[0].target) == ("agent1", "agent1")
        await two.watch("desk")
        assert two.copies["desk"].states() == []
