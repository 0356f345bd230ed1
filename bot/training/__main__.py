"""`python -m bot.training [--articles FILE] [--out DIR]`: train a model of each language.

Without arguments the shipped articles are learnt and bot/models is written. Progress and the report
are JSON, one object a line on stdout; the process is slow on purpose (nice) and bounded.
"""

import argparse
import json
import os
import resource
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

from bot.engines.artefact import Facts, Model, write_model
from bot.engines.encoder import load_encoder
from bot.language import Language
from bot.shipped import shipped_articles
from bot.training.material import read_material, shipped_material
from hub.model.knowledge import Material, TrainingProgress

MODELS = Path(__file__).parent.parent / "models"
NICENESS = 10


def main(arguments: list[str]) -> int:
    """0, or 2 with one line {"error": code, "detail": text}."""
    options = _options(arguments)
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (options.seconds, options.seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (options.memory_mb << 20, options.memory_mb << 20))
    if find_spec("sklearn") is None:
        return _refuse("not_installed", "scikit-learn")
    encoder = None if options.words_only else load_encoder()
    try:
        from bot.training.learn import Teacher  # noqa: PLC0415  # scikit-learn is an extra

        material = _material(options.articles)
        for language in get_args(Language):
            articles = [each for each in material.articles if each.language == language]
            if articles:
                teacher = Teacher(language=language, encoder=encoder, tell=_tell)
                outside, refused = material.out_of_scope, material.refused
                model = teacher.learn(
                    articles, outside.get(language, ()), refused.get(language, ())
                )
                write_model(options.out, model)
                _say({"model": _summary(model)})
    except ValueError as wrong:
        return _refuse("bad_articles", str(wrong))
    except MemoryError:
        return _refuse("out_of_memory", f"{options.memory_mb} MB")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.training")
    parser.add_argument("--articles", type=Path, help="JSON file; default: the shipped articles")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder the models go to")
    parser.add_argument("--seconds", type=int, default=3600, help="CPU time it may take")
    parser.add_argument("--memory-mb", type=int, default=8192, help="memory it may take")
    parser.add_argument("--words-only", action="store_true", help="train without the encoder")
    return parser.parse_args(arguments)


def _material(path: Path | None) -> Material:
    return shipped_material(shipped_articles()) if path is None else read_material(path)


def _summary(model: Model) -> dict[str, object]:
    facts: Facts = model.facts
    kept = {"version", "language", "encoder", "thresholds", "figures"}
    return facts.model_dump(mode="json", include=kept)


def _tell(progress: TrainingProgress) -> None:
    _say(asdict(progress))


def _say(line: dict[str, object]) -> None:
    """A reader that is gone ends the training: BrokenPipeError."""
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _refuse(code: str, detail: str) -> int:
    _say({"error": code, "detail": detail})
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
