"""Writes requirements/*.txt anew: exact versions with hashes, without any index address."""

import os
from pathlib import Path

from launcher.console import Step
from launcher.python_env import BIN, REQUIREMENTS

ADVICE = "two requirements exclude each other: the log names them"
LOCAL_SETTINGS = ("PIP_FIND_LINKS", "UV_FIND_LINKS", "UV_CONFIG_FILE")
OPTIONS = (
    *("--no-config", "--universal", "--python-version", "3.11", "--no-header"),
    *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
)
PARTS: dict[str, tuple[str, ...]] = {
    "lock.txt": (
        *("pyproject.toml", "--extra", "embedded", "--extra", "encoder", "--extra", "training"),
    ),
    "dev.txt": ("--group", "dev", "--constraints", str(REQUIREMENTS / "lock.txt")),
    "uv.txt": ("--group", "setup"),
    "node.txt": ("--group", "node"),
}


def write(arguments: list[str]) -> None:
    """Compile every part; `--upgrade` in the arguments takes the newest versions that fit."""
    environment = {k: v for k, v in os.environ.items() if k not in LOCAL_SETTINGS}
    for name, source in PARTS.items():
        with Step(f"lock-{name}", f"requirements/{name}", ADVICE) as step:
            compiler: tuple[str | Path, ...] = (BIN / "uv", "pip", "compile", *source)
            step.run([*compiler, "-o", REQUIREMENTS / name, *OPTIONS, *arguments], environment)
