"""Articles and out-of-scope lines as a JSON file: what a training process is given."""

import json
import tomllib
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from bot.language import Language
from hub.model.knowledge import Article, Lines, Material

_MATERIAL = TypeAdapter(Material)


def write_material(path: Path, material: Material) -> None:
    path.write_text(json.dumps(asdict(material), ensure_ascii=False, default=_text), "utf-8")


def read_material(path: Path) -> Material:
    """Raises ValueError, which names the field, when the file is none of ours."""
    try:
        return _MATERIAL.validate_json(path.read_bytes())
    except ValidationError as exc:
        raise ValueError(str(exc)) from exc


def shipped_out_of_scope() -> dict[Language, tuple[str, ...]]:
    """Lines no article answers; the lower thresholds are found with them."""
    source = files("bot.knowledge") / "out_of_scope.toml"
    groups: dict[str, dict[str, list[str]]] = tomllib.loads(source.read_text("utf-8"))
    return {
        language: tuple(line for lines in groups[language].values() for line in lines)
        for language in get_args(Language)
    }


def shipped_material(articles: tuple[Article, ...], refused: Lines | None = None) -> Material:
    """These articles with the product's lines out of scope."""
    return Material(articles=articles, out_of_scope=shipped_out_of_scope(), refused=refused or {})


def _text(value: Any) -> str:
    """A time, as ISO 8601."""
    return str(value.isoformat())
