"""The project's own Python environment: .venv, the locked packages, the five packages of ours."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher import stamps
from launcher.console import LOGS, ROOT, Step, StepError

VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
MARKS = VENV / "lianluo"
UNFINISHED = LOGS / "unfinished"
REQUIREMENTS = ROOT / "requirements"

COMMAND = """\
#!{python}
from hub.__main__ import main

raise SystemExit(main())
"""


def prepare(*, dev: bool) -> None:
    """Make the environment complete; a second call costs a few file reads."""
    _venv()
    _packages("run", REQUIREMENTS / "lock.txt")
    if dev:
        _packages("dev", REQUIREMENTS / "dev.txt")
    _own_packages()


def is_ready() -> bool:
    """Whether `prepare` was through once: the program can be asked, if not run."""
    return PYTHON.exists() and (MARKS / "own").is_file() and not UNFINISHED.exists()


def install(step: Step, lock: Path) -> None:
    """Install hashed requirements with uv, or with pip where uv does not work."""
    stamps.write(UNFINISHED, step.title)
    done = _uv(step) and step.attempt(_uv_install(lock), _uv_environment())
    if not done:
        done = step.attempt([PYTHON, "-m", "pip", "install", "--require-hashes", "-r", lock])
    UNFINISHED.unlink()
    if not done:
        raise StepError(step.title)


def site_packages() -> Path:
    found = list(VENV.glob("lib/python3.*/site-packages"))
    if not found:
        raise StepError(f"{VENV} has no site-packages: delete it and run again")
    return found[0]


def _venv() -> None:
    done = MARKS / "venv"
    if done.is_file() and not stamps.is_current(done, str(ROOT)):
        stamps.write(UNFINISHED, "the project folder was moved")
    if done.is_file() and PYTHON.exists() and not UNFINISHED.exists():
        return
    _leave_half_made()
    advice = "install Python's venv module (Debian: apt-get install python3-venv), then run again"
    with Step("venv", "Python environment  Python 环境", advice) as step:
        if UNFINISHED.exists() or not _works():
            stamps.write(UNFINISHED, step.title)
            shutil.rmtree(VENV, ignore_errors=True)
            step.run([sys.executable, "-m", "venv", VENV])
        stamps.write(done, str(ROOT))
        UNFINISHED.unlink(missing_ok=True)


def _works() -> bool:
    if not PYTHON.exists():
        return False
    question = "import pip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))"
    answer = subprocess.run([PYTHON, "-c", question], capture_output=True, check=False)
    return answer.returncode == 0


def _leave_half_made() -> None:
    """An interrupted installation is repaired by the Python it was made with, not by its own."""
    if UNFINISHED.exists() and Path(sys.prefix) == VENV:
        base = getattr(sys, "_base_executable", sys.executable)
        os.execv(base, [base, *sys.argv])  # noqa: S606


def _uv(step: Step) -> bool:
    if (BIN / "uv").exists():
        return True
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    return step.attempt([*pip, "-r", REQUIREMENTS / "uv.txt"])


def _uv_install(lock: Path) -> list[str | Path]:
    return [BIN / "uv", "pip", "install", "--python", PYTHON, "--require-hashes", "-r", lock]


def _uv_environment() -> dict[str, str]:
    """Let uv use the package index that pip is set up for: many banks have their own mirror."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    index = _pip_index()
    if index and "UV_DEFAULT_INDEX" not in environment:
        environment["UV_DEFAULT_INDEX"] = index
    return environment


def _pip_index() -> str:
    answer = subprocess.run(
        [PYTHON, "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        check=False,
        text=True,
    )
    return os.environ.get("PIP_INDEX_URL") or answer.stdout.strip()


def _packages(name: str, lock: Path) -> None:
    value = stamps.digest([lock])
    if stamps.is_current(MARKS / name, value):
        return
    advice = "check that pip reaches a package index (pip config list), then run again"
    with Step(f"packages-{name}", f"Python packages ({name})  依赖包", advice) as step:
        install(step, lock)
        stamps.write(MARKS / name, value)


def _own_packages() -> None:
    """Make hub, channels, bot, agent_web and voice_bridge importable, and `lianluo` a command."""
    if stamps.is_current(MARKS / "own", str(ROOT)):
        return
    (site_packages() / "lianluo.pth").write_text(f"{ROOT}\n")
    command = BIN / "lianluo"
    command.write_text(COMMAND.format(python=PYTHON))
    command.chmod(0o755)
    stamps.write(MARKS / "own", str(ROOT))
