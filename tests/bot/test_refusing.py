"""Questions people refused: what is nearer to one of them than to every phrasing is refused too."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.engines.artefact import Model, Thresholds, read_model, write_model
from bot.engines.hybrid import HybridEngine
from bot.engines.ranking import Ranking
from bot.policy import Verdict, judge
from bot.training.learn import Teacher
from hub.errors import StartError
from tests.bot.given import LetterEncoder, article, silent, small_bank

LINES = ("卡掉进马桶里怎么洗", "登录的时候唱什么歌")
ENCODER = LetterEncoder()


@pytest.fixture(scope="module")
def taught() -> Model:
    teacher = Teacher(language="zh", encoder=ENCODER, tell=silent)
    return teacher.learn(small_bank(), ("今天天气怎么样",), LINES)


def rank(model: Model, text: str, mode: str) -> Ranking:
    (vector,) = ENCODER.encode([text])
    return HybridEngine(model).rank(text, vector if mode == "hybrid" else None)


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("卡掉进马桶里怎么洗", True),
        ("卡掉进马桶里了怎么洗呢", True),
        ("登录的时候唱什么歌好", True),
        ("卡掉了要挂失", False),
        ("我的卡不见了", False),
        ("手机银行登录", False),
    ],
)
def test_the_nearest_decides(taught: Model, text: str, refused: bool, mode: str) -> None:
    found = rank(taught, text, mode)
    assert found.refused is refused
    assert (found.confidence == 0) is refused


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
def test_what_is_a_phrasing_too_is_answered(mode: str) -> None:
    teacher = Teacher(language="zh", encoder=ENCODER, tell=silent)
    both = teacher.learn(small_bank(), (), ("我的卡不见了", "转账费"))
    assert not rank(both, "我的卡不见了", mode).refused
    assert not rank(both, "转账费", mode).refused


def test_words_no_phrasing_has_keep_a_question_from_a_refused_one() -> None:
    """All they share is what the articles have in common with both."""
    teacher = Teacher(language="zh", encoder=None, tell=silent)
    model = teacher.learn(small_bank(), (), ("怎么办理签证",))
    assert HybridEngine(model).rank("签证怎么办理").refused
    assert not HybridEngine(model).rank("卡丢了怎么办").refused
    assert not HybridEngine(model).rank("斑斓怎么办").refused


def test_english_is_refused_alike() -> None:
    cards = article("en-card", ["lost card", "I lost my card", "my card is gone"], "en")
    fees = article("en-fee", ["transfer fee", "what does a transfer cost"], "en")
    teacher = Teacher(language="en", encoder=None, tell=silent)
    engine = HybridEngine(teacher.learn((cards, fees), (), ("do you sell postcards",)))
    assert engine.rank("do you sell nice postcards?").refused
    assert not engine.rank("I have lost my card").refused


@pytest.mark.parametrize(
    ("misses_left", "bare_topic", "verdict"),
    [
        (2, False, Verdict.REFUSE),
        (1, False, Verdict.GIVE_UP),
        (2, True, Verdict.ASK_BACK),
    ],
)
def test_a_refused_question_is_refused_whatever_the_thresholds(
    misses_left: int, bare_topic: bool, verdict: Verdict
) -> None:
    """Only a bare topic is asked back as before: what is behind it is not known."""
    ranking = Ranking(scores=(("zh-one", 1.0),), confidence=0.0, refused=True)
    found = judge(
        ranking, Thresholds(low=0.0, high=1.0), misses_left=misses_left, bare_topic=bare_topic
    )
    assert found is verdict


def test_they_are_lines_out_of_scope_and_part_of_the_models_name(taught: Model) -> None:
    teacher = Teacher(language="zh", encoder=ENCODER, tell=silent)
    without = teacher.learn(small_bank(), ("今天天气怎么样",))
    assert taught.facts.figures["outside_lines"] == 3
    assert without.facts.figures["outside_lines"] == 1
    assert taught.facts.version != without.facts.version


def test_a_model_keeps_them(taught: Model, tmp_path: Path) -> None:
    write_model(tmp_path, taught)
    read = read_model("zh", tmp_path)
    assert read.facts.refused == LINES
    assert rank(read, LINES[0], "hybrid").refused


def test_a_model_whose_refused_questions_do_not_fit_is_named(taught: Model, tmp_path: Path) -> None:
    facts = taught.facts.model_copy(update={"refused": LINES[:1]})
    write_model(tmp_path, replace(taught, facts=facts))
    with pytest.raises(StartError, match="do not belong together"):
        read_model("zh", tmp_path)
