"""What the bot made of a question, as an agent sees it beside the transcript."""

from typing import Any

from agent_web.talk_docs import lines
from hub.model.bot import BotAction
from tests.decisions import stream as s


def shown(stream: s.Stream) -> list[dict[str, Any]]:
    """The lines of the last commit."""
    return lines(stream.commits[-1], [])


RANKED = [
    {"article_id": "a0", "title": "文章0", "score": 0.5},
    {"article_id": "a1", "title": "文章1", "score": 0.5},
]


def test_an_answer_shows_what_else_it_could_have_been() -> None:
    stream = s.Stream()
    stream.do(s.message("怎么挂失？"))
    stream.do(s.answer(article="a0", candidates=2))
    (message,) = shown(stream)
    assert message["ranking"] == {"question": "怎么挂失？", "candidates": RANKED}


def test_the_hand_off_after_misses_carries_the_last_ranking() -> None:
    stream = s.Stream()
    for seq in (1, 3):
        stream.do(s.message(f"问题{seq}？"))
        stream.do(s.answer(BotAction.REFUSE, seq=seq, candidates=2))
    mark = next(line for line in shown(stream) if line.get("what") == "handed_off")
    assert mark["ranking"] == {"question": "问题3？", "candidates": RANKED}


def test_a_wish_for_a_person_was_not_ranked() -> None:
    stream = s.Stream()
    stream.do(s.message("转人工"))
    stream.do(s.answer(BotAction.HAND_OFF, reason="asked_for_person"))
    mark = next(line for line in shown(stream) if line.get("what") == "handed_off")
    assert mark["ranking"] is None


def test_a_rating_is_a_line_of_the_talk() -> None:
    stream = s.Stream()
    stream.do(s.message("怎么挂失？"))
    stream.do(s.answer(article="a0"))
    stream.do(s.message("没帮助", choice=f"rate:down:{s.CONVERSATION}.1"))
    marks = [line for line in shown(stream) if line["kind"] == "mark"]
    assert [(mark["what"], mark["detail"]) for mark in marks] == [("rated_down", "a0")]
