"""The public question sets of the answer bench, as published, and vectors kept between runs."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.engines.encoder import Encoder, Vectors
from bot.language import Language, tidy
from bot.training.fit import Lessons

DATA = Path(__file__).parent.parent / "data"
BATCH = 32


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions with the label of each; `vectors` has a row a question."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    vectors: Vectors

    def lessons(self, language: Language = "en") -> Lessons:
        return Lessons(
            language=language, texts=self.texts, labels=self.labels, vectors=self.vectors
        )


class Reader:
    """Encodes questions; with a folder it encodes each only once for all runs."""

    def __init__(self, encoder: Encoder, folder: Path | None) -> None:
        self._encoder = encoder
        self._folder = folder
        self._known: dict[str, Vectors] = {}
        if folder is not None and (folder / "texts.json").exists():
            texts = json.loads((folder / "texts.json").read_text("utf-8"))
            with np.load(folder / "raw.npz") as arrays:
                self._known = dict(zip(texts, arrays["v"], strict=True))

    def asked(self, pairs: Sequence[tuple[str, str]]) -> Asked:
        """`pairs` are (question, label)."""
        texts = [tidy(text) for text, _ in pairs]
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            self._known |= dict(zip(batch, self._encoder.encode(batch), strict=True))
        if missing and self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            np.savez(self._folder / "raw.npz", v=np.stack(list(self._known.values())))
            (self._folder / "texts.json").write_text(json.dumps(list(self._known)), "utf-8")
        return Asked(
            texts=tuple(text for text, _ in pairs),
            labels=tuple(label for _, label in pairs),
            vectors=np.stack([self._known[text] for text in texts]),
        )


def banking77(part: str) -> list[tuple[str, str]]:
    """`part`: train (10,003) or test (3,080), 77 intents."""
    with (DATA / "banking77" / f"{part}.csv").open(encoding="utf-8", newline="") as rows:
        return [(row["text"], row["category"]) for row in csv.DictReader(rows)]


@dataclass(frozen=True, slots=True)
class BankSlice:
    """CLINC150's 30 intents about banking and credit cards; all else is out of scope.

    `far` are the 1,000 official out-of-scope questions, `other` the 3,600 of the other domains.
    """

    train: list[tuple[str, str]]
    validation: list[tuple[str, str]]
    test: list[tuple[str, str]]
    far: list[tuple[str, str]]
    other: list[tuple[str, str]]


def clinc150() -> BankSlice:
    folder = DATA / "clinc150"
    everything: dict[str, list[tuple[str, str]]] = json.loads(
        (folder / "data_full.json").read_text("utf-8")
    )
    domains = json.loads((folder / "domains.json").read_text("utf-8"))
    bank = {*domains["banking"], *domains["credit_cards"]}

    def of(part: str, *, inside: bool) -> list[tuple[str, str]]:
        return [(text, label) for text, label in everything[part] if (label in bank) is inside]

    return BankSlice(
        train=of("train", inside=True),
        validation=of("val", inside=True),
        test=of("test", inside=True),
        far=of("oos_test", inside=False),
        other=of("test", inside=False),
    )
