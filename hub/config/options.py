"""All options as data: for the documentation and for a first configuration file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr

from hub.config.secrets import secret_fields
from hub.config.settings import BETWEEN, PREFIX, Section, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """`default` and `example` as they would be written in TOML; "" stands for none."""

    key: str
    variable: str
    about: str
    default: str
    example: str
    secret: bool


def options() -> Iterator[Option]:
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            yield from _section(name, section)


def _section(name: str, section: type[Section]) -> Iterator[Option]:
    secrets = secret_fields(section)
    for key, field in section.model_fields.items():
        yield Option(
            key=f"{name}.{key}",
            variable=f"{PREFIX}{name}{BETWEEN}{key}".upper(),
            about=field.description or "",
            default=_written(field.default),
            example=_written((field.examples or [None])[0]),
            secret=key in secrets,
        )


def _written(value: Any) -> str:
    match value:
        case None | SecretStr():
            return ""
        case Path():
            return f'"{value}"'
        case dict():
            return "{" + ", ".join(f'{key} = "{item}"' for key, item in value.items()) + "}"
        case frozenset() | tuple():
            return orjson.dumps(sorted(value)).decode()
        case _:
            return orjson.dumps(value).decode()


def written_file() -> str:
    """A first configuration file: every option with its meaning, commented out at its default."""
    lines = ["# Lianluo 联络 · docs/configuration.md", ""]
    section = ""
    for option in options():
        name, _, key = option.key.partition(".")
        if name == "demo":
            continue
        if name != section:
            section = name
            lines += [f"[{name}]"]
        lines.append(f"# {option.about}")
        shown = option.default or option.example
        lines.append(f"# {key} = {shown}" if not option.secret else f"# {key}: {option.variable}")
        lines.append("")
    lines += [
        "# One table a channel account; its options: docs/channels/.",
        "# [[channels]]",
        '# kind = "wechat"',
        '# id = "wechat-main"',
        "",
    ]
    return "\n".join(lines)
