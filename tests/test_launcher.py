"""./lianluo names a Python that does not fit before it installs anything, and counts honestly."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import stamps
from launcher.tally import Tally, from_pytest, from_vitest

ROOT = Path(__file__).resolve().parents[1]


def fake_python(folder: Path, name: str, version: str) -> None:
    """A program that answers like a Python of that version and notes that it was asked."""
    program = folder / name
    program.write_text(f'#!/bin/sh\necho asked >> "{folder}/asked"\necho {version}\n')
    program.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh copy of the launcher beside a PATH that holds the shell's tools only."""
    copy = tmp_path / "checkout"
    (tmp_path / "bin").mkdir()
    copy.mkdir()
    shutil.copy(ROOT / "lianluo", copy)
    shutil.copytree(ROOT / "scripts", copy / "scripts")
    for tool in ("sh", "dirname"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return copy


def start(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "lianluo", *arguments],
        env={"PATH": str(checkout.parent / "bin"), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("version", ["3.9.18", "3.10.14", "3.14.0", "2.7.18"])
def test_a_python_that_does_not_fit_is_named_and_nothing_is_installed(
    checkout: Path, version: str
) -> None:
    fake_python(checkout.parent / "bin", "python3", version)
    before = files(checkout)
    answer = start(checkout, "demo")
    assert answer.returncode == 2
    assert f"is Python {version}" in answer.stderr
    assert "3.11, 3.12 or 3.13" in answer.stderr
    assert "尚未安装任何东西" in answer.stderr
    assert files(checkout) == before


def test_no_python_at_all_is_said(checkout: Path) -> None:
    answer = start(checkout, "demo")
    assert answer.returncode == 2
    assert "no python3 on PATH" in answer.stderr


def test_a_later_name_that_fits_is_taken(checkout: Path) -> None:
    commands = checkout.parent / "bin"
    fake_python(commands, "python3", "3.14.0")
    fake_python(commands, "python3.12", "3.12.3")
    answer = start(checkout, "demo")
    assert answer.returncode == 0
    assert answer.stdout == "3.12.3\n"


def test_a_broken_python_is_passed_over(checkout: Path) -> None:
    commands = checkout.parent / "bin"
    (commands / "python3").write_text("#!/bin/sh\nexit 127\n")
    (commands / "python3").chmod(0o755)
    fake_python(commands, "python3.11", "3.11.2")
    assert start(checkout, "demo").stdout == "3.11.2\n"


@pytest.mark.parametrize(
    "words", [("demo", "--help"), ("demo", "-h"), ("bench", "--help"), ("user", "add", "--help")]
)
def test_a_question_is_answered_before_anything_is_installed(
    checkout: Path, words: tuple[str, ...]
) -> None:
    before = files(checkout)
    answer = subprocess.run(
        [sys.executable, "-B", checkout / "scripts" / "bootstrap.py", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "./lianluo demo [--port 8080] [--data DIR]" in answer.stdout
    assert files(checkout) == before


def test_the_bootstrap_itself_refuses_another_python(tmp_path: Path) -> None:
    text = (ROOT / "scripts" / "bootstrap.py").read_text()
    pretend = text.replace("import sys\n", "import sys\n\nsys.version_info = (3, 9, 18)\n", 1)
    (tmp_path / "bootstrap.py").write_text(pretend)
    answer = subprocess.run(
        [shutil.which("python3") or "python3", tmp_path / "bootstrap.py", "demo"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert answer.returncode == 2
    assert "Nothing was installed" in answer.stderr
    assert files(tmp_path) == {"bootstrap.py"}


def test_a_step_is_done_again_only_when_its_files_change(tmp_path: Path) -> None:
    lock, stamp = tmp_path / "lock.txt", tmp_path / "state" / "stamp"
    lock.write_text("one")
    assert not stamps.is_current(stamp, stamps.digest([lock]))
    stamps.write(stamp, stamps.digest([lock]))
    assert stamps.is_current(stamp, stamps.digest([lock]))
    lock.write_text("two")
    assert not stamps.is_current(stamp, stamps.digest([lock]))


JUNIT = """<testsuites><testsuite tests="9" failures="1" errors="1" skipped="2"/></testsuites>"""


@pytest.mark.parametrize(
    ("label", "report", "exit_code", "expected"),
    [
        ("failures and errors fail, skips count as neither", JUNIT, 1, Tally(5, 2)),
        ("a crash without a report is a failure", None, 3, Tally(0, 1)),
        ("nothing collected is no failure", None, 5, Tally(0, 0)),
    ],
)
def test_pytest_runs_are_counted(
    tmp_path: Path, label: str, report: str | None, exit_code: int, expected: Tally
) -> None:
    path = tmp_path / "pytest.xml"
    if report is not None:
        path.write_text(report)
    assert from_pytest(path, exit_code) == expected, label


def test_vitest_runs_are_counted_and_a_crash_fails(tmp_path: Path) -> None:
    path = tmp_path / "vitest.json"
    assert from_vitest(path, 1) == Tally(0, 1)
    path.write_text('{"numPassedTests": 4, "numFailedTests": 0}')
    assert from_vitest(path, 0) == Tally(4, 0)
    assert str(from_vitest(path, 1)) == "4 passed, 1 failed"
