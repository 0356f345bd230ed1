"""Who handed a conversation on, or lost it, is a stranger to it; with whom it ended is not."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.http.scene import moves, transfers
from tests.http.world import World, eventually, world

BASE = "/api/v1/conversations"
CUSTOMERS = "/api/v1/customers"

HandOn = Callable[[World, str], Awaitable[None]]


async def by_transfer(w: World, conversation: str) -> None:
    await transfers(w, "agent1", conversation, "agent2")


async def by_move(w: World, conversation: str) -> None:
    await moves(w, conversation, "agent2")


async def reads(w: World, who: str, conversation: str) -> dict[str, Any]:
    """What an agent is answered of the conversation and its customer, and finds in the lists."""
    await w.sign_in(who)
    customer = conversation.partition(".")[0]
    one = f"{BASE}/{conversation}"
    return {
        "got": [
            (await w.get(path)).status
            for path in (one, f"{one}/messages", f"{CUSTOMERS}/{customer}")
        ],
        "listed": [
            [item["id"] for item in (await w.get_json(path))["items"]]
            for path in (
                BASE,
                f"{BASE}?mine=true",
                f"{BASE}?customer_id={customer}",
                f"{BASE}?q=银行卡",
                CUSTOMERS,
            )
        ],
    }


async def unmasks(w: World, who: str, conversation: str) -> tuple[int, str]:
    await w.sign_in(who)
    path = f"{CUSTOMERS}/{conversation.partition('.')[0]}/unmask"
    answer = await w.post(path, {"reason": "fraud"})
    return answer.status, (await answer.json()).get("reason", "")


def seen(conversation: str) -> dict[str, Any]:
    customer = conversation.partition(".")[0]
    return {"got": [200, 200, 200], "listed": [*[[conversation]] * 4, [customer]]}


NOTHING = {"got": [404, 404, 404], "listed": [[], [], [], [], []]}


async def says_card(w: World, conversation: str) -> None:
    """The last word of the customer, by which a search finds it."""
    said = await w.customer_says("o-1", "银行卡丢了")
    assert said == conversation


async def closes(w: World, conversation: str) -> None:
    """By a supervisor, and the lists show it."""
    await w.sign_in("supervisor1")
    closed = await w.post(f"{BASE}/{conversation}/close", {"command_id": "end"})
    assert closed.status == 201

    async def shown() -> bool:
        talk = await w.stores.reading.get("conversations", conversation) or {}
        customer = await w.stores.reading.get("customers", talk["customer_id"]) or {}
        return talk["state"] == "closed" and "open_conversation_id" not in customer

    await eventually(shown)


@pytest.mark.parametrize("hand_on", [by_transfer, by_move])
async def test_who_handed_a_conversation_on_does_not_find_it_any_more(hand_on: HandOn) -> None:
    async with world() as w:
        await w.at_the_desk("agent1")
        conversation = await w.customer_says("o-1", "在吗")
        await w.accepts("agent1", conversation)
        await says_card(w, conversation)
        assert await reads(w, "agent1", conversation) == seen(conversation)
        assert await unmasks(w, "agent1", conversation) == (200, "")

        await w.ready("agent2")
        await hand_on(w, conversation)
        await w.accepts("agent2", conversation)
        await says_card(w, conversation)
        assert await reads(w, "agent1", conversation) == NOTHING
        assert await reads(w, "agent2", conversation) == seen(conversation)
        assert await unmasks(w, "agent1", conversation) == (404, "")
        assert await unmasks(w, "agent2", conversation) == (200, "")

        await closes(w, conversation)
        assert await reads(w, "agent1", conversation) == NOTHING
        assert await reads(w, "agent2", conversation) == seen(conversation)
        assert await unmasks(w, "agent2", conversation) == (409, "not_yours")

        await w.sign_in("admin")
        rows = (await w.get_json("/api/v1/audit?act=customer.unmasked&outcome=done"))["items"]
        assert [row["actor"] for row in rows] == ["agent:agent2", "agent:agent1"]


async def test_what_came_back_to_the_queue_is_nobodys_also_when_it_is_closed_there() -> None:
    async with world() as w:
        await w.at_the_desk("agent1")
        conversation = await w.customer_says("o-1", "在吗")
        await w.accepts("agent1", conversation)
        await w.rests("agent1")
        await moves(w, conversation)

        async def waits() -> bool:
            doc = await w.stores.reading.get("conversations", conversation) or {}
            return bool(doc["state"] == "queued")

        await eventually(waits)
        await says_card(w, conversation)
        assert await reads(w, "agent1", conversation) == NOTHING
        await closes(w, conversation)
        assert await reads(w, "agent1", conversation) == NOTHING


async def test_an_earlier_talk_that_ended_with_an_agent_stays_theirs_and_the_later_one_not() -> (
    None
):
    async with world() as w:
        await w.at_the_desk("agent1")
        first = await w.customer_says("o-1", "在吗")
        await w.accepts("agent1", first)
        await closes(w, first)
        second = await w.customer_says("o-1", "还有一件事")
        await w.accepts("agent1", second)
        await w.ready("agent2")
        await transfers(w, "agent1", second, "agent2")
        await w.accepts("agent2", second)
        customer = first.partition(".")[0]
        await w.sign_in("agent1")
        for path, status in (
            (f"{BASE}/{first}/messages", 200),
            (f"{CUSTOMERS}/{customer}", 200),
            (f"{BASE}/{second}/messages", 404),
        ):
            assert (await w.get(path)).status == status, path
        listed = await w.get_json(f"{BASE}?customer_id={customer}")
        assert [item["id"] for item in listed["items"]] == [first]
