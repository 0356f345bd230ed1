"""A trained model as two files: arrays without pickle (`.npz`) and readable facts (`.json`)."""

import io
import json
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.language import Language
from hub.errors import StartError

Share = Annotated[float, Field(ge=0, le=1)]
ARRAYS = ("idf", "coefficients", "intercept", "row_starts", "columns", "values")


class Thresholds(BaseModel):
    """Confidence from `high` on is answered, below `low` refused, between them asked back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: Share
    high: Share


class Facts(BaseModel):
    """`knowledge` is the digest of the articles learnt; `grams` are the columns, block by block."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    language: Language
    knowledge: str
    thresholds: Thresholds
    report: dict[str, float]
    articles: tuple[str, ...]
    grams: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Columns are n-grams over all blocks; rows of the sparse matrix are the phrasings learnt.

    `coefficients` has a row a column and a column an article, so that a question gathers rows.
    """

    idf: NDArray[np.float32]
    coefficients: NDArray[np.float32]
    intercept: NDArray[np.float32]
    row_starts: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]


def write_model(folder: Path, facts: Facts, weights: Weights) -> None:
    """Same model, same bytes."""
    packed = io.BytesIO()
    np.savez_compressed(packed, **{name: getattr(weights, name) for name in ARRAYS})
    readable = json.dumps(
        facts.model_dump(mode="json", exclude={"grams"}), ensure_ascii=False, indent=1
    )
    grams = json.dumps(facts.grams, ensure_ascii=False, separators=(",", ":"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{facts.language}.npz").write_bytes(packed.getvalue())
    (folder / f"{facts.language}.json").write_text(
        readable.removesuffix("\n}") + f',\n "grams": {grams}\n}}\n', encoding="utf-8"
    )


def read_model(language: Language, folder: Traversable | None = None) -> tuple[Facts, Weights]:
    """The shipped model of a language, or the one in `folder`.

    Raises:
        StartError: a file is missing, damaged or does not fit the other one.
    """
    place = folder or files("bot.models")
    try:
        facts = Facts.model_validate_json((place / f"{language}.json").read_bytes())
        packed = io.BytesIO((place / f"{language}.npz").read_bytes())
        with np.load(packed, allow_pickle=False) as arrays:
            weights = Weights(**{name: arrays[name] for name in ARRAYS})
    except (OSError, KeyError, ValueError, BadZipFile, ValidationError) as exc:
        raise StartError(_repair(language, f"cannot be read ({type(exc).__name__})")) from exc
    shape = (sum(len(grams) for grams in facts.grams.values()), len(facts.articles))
    if weights.coefficients.shape != shape or weights.idf.shape != shape[:1]:
        raise StartError(_repair(language, "consists of two files that do not belong together"))
    return facts, weights


def check_knowledge(facts: Facts, digest: str) -> None:
    """Raises StartError when the articles have changed since the model was trained."""
    if facts.knowledge != digest:
        raise StartError(_repair(facts.language, "was not trained on the articles shipped with it"))


def _repair(language: str, problem: str) -> str:
    return (
        f"The answer model “{language}” {problem}. No data is touched. "
        "Train it again: pip install 'lianluo[training]' && python -m bot.training"
    )
