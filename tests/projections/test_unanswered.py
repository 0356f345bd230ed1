"""Questions asked in vain, grouped by wording and without numbers of people."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.model.codec import pack
from hub.model.events import Ignored, MissReason, QuestionMissed
from hub.model.ids import ConversationId, MessageId
from hub.projections.unanswered import Unanswered, digest, hidden

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def missed(text: str, reason: MissReason = MissReason.REFUSED, k: int = 1) -> QuestionMissed:
    return QuestionMissed(
        conversation_id=ConversationId(f"{'07' * 10}.{k}"),
        message_id=MessageId(f"{'07' * 10}.{k}.1"),
        text=text,
        reason=reason,
        language="zh",
    )


def commit(n: int, *events: Any, stream: str = f"customer:{'07' * 10}") -> dict[str, Any]:
    packed = [pack(event) for event in events]
    return {"stream": stream, "shard": 7, "n": n, "seq": n, "at": AT, "events": packed}


def folded(*commits: dict[str, Any]) -> dict[str, Any]:
    docs: dict[str, Any] = {}
    for each in commits:
        for key in Unanswered().ids(each):
            docs[key] = Unanswered().fold(key, docs.get(key), each)
    return docs


def test_the_same_question_is_counted_by_reason() -> None:
    docs = folded(
        commit(1, missed("怎么养猫？")),
        commit(2, missed(" 怎么 养猫", MissReason.ASKED_BACK, 2)),
        commit(3, missed("怎么养猫!!", MissReason.REFUSED, 3)),
    )
    (doc,) = docs.values()
    assert doc["counts"] == {"refused": 2, "asked_back": 1}
    assert (doc["text"], doc["n"]) == ("怎么养猫!!", 3)
    assert doc["conversation_id"] == f"{'07' * 10}.3"
    assert doc["_id"] == f"07-{digest('怎么养猫', 'zh')}"


def test_two_questions_in_one_commit_are_two() -> None:
    assert len(folded(commit(1, missed("养猫"), missed("养狗")))) == 2


def test_other_events_and_other_streams_are_passed_over() -> None:
    assert folded(commit(1, Ignored(reason="x"))) == {}
    assert folded(commit(1, missed("养猫"), stream="desk:main")) == {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("卡号6222021234567890123不能用", "卡号****不能用"),
        ("身份证11010519491231002X过期", "身份证****过期"),
        ("电话 138 0013 8000 换了", "电话 **** 换了"),
        ("卡号６２２２０２１２３４５６７８９不能用", "卡号****不能用"),
        ("转5000元", "转5000元"),
    ],
)
def test_numbers_of_people_are_not_kept(text: str, shown: str) -> None:
    assert hidden(text) == shown
    (doc,) = folded(commit(1, missed(text))).values()
    assert doc["text"] == shown


def test_the_number_in_it_does_not_make_another_question() -> None:
    one, other = ("卡号6222021234567890123不能用", "卡号6217000000000000001不能用")
    assert digest(one, "zh") == digest(other, "zh")
