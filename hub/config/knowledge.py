"""The answering bot with its models, from the settings: what publishing works on."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, suppress
from importlib.resources import files
from pathlib import Path
from typing import get_args

from bot.engine import FaqBot, load_bot
from bot.engines.artefact import digest_of, read_model
from bot.engines.shelf import put
from bot.shipped import shipped_articles
from bot.training.child import Limits, TrainingFailed, report_of, train
from bot.training.material import shipped_material
from hub.config.settings import Settings
from hub.errors import StartError
from hub.model.bot import BotQuestion
from hub.model.knowledge import (
    Article,
    BotStatus,
    Explanation,
    Language,
    Lines,
    TrainingProgress,
    TrainingReport,
)
from hub.ports import Clock, Documents, Reading
from hub.ports.knowledge import KnowledgeBot, TrainingRefusal
from hub.services.knowledge.house import Knowledge

SHIPPED = 1
"""The number of the model the product comes with."""


class ModelHouse:
    """Implements `hub.ports.knowledge.KnowledgeBot`: one folder a model, under its number."""

    def __init__(self, bot: FaqBot, folder: Path, limits: Limits) -> None:
        self._bot = bot
        self._folder = folder
        self._limits = limits

    async def explain(self, question: BotQuestion) -> Explanation:
        return await self._bot.explain(question)

    def status(self) -> BotStatus:
        return self._bot.status()

    def learnt(self, articles: Sequence[Article], refused: Lines) -> str:
        return "\n".join(
            line
            for language in get_args(Language)
            for line in (
                digest_of(each for each in articles if each.language == language),
                *refused.get(language, ()),
            )
        )

    async def train(
        self,
        number: int,
        articles: Sequence[Article],
        refused: Lines,
        on_progress: Callable[[TrainingProgress], None],
    ) -> TrainingReport | TrainingRefusal:
        material = shipped_material(tuple(articles), refused)
        place = self._place(number)
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
        try:
            return await train(material, place, on_progress, limits=self._limits)
        except TrainingFailed as failed:
            return TrainingRefusal(code=failed.code, detail=failed.detail)

    async def use(self, number: int, articles: Sequence[Article]) -> None:
        try:
            if number == SHIPPED:
                await asyncio.to_thread(_unpack_shipped, self._place(SHIPPED))
            await self._bot.reload(articles, self._place(number))
        except StartError:
            self._bot.swap(articles)
            raise

    async def kept(self) -> Collection[int]:
        return await asyncio.to_thread(self._numbers)

    async def keep(self, numbers: Collection[int]) -> None:
        for number in set(await self.kept()) - set(numbers) - {SHIPPED}:
            await asyncio.to_thread(shutil.rmtree, self._place(number), ignore_errors=True)

    def _place(self, number: int) -> Path:
        return self._folder / f"{number:06d}"

    def _numbers(self) -> set[int]:
        found = {SHIPPED}
        if self._folder.is_dir():
            found |= {
                int(path.name)
                for path in self._folder.iterdir()
                if path.name.isdecimal() and (path / "current").exists()
            }
        return found


async def answering(
    settings: Settings, documents: Documents, reading: Reading, clock: Clock
) -> tuple[FaqBot, Knowledge]:
    """The bot, and what people publish for it; the first start publishes the product's articles.

    The bot is the caller's to close. Models stand in `bot.models`, or beside the data; hubs of one
    database share the folder.
    """
    bot, chosen = load_bot(clock), settings.bot
    folder = chosen.models or settings.store.data / "models"
    limits = Limits(seconds=chosen.training_s, memory_mb=chosen.training_mb)
    knowledge = Knowledge(documents, reading, ModelHouse(bot, folder, limits), clock)
    with ExitStack() as undo:
        undo.callback(bot.close)
        await knowledge.publisher.open(lambda: (shipped_articles(), _shipped_report()))
        undo.pop_all()
    return bot, knowledge


def _shipped_report() -> TrainingReport:
    """How well the models of the product know its articles."""
    facts = [read_model(language).facts for language in get_args(Language)]
    return TrainingReport(
        model="shipped",
        languages=tuple(report_of(each) for each in facts),
        encoder=next((each.encoder for each in facts if each.encoder), ""),
        seconds=0.0,
    )


def _unpack_shipped(place: Path) -> None:
    """Once a data folder: a later release brings other models, and what was published stays."""
    if (place / "current").exists():
        return
    place.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="shipped-", dir=place))
    source = files("bot.models")
    for language in get_args(Language):
        for name in (f"{language}.json", f"{language}.npz"):
            (made / name).write_bytes((source / name).read_bytes())
    with suppress(FileExistsError):
        put(made, place, "model-shipped")


def _conforms(models: ModelHouse) -> KnowledgeBot:
    return models
