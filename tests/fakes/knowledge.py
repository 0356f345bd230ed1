"""A bot that learns by heart: it answers an article whose title or phrasing was typed."""

import asyncio
from collections.abc import Callable, Collection, Sequence

from hub.errors import StartError
from hub.model.bot import BotAction, BotAnswer, BotQuestion, Candidate
from hub.model.knowledge import (
    Article,
    BotStatus,
    Explanation,
    LanguageReport,
    Lines,
    TrainingProgress,
    TrainingReport,
)
from hub.ports.knowledge import KnowledgeBot, TrainingRefusal

CARD = Article(
    id="zh-card-loss",
    version=1,
    language="zh",
    title="银行卡挂失",
    text="请立即在手机银行里挂失。",
    phrasings=("卡丢了怎么办", "我的卡不见了"),
)
FEE = Article(
    id="zh-transfer-fee",
    version=1,
    language="zh",
    title="转账手续费",
    text="手机银行转账不收手续费。",
    phrasings=("转账要收费吗",),
)


def report(r1: float = 0.9, *, articles: int = 2) -> TrainingReport:
    figures = {
        "hybrid_r1": r1,
        "hybrid_r3": 0.96,
        "hybrid_refused": 0.1,
        "hybrid_outside_refused": 0.8,
    }
    zh = LanguageReport(
        language="zh",
        version="local-zh-1",
        articles=articles,
        phrasings=20,
        low=0.2,
        high=0.6,
        figures=figures,
    )
    return TrainingReport(model="m", languages=(zh,), encoder="letters", seconds=1.0)


def first_knowledge() -> tuple[Sequence[Article], TrainingReport]:
    return (CARD, FEE), report()


class PretendBot:
    """`outcome` is what the next training ends with, once `go` is set."""

    def __init__(self) -> None:
        self.models: set[int] = {1}
        self.used: list[tuple[int, tuple[str, ...]]] = []
        self.articles: Sequence[Article] = ()
        self.trained: list[int] = []
        self.refused: dict[int, Lines] = {}
        self.outcome: TrainingReport | TrainingRefusal = report()
        self.go = asyncio.Event()
        self.go.set()

    async def explain(self, question: BotQuestion) -> Explanation:
        for article in self.articles:
            if question.text in article.lessons:
                answer = BotAnswer(
                    action=BotAction.ANSWER,
                    reason="confident",
                    text=article.text,
                    article_id=article.id,
                    article_version=article.version,
                    candidates=(Candidate(article_id=article.id, title=article.title, score=0.9),),
                    model="local-zh-1",
                )
                return Explanation(answer=answer, mode="hybrid", confidence=0.9, low=0.2, high=0.6)
        refusal = BotAnswer(action=BotAction.REFUSE, reason="out_of_scope", text="抱歉。")
        return Explanation(answer=refusal, mode="hybrid", confidence=0.1, low=0.2, high=0.6)

    def status(self) -> BotStatus:
        return BotStatus(models={"zh": "local-zh-1"}, encoder="letters", unlearnt=())

    def learnt(self, articles: Sequence[Article], refused: Lines) -> str:
        lessons = sorted((article.id, article.lessons) for article in articles)
        return repr((lessons, sorted(refused.items())))

    async def train(
        self,
        number: int,
        articles: Sequence[Article],
        refused: Lines,
        on_progress: Callable[[TrainingProgress], None],
    ) -> TrainingReport | TrainingRefusal:
        self.trained.append(number)
        self.refused[number] = refused
        on_progress(TrainingProgress(stage="encode", language="zh", done=16, of=20))
        await self.go.wait()
        if isinstance(self.outcome, TrainingReport):
            self.models.add(number)
        return self.outcome

    async def use(self, number: int, articles: Sequence[Article]) -> None:
        self.articles = articles
        self.used.append((number, tuple(article.id for article in articles)))
        if number not in self.models:
            raise StartError(f"model {number} is not here")

    async def kept(self) -> Collection[int]:
        return set(self.models)

    async def keep(self, numbers: Collection[int]) -> None:
        self.models &= set(numbers) | {1}


def _conforms(bot: PretendBot) -> KnowledgeBot:
    return bot
