"""One publication at a time, put into use in every process, and what happens when it is not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.model.knowledge import Article
from hub.ports.knowledge import TrainingRefusal
from hub.projections.unanswered import digest
from hub.services.commands import Missing, Refusal
from hub.services.knowledge.articles import Entry
from hub.services.knowledge.house import Knowledge
from hub.services.knowledge.publications import Content, Publication
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import ManualClock
from tests.fakes.knowledge import CARD, FEE, PretendBot, first_knowledge, report

BRANCH = Article(
    id="zh-branch-hours",
    version=0,
    language="zh",
    title="网点营业时间",
    text="九点到五点。",
    phrasings=("几点开门",),
)


class Clock(ManualClock):
    """Sleeps are short, and move the clock by what they stand for."""

    async def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0.001)


class Process:
    """A hub as far as knowledge goes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.stores = stores = MemoryStores(database, clock)
        self.clock = clock
        self.bot = PretendBot()
        self.house = Knowledge(stores.documents, stores.reading, self.bot, clock)
        self.publisher = self.house.publisher
        self.task: asyncio.Task[None] | None = None

    async def kill(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.wait([self.task])

    async def get(self, number: int) -> Publication:
        found = await self.house.publications.get(number)
        assert found is not None
        return found

    async def missed(self, text: str, **counts: int) -> str:
        """Customers asked it in vain: the id of the question."""
        key = digest(text, "zh")
        doc = {
            "_id": f"00-{key}",
            "shard": 0,
            "n": len(counts) + 1,
            "digest": key,
            "text": text,
            "language": "zh",
            "reason": "refused",
            "counts": counts or {"refused": 1},
            "candidates": [],
            "conversation_id": f"{'00' * 10}.1",
            "updated_at": self.clock.now(),
        }
        await self.stores.heart.projections.save("unanswered", [doc])
        return key

    async def begin(self, **more: Any) -> Publication:
        begun = await self.publisher.publish(author="agent:li", **more)
        assert isinstance(begun, Publication)
        return begun

    async def ended(self, number: int) -> Publication:
        found: Publication = await until(lambda: self.get(number), lambda one: not one.runs)
        return found


async def until(ask: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(8):
        while not good(found := await ask()):  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.002)
    return found


@asynccontextmanager
async def processes(count: int = 1) -> AsyncIterator[list[Process]]:
    """They share a database and, as real ones do, the folder of models."""
    database, clock = Database(), Clock()
    made = [Process(database, clock) for _ in range(count)]
    for each in made:
        each.bot.models = made[0].bot.models
        await each.publisher.open(first_knowledge)
    async with asyncio.TaskGroup() as tasks:
        for each in made:
            each.task = tasks.create_task(each.publisher.run())
        yield made
        for each in made:
            assert each.task is not None
            each.task.cancel()


async def test_the_first_start_publishes_what_the_product_comes_with() -> None:
    async with processes() as (one,):
        overview = await one.house.overview()
        assert overview.published is not None
        assert (overview.published.number, overview.published.by) == (1, "system")
        assert one.bot.used == [(1, ("zh-card-loss", "zh-transfer-fee"))]
        assert [each.state for each in await one.house.listed()] == ["published", "published"]


async def test_a_second_start_changes_nothing() -> None:
    async with processes() as (one,):
        await one.house.articles.remove("zh-card-loss", version=1, author="agent:li")
        await one.publisher.open(first_knowledge)
        assert [entry.removed for entry in await one.house.articles.all()] == [True, False]
        assert len(await one.house.publications.newest(9)) == 1


async def test_a_publication_trains_and_every_process_answers_from_it() -> None:
    async with processes(2) as (one, two):
        assert isinstance(await one.house.articles.put(BRANCH, author="agent:li"), Entry)
        begun = await one.begin()
        assert (await one.ended(begun.number)).state == "published"
        ids = ("zh-branch-hours", "zh-card-loss", "zh-transfer-fee")
        assert one.bot.used[-1] == (2, ids)

        async def followed() -> Any:
            return two.bot.used[-1]

        assert await until(followed, lambda used: used[0] == 2) == (2, ids)
        assert two.bot.trained == []


async def test_a_new_text_needs_no_training() -> None:
    async with processes() as (one,):
        await one.house.articles.put(replace(CARD, text="请拨打热线。"), author="agent:li")
        done = await one.ended((await one.begin()).number)
        assert (done.state, done.model, done.changes.changed) == ("published", 1, 1)
        assert one.bot.trained == []
        assert next(a.text for a in one.bot.articles if a.id == CARD.id) == "请拨打热线。"


async def test_ignored_questions_are_learnt_kept_and_restored_with_the_articles() -> None:
    async with processes() as (one,):
        wash, lunch = await one.missed("怎么洗卡"), await one.missed("食堂在哪里")
        await one.house.unanswered.ignore(wash, author="agent:li")
        done = await one.ended((await one.begin()).number)
        assert (done.state, done.changes.lines, one.bot.trained) == ("published", 1, [2])
        assert one.bot.refused[2] == {"zh": ("怎么洗卡",)}

        again = await one.ended((await one.begin()).number)
        assert (again.changes.lines, again.model, one.bot.trained) == (0, 2, [2])
        await one.house.unanswered.reopen(wash, author="agent:li")
        await one.house.unanswered.ignore(lunch, author="agent:li")
        other = await one.ended((await one.begin()).number)
        assert (other.changes.lines, one.bot.refused[4]) == (2, {"zh": ("食堂在哪里",)})

        restored = await one.publisher.restore(2, author="agent:li")
        assert isinstance(restored, Publication)
        assert (restored.number, restored.model, restored.changes.lines) == (5, 2, 2)
        kept = await one.house.publications.content(5)
        assert kept is not None
        assert kept.refused == {"zh": ("怎么洗卡",)}
        assert (await one.house.overview()).changes.lines == 2


async def test_a_question_rated_down_is_refused_only_when_it_was_asked_in_vain_too() -> None:
    async with processes() as (one,):
        for counts in ({"rated_down": 3}, {"rated_down": 3, "refused": 1}):
            key = await one.missed("手续费多少", **counts)
            await one.house.unanswered.ignore(key, author="agent:li")
            lines = await one.house.unanswered.refused()
            assert lines == ({"zh": ("手续费多少",)} if "refused" in counts else {})


async def test_a_question_ignored_long_ago_stays_refused() -> None:
    """Its customers' words have left the list of what is asked in vain."""
    async with processes() as (one,):
        await one.house.unanswered.ignore(await one.missed("怎么洗卡"), author="agent:li")
        await one.stores.heart.projections.drop("unanswered")
        assert await one.house.unanswered.refused() == {"zh": ("怎么洗卡",)}


async def test_only_one_runs_in_all_processes() -> None:
    async with processes(2) as (one, two):
        one.bot.go.clear()
        await one.house.articles.put(BRANCH, author="agent:li")
        await one.begin()
        refused = await two.publisher.publish(author="agent:wang")
        assert isinstance(refused, Refusal)
        assert (refused.reason, refused.detail) == ("publication_runs", "Publication 2 runs.")
        restored = await two.publisher.restore(1, author="agent:wang")
        assert isinstance(restored, Refusal)
        assert restored.reason == "publication_runs"
        one.bot.go.set()
        await one.ended(2)


async def test_progress_is_seen_from_everywhere() -> None:
    async with processes(2) as (one, two):
        one.bot.go.clear()
        await one.house.articles.put(BRANCH, author="agent:li")
        await one.begin()
        shown = await until(lambda: two.get(2), lambda each: each.stage)
        assert (shown.state, shown.stage, shown.done, shown.of) == ("training", "encode", 16, 20)
        one.bot.go.set()
        await one.ended(2)


async def test_another_process_stops_it_and_the_old_articles_answer() -> None:
    async with processes(2) as (one, two):
        one.bot.go.clear()
        await one.house.articles.put(BRANCH, author="agent:li")
        await one.begin()
        await two.publisher.stop(2)
        done = await one.ended(2)
        assert (done.state, done.reason) == ("stopped", "stopped")
        assert {number for number, _ in one.bot.used} == {1}
        one.bot.go.set()
        assert (await one.ended((await one.begin()).number)).state == "published"


@pytest.mark.parametrize(
    ("code", "state"),
    [("bad_articles", "refused"), ("out_of_memory", "failed"), ("not_installed", "failed")],
)
async def test_a_training_that_fails_changes_nothing(code: str, state: str) -> None:
    async with processes() as (one,):
        one.bot.outcome = TrainingRefusal(code=code, detail="because")
        await one.house.articles.put(BRANCH, author="agent:li")
        done = await one.ended((await one.begin()).number)
        assert (done.state, done.reason, done.detail) == (state, code, "because")
        assert len(one.bot.used) == 1


async def test_a_clearly_worse_model_is_refused_with_the_numbers() -> None:
    async with processes() as (one,):
        one.bot.outcome = report(0.86)
        await one.house.articles.put(BRANCH, author="agent:li")
        done = await one.ended((await one.begin()).number)
        assert (done.state, done.reason) == ("refused", "worse")
        assert done.detail == "zh: right first answers fell from 0.900 to 0.860"
        assert done.report is not None


async def test_a_worse_model_is_published_when_somebody_says_so() -> None:
    async with processes() as (one,):
        one.bot.outcome = report(0.5)
        await one.house.articles.put(BRANCH, author="agent:li")
        done = await one.ended((await one.begin(even_if_worse=True)).number)
        assert done.state == "published"


async def test_articles_that_claim_the_same_words_are_not_published() -> None:
    """Two people saved at the same moment: each save alone was right."""
    async with processes() as (one,):
        await one.house.articles.seed([replace(BRANCH, phrasings=("卡丢了怎么办",))])
        done = await one.ended((await one.begin()).number)
        assert (done.state, done.reason) == ("refused", "bad_articles")
        assert "zh-card-loss" in done.detail


async def test_a_killed_process_leaves_a_failed_publication_and_the_old_answers() -> None:
    async with processes(2) as (one, two):
        one.bot.go.clear()
        await one.house.articles.put(BRANCH, author="agent:li")
        await one.begin()
        await until(lambda: two.get(2), lambda each: each.stage)
        await one.kill()

        async def passed() -> Publication:
            two.clock.advance(timedelta(seconds=6))
            return await two.get(2)

        done = await until(passed, lambda each: not each.runs)
        assert (done.state, done.reason) == ("failed", "interrupted")
        overview = await two.house.overview()
        assert overview.published is not None
        assert (overview.published.number, overview.running) == (1, None)
        assert (await two.ended((await two.begin()).number)).state == "published"


async def test_a_process_that_dies_after_the_switch_has_published() -> None:
    async with processes(2) as (one, two):
        one.bot.go.clear()
        await one.house.articles.put(BRANCH, author="agent:li")
        await one.begin()
        await until(lambda: two.get(2), lambda each: each.stage)
        await one.kill()
        pointer = await two.house.publications.pointer()
        assert pointer is not None
        await two.house.publications.keep(2, Content(articles=(replace(BRANCH, version=1),)))
        await two.house.publications.move(pointer, published=2)

        async def passed() -> Publication:
            two.clock.advance(timedelta(seconds=6))
            return await two.get(2)

        done = await until(passed, lambda each: not each.runs)
        assert done.state == "published"
        assert [article.id for article in two.bot.articles] == [BRANCH.id]


async def test_whoever_reads_published_is_answered_from_it() -> None:
    async with processes() as (one,):
        await one.house.articles.put(BRANCH, author="agent:li")
        await one.ended((await one.begin()).number)
        tried = await one.house.try_out("几点开门")
        assert (tried.answer.article_id, tried.answer.article_version) == (BRANCH.id, 1)


async def test_who_was_given_up_publishes_nothing_when_it_wakes() -> None:
    async with processes() as (one,):
        one.bot.go.clear()
        await one.house.articles.put(BRANCH, author="agent:li")
        await one.begin()
        await until(lambda: one.get(2), lambda each: each.stage)
        pointer = await one.house.publications.pointer()
        assert pointer is not None
        assert await one.house.publications.move(pointer, running=0) is not None
        one.bot.go.set()
        done = await one.ended(2)
        assert (done.state, done.reason) == ("failed", "interrupted")
        assert len(one.bot.used) == 1


async def test_earlier_articles_come_back_with_their_model() -> None:
    async with processes() as (one,):
        await one.house.articles.put(BRANCH, author="agent:li")
        await one.ended((await one.begin()).number)
        restored = await one.publisher.restore(1, author="agent:wang")
        assert isinstance(restored, Publication)
        assert (restored.number, restored.model, restored.restored) == (3, 1, 1)
        assert one.bot.used[-1] == (1, (CARD.id, FEE.id))
        assert (await one.house.overview()).changes.added == 1


async def test_what_was_never_published_or_is_not_kept_does_not_come_back() -> None:
    async with processes() as (one,):
        one.bot.outcome = report(0.1)
        await one.house.articles.put(BRANCH, author="agent:li")
        await one.ended((await one.begin()).number)
        refused = await one.publisher.restore(2, author="agent:wang")
        assert isinstance(refused, Refusal)
        assert refused.reason == "never_published"
        assert isinstance(await one.publisher.restore(9, author="agent:wang"), Missing)
        await one.house.publications.forget([1])
        gone = await one.publisher.restore(1, author="agent:wang")
        assert isinstance(gone, Refusal)
        assert gone.reason == "not_kept"


async def test_the_last_five_can_be_restored() -> None:
    async with processes() as (one,):
        for n in range(7):
            lines = tuple(f"第{k}种问法" for k in range(n + 1))
            now = await one.house.articles.get(BRANCH.id)
            version = now.article.version if now else 0
            wanted = replace(BRANCH, version=version, phrasings=lines)
            assert isinstance(await one.house.articles.put(wanted, author="agent:li"), Entry)
            assert (await one.ended((await one.begin()).number)).state == "published"
        assert await until(one.house.restorable, lambda kept: len(kept) == 5) == {4, 5, 6, 7, 8}
        assert one.bot.models == {1, 4, 5, 6, 7, 8}


async def test_a_process_without_the_model_gives_the_articles_all_the_same() -> None:
    async with processes(2) as (one, two):
        two.bot.models = set()
        await one.house.articles.put(BRANCH, author="agent:li")
        await one.ended((await one.begin()).number)

        async def given() -> Any:
            return {article.id for article in two.bot.articles}

        assert await until(given, lambda ids: BRANCH.id in ids)
