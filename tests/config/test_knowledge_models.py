"""The bot with its models in numbered folders: trained by a real process, used, kept, dropped."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine import FaqBot
from bot.engines.artefact import write_model
from bot.engines.encoder import Vectors
from bot.engines.shelf import put
from bot.engines.vectors import THREADS, VectorDesk
from bot.loading import load_library
from bot.training.child import Limits
from hub.config.knowledge import ModelHouse
from hub.errors import StartError
from hub.model.bot import BotQuestion
from hub.model.knowledge import TrainingProgress, TrainingReport
from hub.ports.knowledge import TrainingRefusal
from hub.runtime.clock import SystemClock
from tests.bot.given import LetterEncoder, article, small_bank, small_model

QUICK = Limits(seconds=100, memory_mb=2048)
BRANCH = article(
    "zh-branch-hours", ["网点几点开门", "开门时间", "几点关门", "营业时间", "周末开门吗"]
)


class Gate(LetterEncoder):
    """Reads nothing while its gate is closed."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.inside = threading.Event()

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.inside.set()
        self.gate.wait(10)
        return super().encode(texts)


def encoders() -> int:
    return sum(thread.name.startswith("encoder") for thread in threading.enumerate())


@pytest.fixture
def encoder() -> Gate:
    return Gate()


@pytest.fixture
def house(tmp_path: Path, encoder: Gate) -> Iterator[ModelHouse]:
    first = tmp_path / "000002"
    first.mkdir()
    write_model(tmp_path / "made", small_model())
    put(tmp_path / "made", first, "model-1")
    bot = FaqBot(load_library(small_bank(), first), SystemClock(), VectorDesk(encoder))
    yield ModelHouse(bot, tmp_path, QUICK)
    bot.close()


async def test_a_new_article_is_learnt_in_a_process_of_its_own(house: ModelHouse) -> None:
    told: list[TrainingProgress] = []
    articles = (*small_bank(), BRANCH)
    report = await house.train(7, articles, {}, told.append)
    assert isinstance(report, TrainingReport)
    assert (report.languages[0].articles, told[-1].stage) == (4, "fit")
    assert set(await house.kept()) == {1, 2, 7}
    await house.use(7, articles)
    found = await house.explain(BotQuestion(text="周末几点开门"))
    assert found.answer.candidates[0].article_id == "zh-branch-hours"
    assert found.answer.model == report.languages[0].version
    await house.keep({7})
    assert set(await house.kept()) == {1, 7}


async def test_a_swap_keeps_the_encoder_and_a_question_the_model_it_began_with(
    house: ModelHouse, encoder: Gate, tmp_path: Path
) -> None:
    """The bot is the same one after a swap, so nothing of an old one is left to be closed."""
    before = encoders()
    write_model(tmp_path / "other", small_model())
    (tmp_path / "000003").mkdir()
    put(tmp_path / "other", tmp_path / "000003", "model-1")
    encoder.gate.clear()
    async with asyncio.TaskGroup() as tasks:
        inside = tasks.create_task(house.explain(BotQuestion(text="我的卡不见了")))
        await asyncio.to_thread(encoder.inside.wait, 5)
        for number in (3, 2, 3):
            await house.use(number, small_bank()[1:])
        encoder.gate.set()
    assert inside.result().answer.candidates[0].article_id == "zh-card-loss"
    later = await house.explain(BotQuestion(text="我的卡不见了呢"))
    assert "zh-card-loss" not in [each.article_id for each in later.answer.candidates]
    assert 1 <= encoders() - before <= THREADS


async def test_articles_nothing_can_be_learnt_of_are_refused(house: ModelHouse) -> None:
    refused = await house.train(7, [], {}, lambda _: None)
    assert isinstance(refused, TrainingRefusal)
    assert refused.code == "bad_articles"
    assert set(await house.kept()) == {1, 2}


async def test_without_its_model_the_bot_gives_the_articles_all_the_same(house: ModelHouse) -> None:
    await house.use(2, small_bank())
    changed = tuple(replace(each, text="新的答复。") for each in small_bank())
    with pytest.raises(StartError):
        await house.use(9, changed)
    choice = BotQuestion(text="", choice="zh-card-loss")
    assert (await house.explain(choice)).answer.text == "新的答复。"


def test_only_titles_and_phrasings_are_learnt(house: ModelHouse) -> None:
    bank = small_bank()
    other_text = (replace(bank[0], text="新的答复。", version=9), *bank[1:])
    other_title = (replace(bank[0], title="新的标题"), *bank[1:])
    learnt = house.learnt(bank, {})
    assert learnt == house.learnt(other_text, {})
    assert learnt != house.learnt(other_title, {})
    assert learnt != house.learnt(bank, {"zh": ("食堂在哪里",)})
