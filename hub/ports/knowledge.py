"""What publishing needs of a bot that learns."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.model.bot import BotQuestion
from hub.model.knowledge import (
    Article,
    BotStatus,
    Explanation,
    Lines,
    TrainingProgress,
    TrainingReport,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRefusal:
    """`code`: not_installed, bad_articles, out_of_time, out_of_memory or crashed."""

    code: str
    detail: str


class KnowledgeBot(Protocol):
    """The bot of this process, and models by number in a folder that processes share."""

    async def explain(self, question: BotQuestion) -> Explanation: ...
    def status(self) -> BotStatus: ...
    def learnt(self, articles: Sequence[Article], refused: Lines) -> str:
        """A digest of what a model learns of these articles and of questions that are to be
        refused: equal ones need no training."""

    async def train(
        self,
        number: int,
        articles: Sequence[Article],
        refused: Lines,
        on_progress: Callable[[TrainingProgress], None],
    ) -> TrainingReport | TrainingRefusal:
        """A model `number`; cancelled, it ends within a second. Nothing in use changes."""

    async def use(self, number: int, articles: Sequence[Article]) -> None:
        """Answer from these articles with that model, at once.

        Raises:
            StartError: the model is missing or damaged; the articles hold all the same.
        """

    async def kept(self) -> Collection[int]:
        """The models there are."""

    async def keep(self, numbers: Collection[int]) -> None:
        """Drop all others."""
