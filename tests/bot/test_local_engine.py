"""The arrays answer as scikit-learn does, and are what the shipped articles give."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

import bot.models
from bot.engines.artefact import ARRAYS, check_knowledge, read_model, write_model
from bot.engines.features import char_grams, word_char_grams, word_grams
from bot.engines.local import LocalEngine
from bot.knowledge.articles import Knowledge, load_knowledge
from bot.language import Language
from bot.training.evaluate import out_of_scope
from bot.training.fit import Fitted, fit
from hub.errors import StartError

LANGUAGES = get_args(Language)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="module", params=LANGUAGES)
def fitted(request: pytest.FixtureRequest, knowledge: Knowledge) -> Fitted:
    articles = knowledge.of(request.param)
    texts = [line for article in articles for line in article.lessons]
    return fit(request.param, texts, [article.id for article in articles for _ in article.lessons])


@pytest.mark.parametrize(
    ("cut", "reference"),
    [
        (char_grams, {"analyzer": "char", "ngram_range": (1, 3)}),
        (word_grams, {"ngram_range": (1, 2), "token_pattern": r"\w+"}),
        (word_char_grams, {"analyzer": "char_wb", "ngram_range": (2, 5)}),
    ],
)
@pytest.mark.parametrize(
    "text", ["", "i", "i lost my card", "转账要手续费吗", "app打不开", "aaaa a"]
)
def test_grams_are_those_of_scikit_learn(
    cut: Callable[[str], Iterator[str]], reference: dict[str, object], text: str
) -> None:
    analyse = CountVectorizer(**reference).build_analyzer()
    assert Counter(cut(text)) == Counter(analyse(text))


def test_probabilities_equal_scikit_learns(fitted: Fitted, knowledge: Knowledge) -> None:
    """All arrays are stored as float32; nothing is rounded further."""
    lines = [line for article in knowledge.of(fitted.language) for line in article.tests]
    lines += [line for group in out_of_scope(fitted.language).values() for line in group]
    lines += ["", "🙂", "转" * 500, "a " * 300]
    expected = fitted.predict_proba(lines)
    engine = fitted.engine()
    for line, chances in zip(lines, expected, strict=True):
        ours = dict(engine.rank(line).scores)
        assert [ours[article] for article in fitted.articles] == pytest.approx(chances, abs=1e-6)


def test_shipped_model_is_what_the_articles_give(fitted: Fitted) -> None:
    facts, weights = read_model(fitted.language)
    assert facts.articles == fitted.articles
    assert facts.grams == fitted.grams
    for name in ARRAYS:
        shipped, fresh = getattr(weights, name), getattr(fitted.weights, name)
        assert shipped.dtype == fresh.dtype
        np.testing.assert_allclose(shipped, fresh, rtol=0, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_model_belongs_to_the_shipped_articles(
    language: Language, knowledge: Knowledge
) -> None:
    facts, _ = read_model(language)
    check_knowledge(facts, knowledge.digest(language))


def test_model_of_other_articles_stops_the_start_and_says_what_to_do() -> None:
    facts, _ = read_model("zh")
    with pytest.raises(StartError, match=r"not trained on the articles.*python -m bot\.training"):
        check_knowledge(facts, "0" * 64)


def test_same_model_is_written_as_the_same_bytes(tmp_path: Path) -> None:
    shipped = Path(bot.models.__path__[0])
    write_model(tmp_path, *read_model("en"))
    for name in ("en.npz", "en.json"):
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes()


def test_models_stay_small() -> None:
    files = [path for path in Path(bot.models.__path__[0]).iterdir() if path.suffix != ".py"]
    sizes = [path.stat().st_size for path in files if path.is_file()]
    assert len(sizes) == 4
    assert sum(sizes) <= 1_500_000


@pytest.mark.parametrize(
    ("label", "name", "content"),
    [
        ("arrays missing", "en.npz", None),
        ("facts missing", "en.json", None),
        ("arrays cut", "en.npz", b"PK\x03\x04"),
        ("facts cut", "en.json", b'{"version": '),
        ("field unknown", "en.json", b"{}"),
    ],
)
def test_damaged_model_stops_the_start(
    label: str, name: str, content: bytes | None, tmp_path: Path
) -> None:
    write_model(tmp_path, *read_model("en"))
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(StartError, match=r"“en” cannot be read"):
        read_model("en", tmp_path)


def test_files_of_two_models_stop_the_start(tmp_path: Path) -> None:
    write_model(tmp_path, *read_model("en"))
    _, other = read_model("zh")
    np.savez(tmp_path / "en.npz", **{name: getattr(other, name) for name in ARRAYS})
    with pytest.raises(StartError, match="do not belong together"):
        read_model("en", tmp_path)


def test_pickled_arrays_are_never_loaded(tmp_path: Path) -> None:
    facts, weights = read_model("en")
    write_model(tmp_path, facts, weights)
    arrays = {name: getattr(weights, name) for name in ARRAYS}
    np.savez(tmp_path / "en.npz", **{**arrays, "idf": np.array([object()], dtype=object)})
    with pytest.raises(StartError, match="cannot be read"):
        read_model("en", tmp_path)


def test_unknown_words_lower_the_confidence_but_not_the_ranking() -> None:
    facts, weights = read_model("zh")
    engine = LocalEngine("zh", facts.articles, facts.grams, weights)
    known, mixed = engine.rank("数字人民币"), engine.rank("数字人民币鹦鹉斑斓蝴蝶")
    assert mixed.scores[0][0] == known.scores[0][0] == "zh-digital-rmb"
    assert mixed.confidence < known.confidence / 2


def test_answering_needs_no_scikit_learn() -> None:
    program = (
        "import asyncio, sys; from bot.engine import load_bot; "
        "from hub.model.bot import BotQuestion; "
        "asyncio.run(load_bot().answer(BotQuestion(text='转账要手续费吗')));"
        "print(sorted({'sklearn', 'scipy', 'bot.training'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
