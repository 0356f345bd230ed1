"""The list of conversations, folded commit by commit."""

from typing import Any

import pytest

from hub.model import inputs as i
from hub.model.bot import BotAction
from hub.model.ids import AgentId, QueueId
from hub.model.message import (
    DeliveryState,
    LinkPart,
    LocationPart,
    MediaKind,
    MediaPart,
    Part,
    TextPart,
    UnsupportedPart,
)
from hub.projections.conversations import Conversations
from tests.decisions.stream import (
    CONVERSATION,
    CUSTOMER_ID,
    HOME,
    INTERACTION,
    START,
    Stream,
    agent_reply,
    answer,
    assign,
    close,
    end,
    finish,
    give_back,
    hand_off,
    message,
    minutes,
    note,
    offer,
    reply,
    signal,
    stream_in,
)

PROJECTION = Conversations()


def folded(stream: Stream) -> dict[str, Any]:
    docs: dict[str, Any] = {}
    for commit in stream.commits:
        for key in PROJECTION.ids(commit):
            docs[key] = PROJECTION.fold(key, docs.get(key), commit)
    return docs


def only(stream: Stream) -> dict[str, Any]:
    (doc,) = folded(stream).values()
    assert isinstance(doc, dict)
    return doc


def test_a_first_message_and_its_answer() -> None:
    stream = Stream()
    value = message("信用卡丢了怎么办？")
    stream.do(
        i.CustomerMessage(
            address=value.address,
            external_id="1",
            order="1",
            parts=value.parts,
            sent_at=START,
            display_name="王女士",
        )
    )
    stream.at = START + minutes(0.1)
    stream.do(answer(words="请拨打客服热线。"))
    assert only(stream) == {
        "_id": CONVERSATION,
        "shard": int(CUSTOMER_ID[:2], 16),
        "n": 2,
        "seq": 2,
        "stream": f"customer:{CUSTOMER_ID}",
        "customer_id": CUSTOMER_ID,
        "state": "bot",
        "channel_id": "wechat-demo",
        "address": {"channel_id": "wechat-demo", "value": "openid-1"},
        "display_name": "王女士",
        "opened_at": START,
        "updated_at": START + minutes(0.1),
        "last_text": "请拨打客服热线。",
        "last_kind": "TextPart",
        "last_author": "bot",
        "owed_since": START,
        "messages": 2,
        "notes": 0,
        "agents": [],
        "undelivered": 0,
        "undelivered_rows": [],
    }


@pytest.mark.parametrize("standing", ["bot", "queued", "offered", "active", "wrap_up", "closed"])
def test_every_state_is_shown(standing: str) -> None:
    assert only(stream_in(standing))["state"] == standing


def test_a_hand_off_names_its_reason_and_interaction() -> None:
    doc = only(stream_in("queued"))
    assert doc["handed_off_reason"] == "asked"
    assert doc["interaction_id"] == INTERACTION
    assert (doc["queue_id"], doc["waiting_since"]) == ("general", START)
    assert doc["last_author"] == "system"
    assert "agent_id" not in doc


def test_the_agent_is_shown_until_the_work_goes_back() -> None:
    stream = stream_in("active")
    assert only(stream)["agent_id"] == "7"
    stream.do(give_back())
    assert "agent_id" not in only(stream)


def test_a_message_in_wrap_up_makes_it_active_again() -> None:
    stream = stream_in("wrap_up")
    stream.do(message())
    assert (only(stream)["state"], only(stream)["agent_id"]) == ("active", "7")


def test_a_close_is_kept_with_time_and_reason() -> None:
    stream = stream_in("wrap_up")
    stream.at = START + minutes(3)
    stream.do(finish())
    doc = only(stream)
    assert (doc["state"], doc["close_reason"], doc["closed_at"]) == (
        "closed",
        "finished",
        START + minutes(3),
    )
    assert (doc["agent_id"], doc["queue_id"], doc["waiting_since"]) == ("7", "general", START)


def test_it_is_open_to_the_one_who_serves_it_and_to_nobody_who_handed_it_on() -> None:
    stream = stream_in("offered")
    steps: list[tuple[Any, list[str]]] = [
        (assign(1), ["7"]),
        (give_back(1, reason="transferred"), []),
        (offer(2, AgentId("9")), []),
        (give_back(2), []),
        (assign(3, AgentId("8")), ["8"]),
        (offer(4), []),
        (assign(4), ["7"]),
        (end(4), ["7"]),
        (message("还有一个问题"), ["7"]),
        (end(4), ["7"]),
        (give_back(4), []),
        (assign(5, AgentId("8")), ["8"]),
    ]
    for step, agents in steps:
        stream.do(step)
        assert only(stream)["agents"] == agents, step


@pytest.mark.parametrize(
    ("standing", "agents"),
    [
        ("bot", []),
        ("queued", []),
        ("offered", []),
        ("active", ["7"]),
        ("wrap_up", ["7"]),
    ],
)
def test_closed_it_stays_open_to_the_one_with_whom_it_ended(
    standing: str, agents: list[str]
) -> None:
    stream = stream_in(standing)
    stream.do(close())
    assert only(stream)["agents"] == agents


def test_who_handed_it_on_is_a_stranger_when_it_closes_in_the_queue() -> None:
    stream = stream_in("active")
    stream.do(give_back(1))
    stream.do(close())
    assert only(stream)["agents"] == []


def test_what_came_of_it_is_kept() -> None:
    stream = stream_in("wrap_up")
    stream.do(finish(summary="已补寄新卡"))
    doc = only(stream)
    assert (doc["disposition"], doc["summary"]) == ("solved", "已补寄新卡")


def test_notes_are_counted_and_no_last_words() -> None:
    stream = stream_in("active")
    before = only(stream)
    stream.at = START + minutes(1)
    stream.do(note())
    stream.do(give_back(1, note="请接着办", author="agent:7"))
    doc = only(stream)
    assert (doc["notes"], doc["messages"]) == (2, before["messages"])
    assert (doc["last_text"], doc["last_author"]) == (before["last_text"], before["last_author"])
    assert doc["updated_at"] == START + minutes(1)


def test_the_next_episode_is_a_document_of_its_own() -> None:
    stream = stream_in("closed")
    stream.do(message("又来了"))
    docs = folded(stream)
    assert set(docs) == {f"{CUSTOMER_ID}.1", f"{CUSTOMER_ID}.2"}
    assert [doc["state"] for doc in docs.values()] == ["closed", "bot"]


@pytest.mark.parametrize(
    ("part", "shown", "kind"),
    [
        (TextPart(text="好" * 200), "好" * 120, "TextPart"),
        (MediaPart(media=MediaKind.IMAGE, provider_ref="m", name="a.png"), "", "image"),
        (LocationPart(latitude=1.0, longitude=2.0, label="上海"), "上海", "LocationPart"),
        (LinkPart(title="利率", url="u"), "利率", "LinkPart"),
        (UnsupportedPart(kind="card", raw={"a": "b"}), "", "UnsupportedPart"),
    ],
)
def test_the_last_words_are_cut_and_media_is_left_to_the_screen(
    part: Part, shown: str, kind: str
) -> None:
    stream = Stream()
    stream.do(message(parts=(part,)))
    doc = only(stream)
    assert (doc["last_text"], doc["last_kind"], doc["last_author"]) == (shown, kind, "customer")


def test_a_menu_shows_its_head() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(answer(BotAction.SUGGEST, words="您想问的是？", candidates=2))
    doc = only(stream)
    assert (doc["last_text"], doc["last_kind"]) == ("您想问的是？", "MenuPart")


def test_replies_move_to_the_channel_of_the_last_message() -> None:
    stream = stream_in("queued")
    stream.do(message(address=type(HOME)(channel_id=HOME.channel_id, value="openid-9")))
    assert only(stream)["address"]["value"] == "openid-9"


def test_undelivered_rows_are_counted_until_something_is_decided() -> None:
    stream = stream_in("queued")
    stream.do(reply(parts=(TextPart(text="一"), TextPart(text="二"), TextPart(text="三"))))
    counts = []
    for row, state in enumerate(
        [DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.FAILED]
    ):
        stream.report(row, state, "rejected")
        counts.append(only(stream)["undelivered"])
    rows = [key for key, _ in stream.rows()]
    stream.do(i.DiscardMessage(author="api:crm", of=rows[1]))
    counts.append(only(stream)["undelivered"])
    stream.report(2, DeliveryState.SENT)
    counts.append(only(stream)["undelivered"])
    stream.do(
        i.ResendMessage(
            conversation_id=CONVERSATION,
            author="api:crm",
            of=rows[3],
            address=HOME,
            part=TextPart(text="三"),
        )
    )
    counts.append(only(stream)["undelivered"])
    assert counts == [0, 1, 2, 3, 2, 1, 0]


def test_a_receipt_does_not_bring_a_conversation_to_the_top() -> None:
    stream = stream_in("queued")
    stream.at = START + minutes(60)
    stream.report(0, DeliveryState.SENT)
    doc = only(stream)
    assert (doc["updated_at"], doc["n"]) == (START, 3)


def test_commits_that_tell_nothing_about_a_conversation_touch_none() -> None:
    stream = Stream()
    stream.do(signal("followed"))
    stream.do(close())
    stream.do(i.DeliveryReport(of="00:1#0", state=DeliveryState.SENT))
    assert [list(PROJECTION.ids(commit)) for commit in stream.commits] == [[], [], []]


def test_other_streams_are_none_of_its_business() -> None:
    assert list(PROJECTION.ids({"stream": "desk:main", "events": [{"is": "Offered"}]})) == []


def test_folding_leaves_the_old_document_alone() -> None:
    stream = stream_in("active")
    before = only(stream)
    kept = dict(before)
    stream.do(agent_reply())
    stream.do(end())
    PROJECTION.fold(CONVERSATION, before, stream.commits[-2])
    assert before == kept


def test_the_same_commits_fold_to_the_same_documents() -> None:
    stream = Stream()
    for step in (message(), answer(), hand_off(), message("在吗"), reply(), close(), message()):
        stream.do(step)
    assert folded(stream) == folded(stream)


def test_the_queue_is_the_one_the_work_went_to_last() -> None:
    stream = stream_in("active")
    assert only(stream)["queue_id"] == "general"
    stream.do(give_back(1, reason="transferred", queue_id=QueueId("loans")))
    assert only(stream)["queue_id"] == "loans"
    stream.do(offer(2))
    stream.do(give_back(2, reason="declined", queue_id=QueueId("loans")))
    assert only(stream)["queue_id"] == "loans"
