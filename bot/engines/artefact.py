"""A trained model as two files: arrays without pickle (`.npz`) and readable facts (`.json`)."""

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.engines.ranking import Mode
from bot.language import Language
from hub.errors import StartError
from hub.model.knowledge import Article

Share = Annotated[float, Field(ge=0, le=1)]
LEXICAL = ("idf", "pulls", "intercept", "row_starts", "columns", "values")
DENSE = ("centre", "coefficients", "intercept", "rows")


class Thresholds(BaseModel):
    """Confidence from `high` on is answered, below `low` refused, between them asked back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: Share
    high: Share


class Facts(BaseModel):
    """`lessons` is the digest of what was learnt; `grams` are the columns, block by block.

    `learnt` are the articles the regressions know, in their order; the others have one phrasing.
    `sharpness` turns likenesses into probabilities. `encoder` is empty for a model without one.
    `refused` are questions people said no article answers.
    `figures` come from phrasings and lines the model had not seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    language: Language
    lessons: str
    encoder: str
    thresholds: dict[Mode, Thresholds]
    sharpness: dict[Mode, float]
    figures: dict[str, float]
    articles: tuple[str, ...]
    learnt: tuple[str, ...]
    grams: dict[str, tuple[str, ...]]
    refused: tuple[str, ...] = ()

    @property
    def best_mode(self) -> Mode:
        return "hybrid" if self.encoder else "lexical"


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalWeights:
    """Columns are n-grams over all blocks; rows of the sparse matrix are the phrasings learnt.

    `pulls` says how far each phrasing pulls towards each article: what is stored, as there are
    several times more n-grams than phrasings.
    """

    idf: NDArray[np.float32]
    pulls: NDArray[np.float32]
    intercept: NDArray[np.float32]
    row_starts: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]

    def coefficients(self) -> NDArray[np.float32]:
        """A row a column and a column an article, so that a question gathers rows."""
        total = np.zeros((len(self.idf), len(self.intercept)))
        for row, pull in enumerate(self.pulls):
            here = slice(self.row_starts[row], self.row_starts[row + 1])
            total[self.columns[here]] += self.values[here, None] * pull
        return total.astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseWeights:
    """`centre` is the mean of the raw vectors; `rows` are the phrasings, centred, unit length, and
    `refused` the refused questions, None where there are none."""

    centre: NDArray[np.float32]
    coefficients: NDArray[np.float32]
    intercept: NDArray[np.float32]
    rows: NDArray[np.float16]
    refused: NDArray[np.float16] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """`owners` names, for each phrasing, the place of its article in `facts.articles`."""

    facts: Facts
    owners: NDArray[np.int32]
    lexical: LexicalWeights
    dense: DenseWeights | None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything that is stored, under its name in the file."""
        named: dict[str, NDArray[Any]] = {"owners": self.owners}
        named |= {f"lexical_{name}": getattr(self.lexical, name) for name in LEXICAL}
        if self.dense is not None:
            named |= {f"dense_{name}": getattr(self.dense, name) for name in DENSE}
            if self.dense.refused is not None:
                named["dense_refused"] = self.dense.refused
        return named


def digest_of(articles: Iterable[Article]) -> str:
    """SHA-256 (hex) over what of these articles is learnt; the texts of the answers are not."""
    learnt = sorted((article.id, *article.lessons) for article in articles)
    packed = json.dumps(learnt, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()


def write_model(folder: Path, model: Model) -> None:
    """Same model, same bytes."""
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **model.arrays())
    facts = model.facts
    left_out = {"grams"} if facts.refused else {"grams", "refused"}
    readable = json.dumps(
        facts.model_dump(mode="json", exclude=left_out), ensure_ascii=False, indent=1
    )
    grams = json.dumps(facts.grams, ensure_ascii=False, separators=(",", ":"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{facts.language}.npz").write_bytes(packed.getvalue())
    (folder / f"{facts.language}.json").write_text(
        readable.removesuffix("\n}") + f',\n "grams": {grams}\n}}\n', encoding="utf-8"
    )


def read_model(language: Language, folder: Traversable | None = None) -> Model:
    """The shipped model of a language, or the one in `folder`.

    Raises:
        StartError: a file is missing, damaged or does not fit the other one.
    """
    place = folder or files("bot.models")
    try:
        facts = Facts.model_validate_json((place / f"{language}.json").read_bytes())
        packed = io.BytesIO((place / f"{language}.npz").read_bytes())
        with np.load(packed, allow_pickle=False) as arrays:
            model = _assemble(facts, dict(arrays))
    except (OSError, KeyError, ValueError, BadZipFile, ValidationError) as exc:
        raise StartError(_repair(language, f"cannot be read ({type(exc).__name__})")) from exc
    if not _fits(model):
        raise StartError(_repair(language, "consists of two files that do not belong together"))
    return model


def _assemble(facts: Facts, arrays: dict[str, NDArray[Any]]) -> Model:
    lexical = {name: arrays[f"lexical_{name}"] for name in LEXICAL}
    dense = None
    if facts.encoder:
        named = {name: arrays[f"dense_{name}"] for name in DENSE}
        dense = DenseWeights(**named, refused=arrays.get("dense_refused"))
    return Model(
        facts=facts,
        owners=arrays["owners"].astype(np.int32),
        lexical=LexicalWeights(**lexical),
        dense=dense,
    )


def _fits(model: Model) -> bool:
    facts, lexical, dense = model.facts, model.lexical, model.dense
    columns = sum(len(grams) for grams in facts.grams.values())
    rows, learnt = len(model.owners), len(facts.learnt)
    fits = (
        lexical.pulls.shape == (rows, learnt)
        and lexical.idf.shape == (columns,)
        and lexical.row_starts.shape == (rows + 1,)
        and set(model.owners.tolist()) == set(range(len(facts.articles)))
        and facts.best_mode in facts.thresholds
    )
    if dense is None:
        return fits
    width = dense.centre.shape[0]
    refused = (0, width) if dense.refused is None else dense.refused.shape
    return (
        fits
        and dense.coefficients.shape == (width, learnt)
        and dense.rows.shape == (rows, width)
        and refused == (len(facts.refused), width)
    )


def check_lessons(facts: Facts, articles: Iterable[Article]) -> None:
    """Raises StartError when what is to be learnt has changed since the model was trained."""
    if facts.lessons != digest_of(articles):
        raise StartError(_repair(facts.language, "was not trained on the articles shipped with it"))


def _repair(language: str, problem: str) -> str:
    return (
        f"The answer model “{language}” {problem}. No data is touched. "
        "Train it again: pip install 'lianluo[training,encoder]' && python -m bot.training"
    )
