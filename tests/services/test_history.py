"""A conversation as it is read: messages, what became of them, notes among them."""

from dataclasses import replace
from typing import Any

from hub.model.ids import AgentId
from hub.model.message import DeliveryState
from hub.services.history import History
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.decisions.stream import (
    CONVERSATION,
    START,
    Stream,
    agent_reply,
    assign,
    close,
    give_back,
    grant,
    hand_off,
    message,
    note,
    stream_in,
)
from tests.fakes.clock import ManualClock


async def read(stream: Stream, **asked: int) -> list[tuple[Any, ...]]:
    stores = MemoryStores(Database(), ManualClock())
    await stores.heart.journal.append(stream.commits)
    history = History(stores.heart.journal, stream.rules)
    page = await history.page(CONVERSATION, after=asked.get("after", 0), limit=9)
    return [
        (m.seq, m.author, m.internal, m.parts[0].get("text"), [d.state.value for d in m.deliveries])
        for m in page.messages
    ]


async def test_messages_and_notes_stand_in_the_order_they_were_written() -> None:
    stream = stream_in("active")
    stream.do(note("核对过身份"))
    stream.do(agent_reply("您好"))
    stream.do(give_back(1, reason="transferred", note="请接着办", author="agent:7"))
    stream.do(assign(2, AgentId("8")))
    stream.report(1, DeliveryState.SENT)
    hand_off_notice = stream.texts()[0]
    assert await read(stream) == [
        (1, "customer", False, "你好", []),
        (2, "system", False, hand_off_notice, ["queued"]),
        (5, "agent:7", True, "核对过身份", []),
        (6, "agent:7", False, "您好", ["sent"]),
        (7, "agent:7", True, "请接着办", []),
    ]
    assert [seq for seq, *_ in await read(stream, after=5)] == [6, 7]


async def test_a_message_after_the_desk_was_told_keeps_its_own_row() -> None:
    """A hand-off tells the desk first: the notice is the second effect of its commit."""
    stream = stream_in("queued")
    (key, _), *_ = stream.rows()
    assert key.endswith("#1")
    stream.report(0, DeliveryState.FAILED, "rejected")
    assert (await read(stream))[1][4] == ["failed"]


async def test_notes_of_another_episode_are_not_in_this_one() -> None:
    stream = stream_in("active")
    stream.do(note())
    stream.do(close())
    stream.do(message("又来了"))
    assert [author for _, author, *_ in await read(stream)] == ["customer", "system", "agent:7"]


async def test_withheld_words_have_an_id_of_their_own() -> None:
    """The plain number is that of a message the customer sent in the same commit."""
    stream = Stream()
    stream.do(replace(message("转人工"), grant=grant(START, quota=0)))
    stream.do(hand_off())
    stores = MemoryStores(Database(), ManualClock())
    await stores.heart.journal.append(stream.commits)
    page = await History(stores.heart.journal, stream.rules).page(CONVERSATION, after=0, limit=9)
    assert [(m.message_id, m.author, m.withheld) for m in page.messages] == [
        (f"{CONVERSATION}.1", "customer", ""),
        (f"{CONVERSATION}.2.w1", "system", "reply_quota_exhausted"),
    ]
