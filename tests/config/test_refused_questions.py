"""What editors ignore is refused from the next publication on: real trainings, a real bot."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.engine import FaqBot
from bot.engines.artefact import write_model
from bot.engines.encoder import load_encoder
from bot.engines.shelf import put
from bot.engines.vectors import VectorDesk
from bot.loading import load_library
from bot.training.child import Limits
from hub.config.knowledge import ModelHouse
from hub.model.bot import BotAction
from hub.model.events import MissReason
from hub.projections.unanswered import digest
from hub.runtime.clock import SystemClock
from hub.services.knowledge.house import Knowledge
from hub.services.knowledge.publications import Publication, PublicationState
from hub.services.knowledge.unanswered import Question
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.bot.given import small_bank, small_model
from tests.fakes.knowledge import report

IGNORED = "卡掉进马桶里怎么洗"
VARIANT = "我的卡掉进马桶了要怎么洗"
ASKED = "我的卡掉了怎么办"
QUICK = Limits(seconds=100, memory_mb=2048)


class Bank:
    """A process whose bot really learns, over a database in memory."""

    def __init__(self, folder: Path) -> None:
        clock = SystemClock()
        self.stores = MemoryStores(Database(), clock)
        first = folder / "000001"
        first.mkdir()
        write_model(folder / "made", small_model())
        put(folder / "made", first, "model-1")
        encoder = load_encoder()
        self.bot = FaqBot(
            load_library(small_bank(), first), clock, VectorDesk(encoder) if encoder else None
        )
        models = ModelHouse(self.bot, folder, QUICK)
        self.house = Knowledge(self.stores.documents, self.stores.reading, models, clock)

    async def missed(self, text: str, reason: MissReason) -> str:
        """Somebody asked it in vain: the id of the question."""
        key = digest(text, "zh")
        doc = {
            "_id": f"00-{key}",
            "shard": 0,
            "n": 1,
            "digest": key,
            "text": text,
            "language": "zh",
            "reason": reason.value,
            "counts": {reason.value: 1},
            "candidates": [],
            "conversation_id": f"{'00' * 10}.1",
            "updated_at": SystemClock().now(),
        }
        await self.stores.heart.projections.save("unanswered", [doc])
        return key

    async def published(self) -> Publication:
        begun = await self.house.publisher.publish(author="agent:li")
        assert isinstance(begun, Publication)
        async with asyncio.timeout(90):
            while (found := await self._got(begun.number)).runs:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.05)
        assert found.state is PublicationState.PUBLISHED, found
        return found

    async def _got(self, number: int) -> Publication:
        found = await self.house.publications.get(number)
        assert found is not None
        return found

    async def answers(self, *texts: str) -> list[BotAction]:
        return [(await self.house.try_out(text)).answer.action for text in texts]


@pytest.fixture
async def bank(tmp_path: Path) -> AsyncIterator[Bank]:
    bank = Bank(tmp_path)
    await bank.house.publisher.open(lambda: (small_bank(), report()))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(bank.house.publisher.run())
        yield bank
        running.cancel()
    bank.bot.close()


async def test_an_ignored_question_and_its_like_are_refused_until_it_is_restored(
    bank: Bank,
) -> None:
    tried = (IGNORED, VARIANT)
    assert BotAction.REFUSE not in await bank.answers(*tried, ASKED)
    key = await bank.missed(IGNORED, MissReason.ASKED_BACK)
    ignored = await bank.house.unanswered.ignore(key, author="agent:li")
    assert isinstance(ignored, Question)
    assert (await bank.house.overview()).changes.lines == 1
    assert BotAction.REFUSE not in await bank.answers(*tried)
    done = await bank.published()
    assert (done.changes.lines, done.model) == (1, 2)
    assert await bank.answers(*tried) == [BotAction.REFUSE, BotAction.REFUSE]
    assert await bank.answers(ASKED) != [BotAction.REFUSE]
    explained = await bank.house.try_out(VARIANT)
    assert (explained.answer.reason, explained.confidence) == ("out_of_scope", 0.0)

    restored = await bank.house.publisher.restore(1, author="agent:li")
    assert isinstance(restored, Publication)
    assert (restored.changes.lines, restored.model) == (1, 1)
    assert BotAction.REFUSE not in await bank.answers(*tried)
    again = await bank.house.publisher.restore(done.number, author="agent:li")
    assert isinstance(again, Publication)
    assert await bank.answers(*tried) == [BotAction.REFUSE, BotAction.REFUSE]


async def test_an_answer_that_was_rated_down_is_not_refused_when_that_is_ignored(
    bank: Bank,
) -> None:
    key = await bank.missed(ASKED, MissReason.RATED_DOWN)
    await bank.house.unanswered.ignore(key, author="agent:li")
    assert await bank.house.unanswered.refused() == {}
