"""Runs the tests and counts them."""

import subprocess
import tempfile
from pathlib import Path

from launcher.console import ROOT, say
from launcher.python_env import PYTHON
from launcher.tally import Tally, from_pytest, from_vitest
from launcher.web import UI, Node

BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")
TOGETHER = ("-n", "3", *BY_FILE, "-m", "not serial and not fault")
FAULTS = ("-n", "2", *BY_FILE, "-m", "fault")
ALONE = ("-m", "serial")


def run_all(node: Node) -> Tally:
    """The screens' unit tests, then pytest: what may run side by side first, then the rest.

    Tests of one file share what they need. Three processes for two cores: those that wait for a
    browser leave room for those that only compute, and in the order of the tree they come mixed.
    """
    tally = vitest(node)
    for arguments in (TOGETHER, FAULTS, ALONE):
        tally.add(pytest(arguments))
    return tally


def pytest(arguments: tuple[str, ...]) -> Tally:
    say(f"\n— pytest {' '.join(arguments)}")
    with tempfile.TemporaryDirectory(prefix="lianluo-") as folder:
        report = Path(folder) / "pytest.xml"
        command = [str(PYTHON), "-m", "pytest", f"--junitxml={report}", *arguments]
        answer = subprocess.run(command, cwd=ROOT, check=False)
        return from_pytest(report, answer.returncode)


def vitest(node: Node) -> Tally:
    say("\n— vitest")
    with tempfile.TemporaryDirectory(prefix="lianluo-") as folder:
        report = Path(folder) / "vitest.json"
        options = ("run", "--reporter=default", "--reporter=json", f"--outputFile.json={report}")
        command = node.tool("vitest/vitest.mjs", *options)
        answer = subprocess.run(command, cwd=UI, env=node.environment(), check=False)
        return from_vitest(report, answer.returncode)
