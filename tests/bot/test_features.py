"""The n-grams are those of scikit-learn."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from sklearn.feature_extraction.text import CountVectorizer

from bot.engines.features import char_grams, word_char_grams, word_grams


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
