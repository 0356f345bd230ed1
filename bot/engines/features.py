"""The n-grams a question is cut into: one cut for training and for answering."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from bot.language import Language


def char_grams(text: str) -> Iterator[str]:
    """Runs of 1 to 3 characters."""
    for size in (1, 2, 3):
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


def word_grams(text: str) -> Iterator[str]:
    """Single words and pairs of neighbours."""
    words = text.split()
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"


def word_char_grams(text: str) -> Iterator[str]:
    """Runs of 2 to 5 characters inside each word, its edges marked by a space."""
    for word in text.split():
        padded = f" {word} "
        for size in (2, 3, 4, 5):
            if size >= len(padded):
                yield padded
                break
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]


BLOCKS: Mapping[Language, Mapping[str, Callable[[str], Iterator[str]]]] = {
    "zh": {"char": char_grams},
    "en": {"word": word_grams, "word_char": word_char_grams},
}
"""Blocks of a language in column order; each is weighted and normalised by itself."""
