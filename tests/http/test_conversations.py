"""Conversations through the API, on the real engine."""

from typing import Any

from tests.http.world import CHANNEL, World, eventually, world

BASE = "/api/v1/conversations"


async def test_what_a_customer_wrote_is_listed_and_read() -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", "怎么查额度")
        await w.sign_in()
        page = await w.get_json(BASE)
        assert [item["id"] for item in page["items"]] == [conversation]
        shown = page["items"][0]
        assert shown["state"] == "queued"
        assert shown["last_text"] == "怎么查额度"
        assert shown["address"] == {"channel_id": CHANNEL, "value": "o-1"}
        assert shown["display_name"] == "客户"
        messages = await w.get_json(f"{BASE}/{conversation}/messages")
        assert [m["author"] for m in messages["items"]] == ["customer"]
        assert messages["items"][0]["parts"] == [{"is": "TextPart", "text": "怎么查额度"}]
        assert messages["items"][0]["deliveries"] == []


async def test_a_reply_is_decided_sent_and_its_delivery_shown() -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", "在吗")
        await w.sign_in()
        answer = await _send(w, conversation, "您好，请讲。")
        assert answer.status == 201
        body = await answer.json()
        assert body["state"] == "decided"
        assert len(body["message_ids"]) == 1

        async def sent() -> Any:
            page = await w.get_json(f"{BASE}/{conversation}/messages")
            return [m for m in page["items"] if [d["state"] for d in m["deliveries"]] == ["sent"]]

        message = (await eventually(sent))[0]
        assert message["id"] == body["message_ids"][0]
        assert message["author"] == "agent:supervisor1"
        assert w.channel.sent == [("o-1", "您好，请讲。")]


async def test_a_command_sent_twice_is_done_once() -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", "在吗")
        await w.sign_in()
        seen = (await w.get_json(f"{BASE}/{conversation}"))["seq"]
        body = {"command_id": "same", "seen": seen, "text": "您好"}
        first = await w.post(f"{BASE}/{conversation}/messages", body)
        second = await w.post(f"{BASE}/{conversation}/messages", body)
        assert (first.status, second.status) == (201, 201)
        assert await first.json() == await second.json()

        async def sent() -> bool:
            return bool(w.channel.sent)

        await eventually(sent)
        assert w.channel.sent == [("o-1", "您好")]


async def test_a_command_id_used_for_another_command_is_refused() -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", "在吗")
        await w.sign_in()
        seen = (await w.get_json(f"{BASE}/{conversation}"))["seq"]
        body = {"command_id": "same", "seen": seen, "text": "您好"}
        assert (await w.post(f"{BASE}/{conversation}/messages", body)).status == 201
        other = await w.post(f"{BASE}/{conversation}/messages", {**body, "text": "再见"})
        assert (other.status, (await other.json())["reason"]) == (409, "command_id_reused")
        close = await w.post(f"{BASE}/{conversation}/close", {"command_id": "same"})
        assert (close.status, (await close.json())["reason"]) == (409, "command_id_reused")


async def test_a_reply_on_an_old_view_is_refused_with_the_place_to_read_on() -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", "在吗")
        await w.sign_in()
        seen = (await w.get_json(f"{BASE}/{conversation}"))["seq"]
        await w.customer_says("o-1", "不用了")
        body = {"command_id": "late", "seen": seen, "text": "请讲"}
        answer = await w.post(f"{BASE}/{conversation}/messages", body)
        problem = await answer.json()
        assert answer.status == 409
        assert answer.content_type == "application/problem+json"
        assert problem["reason"] == "stale_view"
        assert problem["seq"] > seen
        assert problem["detail"] == (
            f"The conversation went on to {problem['seq']}; you looked at {seen}."
        )
        assert w.channel.sent == []
        again = await w.post(
            f"{BASE}/{conversation}/messages",
            {"command_id": "late-2", "seen": problem["seq"], "text": "请讲"},
        )
        assert again.status == 201


async def test_the_sixth_reply_in_the_window_is_refused_with_its_reason() -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", "在吗")
        await w.sign_in()
        answers = [await _send(w, conversation, f"第 {n} 条") for n in range(1, 7)]
        assert [a.status for a in answers] == [201, 201, 201, 201, 201, 409]
        assert (await answers[5].json())["reason"] == "reply_quota_exhausted"


async def test_a_long_reply_is_one_message_of_several_sends() -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", "条款？")
        await w.sign_in()
        answer = await _send(w, conversation, "条" * 1500)
        assert answer.status == 201

        async def three() -> bool:
            return len(w.channel.sent) == 3

        await eventually(three)
        assert [len(text) for _, text in w.channel.sent] == [600, 600, 300]
        page = await w.get_json(f"{BASE}/{conversation}/messages")
        assert [len(m["deliveries"]) for m in page["items"]] == [0, 3]


async def test_closing_and_handing_off_answer_as_the_rules_say() -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", "在吗")
        await w.sign_in()
        off = await w.post(f"{BASE}/{conversation}/hand-off", {"command_id": w.command_id()})
        assert (off.status, (await off.json())["reason"]) == (409, "already_handed_off")
        closed = await w.post(f"{BASE}/{conversation}/close", {"command_id": w.command_id()})
        assert closed.status == 201

        async def state() -> bool:
            return bool((await w.get_json(f"{BASE}/{conversation}"))["state"] == "closed")

        await eventually(state)
        late = await _send(w, conversation, "还有一句")
        assert (late.status, (await late.json())["reason"]) == (409, "conversation_closed")


async def test_the_bots_part_ends_by_command() -> None:
    async with world() as w:
        await w.sign_in("operator1")
        account = "/api/v1/channel-accounts/second"
        assert (await w.put(account, {"version": 0, "kind": "pretend"})).status == 200
        message = {"from": "o-1", "id": 1, "text": "在吗"}
        assert (await w.client.post("/hooks/second?key=right", json=message)).status == 200
        await w.sign_in()

        async def with_the_bot() -> Any:
            items = (await w.get_json(BASE))["items"]
            return items[0]["id"] if items and items[0]["state"] == "bot" else None

        path = f"{BASE}/{await eventually(with_the_bot)}"
        off = await w.post(f"{path}/hand-off", {"command_id": w.command_id()})
        assert off.status == 201

        async def waits() -> bool:
            return bool((await w.get_json(path))["state"] == "queued")

        await eventually(waits)


async def test_the_journal_shows_each_input_with_its_events_and_no_token() -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", "在吗")
        await w.sign_in()
        await _send(w, conversation, "您好")
        page = await w.get_json(f"{BASE}/{conversation}/journal?limit=1")
        first = page["items"][0]
        assert page["next"] == 1
        assert first["seq"] == 1
        assert first["input"]["body"]["is"] == "CustomerMessage"
        assert [e["is"] for e in first["events"]] == [
            "ConversationOpened",
            "MessageReceived",
            "HandedOff",
        ]
        assert "token" not in first
        rest = await w.get_json(f"{BASE}/{conversation}/journal?after=1")
        assert [c["seq"] for c in rest["items"]][:1] == [2]


async def test_lists_page_by_cursor_and_filter() -> None:
    async with world() as w:
        made = [await w.customer_says(f"o-{n}", "在吗") for n in range(5)]
        await w.sign_in()
        first = await w.get_json(f"{BASE}?limit=2")
        second = await w.get_json(f"{BASE}?limit=2&cursor={first['next']}")
        third = await w.get_json(f"{BASE}?limit=2&cursor={second['next']}")
        seen = [item["id"] for page in (first, second, third) for item in page["items"]]
        assert sorted(seen) == sorted(made)
        assert third["next"] is None
        one = await w.get_json(f"{BASE}?customer_id={made[0].split('.')[0]}")
        assert [item["id"] for item in one["items"]] == [made[0]]
        assert (await w.get_json(f"{BASE}?state=closed"))["items"] == []


async def _send(w: World, conversation: str, text: str) -> Any:
    """On the newest view."""
    page = await w.get_json(f"{BASE}/{conversation}/journal")
    seen = page["items"][-1]["seq"]
    body = {"command_id": w.command_id(), "seen": seen, "text": text}
    return await w.post(f"{BASE}/{conversation}/messages", body)
