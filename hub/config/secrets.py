"""Secrets come by environment or `{file = "…"}`: one written into the TOML file is refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

from hub.errors import ConfigurationError

FILE = "file"


def secret_fields(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if field.annotation is SecretStr or SecretStr in get_args(field.annotation)
    )


def refuse_literals(model: type[BaseModel], table: Mapping[str, Any], key: str) -> None:
    """Raises ConfigurationError naming the secret, never its value."""
    for name in sorted(secret_fields(model) & table.keys()):
        if isinstance(table[name], str) and not _is_open_address(table[name]):
            raise ConfigurationError(
                f"{key}.{name}",
                'is a secret: give it by environment or as {file = "…"}, not in this file',
            )


def wrap(model: type[BaseModel], table: Mapping[str, Any]) -> dict[str, Any]:
    """Secrets that do not show when printed."""
    hidden = secret_fields(model)
    return {
        name: SecretStr(value) if name in hidden and isinstance(value, str) else value
        for name, value in table.items()
    }


def with_files(value: Any, base: Path, key: str) -> Any:
    """Every `{file = "…"}` replaced by the file's text, without its last line end.

    Relative names start at `base`.
    """
    if isinstance(value, dict):
        if value.keys() == {FILE}:
            return _text(value[FILE], base, key)
        return {name: with_files(item, base, _under(key, name)) for name, item in value.items()}
    if isinstance(value, list):
        return [with_files(item, base, _under(key, str(i))) for i, item in enumerate(value)]
    return value


def _text(name: Any, base: Path, key: str) -> str:
    if not isinstance(name, str):
        raise ConfigurationError(key, "file must be the name of a file")
    try:
        return (base / name).read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, ValueError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "not text"
        raise ConfigurationError(key, f"cannot read the file {name!r}: {why}") from None


def _under(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _is_open_address(value: str) -> bool:
    """A database address without user and password is no secret."""
    return "://" in value and "@" not in value
