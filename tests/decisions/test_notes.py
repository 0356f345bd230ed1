"""Notes, transfer notes and summaries are for colleagues: nothing of them leaves the hub."""

import orjson
import pytest

from hub.model.codec import pack
from hub.model.effects import Job, Tell
from hub.model.events import InteractionRequeued, NoteAdded, Refused
from hub.model.ids import AgentId, MessageId, desk_stream
from tests.decisions.stream import (
    CONVERSATION,
    INTERACTION,
    Stream,
    agent_reply,
    answer,
    assign,
    end,
    finish,
    give_back,
    hand_off,
    in_line,
    message,
    minutes,
    names,
    note,
    offer,
    reply,
    stream_in,
)

SECRET = "内部：疑似诈骗-7F3A"


def test_a_note_keeps_its_author_and_words() -> None:
    stream = stream_in("active")
    assert stream.do(note("请核对身份", author="agent:supervisor1")) == [
        NoteAdded(
            note_id=MessageId(f"{CONVERSATION}.5.0"),
            conversation_id=CONVERSATION,
            author="agent:supervisor1",
            text="请核对身份",
        )
    ]


@pytest.mark.parametrize("words", ["", "  \n "])
def test_an_empty_note_is_none(words: str) -> None:
    assert stream_in("active").do(note(words)) == [Refused(reason="empty")]


def test_a_transfer_note_stands_with_its_author_beside_the_return() -> None:
    stream = stream_in("active")
    returned = give_back(epoch=1, reason="transferred", note="客户要提前还款", author="agent:7")
    assert stream.do(returned) == [
        InteractionRequeued(interaction_id=INTERACTION, epoch=1, reason="transferred"),
        NoteAdded(
            note_id=MessageId(f"{CONVERSATION}.5.0"),
            conversation_id=CONVERSATION,
            author="agent:7",
            text="客户要提前还款",
        ),
    ]


def test_a_note_is_no_word_to_the_customer() -> None:
    """It neither stops a reply nor counts as an answer: silence is measured as without it."""
    stream = stream_in("active")
    stream.do(agent_reply())
    seen, timers = stream.state.seq, dict(stream.state.timers)
    stream.at += minutes(19)
    stream.do(note(author="agent:8"))
    assert stream.state.timers == timers
    assert names(stream.do(agent_reply(seen=seen))) == ["MessageSent"]


def test_a_note_after_the_warning_does_not_go_on() -> None:
    stream = stream_in("active")
    stream.do(agent_reply())
    stream.later(minutes(21))
    stream.do(note())
    assert set(stream.state.timers) == {"grace"}


def written() -> Stream:
    """A whole life with internal words at every place that takes them."""
    stream = Stream()
    stream.do(message("我的卡丢了。"))
    stream.do(note(f"{SECRET} 机器人时"))
    stream.do(answer(seq=1))
    stream.do(message("转人工"))
    stream.do(hand_off())
    stream.do(note(f"{SECRET} 排队时"))
    stream.do(in_line())
    stream.do(offer())
    stream.do(note(f"{SECRET} 派单时"))
    stream.do(assign())
    stream.do(agent_reply("您好"))
    stream.do(give_back(1, reason="transferred", note=f"{SECRET} 转接", author="agent:7"))
    stream.do(offer(2, AgentId("8")))
    stream.do(give_back(2, reason="agent_lost", note=f"{SECRET} 收回", author="agent:8"))
    stream.do(assign(3))
    stream.do(reply("我来处理", author="agent:7", epoch=3, interaction=INTERACTION))
    stream.do(end(3))
    stream.do(note(f"{SECRET} 整理时"))
    stream.do(message("还有一个问题"))
    stream.do(end(3))
    stream.do(finish(3, summary=f"{SECRET} 小结"))
    return stream


def test_no_byte_of_internal_words_is_in_any_effect() -> None:
    stream = written()
    assert stream.standing == "closed"
    kept = [e for c in stream.commits for e in c["events"] if SECRET in str(e)]
    assert [e["is"] for e in kept] == ["NoteAdded"] * 6 + ["WrapUpFinished"]
    jobs = [e.body for _, e in stream.effects if isinstance(e, Job)]
    tells = [e for _, e in stream.effects if isinstance(e, Tell)]
    assert len(jobs) == 7  # two questions, an answer, two notices, two replies
    assert {tell.stream for tell in tells} == {desk_stream()}
    assert [tell.body["is"] for tell in tells] == [
        "PlaceWork", "WrapUpWork", "ResumeWork", "WrapUpWork", "ReleaseWork",
    ]  # fmt: skip
    secret, escaped = SECRET.encode(), SECRET.encode("unicode_escape")
    for body in [*jobs, *(tell.body for tell in tells)]:
        data = orjson.dumps(body, default=str)
        assert secret not in data
        assert escaped not in data


def test_a_note_is_refused_where_nobody_reads_it_with_the_conversation() -> None:
    stream = stream_in("closed")
    assert stream.do(note()) == [Refused(reason="conversation_closed")]
    stream.do(message("又来了"))
    assert stream.take(pack(note())) == [Refused(reason="conversation_closed")]
