"""What people do at their screens: durable, allowed, in order, and once."""

import asyncio
from typing import Any

import pytest

from agent_web import attendance, gateway
from agent_web.lanes import AT_WORK, WAITING, Lanes
from agent_web.protocol import Do
from hub.errors import StoreUncertain
from hub.ports import Commands, Doc
from hub.services.catalogues import catalogues
from tests.agent_web.gateway_rig import Json, Link, Rig, eventually, rig
from tests.agent_web.gateway_scene import (
    OPENID,
    TALK,
    TOPIC,
    WORK,
    assigned,
    customer_says,
    in_state,
    open_desk,
    send,
    sent_texts,
)


# ---------------------------------------------------------------- coming and going
async def test_agents_screen_signs_in_at_the_desk_and_its_end_is_told() -> None:
    async with rig() as hub:
        async with hub.screen("agent1") as one, hub.screen("agent1") as tab:
            assert one.welcome["connection_id"] != tab.welcome["connection_id"]
            await eventually(lambda: _count(hub, "AgentConnected", 2))
            await tab.socket.close()
            (lost,) = await eventually(lambda: hub.desk_events("AgentDisconnected"))
            assert lost["connection_id"] == tab.welcome["connection_id"]
        await eventually(lambda: _count(hub, "AgentDisconnected", 2))


async def _count(hub: Rig, name: str, number: int) -> bool:
    return len(await hub.desk_events(name)) == number


async def test_lead_without_capacity_only_looks_on() -> None:
    async with rig() as hub:
        async with hub.screen("supervisor1") as lead, hub.screen("agent1"):
            await lead.say(t="ping")
            await lead.hear("pong")
            await eventually(lambda: hub.desk_events("AgentConnected"))
        await eventually(lambda: hub.desk_events("AgentDisconnected"))
        connected = await hub.desk_events("AgentConnected")
        assert [each["agent"]["agent_id"] for each in connected] == ["agent1"]
        assert len(await hub.desk_events("AgentDisconnected")) == 1


class Failing:
    """Commands whose answers get lost: each is stored, and the caller hears nothing of it."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self.lost = 0

    async def submit(
        self, stream: str, command_id: str, author: str, body: Doc, *, wait: float
    ) -> Doc | None:
        commit = await self._commands.submit(stream, command_id, author, body, wait=wait)
        if self.lost:
            self.lost -= 1
            raise StoreUncertain("lost")
        return commit


async def test_coming_and_going_are_told_until_the_desk_has_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attendance, "FIRST_PAUSE_S", 0.001)
    made: list[Failing] = []

    def failing(commands: Commands) -> Commands:
        made.append(Failing(commands))
        made[0].lost = 3
        return made[0]

    async with rig(commands=failing) as hub:
        async with hub.screen("agent1"):
            await eventually(lambda: made[0].lost == 0)
            made[0].lost = 3
        await eventually(lambda: made[0].lost == 0)
        await hub.gateway.stop(hub.app)
        kinds = [each["is"] for each in await hub.desk_events()]
        assert kinds.count("AgentConnected") == kinds.count("AgentDisconnected") == 1
        assert kinds.index("AgentConnected") < kinds.index("AgentDisconnected")


class Held:
    """Commands that let nothing pass until the gate is open, and keep what was asked."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self.gate = asyncio.Event()
        self.asked: list[str] = []

    async def submit(
        self, stream: str, command_id: str, author: str, body: Doc, *, wait: float
    ) -> Doc | None:
        self.asked.append(body["is"])
        await self.gate.wait()
        return await self._commands.submit(stream, command_id, author, body, wait=wait)


async def test_end_of_a_screen_is_not_told_before_the_desk_knows_of_the_screen() -> None:
    made: list[Held] = []

    def held(commands: Commands) -> Commands:
        made.append(Held(commands))
        return made[0]

    async with rig(commands=held) as hub:
        async with hub.screen("agent1"):
            await eventually(lambda: made[0].asked == ["ConnectAgent"])
        await eventually(lambda: hub.gateway.screens == 0)
        await asyncio.sleep(0)
        assert made[0].asked == ["ConnectAgent"]
        made[0].gate.set()
        await eventually(lambda: hub.desk_events("AgentDisconnected"))
        assert made[0].asked == ["ConnectAgent", "LoseConnection"]


# ---------------------------------------------------------------- acts
async def test_customer_is_served_from_the_first_word_to_the_summary() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        hub.source.add(TOPIC)
        epoch, seq = await assigned(hub, link)
        done = await link.do(send(epoch, seq))
        assert (done["state"], done["changed"]) == ("decided", True)
        assert len(done["message_ids"]) == 1
        assert (await link.do({"do": "note", "conversation_id": TALK, "text": "VIP"}))["changed"]
        owned = {"interaction_id": WORK, "epoch": epoch}
        assert (await link.do({"do": "end", **owned}))["state"] == "decided"
        finish = {"do": "finish", **owned, "disposition": "answered", "summary": "补卡"}
        assert (await link.do(finish))["state"] == "decided"
        await eventually(lambda: hub.desk_events("Released"))
        await eventually(lambda: in_state(hub, "closed"))
        assert await sent_texts(hub) == ["请稍等"]


async def test_wrap_up_is_finished_only_with_a_disposition_of_the_catalogue() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        hub.source.add(TOPIC)
        finish = {"do": "finish", **await wrapping_up(hub, link)}
        done = await link.do(finish)
        assert (done["state"], done["reason"]) == ("refused", "disposition_needed")
        done = await link.do({**finish, "disposition": "solved"})
        assert (done["state"], done["reason"]) == ("refused", "unknown_disposition")
        assert await in_state(hub, "wrap_up")
        assert (await link.do({**finish, "disposition": "ticket"}))["state"] == "decided"


async def test_wrap_up_needs_no_disposition_where_there_is_none_to_choose() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        hub.source.add(TOPIC)
        await without_dispositions(hub)
        finish = {"do": "finish", **await wrapping_up(hub, link)}
        done = await link.do({**finish, "disposition": "answered"})
        assert (done["state"], done["reason"]) == ("refused", "unknown_disposition")
        assert (await link.do(finish))["state"] == "decided"


async def test_answer_to_a_finish_is_the_same_after_its_disposition_was_removed() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        hub.source.add(TOPIC)
        finish = {"do": "finish", **await wrapping_up(hub, link), "disposition": "answered"}
        first = await link.do(finish, id="once")
        await without_dispositions(hub)
        assert await link.do(finish, id="once") == first
        new = await link.do(finish, id="twice")
        assert (first["state"], new["reason"]) == ("decided", "unknown_disposition")


async def wrapping_up(hub: Rig, link: Link) -> Json:
    epoch, _ = await assigned(hub, link)
    owned = {"interaction_id": WORK, "epoch": epoch}
    assert (await link.do({"do": "end", **owned}))["state"] == "decided"
    await eventually(lambda: in_state(hub, "wrap_up"))
    return owned


async def without_dispositions(hub: Rig) -> None:
    kept = catalogues(hub.stores.documents, hub.clock).dispositions
    for entry in await kept.all():
        await kept.remove(entry.key, version=entry.version, author="agent:admin")


async def test_same_act_again_changes_nothing_and_answers_the_same() -> None:
    async with rig() as hub:
        hub.source.add(TOPIC)
        async with hub.screen("agent1") as link:
            epoch, seq = await assigned(hub, link)
            first = await link.do(send(epoch, seq), id="once")
        async with hub.screen("agent1") as link:
            assert await link.do(send(epoch, seq), id="once") == first
            other = await link.do(send(epoch, seq, "另一句"), id="once")
        assert (other["state"], other["reason"]) == ("refused", "command_id_reused")
        assert await sent_texts(hub) == ["请稍等"]


async def test_answer_to_an_act_is_the_same_after_the_customer_was_given_away() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        topic = hub.source.add(TOPIC)
        epoch, _ = await assigned(hub, link)
        first = await link.do({"do": "note", "conversation_id": TALK, "text": "VIP"}, id="n")
        topic.guests = frozenset({"agent2"})
        again = await link.do({"do": "note", "conversation_id": TALK, "text": "VIP"}, id="n")
        assert again == first
        new = await link.do({"do": "note", "conversation_id": TALK, "text": "VIP"}, id="m")
        assert (new["state"], new["reason"], new["seq"]) == ("refused", "forbidden", 0)
        assert epoch > 0


async def test_customer_of_another_agent_takes_no_acts() -> None:
    async with rig() as hub, hub.screen("agent1") as one, hub.screen("agent2") as two:
        hub.source.add(TOPIC, guests=frozenset({"agent1"}))
        epoch, seq = await assigned(hub, one)
        owned = {"interaction_id": WORK, "epoch": epoch}
        for command in (
            send(epoch, seq),
            {"do": "note", "conversation_id": TALK, "text": "x"},
            {"do": "end", **owned},
            {"do": "finish", **owned},
        ):
            done = await two.do(command)
            assert (done["state"], done["reason"]) == ("refused", "forbidden"), command
        done = await two.do({"do": "end", "interaction_id": "no such", "epoch": 1})
        assert (done["state"], done["reason"]) == ("refused", "not_found")
        assert await sent_texts(hub) == []


async def test_colleague_who_may_look_may_still_not_answer_in_anothers_name() -> None:
    async with rig() as hub, hub.screen("agent1") as one, hub.screen("agent2") as two:
        hub.source.add(TOPIC)
        epoch, seq = await assigned(hub, one)
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(one.do(send(epoch, seq, "我来回答")))
            second = tasks.create_task(two.do(send(epoch, seq, "我也回答")))
        assert first.result()["state"] == "decided"
        refused = second.result()
        assert (refused["state"], refused["reason"]) == ("refused", "not_yours")
        assert await sent_texts(hub) == ["我来回答"]


async def test_answer_on_a_view_that_missed_the_customers_word_is_stopped() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        hub.source.add(TOPIC)
        epoch, seq = await assigned(hub, link)
        await customer_says(hub, "等一下，卡找到了", 2)
        refused = await link.do(send(epoch, seq))
        assert (refused["state"], refused["reason"]) == ("refused", "stale_view")
        assert refused["seq"] > seq
        assert (await link.do(send(epoch, refused["seq"])))["state"] == "decided"
        assert await sent_texts(hub) == ["请稍等"]


async def test_stranger_hears_the_same_of_a_conversation_there_is_and_of_one_there_is_not() -> None:
    async with rig() as hub, hub.screen("agent1") as one, hub.screen("agent2") as two:
        hub.source.add(TOPIC, guests=frozenset({"agent1"}))
        there = send(*await assigned(hub, one))
        no_file = {**there, "media_ids": ["0" * 32]}
        unknown = {**there, "conversation_id": f"{'0' * 20}.1", "interaction_id": f"{'0' * 20}.1-1"}
        assert (await one.do(no_file))["reason"] == "media_unknown"
        told = [await two.do(command, id="same") for command in (there, no_file, unknown)]
        assert (told[0]["state"], told[0]["reason"]) == ("refused", "forbidden")
        assert told[0] == told[1] == told[2]


@pytest.mark.parametrize(
    "command",
    [
        {"do": "move", "interaction_id": WORK, "to_queue": "general"},
        {"do": "hand_off", "conversation_id": TALK},
    ],
)
async def test_what_only_leads_may_do_is_refused_to_agents(command: Json) -> None:
    async with rig() as hub, hub.screen("agent1") as one, hub.screen("supervisor1") as lead:
        await open_desk(hub)
        await customer_says(hub, "您好", 1)
        await eventually(lambda: hub.desk_events("Queued"))
        done = await one.do(command)
        assert (done["state"], done["reason"]) == ("refused", "forbidden")
        assert (await lead.do(command))["reason"] != "forbidden"


async def test_undelivered_message_is_sent_again_by_who_serves_the_customer_and_once() -> None:
    async with rig() as hub, hub.screen("agent1") as one, hub.screen("agent2") as two:
        hub.source.add(TOPIC, guests=frozenset({"agent1"}))
        epoch, seq = await assigned(hub, one)
        [of_the_line] = await eventually(lambda: hub.channel.sent)
        hub.channel.broken = "window"
        await one.do(send(epoch, seq))
        row = await eventually(lambda: _dead(hub))
        hub.channel.broken = ""
        for word in ("resend", "discard"):
            strange = await two.do({"do": word, "of": row}, id=f"{word}-this")
            unknown = await two.do({"do": word, "of": "1f:000000000001#9"}, id=f"{word}-that")
            assert (strange["state"], strange["reason"]) == ("refused", "not_found")
            assert {**strange, "id": ""} == {**unknown, "id": ""}
        resent = await one.do({"do": "resend", "of": row})
        assert (resent["state"], len(resent["message_ids"])) == ("decided", 1)
        assert (await one.do({"do": "discard", "of": row}))["reason"] == "already_decided"
        await eventually(lambda: hub.channel.sent == [of_the_line, (OPENID, "请稍等")])


async def _dead(hub: Rig) -> str:
    return next((row["_id"] for row in await hub.stores.heart.outbox.dead(9)), "")


async def test_store_that_does_not_say_is_told_as_unknown_and_the_act_can_be_repeated() -> None:
    made: list[Failing] = []

    def failing(commands: Commands) -> Commands:
        made.append(Failing(commands))
        return made[0]

    async with rig(commands=failing) as hub, hub.screen("agent1") as link:
        await eventually(lambda: hub.desk_events("AgentConnected"))
        made[0].lost = 1
        command = {"do": "presence", "presence": "ready"}
        assert (await link.do(command, id="p"))["state"] == "unknown"
        again = await link.do(command, id="p")
        assert (again["state"], again["changed"]) == ("decided", True)
        assert len(await hub.desk_events("PresenceChanged")) == 1


async def test_acts_on_one_customer_are_done_in_the_order_they_were_given() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        hub.source.add(TOPIC)
        epoch, seq = await assigned(hub, link)
        words = [f"第{number}句" for number in range(20)]
        for number, word in enumerate(words):
            await link.say(t="do", id=f"w{number}", command=send(epoch, seq, word))
        answers = [await link.hear("done") for _ in words]
        assert [each["id"] for each in answers] == [f"w{number}" for number in range(20)]
        sent = [each for each in answers if each["state"] == "decided"]
        assert await sent_texts(hub) == words[: len(sent)]


async def test_flood_of_acts_ends_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(gateway.Gateway, "_do", never)
    async with rig() as hub, hub.screen("agent1") as link:
        for number in range(WAITING + AT_WORK + 1):
            command = {"do": "claim", "interaction_id": f"w{number}"}
            await link.say(t="do", id=f"f{number}", command=command)
        assert await link.end() == ("too_slow", 1013)


def act(number: int) -> Do:
    return Do.model_validate(
        {"id": f"a{number}", "command": {"do": "claim", "interaction_id": "w"}}
    )


async def test_lanes_keep_their_order_and_eight_work_at_once() -> None:
    began: list[str] = []
    gates: dict[str, asyncio.Event] = {}

    async def run(one: Do) -> None:
        began.append(one.id)
        gates[one.id] = asyncio.Event()
        await gates[one.id].wait()

    async with asyncio.TaskGroup() as tasks:

        def spawn(work: Any) -> None:
            tasks.create_task(work)

        lanes = Lanes(run, spawn)
        lanes.add("a", act(0))
        lanes.add("a", act(1))
        for number in range(2, 12):
            lanes.add(f"lane{number}", act(number))
        await asyncio.sleep(0)
        assert began == ["a0", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]
        gates["a3"].set()
        await eventually(lambda: len(began) == 9)
        assert began[8] == "a9"
        gates["a0"].set()
        await eventually(lambda: len(began) == 10)
        assert began[9] == "a1"
        lanes.drop()
        for gate in gates.values():
            gate.set()
    assert len(began) == 10
