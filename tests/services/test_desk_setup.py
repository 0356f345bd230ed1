"""The desk is told what stands in the documents, and the last word it hears is the last written."""

from typing import Any

import pytest

from hub.model.codec import unpack
from hub.model.desk import Medium, Queue, Skill, Slots
from hub.model.desk_inputs import DeskInput
from hub.model.ids import QueueId
from hub.ports import Doc
from hub.services.access import Access, AccessRules, Role, User
from hub.services.agents import Agent, Agents
from hub.services.catalogue import Catalogue
from hub.services.catalogues import catalogues
from hub.services.commands import Missing, Refusal
from hub.services.desk_setup import DeskSetup
from hub.services.password_rules import PasswordRules
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import ManualClock

CARD = Queue(queue_id=QueueId("card"), name="信用卡")
LOAN = Queue(queue_id=QueueId("loan"), name="贷款")
SKILLS = (Skill(skill="card", level=3),)
FOUR = (Slots(medium=Medium.TEXT, count=4),)


class PlainPasswords:
    async def hash(self, password: str) -> str:
        return password

    async def verify(self, hashed: str | None, password: str) -> bool:
        return hashed == password


class Desk:
    """Takes commands; `meanwhile` runs once, before the first one is decided."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.ids: set[str] = set()
        self.meanwhile: Any = None

    async def submit(
        self, stream: str, command_id: str, author: str, body: Doc, *, wait: float
    ) -> Doc | None:
        assert stream == "desk:main"
        work, self.meanwhile = self.meanwhile, None
        if work is not None:
            await work()
        self.ids.add(command_id)
        self.heard.append(unpack(body, DeskInput))
        return None


class Rig:
    def __init__(self) -> None:
        stores, clock = MemoryStores(Database(), ManualClock()), ManualClock()
        self.desk = Desk()
        self.queues: Catalogue[Queue] = catalogues(stores.documents, clock).queues
        self.access = Access(
            stores.documents,
            clock,
            PlainPasswords(),
            AccessRules(passwords=PasswordRules(min_length=1, refused=frozenset())),
        )
        self.agents = Agents(stores.documents, clock)
        self.setup = DeskSetup(self.queues, self.access, self.desk, wait=1.0)


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_a_start_tells_the_desk_only_what_it_was_not_told(rig: Rig) -> None:
    await rig.queues.put("card", CARD, version=0, author="a")
    await rig.setup.start((CARD,))
    assert rig.desk.heard == []
    await rig.setup.start(())
    assert [(c.queues, c.author) for c in rig.desk.heard] == [((CARD,), "system")]


async def test_queues_that_change_while_the_desk_is_told_are_told_again(rig: Rig) -> None:
    await rig.queues.put("card", CARD, version=0, author="a")

    async def somebody_else() -> None:
        await rig.queues.put("loan", LOAN, version=0, author="b")

    rig.desk.meanwhile = somebody_else
    await rig.setup.queues_changed("agent:admin")
    assert [command.queues for command in rig.desk.heard] == [(CARD,), (CARD, LOAN)]


async def test_the_same_queues_can_be_told_anew_after_others(rig: Rig) -> None:
    await rig.queues.put("card", CARD, version=0, author="a")
    await rig.setup.queues_changed("a")
    await rig.setup.queues_changed("a")
    assert len(rig.desk.ids) == 2


async def test_an_agents_new_skills_reach_the_desk_and_a_disabled_one_does_not(rig: Rig) -> None:
    await rig.access.add_user(User(username="li", display_name="李", role=Role.AGENT), "x")
    changed = await rig.agents.set_routing("li", SKILLS, FOUR, version=1, author="agent:admin")
    assert isinstance(changed, Agent)
    await rig.setup.agent_changed("li", "agent:admin")
    (told,) = rig.desk.heard
    assert (told.agent.agent_id, told.agent.skills, told.agent.capacity) == ("li", SKILLS, FOUR)
    await rig.access.set_disabled("li", True)
    await rig.setup.agent_changed("li", "agent:admin")
    assert len(rig.desk.heard) == 1


async def test_skills_are_changed_by_version_and_remember_who(rig: Rig) -> None:
    await rig.access.add_user(User(username="li", display_name="李", role=Role.AGENT), "x")
    first = await rig.agents.set_routing("li", SKILLS, FOUR, version=1, author="a")
    assert isinstance(first, Agent)
    assert [(c.version, c.by) for c in first.changes] == [(2, "a")]
    assert await rig.agents.set_routing("li", SKILLS, FOUR, version=1, author="a") == first
    stale = await rig.agents.set_routing("li", (), FOUR, version=1, author="b")
    assert isinstance(stale, Refusal)
    assert stale.reason == "stale_version"
    nobody = await rig.agents.set_routing("wu", (), FOUR, version=1, author="b")
    assert nobody == Missing()


async def test_agents_take_four_texts_and_leads_nothing_until_somebody_says_otherwise(
    rig: Rig,
) -> None:
    for name, role in (("li", Role.AGENT), ("chen", Role.SUPERVISOR)):
        await rig.access.add_user(User(username=name, display_name=name, role=role), "x")
    li, chen = await rig.access.user_of("li"), await rig.access.user_of("chen")
    assert li is not None
    assert chen is not None
    assert (li.capacity, li.is_routed) == (FOUR, True)
    assert (chen.capacity, chen.is_routed) == ((), False)
    await rig.agents.set_routing("li", (), (), version=1, author="a")
    rested = await rig.access.user_of("li")
    assert rested is not None
    assert not rested.is_routed
