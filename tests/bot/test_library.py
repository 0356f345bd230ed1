"""The bot's knowledge is replaced while it answers; what is withdrawn is never given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import FaqBot
from bot.engines.artefact import write_model
from bot.engines.shelf import put
from bot.engines.vectors import VectorDesk
from bot.loading import load_library
from hub.errors import StartError
from hub.model.bot import BotAction, BotQuestion
from tests.bot.given import LetterEncoder, article, small_bank, small_model

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOST = BotQuestion(text="我的卡不见了")


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    write_model(tmp_path / "made", small_model())
    put(tmp_path / "made", tmp_path, "model-1")
    return tmp_path


@pytest.fixture
def bot(shelf: Path) -> FaqBot:
    return FaqBot(load_library(small_bank(), shelf), Noon(), VectorDesk(LetterEncoder()))


async def first(bot: FaqBot, question: BotQuestion = LOST) -> str:
    return (await bot.answer(question)).candidates[0].article_id


async def test_question_is_ranked_by_words_and_meaning(bot: FaqBot) -> None:
    explained = await bot.explain(LOST)
    assert explained.mode == "hybrid"
    assert explained.answer.candidates[0].article_id == "zh-card-loss"
    assert 0 < explained.confidence <= 1
    assert (explained.low, explained.high) == (
        small_model().facts.thresholds["hybrid"].low,
        small_model().facts.thresholds["hybrid"].high,
    )


async def test_without_the_encoder_words_rank_alone_by_their_own_thresholds(shelf: Path) -> None:
    bot = FaqBot(load_library(small_bank(), shelf), Noon(), None)
    explained = await bot.explain(LOST)
    assert (explained.mode, explained.low) == (
        "lexical",
        small_model().facts.thresholds["lexical"].low,
    )
    assert explained.answer.candidates[0].article_id == "zh-card-loss"
    assert bot.status().encoder == ""


async def test_model_of_another_encoder_is_used_by_words_alone(shelf: Path) -> None:
    class Other(LetterEncoder):
        name = "letters-2"

    bot = FaqBot(load_library(small_bank(), shelf), Noon(), VectorDesk(Other()))
    assert (await bot.explain(LOST)).mode == "lexical"


async def test_corrected_text_is_given_at_once(bot: FaqBot) -> None:
    corrected = replace(small_bank()[0], text="请先挂失。", version=2)
    bot.swap([corrected, *small_bank()[1:]])
    answer = await bot.answer(BotQuestion(text="", choice="zh-card-loss"))
    assert (answer.text, answer.article_version) == ("请先挂失。", 2)


async def test_withdrawn_article_is_given_in_no_way(bot: FaqBot) -> None:
    title = small_bank()[0].title
    before = (await bot.explain(LOST)).confidence
    bot.swap(small_bank()[1:])
    for question in (LOST, BotQuestion(text=title), BotQuestion(text=title, choice="zh-card-loss")):
        answer = await bot.answer(question)
        assert answer.article_id == ""
        assert "zh-card-loss" not in [each.article_id for each in answer.candidates]
    assert (await bot.explain(LOST)).confidence < before / 2


@pytest.mark.parametrize(
    ("label", "begins", "ends", "given"),
    [
        ("not yet", NOON + HOUR, None, False),
        ("from now", NOON, None, True),
        ("until now", None, NOON, False),
        ("still", None, NOON + HOUR, True),
    ],
)
async def test_article_is_given_only_while_it_is_valid(
    bot: FaqBot, label: str, begins: datetime | None, ends: datetime | None, given: bool
) -> None:
    timed = replace(small_bank()[0], valid_from=begins, valid_until=ends)
    bot.swap([timed, *small_bank()[1:]])
    answer = await bot.answer(LOST)
    assert ("zh-card-loss" in [each.article_id for each in answer.candidates]) is given
    picked = await bot.answer(BotQuestion(text="", choice="zh-card-loss"))
    assert (picked.action is BotAction.ANSWER) is given


async def test_new_article_is_found_by_its_title_until_it_is_learnt(bot: FaqBot) -> None:
    bot.swap([*small_bank(), article("zh-safe-box", ["租用保险箱", "保险箱怎么租"])])
    assert bot.status().unlearnt == ("zh-safe-box",)
    answer = await bot.answer(BotQuestion(text="租用保险箱"))
    assert (answer.action, answer.article_id) == (BotAction.ANSWER, "zh-safe-box")


async def test_reload_takes_the_model_in_use_on_the_shelf(bot: FaqBot, shelf: Path) -> None:
    bot.swap(())
    assert (await bot.answer(LOST)).reason == "out_of_scope"
    await bot.reload(small_bank(), shelf)
    assert await first(bot) == "zh-card-loss"
    assert bot.status().models == {"zh": small_model().facts.version}


async def test_damaged_model_changes_nothing(bot: FaqBot, shelf: Path) -> None:
    (shelf / "model-1" / "zh.npz").write_bytes(b"PK")
    with pytest.raises(StartError, match="cannot be read"):
        await bot.reload(small_bank(), shelf)
    assert await first(bot) == "zh-card-loss"


async def test_empty_shelf_is_named(bot: FaqBot, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="holds no trained model"):
        await bot.reload(small_bank(), tmp_path / "empty")


@pytest.mark.parametrize(
    ("misses", "action", "reason"),
    [(0, BotAction.REFUSE, "out_of_scope"), (1, BotAction.HAND_OFF, "repeated_misses")],
)
async def test_language_without_articles_is_refused_then_handed_over(
    bot: FaqBot, misses: int, action: BotAction, reason: str
) -> None:
    answer = await bot.answer(BotQuestion(text="how do I reset my pin", misses=misses))
    assert (answer.action, answer.reason, answer.language) == (action, reason, "en")
