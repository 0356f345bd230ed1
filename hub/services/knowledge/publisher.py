"""Articles into answers: train, compare, and put into use in every process, in one step."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from hub.errors import StartError, StoreUncertain
from hub.model.knowledge import Article, TrainingProgress, TrainingReport
from hub.ports import Clock
from hub.ports.knowledge import KnowledgeBot, TrainingRefusal
from hub.services.commands import Missing, Refusal
from hub.services.knowledge.articles import SYSTEM, Articles
from hub.services.knowledge.checking import clashes, flaws_of, lessons_of
from hub.services.knowledge.publications import (
    Changes,
    Content,
    Pointer,
    Publication,
    Publications,
    PublicationState,
    changes_between,
    worse_by,
)
from hub.services.knowledge.unanswered import UnansweredQuestions

log = structlog.get_logger(__name__)

FOLLOW_S = 2.0
BEAT_S = 1.0
SILENT_S = 10.0
"""A publication whose beat stands still so long is given up."""

MARGIN = 0.03
KEPT = 5
"""Publications that can be restored."""


Shipped = tuple[Sequence[Article], TrainingReport]
"""Articles the product comes with, and how well its models know them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a publication ended that was not published."""

    state: PublicationState
    reason: str
    detail: str = ""
    report: TrainingReport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    report: TrainingReport
    model: int
    changes: Changes
    content: Content


class Publisher:
    """One a process. `run` follows what is published, and does what `publish` handed in."""

    def __init__(
        self,
        articles: Articles,
        unanswered: UnansweredQuestions,
        publications: Publications,
        bot: KnowledgeBot,
        clock: Clock,
    ) -> None:
        self._articles = articles
        self._unanswered = unanswered
        self._publications = publications
        self._bot = bot
        self._clock = clock
        self._mine: Publication | None = None
        self._pointer: Pointer | None = None
        self._work = asyncio.Event()
        self._loaded = 0
        self._watched = (0, 0, 0.0)

    async def open(self, shipped: Callable[[], Shipped]) -> None:
        """The first publication at the first start; then answer from what is published."""
        if await self._publications.pointer() is None:
            articles, report = shipped()
            await self._articles.seed(articles)
            first = Publication(
                number=1,
                version=1,
                state=PublicationState.PUBLISHED,
                at=self._clock.now(),
                by=SYSTEM,
                ended_at=self._clock.now(),
                changes=Changes(added=len(articles)),
                report=report,
                model=1,
            )
            await self._publications.begin(first, Content(articles=tuple(articles)))
        await self._follow()

    async def publish(self, *, author: str, even_if_worse: bool = False) -> Publication | Refusal:
        """Begin one, unless one runs in some process."""
        pointer = await self._standing()
        if pointer.running:
            return _runs(pointer)
        number = pointer.last + 1
        mine = Publication(
            number=number,
            version=1,
            state=PublicationState.PREPARING,
            at=self._clock.now(),
            by=author,
            even_if_worse=even_if_worse,
        )
        moved = await self._publications.move(pointer, running=number, last=number)
        if moved is None:
            return _runs(await self._standing())
        await self._publications.create(mine)
        self._mine, self._pointer = mine, moved
        self._work.set()
        return mine

    async def stop(self, number: int) -> Publication | Refusal | Missing:
        """Asks the process that runs it, which hears it within a second."""
        while True:
            known = await self._publications.get(number)
            if known is None:
                return Missing()
            if not known.runs:
                return Refusal(reason="not_running", detail=f"It is {known.state}.")
            done = await self._publications.update(known, replace(known, stop=True))
            if done is not None:
                return done

    async def restore(self, number: int, *, author: str) -> Publication | Refusal | Missing:
        """An earlier publication as the newest one, at once."""
        pointer = await self._standing()
        earlier = await self._publications.get(number)
        if earlier is None:
            return Missing()
        if pointer.running:
            return _runs(pointer)
        content = await self._publications.content(number)
        here = await self._bot.kept()
        if earlier.state is not PublicationState.PUBLISHED:
            return Refusal(reason="never_published", detail=f"It was {earlier.state}.")
        if content is None or earlier.model not in here:
            return Refusal(reason="not_kept", detail=f"The last {KEPT} are kept.")
        published = await self._publications.content(pointer.published) or Content()
        reserved = await self._publications.move(pointer, last=pointer.last + 1)
        if reserved is None:
            return _runs(await self._standing())
        now = self._clock.now()
        new = replace(
            earlier,
            number=reserved.last,
            version=1,
            at=now,
            ended_at=now,
            by=author,
            changes=changes_between(published, content),
            restored=number,
        )
        await self._publications.keep(new.number, content)
        await self._publications.create(new)
        if await self._publications.move(reserved, published=new.number) is None:
            return _runs(await self._standing())
        await self._follow()
        return new

    async def run(self) -> None:
        """Until cancelled; a publication that runs then ends as stopped."""
        while True:
            try:
                async with asyncio.timeout(FOLLOW_S):
                    await self._work.wait()
            except TimeoutError:
                pass
            self._work.clear()
            try:
                if self._mine is not None:
                    await self._do(self._mine)
                await self._follow()
                await self._give_up_silent()
            except StoreUncertain as error:
                log.warning("knowledge waits", error=str(error))
                await self._clock.sleep(BEAT_S)

    # ------------------------------------------------------------ one publication
    async def _do(self, mine: Publication) -> None:
        """Whatever happens, it has an end; a process that dies leaves it to the others."""
        end: Ready | Ending
        try:
            async with asyncio.TaskGroup() as tasks:
                making = tasks.create_task(self._make(mine))
                beating = tasks.create_task(self._beat(making))
                making.add_done_callback(lambda _: beating.cancel())
            end = making.result()
        except* StoreUncertain as errors:
            log.warning("publication failed", number=mine.number, error=str(errors.exceptions[0]))
            end = Ending(state=PublicationState.FAILED, reason="database")
        finally:
            current, self._mine = self._mine or mine, None
        await self._end(current, end)

    async def _make(self, mine: Publication) -> Ready | Ending:
        try:
            return await self._prepared(mine)
        except asyncio.CancelledError:
            if self._mine is None or not self._mine.stop:
                raise
            return Ending(state=PublicationState.STOPPED, reason="stopped")

    async def _prepared(self, mine: Publication) -> Ready | Ending:
        articles, refused = await self._articles.standing(), await self._unanswered.refused()
        content = Content(articles=articles, refused=refused)
        if wrong := _wrong(articles):
            return Ending(state=PublicationState.REFUSED, reason="bad_articles", detail=wrong)
        pointer = await self._standing()
        base = await self._publications.get(pointer.published)
        before = await self._publications.content(pointer.published) or Content()
        changes = changes_between(before, content)
        report = base.report if base else None
        learnt = self._bot.learnt
        if (
            base is not None
            and report is not None
            and learnt(before.articles, before.refused) == learnt(articles, refused)
            and base.model in await self._bot.kept()
        ):
            return Ready(report=report, model=base.model, changes=changes, content=content)
        self._told(PublicationState.TRAINING)
        trained = await self._bot.train(mine.number, articles, refused, self._heard)
        if isinstance(trained, TrainingRefusal):
            wrong_ones = trained.code == "bad_articles"
            state = PublicationState.REFUSED if wrong_ones else PublicationState.FAILED
            return Ending(state=state, reason=trained.code, detail=trained.detail)
        self._told(PublicationState.TESTING)
        worse = worse_by(report, trained, MARGIN) if report else ""
        if worse and not mine.even_if_worse:
            state = PublicationState.REFUSED
            return Ending(state=state, reason="worse", detail=worse, report=trained)
        return Ready(report=trained, model=mine.number, changes=changes, content=content)

    def _told(self, state: PublicationState) -> None:
        if self._mine is not None:
            self._mine = replace(self._mine, state=state, stage="", done=0, of=0)

    def _heard(self, progress: TrainingProgress) -> None:
        if self._mine is not None:
            self._mine = replace(
                self._mine,
                stage=progress.stage,
                language=progress.language,
                done=progress.done,
                of=progress.of,
            )

    async def _beat(self, making: "asyncio.Task[Ready | Ending]") -> None:
        """Writes progress each second, and reads whether somebody wants it to stop."""
        while True:
            mine = self._mine
            if mine is None:
                return
            try:
                written = await self._publications.update(mine, replace(mine, beat=mine.beat + 1))
                if written is None:
                    known = await self._publications.get(mine.number)
                    stop = known is None or known.stop or not known.runs
                    version = known.version if known else mine.version
                    self._mine = replace(self._mine or mine, version=version, stop=stop)
                    if stop:
                        making.cancel()
                        return
                    continue
                latest = self._mine or mine
                self._mine = replace(latest, version=written.version, beat=written.beat)
            except StoreUncertain:
                log.warning("progress not written", number=mine.number)
            await self._clock.sleep(BEAT_S)

    async def _end(self, mine: Publication, end: Ready | Ending) -> None:
        """The pointer says what is published; the row says so when this process answers from it."""
        pointer = self._pointer
        if isinstance(end, Ready):
            ready = replace(mine, model=end.model, report=end.report, changes=end.changes)
            pointer = await self._put_into_use(ready, end.content)
            ended = _published(ready) if pointer else _interrupted(ready)
        else:
            ended = replace(
                mine, state=end.state, reason=end.reason, detail=end.detail, report=end.report
            )
        await self._write(replace(ended, ended_at=self._clock.now()))
        log.info("publication ended", number=mine.number, state=str(ended.state))
        if pointer is not None:
            await self._publications.move(pointer, running=0)
            await self._forget_old()

    async def _put_into_use(self, ready: Publication, content: Content) -> Pointer | None:
        """None when another process has given it up."""
        await self._publications.keep(ready.number, content)
        if self._pointer is None or not await self._write(ready):
            return None
        moved = await self._publications.move(self._pointer, published=ready.number)
        if moved is not None:
            await self._follow()
        return moved

    async def _write(self, new: Publication) -> bool:
        """Over whatever stands while it runs; False when it ended already."""
        while True:
            known = await self._publications.get(new.number)
            if known is None or not known.runs:
                return False
            if await self._publications.update(known, new) is not None:
                return True

    async def _forget_old(self) -> None:
        """What can be restored stays: articles and the models they answer with."""
        published = [
            each
            for each in await self._publications.newest(100)
            if each.state is PublicationState.PUBLISHED
        ]
        kept = published[:KEPT]
        numbers = {each.number for each in kept}
        await self._bot.keep({each.model for each in kept})
        await self._publications.forget(await self._publications.kept() - numbers)

    # ------------------------------------------------------------ what others do
    async def _follow(self) -> None:
        """Answer from what is published now; a missing model leaves the one there is."""
        pointer = await self._publications.pointer()
        if pointer is None or pointer.published == self._loaded:
            return
        published = await self._publications.get(pointer.published)
        content = await self._publications.content(pointer.published)
        if published is None or content is None:
            log.error("what is published is not there", number=pointer.published)
            return
        try:
            await self._bot.use(published.model, content.articles)
        except StartError as error:
            log.error("the published model is not here", problem=str(error))  # noqa: TRY400 - told whole
        self._loaded = pointer.published

    async def _give_up_silent(self) -> None:
        """Beats are compared with each other, never with a clock of somebody else."""
        pointer = await self._publications.pointer()
        running = await self._publications.get(pointer.running) if pointer else None
        if pointer is None or not pointer.running:
            return
        beat = running.version if running else 0
        number, seen, since = self._watched
        now = self._clock.monotonic()
        if (number, seen) != (pointer.running, beat):
            self._watched = (pointer.running, beat, now)
        elif now - since >= SILENT_S:
            moved = await self._publications.move(pointer, running=0)
            if moved is not None and running is not None and running.runs:
                used = pointer.published == running.number
                ended = _published(running) if used else _interrupted(running)
                ended = replace(ended, ended_at=self._clock.now())
                await self._publications.update(running, ended)
            log.warning("publication given up", number=pointer.running)

    async def _standing(self) -> Pointer:
        pointer = await self._publications.pointer()
        if pointer is None:
            raise StoreUncertain("nothing was ever published here")
        return pointer


def _wrong(articles: Sequence[Article]) -> str:
    """The first thing that must not be published."""
    if not articles:
        return "there is no article"
    claimed = lessons_of(articles)
    for article in articles:
        for flaw in (*flaws_of(article), *clashes(article, claimed)):
            return f"{article.id}: {flaw.field}: {flaw.problem}"
    return ""


def _published(publication: Publication) -> Publication:
    return replace(publication, state=PublicationState.PUBLISHED)


def _interrupted(publication: Publication) -> Publication:
    return replace(publication, state=PublicationState.FAILED, reason="interrupted")


def _runs(pointer: Pointer) -> Refusal:
    return Refusal(reason="publication_runs", detail=f"Publication {pointer.running} runs.")
