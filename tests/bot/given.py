"""A small bank, and an encoder small enough to reckon by hand."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from bot.engines.artefact import Model
from bot.engines.encoder import Vectors
from bot.language import Language
from bot.training.learn import Teacher
from hub.model.knowledge import Article, TrainingProgress

TOPICS = {
    "zh-card-loss": "银行卡丢了 卡丢了怎么办 我的卡不见了 挂失银行卡 卡被偷了 卡掉了要挂失",
    "zh-transfer-fee": "转账手续费 转账要收费吗 跨行转账多少钱 汇款费用 转钱收手续费吗 转账费",
    "zh-app-login": "手机银行登录 登录不了手机银行 app登不上 手机银行进不去 登录失败 app登录",
}


def article(id: str, lines: Sequence[str], language: Language = "zh") -> Article:
    title, *phrasings = lines
    return Article(
        id=id,
        version=1,
        language=language,
        title=title,
        text=f"关于{title}的答复。",
        phrasings=tuple(phrasings),
    )


def small_bank() -> tuple[Article, ...]:
    return tuple(article(name, lines.split()) for name, lines in TOPICS.items())


class LetterEncoder:
    """Counts characters in sixteen places: texts with the same characters lie together."""

    name = "letters-1"

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.full((len(texts), 16), 0.5, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for char in text:
                row[ord(char) % 16] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def silent(progress: TrainingProgress) -> None:
    """Nobody watches."""


@cache
def small_model() -> Model:
    return Teacher(language="zh", encoder=LetterEncoder(), tell=silent).learn(small_bank(), ())
