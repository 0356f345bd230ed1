"""People at their screens: they accept, answer, note, transfer, end and wrap up, all by mood."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.model.ids import conversation_of_interaction
from tests.faults.load import Load
from tests.faults.records import Shown
from tests.faults.rig import QUEUES
from tests.faults.screens import AgentScreen

Doc = dict[str, Any]

SECRET = "内部 colleagues only"
"""Stands in every note and summary, and may stand nowhere outside."""

WRITE_AGAIN = frozenset({"reply_quota_exhausted", "reply_window_closed"})
LINGER_S = (0.1, 0.5)
DECLINES, RINGS, TRANSFERS, GIVES, NOTES = 0.07, 0.03, 0.15, 0.15, 0.1
"""Shares of offers (the first two) and of acts in a talk: each act is followed by a new mood."""


@dataclass(slots=True, kw_only=True)
class Person:
    """Acts on what the screen shows, one act at a time on one interaction."""

    screen: AgentScreen
    load: Load
    dice: random.Random
    colleagues: list[str]
    _tasks: asyncio.TaskGroup | None = None
    _busy: set[str] = field(default_factory=set)
    _moods: dict[tuple[str, int, str], float] = field(default_factory=dict)
    _quiet: dict[tuple[str, int], float] = field(default_factory=dict)

    @property
    def me(self) -> str:
        return self.screen.username

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.screen.run())
            await self.screen.watch("desk")
            while True:
                for doc in self.screen.docs("desk", "agent"):
                    if doc["id"] == self.me and doc["presence"] != "ready":
                        self._spawn(tasks, "presence", self._come(doc))
                await self._follow()
                for work in self._hands():
                    self._spawn(tasks, work["id"], self._work_on(work))
                await self.screen.news()

    def at_rest(self) -> bool:
        """Nothing to do: what is still in hand is there to stay."""
        agents = self.screen.docs("desk", "agent")
        ready = any(a["id"] == self.me and a["presence"] == "ready" for a in agents)
        works = self.screen.docs("desk", "work")
        return ready and not self._busy and all(self._stays(work) for work in works)

    def _hands(self) -> list[Doc]:
        return [w for w in self.screen.docs("desk", "work") if w["agent_id"] == self.me]

    def _stays(self, work: Doc) -> bool:
        return self.load.kept_as(work["customer_id"]) == str(work["state"])

    def _spawn(self, tasks: asyncio.TaskGroup, name: str, act: Any) -> None:
        if name in self._busy:
            act.close()
        else:
            self._busy.add(name)
            tasks.create_task(self._alone(name, act))

    async def _alone(self, name: str, act: Awaitable[None]) -> None:
        await act
        self._busy.discard(name)

    async def _come(self, agent: Doc) -> None:
        await self.screen.do({"do": "presence", "presence": "ready"})
        await self._until_other("agent", agent)

    async def _follow(self) -> None:
        """Watch the customers in hand, and no others."""
        wanted = {f"customer:{work['customer_id']}" for work in self._hands()}
        for topic in self.screen.topics.keys() - wanted - {"desk"}:
            await self.screen.unwatch(topic)
        for topic in wanted:
            await self.screen.watch(topic)

    async def _until_other(self, kind: str, doc: Doc) -> None:
        """Until the screen shows what was done; a while, as the act may have changed nothing."""
        until = time.monotonic() + 1
        while time.monotonic() < until:
            docs = {each["id"]: each["seq"] for each in self.screen.docs("desk", kind)}
            if docs.get(doc["id"]) != doc["seq"]:
                return
            await self.screen.news()

    # ------------------------------------------------------------ one interaction
    async def _work_on(self, work: Doc) -> None:
        key = (work["id"], work["epoch"], work["state"])
        mood = self._moods.setdefault(key, self.dice.random())
        named = {"interaction_id": work["id"], "epoch": work["epoch"]}
        if work["state"] == "offered":
            await self._answer_offer(work, named, mood)
        elif work["state"] == "active":
            await self._talk(work, named, mood)
        elif not self._stays(work):
            finish = {"do": "finish", **named, "disposition": "answered", "summary": SECRET}
            await self.screen.do(finish, note=SECRET)
            await self._until_other("work", work)

    async def _answer_offer(self, work: Doc, named: Doc, mood: float) -> None:
        if mood < DECLINES:
            await self.screen.do({"do": "decline", **named})
        elif mood > DECLINES + RINGS:
            await self.screen.do({"do": "accept", **named})
        await self._until_other("work", work)

    async def _talk(self, work: Doc, named: Doc, mood: float) -> None:
        """Until the screen shows the talk as ours there is nothing to say in it."""
        if self._stays(work):
            return
        held = self.screen.docs(f"customer:{work['customer_id']}", "conversation")
        ours = [c for c in held if c["id"] == conversation_of_interaction(work["id"])]
        if not ours or (ours[0]["state"], ours[0]["epoch"]) != ("active", work["epoch"]):
            return
        key = (work["id"], work["epoch"])
        if mood > 1 - NOTES:
            await self._note(ours[0])
        elif mood < TRANSFERS + GIVES:
            await self._give(work, named, mood)
        elif self.load.wants(work["customer_id"]):
            self._quiet.pop(key, None)
            await self._reply(work, named)
        else:
            until = self._quiet.setdefault(key, time.monotonic() + self.dice.uniform(*LINGER_S))
            if time.monotonic() > until:
                await self.screen.do({"do": "end", **named})
                await self._until_other("work", work)
            return
        del self._moods[*key, "active"]

    async def _note(self, conversation: Doc) -> None:
        note = f"{SECRET} {self.load.number()}"
        act = {"do": "note", "conversation_id": conversation["id"], "text": note}
        await self.screen.do(act, note=note)

    async def _give(self, work: Doc, named: Doc, mood: float) -> None:
        note = f"{SECRET} {self.load.number()}"
        to: Mapping[str, str] = (
            {"to_queue": self.dice.choice(sorted(QUEUES))}
            if mood < TRANSFERS
            else {"to_agent": self.dice.choice(self.colleagues)}
        )
        await self.screen.do({"do": "transfer", **named, **to, "note": note}, note=note)
        await self._until_other("work", work)

    async def _reply(self, work: Doc, named: Doc) -> None:
        """What customers wait for is said once; a refusal for a reason that passes, anew."""
        customer, topic = work["customer_id"], f"customer:{work['customer_id']}"
        reply = self.load.take(customer)
        seen = self.screen.topics[topic].seq
        act = {
            "do": "send",
            **named,
            "conversation_id": conversation_of_interaction(work["id"]),
            "text": reply,
            "seen": seen,
        }
        done = await self.screen.do(act, openid=self.load.openid_of(customer), text=reply)
        if done["state"] == "decided":
            self.load.said(customer)
            return
        self.load.put_back(customer)
        if done["reason"] in WRITE_AGAIN:
            await self.load.ask_again(customer)
        held = self.screen.topics.get(topic)
        if held is not None and held.seq == seen:
            await self.screen.news()


@dataclass(slots=True, kw_only=True)
class Floor:
    """Everybody at work, and one lead who only looks on."""

    people: list[Person]
    lead: AgentScreen

    @property
    def screens(self) -> list[AgentScreen]:
        return [*(person.screen for person in self.people), self.lead]

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for person in self.people:
                tasks.create_task(person.run())
            tasks.create_task(self._look_on())

    async def _look_on(self) -> None:
        for topic in ("desk", "conversations"):
            await self.lead.watch(topic)
        await self.lead.run()

    async def rest(self, nothing_left: Callable[[], Awaitable[bool]]) -> None:
        """Until nobody has anything to do and nothing is under way, twice in a row."""
        quiet = 0
        while quiet < 2:
            still = all(person.at_rest() for person in self.people)
            quiet = quiet + 1 if still and await nothing_left() else 0
            await asyncio.sleep(0.3)

    async def compare(self) -> list[Shown]:
        """Every topic of every screen, as held and as new; again where something moved between."""
        found = []
        for screen in self.screens:
            for topic in tuple(screen.topics):
                held, fresh = await screen.all_anew(topic)
                while held.seq != fresh.seq:
                    held, fresh = await screen.all_anew(topic)
                found.append(
                    Shown(
                        username=screen.username,
                        topic=topic,
                        held=held.docs,
                        fresh=dict(fresh.docs),
                    )
                )
        return found

    def figures(self) -> dict[str, float]:
        done = [c for c in self.lead.commands if c.outcome == "accepted"]
        kinds = ("accept", "decline", "transfer", "note", "end", "finish")
        return {
            **{f"done: {kind}": sum(c.kind == kind for c in done) for kind in kinds},
            "sockets opened": sum(screen.opened for screen in self.screens),
            "topics given in full": sum(
                held.fulls for screen in self.screens for held in screen.topics.values()
            ),
            "acts repeated": sum(screen.repeats for screen in self.screens),
        }
