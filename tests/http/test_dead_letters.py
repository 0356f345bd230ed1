"""What could not be sent waits for a person, who decides once."""

from typing import Any

from tests.http.world import World, eventually, world

BASE = "/api/v1/dead-letters"


async def test_a_failed_message_is_listed_with_its_reason_and_sent_again_once() -> None:
    async with world() as w:
        letter = await _failed(w)
        assert letter["state"] == "failed"
        assert (letter["reason"], letter["provider_code"]) == ("not_in_window", "45047")
        assert letter["kind"] == "message"
        assert "请讲" not in str(letter)

        w.channel.broken = ""
        body = {"command_id": "again-1"}
        answer = await w.post(f"{BASE}/{letter['id']}/retry", body)
        assert answer.status == 201

        async def sent() -> bool:
            return bool(w.channel.sent)

        await eventually(sent)
        assert [text for _, text in w.channel.sent] == ["请讲"]
        assert (await w.get_json(BASE))["items"] == []

        same = await w.post(f"{BASE}/{letter['id']}/retry", body)
        assert await same.json() == await answer.json()
        other = await w.post(f"{BASE}/{letter['id']}/retry", {"command_id": "again-2"})
        assert (other.status, (await other.json())["reason"]) == (409, "already_decided")
        assert len(w.channel.sent) == 1


async def test_a_discarded_message_leaves_the_list_and_is_marked_in_the_conversation() -> None:
    async with world() as w:
        letter = await _failed(w)
        answer = await w.post(f"{BASE}/{letter['id']}/discard", {"command_id": "no-1"})
        assert answer.status == 201
        assert (await w.get_json(BASE))["items"] == []
        path = f"/api/v1/conversations/{letter['conversation_id']}/messages"
        messages = (await w.get_json(path))["items"]
        assert messages[-1]["deliveries"][0]["state"] == "discarded"
        assert w.channel.sent == []


async def test_a_letter_nobody_knows_is_not_found() -> None:
    async with world() as w:
        await w.sign_in("admin")
        answer = await w.post(f"{BASE}/MWY6MDA/retry", {"command_id": "x"})
        assert answer.status == 404


async def test_buried_inputs_are_listed_with_their_reason() -> None:
    async with world() as w:
        inbox, now = w.stores.heart.inbox, w.clock.now()
        row = {
            "_id": "pretend-main:r1",
            "shard": -1,
            "stream": "",
            "source": "r:pretend-main:77",
            "order": "",
            "body": {"is": "Receipt"},
            "open": True,
            "at": now,
        }
        await inbox.insert([row], ordered=False)
        await inbox.bury("pretend-main:r1", "unmatched", now)
        await w.sign_in("admin")
        page = await w.get_json(f"{BASE}?box=inbox")
        assert [(i["key"], i["reason"], i["state"]) for i in page["items"]] == [
            ("pretend-main:r1", "unmatched", "buried")
        ]


async def _failed(w: World) -> Any:
    """A reply the channel does not take; signs in as a supervisor."""
    w.channel.broken = "not_in_window"
    conversation = await w.customer_says("o-1", "在吗")
    await w.sign_in("supervisor1")
    answer = await w.post(
        f"/api/v1/conversations/{conversation}/messages",
        {"command_id": "reply-1", "seen": 1, "text": "请讲"},
    )
    assert answer.status == 201

    async def listed() -> Any:
        return (await w.get_json(BASE))["items"]

    async def told() -> bool:
        path = f"/api/v1/conversations/{conversation}/messages"
        last = (await w.get_json(path))["items"][-1]
        return bool(last["deliveries"] and last["deliveries"][0]["state"] == "failed")

    letters = await eventually(listed)
    await eventually(told)
    return letters[0]
