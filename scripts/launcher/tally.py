"""Counts what passed and failed, over checks and test runs of every kind."""

import json
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

NO_TESTS_COLLECTED = 5


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failed += other.failed

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"


def from_pytest(report: Path, exit_code: int) -> Tally:
    """Read pytest's JUnit file; a run that ended in another way than by its tests has failed."""
    tally = Tally()
    if report.is_file():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 - pytest's
            total, failed, errors, skipped = (
                int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
            )
            tally.add(Tally(total - failed - errors - skipped, failed + errors))
    if exit_code not in {0, NO_TESTS_COLLECTED} and tally.failed == 0:
        tally.failed = 1
    return tally


def from_vitest(report: Path, exit_code: int) -> Tally:
    tally = Tally()
    if report.is_file():
        found = json.loads(report.read_text())
        tally = Tally(found["numPassedTests"], found["numFailedTests"])
    if exit_code != 0 and tally.failed == 0:
        tally.failed = 1
    return tally
