"""The fixed test questions: every article has some, and none of them is learnt."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

from bot.knowledge.articles import load_knowledge
from bot.language import Language, detect, normalise

QUESTIONS = Path(__file__).parent.parent / "data" / "questions"
LANGUAGES = get_args(Language)
ALIKE = 0.9  # share of characters two lines have in common


@cache
def asked(language: Language) -> Mapping[str, Sequence[str]]:
    """Questions by article."""
    return tomllib.loads((QUESTIONS / f"{language}.toml").read_text("utf-8"))


@cache
def learnt(language: Language) -> tuple[str, ...]:
    """Normalised."""
    articles = load_knowledge().of(language)
    return tuple(normalise(line, language) for article in articles for line in article.lessons)


def out_of_scope(source: str, language: Language) -> dict[str, list[str]]:
    groups: dict[str, dict[str, list[str]]] = tomllib.loads(source)
    return groups[language]


def kept_apart(language: Language) -> dict[str, list[str]]:
    return out_of_scope((QUESTIONS / "out_of_scope.toml").read_text("utf-8"), language)


def trained_on(language: Language) -> dict[str, list[str]]:
    source = files("bot.knowledge") / "out_of_scope.toml"
    return out_of_scope(source.read_text("utf-8"), language)


def shared(one: str, other: str) -> float:
    """Dice's coefficient over the characters, however they are ordered."""
    common = Counter(one) & Counter(other)
    return 2 * common.total() / (len(one) + len(other))


def copies(lines: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    """Lines that stand in `known`, or nearly do."""
    for line in lines:
        for other in known:
            most = 2 * min(len(line), len(other)) / (len(line) + len(other))
            if most > ALIKE and shared(line, other) > ALIKE:
                yield f"{line} ~ {other}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_article_is_asked_for_three_times(language: Language) -> None:
    assert asked(language).keys() == {each.id for each in load_knowledge().of(language)}
    assert {each for each, lines in asked(language).items() if len(lines) < 3} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_test_question_is_learnt_or_nearly_so(language: Language) -> None:
    lines = [normalise(line, language) for group in asked(language).values() for line in group]
    assert len(set(lines)) == len(lines)
    assert list(copies(lines, learnt(language))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_out_of_scope_is_in_scope_or_in_both_sets(language: Language) -> None:
    to_train = [
        normalise(line, language) for group in trained_on(language).values() for line in group
    ]
    to_test = [
        normalise(line, language) for group in kept_apart(language).values() for line in group
    ]
    questions = [normalise(line, language) for group in asked(language).values() for line in group]
    lines = [*to_train, *to_test]
    assert len(set(lines)) == len(lines)
    assert set(lines) & {*learnt(language), *questions} == set()
    assert list(copies(to_test, to_train)) == []


@pytest.mark.parametrize(("language", "to_train", "to_test"), [("zh", 100, 120), ("en", 50, 60)])
def test_there_are_enough_lines_out_of_scope(
    language: Language, to_train: int, to_test: int
) -> None:
    assert sum(map(len, trained_on(language).values())) >= to_train
    assert sum(map(len, kept_apart(language).values())) >= to_test


@pytest.mark.parametrize("language", LANGUAGES)
def test_near_misses_are_a_good_part_of_the_lines_out_of_scope(language: Language) -> None:
    for groups in (trained_on(language), kept_apart(language)):
        assert set(groups) == {"far", "near"}
        assert len(groups["near"]) >= 0.4 * (len(groups["near"]) + len(groups["far"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_in_the_language_of_their_file(language: Language) -> None:
    groups = [*asked(language).values(), *trained_on(language).values()]
    groups += kept_apart(language).values()
    assert [line for group in groups for line in group if detect(line) != language] == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("abc", "abc", 1.0), ("abcd", "abcx", 0.75), ("ab", "xy", 0.0), ("转账", "账转", 1.0)],
)
def test_likeness_counts_common_characters(one: str, other: str, expected: float) -> None:
    assert shared(one, other) == expected
    assert list(copies([one], [other])) == ([f"{one} ~ {other}"] if expected > ALIKE else [])
