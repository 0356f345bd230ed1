"""Format, lint, types, layers and dependencies, for the Python code and for the screens."""

import subprocess
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from launcher.console import ROOT, say
from launcher.python_env import BIN
from launcher.tally import Tally
from launcher.web import UI, Node

PACKAGES = ("hub", "channels", "bot", "agent_web", "voice_bridge")


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str | Path, ...]
    folder: Path = ROOT


def run(node: Node) -> Tally:
    """Run every check, the Python ones beside the ones of the screens."""
    tally = Tally()
    with ThreadPoolExecutor(2) as pool:
        for part in pool.map(_run_all, (_python_checks(), _screen_checks(node))):
            tally.add(part)
    return tally


def _python_checks() -> list[Check]:
    return [
        Check("ruff format", (BIN / "ruff", "format", "--check", ".")),
        Check("ruff check", (BIN / "ruff", "check", ".")),
        Check("mypy", (BIN / "mypy",)),
        Check("lint-imports", (BIN / "lint-imports",)),
        Check("deptry", (BIN / "deptry", *PACKAGES)),
    ]


def _screen_checks(node: Node) -> list[Check]:
    def tool(*words: str) -> tuple[str | Path, ...]:
        return tuple(node.tool(*words))

    return [
        Check("prettier", tool("prettier/bin/prettier.cjs", "--check", "."), UI),
        Check("eslint", tool("eslint/bin/eslint.js", ".", "--max-warnings", "0"), UI),
        Check("vue-tsc", tool("vue-tsc/bin/vue-tsc.js", "--build"), UI),
    ]


def _run_all(checks: Iterable[Check]) -> Tally:
    tally = Tally()
    for check in checks:
        tally.add(Tally(passed=1) if _passes(check) else Tally(failed=1))
    return tally


def _passes(check: Check) -> bool:
    began = time.monotonic()
    answer = subprocess.run(
        check.command,
        cwd=check.folder,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    took = f"{time.monotonic() - began:.1f} s"
    if answer.returncode == 0:
        say(f"✓ {check.name}  {took}")
        return True
    say(f"✗ {check.name}  {took}\n{answer.stdout.rstrip()}")
    return False
