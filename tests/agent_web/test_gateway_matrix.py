"""Role × command × whose work it is, over the socket: one stated answer in each cell.

The commands are those of the protocol's union; one without a row fails. The work is agent1's, or
waits for anybody; every cell has a customer of its own.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, get_args

import pytest

from agent_web.commands import AgentCommand
from hub.model.desk import Medium, Slots
from hub.model.ids import customer_of
from hub.model.inputs import CustomerMessage
from hub.model.message import Address, ReplyGrant, TextPart
from hub.services.access import Role, User
from tests.agent_web import gateway_rig
from tests.agent_web.gateway_rig import Json, Link, Rig, eventually, rig, user
from tests.agent_web.gateway_scene import open_desk
from tests.http.world import CHANNEL

CALLERS = ("agent1", "agent2", "supervisor1", "admin", "operator1")
STATES = ("queued", "offered", "active", "wrap_up")
UNION = {cls.model_fields["do"].default: cls for cls in get_args(get_args(AgentCommand)[0])}
NO_ROW = "00:000000000000#0"

Row = tuple[str, str, str, str]
"""Answers for work that is queued, offered to agent1, agent1's, and wrapped up by agent1."""

DONE, NO, MISSING = "done", "forbidden", "not_found"
NOT_YOURS, OVER, TAKEN, ENDED = "not_yours", "offer_over", "not_waiting", "talk_ended"


def always(answer: str) -> Row:
    return (answer, answer, answer, answer)


ROWS: Mapping[str, tuple[Row, Row, Row]] = {
    "send": ((NO, NOT_YOURS, DONE, DONE), always(NO), always(NOT_YOURS)),
    "note": ((NO, DONE, DONE, DONE), always(NO), always(DONE)),
    "resend": (
        (MISSING, MISSING, DONE, DONE),
        always(MISSING),
        (MISSING, MISSING, DONE, DONE),
    ),
    "discard": (
        (MISSING, MISSING, DONE, DONE),
        always(MISSING),
        (MISSING, MISSING, DONE, DONE),
    ),
    "presence": (always(DONE), always(DONE), always("not_signed_in")),
    "accept": ((OVER, DONE, OVER, OVER), always(OVER), always(OVER)),
    "decline": ((OVER, DONE, OVER, OVER), always(OVER), always(OVER)),
    "claim": (
        (DONE, TAKEN, TAKEN, TAKEN),
        (DONE, TAKEN, TAKEN, TAKEN),
        always("not_signed_in"),
    ),
    "transfer": ((NOT_YOURS, NOT_YOURS, DONE, NOT_YOURS), always(NOT_YOURS), always(NOT_YOURS)),
    "move": (always(NO), always(NO), (DONE, DONE, DONE, ENDED)),
    "end": (
        (NO, NOT_YOURS, DONE, ENDED),
        always(NO),
        (NOT_YOURS, NOT_YOURS, NOT_YOURS, ENDED),
    ),
    "finish": (
        (NO, NOT_YOURS, "not_in_wrap_up", DONE),
        always(NO),
        (NOT_YOURS, NOT_YOURS, "not_in_wrap_up", NOT_YOURS),
    ),
    "hand_off": (always(NO), always(NO), always("already_handed_off")),
}
"""What agent1, agent2, and those who lead are answered; an operator may do nothing."""


def wanted(caller: str, do: str) -> Row:
    one, two, lead = ROWS[do]
    rows = {"agent1": one, "agent2": two, "supervisor1": lead, "admin": lead}
    return rows.get(caller, always(NO))


@dataclass(frozen=True, kw_only=True)
class Work:
    """`lost`: the outbox row of a reply that was not delivered."""

    talk: str
    epoch: int
    seq: int
    lost: str

    @property
    def id(self) -> str:
        return f"{self.talk}-1"


def command(do: str, work: Work) -> Json:
    values = {
        "interaction_id": work.id,
        "conversation_id": work.talk,
        "epoch": work.epoch,
        "seen": work.seq,
        "text": "您好",
        "of": work.lost,
        "presence": "break",
        "to_queue": "general",
        "disposition": "answered",
    }
    fields = UNION[do].model_fields
    return {"do": do, **{name: value for name, value in values.items() if name in fields}}


@dataclass(kw_only=True)
class Desk:
    """agent1 takes all work while ready; agent2 never is."""

    hub: Rig
    one: Link
    count: int = 0

    async def work(self, state: str) -> Work:
        """Work of a new customer in the state."""
        self.count += 1
        presence = "not_ready" if state == "queued" else "ready"
        await self.done({"do": "presence", "presence": presence})
        talk = f"{customer_of(CHANNEL, f'c{self.count}')}.1"
        await self.says(f"c{self.count}")
        work = await self.reached(talk, "queued" if state == "queued" else "offered")
        if state in ("active", "wrap_up"):
            await self.done(command("accept", work))
            work = await self.reached(talk, "active")
            work = replace(work, lost=await self.loses(work))
        if state == "wrap_up":
            await self.done(command("end", work))
            work = replace(await self.reached(talk, state), lost=work.lost)
        return work

    async def says(self, who: str) -> None:
        now = self.hub.clock.now()
        await self.hub.heart.acceptor.accept(
            CustomerMessage(
                address=Address(channel_id=CHANNEL, value=who),
                external_id=who,
                order=who,
                parts=(TextPart(text="在吗"),),
                sent_at=now,
                grant=ReplyGrant(kind="message", quota=5, until=now.replace(year=now.year + 1)),
            )
        )

    async def reached(self, talk: str, state: str) -> Work:
        async def there() -> Any:
            doc = await self.hub.stores.reading.get("conversations", talk)
            return doc if doc is not None and doc["state"] == state else None

        doc = await eventually(there)
        events = await self.hub.desk_events("Offered")
        epochs = [e["epoch"] for e in events if e["interaction_id"] == f"{talk}-1"]
        return Work(talk=talk, epoch=max(epochs, default=0), seq=doc["seq"], lost=NO_ROW)

    async def loses(self, work: Work) -> str:
        """A reply of agent1 that the provider refuses."""
        self.hub.channel.broken = "not_in_window"
        await self.done(command("send", work))

        async def dead() -> str:
            rows = await self.hub.stores.heart.outbox.dead(200, "")
            return next((r["_id"] for r in rows if r["stream"].endswith(work.talk[:20])), "")

        row = str(await eventually(dead))
        self.hub.channel.broken = ""
        return row

    async def done(self, asked: Json) -> None:
        answer = await self.one.do(asked)
        assert answer["state"] == "decided", (asked, answer)
        assert not answer["reason"]


def told(answer: Json) -> str:
    """ "done", or the reason why not."""
    return "done" if answer["state"] == "decided" else str(answer["reason"])


def able(username: str) -> User:
    """With room for the work of all cells."""
    made = user(username)
    if made.role is not Role.AGENT:
        return made
    return replace(made, capacity=(Slots(medium=Medium.TEXT, count=100),))


@pytest.mark.parametrize("caller", CALLERS)
async def test_each_command_on_each_work_has_its_answer(
    caller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(gateway_rig.ROLES, "operator1", Role.OPERATOR)
    monkeypatch.setattr(gateway_rig, "user", able)
    async with rig(live=True) as hub, AsyncExitStack() as screens:
        await open_desk(hub)
        links = {who: await screens.enter_async_context(hub.screen(who)) for who in CALLERS}
        desk = Desk(hub=hub, one=links["agent1"])
        for do in UNION:
            for state, answer in zip(STATES, wanted(caller, do), strict=True):
                asked = command(do, await desk.work(state))
                assert told(await links[caller].do(asked)) == answer, (caller, do, state)


def test_every_command_of_the_protocol_has_a_row() -> None:
    assert ROWS.keys() == UNION.keys()
