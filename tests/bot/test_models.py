"""The two files of a model: readable, small, never code, and those of the shipped articles."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import bot.models
from bot.engines.artefact import check_lessons, digest_of, read_model, write_model
from bot.engines.dense import centred
from bot.engines.encoder import load_encoder
from bot.engines.hybrid import HybridEngine
from bot.language import Language, normalise, tidy
from bot.shipped import shipped_articles
from bot.training.fit import Fitted, Lessons, fit
from hub.errors import StartError
from hub.model.knowledge import Article
from tests.bench.bot_own import questions
from tests.bot.given import small_bank, small_model

LANGUAGES = get_args(Language)


def of(language: Language) -> list[Article]:
    return [each for each in shipped_articles() if each.language == language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_model_belongs_to_the_shipped_articles(language: Language) -> None:
    facts = read_model(language).facts
    check_lessons(facts, of(language))
    assert set(facts.articles) == {each.id for each in of(language)}
    assert set(facts.thresholds) == {"hybrid", "lexical"}


def lessons_of(language: Language) -> Lessons:
    pairs = [
        (line, each.id)
        for each in of(language)
        for line in each.lessons
        if normalise(line, language)
    ]
    texts, labels = zip(*pairs, strict=True)
    return Lessons(language=language, texts=texts, labels=labels, vectors=None)


@cache
def learnt_anew(language: Language) -> Fitted:
    return fit(lessons_of(language), encoder="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_words_rank_as_scikit_learn_does_that_learnt_them_anew(language: Language) -> None:
    """All articles, all questions held out, from words as they are in the files."""
    anew, engine = learnt_anew(language), HybridEngine(read_model(language))
    lines = [line for lines in questions(language).values() for line in lines]
    terms = anew.vectorisers.transform([normalise(line, language) for line in lines])
    ours = [[share for _, share in sorted(engine.rank(line).scores)] for line in lines]
    np.testing.assert_allclose(ours, anew.lexical.predict_proba(terms), rtol=0, atol=1e-6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_words_are_what_the_articles_give(language: Language) -> None:
    fresh, shipped = learnt_anew(language).model, read_model(language)
    assert shipped.facts.grams == fresh.facts.grams
    assert shipped.facts.learnt == fresh.facts.learnt
    for name, values in fresh.arrays().items():
        stored = shipped.arrays()[name]
        assert stored.dtype == values.dtype
        np.testing.assert_allclose(stored, values, rtol=0, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_places_are_those_of_the_phrasings(language: Language) -> None:
    """Every hundredth: reading all takes minutes."""
    encoder = load_encoder()
    if encoder is None:
        pytest.skip("no encoder for this machine")
    dense = read_model(language).dense
    assert dense is not None
    texts = lessons_of(language).texts
    assert len(texts) == len(dense.rows)
    places = centred(encoder.encode([tidy(text) for text in texts[::100]]), dense.centre)
    np.testing.assert_allclose(dense.rows[::100], places, rtol=0, atol=1e-3)


def test_model_of_other_articles_stops_the_start_and_says_what_to_do() -> None:
    with pytest.raises(StartError, match=r"not trained on the articles.*python -m bot\.training"):
        check_lessons(small_model().facts, small_bank()[:2])


def test_digest_changes_with_a_phrasing_and_not_with_an_answer_or_the_order() -> None:
    one, two, three = small_bank()
    digest = digest_of([one, two, three])
    corrected = Article(
        id=one.id,
        version=2,
        language="zh",
        title=one.title,
        text="新的答复。",
        phrasings=one.phrasings,
    )
    fewer = Article(
        id=one.id,
        version=2,
        language="zh",
        title=one.title,
        text=one.text,
        phrasings=one.phrasings[1:],
    )
    assert digest_of([three, two, corrected]) == digest
    assert digest_of([fewer, two, three]) != digest


def test_model_survives_its_files(tmp_path: Path) -> None:
    write_model(tmp_path, small_model())
    again = read_model("zh", tmp_path)
    assert again.facts == small_model().facts
    for name, values in small_model().arrays().items():
        np.testing.assert_array_equal(again.arrays()[name], values)


def test_same_model_is_written_as_the_same_bytes(tmp_path: Path) -> None:
    shipped = Path(bot.models.__path__[0])
    write_model(tmp_path, read_model("en"))
    for name in ("en.npz", "en.json"):
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes()


def test_models_stay_small() -> None:
    files = [path for path in Path(bot.models.__path__[0]).iterdir() if path.suffix != ".py"]
    sizes = [path.stat().st_size for path in files if path.is_file()]
    assert len(sizes) == 4
    assert sum(sizes) <= 6_000_000


@pytest.mark.parametrize(
    ("label", "name", "content"),
    [
        ("arrays missing", "zh.npz", None),
        ("facts missing", "zh.json", None),
        ("arrays cut", "zh.npz", b"PK\x03\x04"),
        ("facts cut", "zh.json", b'{"version": '),
        ("field unknown", "zh.json", b"{}"),
    ],
)
def test_damaged_model_stops_the_start(
    label: str, name: str, content: bytes | None, tmp_path: Path
) -> None:
    write_model(tmp_path, small_model())
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(StartError, match=r"“zh” cannot be read"):
        read_model("zh", tmp_path)


def test_files_of_two_models_stop_the_start(tmp_path: Path) -> None:
    write_model(tmp_path, small_model())
    np.savez(tmp_path / "zh.npz", **read_model("zh").arrays())  # type: ignore[arg-type]
    with pytest.raises(StartError, match="do not belong together"):
        read_model("zh", tmp_path)


def test_pickled_arrays_are_never_loaded(tmp_path: Path) -> None:
    write_model(tmp_path, small_model())
    arrays = dict(small_model().arrays())
    arrays["lexical_idf"] = np.array([object()], dtype=object)
    np.savez(tmp_path / "zh.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(StartError, match="cannot be read"):
        read_model("zh", tmp_path)


def test_answering_needs_no_scikit_learn() -> None:
    program = (
        "import asyncio, sys; from bot.engine import load_bot; "
        "from hub.model.bot import BotQuestion; from hub.runtime.clock import SystemClock; "
        "asyncio.run(load_bot(SystemClock()).answer(BotQuestion(text='转账要手续费吗')));"
        "print(sorted({'sklearn', 'scipy', 'bot.training'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"
