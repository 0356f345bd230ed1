"""From the TOML file and the environment to `Settings`."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError

from channels.registry import KINDS, resolve
from hub.config.secrets import refuse_literals, with_files, wrap
from hub.config.settings import BETWEEN, PREFIX, Settings
from hub.errors import ConfigurationError

Json = dict[str, Any]

CHANNELS = "channels"
FOLDERS = (("store", "data"), ("bot", "models"))
SHORT_NAMES = {
    "LIANLUO_DEMO_PASSWORD": "LIANLUO_DEMO__PASSWORD",
    "MONGODB_URI": "LIANLUO_STORE__MONGODB_URI",
}
"""Names known from elsewhere; the long name wins."""


def load(path: Path | None, env: Mapping[str, str] | None = None) -> Settings:
    """Read the file (None: defaults only) and put the environment over it.

    Raises:
        ConfigurationError: names the wrong key, never its value.
    """
    given = _long_names(os.environ if env is None else env)
    base = path.parent if path is not None else Path()
    document = _document(path)
    _refuse_literals(document)
    values = _merged(with_files(document, base, ""), _from_environment(given))
    values[CHANNELS] = _channels(values.get(CHANNELS, []), given)
    _start_at(base, values)
    try:
        return Settings(**values)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_context=False, include_input=False)[0]
        raise ConfigurationError(_dotted(first["loc"]), _told(first)) from None


def _document(path: Path | None) -> Json:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigurationError(str(path), f"cannot be read: {exc.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigurationError(str(path), f"is not TOML: {exc}") from None


def _refuse_literals(document: Json) -> None:
    for name, field in Settings.model_fields.items():
        section, table = field.annotation, document.get(name)
        if isinstance(table, dict) and isinstance(section, type):
            refuse_literals(section, table, name)
    channels = document.get(CHANNELS, [])
    for table in channels if isinstance(channels, list) else []:
        model = _model_of(table)
        if model is not None:
            refuse_literals(model, table, f"{CHANNELS}.{table.get('id', '?')}")


# ---------------------------------------------------------------- environment
class _Given(EnvSettingsSource):
    """One variable, from a mapping instead of the process' own environment."""

    def __init__(self, name: str, value: str) -> None:
        self._given = {name.lower(): value}
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._given


def _long_names(env: Mapping[str, str]) -> dict[str, str]:
    short = {long: env[name] for name, long in SHORT_NAMES.items() if name in env}
    ours = {
        name: value for name, value in env.items() if name.startswith(PREFIX) and BETWEEN in name
    }
    return {**short, **ours}


def _from_environment(env: Mapping[str, str]) -> Json:
    values: Json = {}
    for name, value in env.items():
        key = name.removeprefix(PREFIX).replace(BETWEEN, ".").lower()
        section = key.partition(".")[0]
        if section == CHANNELS:
            continue
        if section not in Settings.model_fields:
            raise ConfigurationError(key, f"unknown, set by {name}")
        try:
            values = _merged(values, _Given(name, value)())
        except SettingsError:
            raise ConfigurationError(key, f"the value of {name} is not JSON") from None
    return values


def _channels(tables: Any, env: Mapping[str, str]) -> list[Json]:
    """`LIANLUO_CHANNELS__<ID>__<KEY>`, the id in capitals with `_` for `-`."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigurationError(CHANNELS, "must be a list of tables: [[channels]]")
    by_name = {str(table.get("id", "")).upper().replace("-", "_"): table for table in tables}
    for name, value in env.items():
        section, *steps = name.removeprefix(PREFIX).split(BETWEEN)
        if section != CHANNELS.upper():
            continue
        table = by_name.get(steps[0])
        if table is None or len(steps) < 2:
            raise ConfigurationError(
                ".".join((CHANNELS, *steps)).lower(), f"no such channel, set by {name}"
            )
        for step in steps[1:-1]:
            table = table.setdefault(step.lower(), {})
        table[steps[-1].lower()] = value
    return [wrap(model, table) if (model := _model_of(table)) else table for table in tables]


def _model_of(table: Any) -> type[BaseModel] | None:
    """The configuration class of a channel; None when its kind is unknown, which is told later."""
    kind = table.get("kind") if isinstance(table, dict) else None
    return resolve(kind).config if isinstance(kind, str) and kind in KINDS else None


# ---------------------------------------------------------------- putting together
def _merged(under: Json, over: Json) -> Json:
    found = dict(under)
    for name, value in over.items():
        below = found.get(name)
        both = isinstance(below, dict) and isinstance(value, dict)
        found[name] = _merged(below, value) if both else value  # type: ignore[arg-type]
    return found


def _start_at(base: Path, values: Json) -> None:
    """Folders lie beside the file that names them."""
    for section, key in FOLDERS:
        table = values.get(section)
        if isinstance(table, dict) and isinstance(table.get(key), str):
            table[key] = base / table[key]


def _told(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown key"
    return str(error["msg"]).removeprefix("Value error, ")


def _dotted(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place))
