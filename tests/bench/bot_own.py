"""The shipped models on the bank's own test questions, and what a question costs."""

import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

from bot.engines.artefact import read_model
from bot.engines.encoder import Encoder
from bot.engines.hybrid import HybridEngine
from bot.engines.ranking import Mode, Ranking
from bot.language import Language, tidy
from bot.loading import load_shipped
from bot.policy import Verdict, judge
from bot.topics import Topics

QUESTIONS = Path(__file__).parent.parent / "data" / "questions"
MODES: tuple[Mode, ...] = ("hybrid", "lexical")
PROGRAM = """
import sys

def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20

before = held()
import asyncio
from bot.engine import FaqBot
from bot.engines.encoder import load_encoder
from bot.engines.vectors import VectorDesk
from bot.loading import load_shipped
from hub.model.bot import BotQuestion
from hub.runtime.clock import SystemClock

async def ask():
    vectors = VectorDesk(load_encoder()) if sys.argv[1] == "hybrid" else None
    bot = FaqBot(load_shipped(), SystemClock(), vectors)
    for text in ("转账要手续费吗", "is there a fee for transfers"):
        await bot.answer(BotQuestion(text=text))
    print(held() - before)
    bot.close()

asyncio.run(ask())
"""
VERDICTS = {Verdict.ANSWER: "answered", Verdict.ASK_BACK: "asked_back", Verdict.REFUSE: "refused"}


def own(encoder: Encoder) -> dict[str, float]:
    library = load_shipped()
    figures: dict[str, float] = {}
    for language in get_args(Language):
        speaker = library.speakers[language]
        if speaker.engine is None:
            raise AssertionError("the shipped models know both languages")
        for mode in MODES:
            examined = examine(speaker.engine, speaker.topics, encoder, mode)
            figures |= {f"{language}_{mode}_{name}": value for name, value in examined.items()}
    return figures | costs(encoder)


def examine(engine: HybridEngine, topics: Topics, encoder: Encoder, mode: Mode) -> dict[str, float]:
    """Shares between 0 and 1 over the fixed test questions and out-of-scope lines."""
    language = engine.facts.language
    asked = [(line, article) for article, lines in questions(language).items() for line in lines]
    rankings = rank(engine, encoder, mode, [line for line, _ in asked])
    thresholds = engine.facts.thresholds[mode]

    def verdicts(lines: Iterable[str], found: Iterable[Ranking]) -> list[Verdict]:
        return [
            judge(ranking, thresholds, bare_topic=topics.shared(line))
            for line, ranking in zip(lines, found, strict=True)
        ]

    places = [
        [name for name, _ in ranking.scores].index(article) + 1
        for ranking, (_, article) in zip(rankings, asked, strict=True)
    ]
    decided = verdicts((line for line, _ in asked), rankings)
    answered = [p for p, verdict in zip(places, decided, strict=True) if verdict is Verdict.ANSWER]
    figures = {
        "r1": sum(place == 1 for place in places) / len(places),
        "r3": sum(place <= 3 for place in places) / len(places),
        "answered_right": sum(place == 1 for place in answered) / max(len(answered), 1),
        **shares(decided, ""),
    }
    for distance, lines in out_of_scope(language).items():
        figures |= shares(verdicts(lines, rank(engine, encoder, mode, lines)), f"{distance}_")
    return figures


def rank(engine: HybridEngine, encoder: Encoder, mode: Mode, lines: Sequence[str]) -> list[Ranking]:
    if mode == "lexical":
        return [engine.rank(line) for line in lines]
    vectors = encoder.encode([tidy(line) for line in lines])
    return [engine.rank(line, vector) for line, vector in zip(lines, vectors, strict=True)]


def shares(verdicts: Sequence[Verdict], prefix: str) -> dict[str, float]:
    return {
        f"{prefix}{name}": sum(each is verdict for each in verdicts) / len(verdicts)
        for verdict, name in VERDICTS.items()
    }


def questions(language: Language) -> dict[str, list[str]]:
    """By article."""
    return tomllib.loads((QUESTIONS / f"{language}.toml").read_text("utf-8"))


def out_of_scope(language: Language) -> dict[str, list[str]]:
    """`near` to a bank's work and `far` from it."""
    groups: dict[str, dict[str, list[str]]] = tomllib.loads(
        (QUESTIONS / "out_of_scope.toml").read_text("utf-8")
    )
    return groups[language]


def costs(encoder: Encoder) -> dict[str, float]:
    """CPU of one Chinese question, each asked for the first time, in milliseconds."""
    engine = HybridEngine(read_model("zh"))
    lines = [line for lines in questions("zh").values() for line in lines]
    figures = {}
    for mode in MODES:
        began = time.process_time()
        for line in lines:
            rank(engine, encoder, mode, [line])
        figures[f"zh_{mode}_cpu_ms"] = (time.process_time() - began) / len(lines) * 1000
    return figures | {f"{mode}_memory_mb": memory(mode) for mode in MODES}


def memory(mode: Mode) -> float:
    """What a fresh process that has answered a question of each language holds more than Python."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, mode], capture_output=True, text=True, check=True
    )
    return float(done.stdout)
