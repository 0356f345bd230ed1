"""Role × call × whose conversation it is: policy is in the query, so what is foreign is not there.

agent1 serves the first customer; the second one waits and is nobody's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.http.world import World, eventually, world

BASE = "/api/v1/conversations"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Conversations by how they stand to agent1: theirs now, one they gave away, another's."""

    w: World
    own: str
    had: str
    foreign: str

    def of(self, whose: str) -> str:
        return {"own": self.own, "had": self.had, "foreign": self.foreign}[whose]


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
        foreign = await w.customer_says("o-3", "有人吗")
        yield Scene(w=w, own=own, had=had, foreign=foreign)


READ = {
    ("agent1", "own"): 200,
    ("agent1", "had"): 200,
    ("agent1", "foreign"): 404,
    ("agent2", "own"): 404,
    ("agent2", "foreign"): 404,
    ("supervisor1", "own"): 200,
    ("supervisor1", "foreign"): 200,
    ("admin", "foreign"): 200,
}


async def test_conversations_messages_and_customers_are_read_by_those_who_may() -> None:
    async with scene() as s:
        for (who, whose), status in READ.items():
            await s.w.sign_in(who)
            conversation = s.of(whose)
            customer = conversation.partition(".")[0]
            for path in (
                f"{BASE}/{conversation}",
                f"{BASE}/{conversation}/messages",
                f"/api/v1/customers/{customer}",
            ):
                assert (await s.w.get(path)).status == status, (who, whose, path)


LISTED = {"agent1": {"own", "had"}, "agent2": set(), "supervisor1": {"own", "had", "foreign"}}


@pytest.mark.parametrize("who", LISTED)
async def test_lists_searches_and_customers_hold_only_what_one_may_see(who: str) -> None:
    async with scene() as s:
        await s.w.sign_in(who)
        wanted = {s.of(whose) for whose in LISTED[who]}
        assert await _ids(s.w, BASE) == wanted
        assert await _ids(s.w, f"{BASE}?q=客户") == wanted
        customers = {conversation.partition(".")[0] for conversation in wanted}
        assert await _ids(s.w, "/api/v1/customers") == customers
        for whose in ("own", "had", "foreign"):
            customer = s.of(whose).partition(".")[0]
            found = await _ids(s.w, f"{BASE}?customer_id={customer}")
            assert found == {each for each in wanted if each.startswith(customer)}


async def test_a_search_finds_names_and_last_words_without_reading_patterns() -> None:
    async with scene() as s:
        await s.w.sign_in("supervisor1")
        assert await _ids(s.w, f"{BASE}?q=有人") == {s.foreign}
        assert await _ids(s.w, f"{BASE}?q=.*") == set()
        page = await s.w.get_json(f"{BASE}?q=客户&limit=1")
        assert (len(page["items"]), page["next"]) == (1, None)


async def test_mine_are_those_i_was_assigned_to() -> None:
    async with scene() as s:
        await s.w.sign_in("agent1")
        assert await _ids(s.w, f"{BASE}?mine=true") == {s.own, s.had}
        await s.w.sign_in("admin")
        assert await _ids(s.w, f"{BASE}?mine=true") == set()


async def test_the_earlier_talks_of_a_customer_are_open_to_whoever_serves_now() -> None:
    async with scene() as s:
        await s.w.ready("agent2")
        again = await s.w.customer_says("o-1", "还有一个问题")
        await s.w.accepts("agent2", again)
        await s.w.sign_in("agent2")
        customer = again.partition(".")[0]
        assert await _ids(s.w, f"{BASE}?customer_id={customer}") == {s.had, again}
        assert (await s.w.get(f"{BASE}/{s.had}/messages")).status == 200
        assert await _ids(s.w, BASE) >= {again}
        assert s.had not in await _ids(s.w, BASE)


ACTS: dict[tuple[str, str], tuple[int, str]] = {
    ("agent1", "had"): (409, "not_yours"),
    ("agent1", "foreign"): (404, ""),
    ("agent2", "own"): (404, ""),
    ("agent2", "foreign"): (404, ""),
}


async def test_only_the_one_who_serves_a_customer_writes_closes_or_hands_off() -> None:
    async with scene() as s:
        for (who, whose), (status, reason) in ACTS.items():
            await s.w.sign_in(who)
            for verb, more in (
                ("messages", {"seen": 1, "text": "您好"}),
                ("close", {}),
                ("hand-off", {}),
            ):
                body = {"command_id": s.w.command_id(), **more}
                answer = await s.w.post(f"{BASE}/{s.of(whose)}/{verb}", body)
                said = (await answer.json()).get("reason", "")
                assert (answer.status, said) == (status, reason), (who, whose, verb)
        assert [text for _, text in s.w.channel.sent] == ["再见"]


async def test_the_owner_writes_and_cannot_close_past_the_wrap_up_but_a_supervisor_may() -> None:
    async with scene() as s:
        await s.w.sign_in("agent1")
        seq = (await s.w.get_json(f"{BASE}/{s.own}"))["seq"]
        body = {"command_id": "mine", "seen": seq, "text": "请讲"}
        assert (await s.w.post(f"{BASE}/{s.own}/messages", body)).status == 201
        refused = await s.w.post(f"{BASE}/{s.own}/close", {"command_id": "own"})
        assert (refused.status, (await refused.json())["reason"]) == (409, "talk_not_ended")
        assert (await s.w.get_json(f"{BASE}/{s.own}"))["state"] == "active"
        await s.w.sign_in("supervisor1")
        assert (await s.w.post(f"{BASE}/{s.own}/close", {"command_id": "sup"})).status == 201


async def test_dead_letters_of_an_agent_are_those_of_own_conversations() -> None:
    async with scene() as s:
        s.w.channel.broken = "not_in_window"
        await s.w.sign_in("supervisor1")
        seq = (await s.w.get_json(f"{BASE}/{s.foreign}"))["seq"]
        body = {"command_id": "f", "seen": seq, "text": "请稍候"}
        assert (await s.w.post(f"{BASE}/{s.foreign}/messages", body)).status == 201
        await s.w.sign_in("agent1")
        seq = (await s.w.get_json(f"{BASE}/{s.own}"))["seq"]
        body = {"command_id": "o", "seen": seq, "text": "请讲"}
        assert (await s.w.post(f"{BASE}/{s.own}/messages", body)).status == 201

        async def letters() -> Any:
            await s.w.sign_in("supervisor1")
            items = (await s.w.get_json("/api/v1/dead-letters"))["items"]
            return {item["conversation_id"]: item["id"] for item in items} if items[1:] else None

        found = await eventually(letters)
        assert set(found) == {s.own, s.foreign}
        await s.w.sign_in("agent1")

        async def own() -> Any:
            return (await s.w.get_json("/api/v1/dead-letters"))["items"]

        assert [item["conversation_id"] for item in await eventually(own)] == [s.own]
        for verb in ("retry", "discard"):
            path = f"/api/v1/dead-letters/{found[s.foreign]}/{verb}"
            assert (await s.w.post(path, {"command_id": verb})).status == 404
        path = f"/api/v1/dead-letters/{found[s.own]}/discard"
        assert (await s.w.post(path, {"command_id": "own"})).status == 201
        assert (await s.w.get("/api/v1/dead-letters?box=inbox")).status == 403


async def test_pages_of_an_agents_dead_letters_are_full_whatever_stands_between() -> None:
    """Letters of others come before, between and after: row keys follow no conversation."""
    async with scene() as s:
        s.w.channel.broken = "not_in_window"
        for n in range(3):
            for whose, who in ((s.foreign, "supervisor1"), (s.own, "agent1")):
                await s.w.sign_in(who)
                seq = (await s.w.get_json(f"{BASE}/{whose}"))["seq"]
                body = {"command_id": f"{who}-{n}", "seen": seq, "text": "好" * 1800}
                assert (await s.w.post(f"{BASE}/{whose}/messages", body)).status == 201

        async def all_of_them() -> Any:
            items = (await s.w.get_json("/api/v1/dead-letters?limit=100"))["items"]
            return items if len(items) == wanted else None

        wanted = 18
        await s.w.sign_in("supervisor1")
        keys = {
            item["key"]
            for item in await eventually(all_of_them)
            if item["conversation_id"] == s.own
        }
        wanted = len(keys)
        assert wanted == 9
        await s.w.sign_in("agent1")
        await eventually(all_of_them)
        page = await s.w.get_json("/api/v1/dead-letters?limit=4")
        pages = [[item["key"] for item in page["items"]]]
        while page["next"]:
            page = await s.w.get_json(f"/api/v1/dead-letters?limit=4&cursor={page['next']}")
            pages.append([item["key"] for item in page["items"]])
        assert [len(page) for page in pages] == [4, 4, 1]
        assert {key for page in pages for key in page} == keys


async def test_who_serves_a_customer_finds_the_letters_of_earlier_talks() -> None:
    async with scene() as s:
        s.w.channel.broken = "not_in_window"
        await s.w.sign_in("supervisor1")
        seq = (await s.w.get_json(f"{BASE}/{s.foreign}"))["seq"]
        body = {"command_id": "late", "seen": seq, "text": "请稍候"}
        assert (await s.w.post(f"{BASE}/{s.foreign}/messages", body)).status == 201
        assert (await s.w.post(f"{BASE}/{s.foreign}/close", {"command_id": "end"})).status == 201

        async def of(who: str) -> list[str]:
            await s.w.sign_in(who)
            items = (await s.w.get_json("/api/v1/dead-letters"))["items"]
            return [item["conversation_id"] for item in items]

        assert await eventually(lambda: of("supervisor1")) == [s.foreign]
        assert await of("agent2") == []
        await s.w.ready("agent2")
        again = await s.w.customer_says("o-3", "还有一个问题")
        await s.w.accepts("agent2", again)
        assert await eventually(lambda: of("agent2")) == [s.foreign]
        assert await of("agent1") == []


async def _ids(w: World, path: str) -> set[str]:
    return {item["id"] for item in (await w.get_json(path))["items"]}
