"""How good the shipped models are on lines they have never seen, and what an answer costs."""

import time
from functools import cache

import pytest

from bot.engines.artefact import read_model
from bot.engines.encoder import Encoder, load_encoder
from bot.engines.hybrid import HybridEngine
from bot.engines.ranking import Mode
from bot.language import Language
from bot.loading import load_shipped
from tests.bench.bot_own import examine, out_of_scope, questions

CASES: list[tuple[Language, Mode]] = [
    ("zh", "hybrid"),
    ("zh", "lexical"),
    ("en", "hybrid"),
    ("en", "lexical"),
]
# least share wanted, slightly below what was measured
WANTED: dict[tuple[Language, Mode], dict[str, float]] = {
    ("zh", "hybrid"): {"r1": 0.78, "r3": 0.95, "answered": 0.48, "answered_right": 0.95},
    ("zh", "lexical"): {"r1": 0.75, "r3": 0.91, "answered": 0.06, "answered_right": 0.95},
    ("en", "hybrid"): {"r1": 0.87, "r3": 0.97, "answered": 0.65, "answered_right": 0.95},
    ("en", "lexical"): {"r1": 0.83, "r3": 0.94, "answered": 0.33, "answered_right": 0.95},
}


@cache
def encoder() -> Encoder:
    found = load_encoder()
    if found is None:
        pytest.skip("no encoder for this machine")
    return found


@cache
def examined(language: Language, mode: Mode) -> dict[str, float]:
    speaker = load_shipped().speakers[language]
    assert speaker.engine is not None
    return examine(speaker.engine, speaker.topics, encoder(), mode)


@pytest.mark.parametrize(("language", "mode"), CASES)
def test_unseen_phrasings_find_their_article(language: Language, mode: Mode) -> None:
    figures = examined(language, mode)
    reached = {name: figures[name] for name in WANTED[language, mode]}
    assert all(reached[name] >= least for name, least in WANTED[language, mode].items()), reached


@pytest.mark.parametrize(("language", "mode"), CASES)
def test_nine_in_ten_lines_out_of_scope_get_no_answer(language: Language, mode: Mode) -> None:
    figures, groups = examined(language, mode), out_of_scope(language)
    total = sum(len(lines) for lines in groups.values())
    answered = sum(figures[f"{name}_answered"] * len(lines) for name, lines in groups.items())
    assert answered / total <= 0.10


@pytest.mark.parametrize("language", ["zh", "en"])
def test_meaning_finds_more_than_words_alone(language: Language) -> None:
    assert examined(language, "hybrid")["r1"] > examined(language, "lexical")["r1"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_ranking_by_words_costs_less_than_two_milliseconds(language: Language) -> None:
    engine = HybridEngine(read_model(language))
    lines = [line for lines in questions(language).values() for line in lines]
    before = time.process_time()
    for line in lines:
        engine.rank(line)
    cost = (time.process_time() - before) / len(lines) * 1000
    print(f"{language}: {cost:.3f} CPU ms a question")
    assert cost < 2
