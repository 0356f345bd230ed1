"""The same inputs give the same offers, reasons and states whatever the hash seed."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.decisions.desk.test_desk_machine import busy_day

ROOT = Path(__file__).parents[3]


def scenario() -> str:
    """A digest of all commits, of what was told and of the last states of some days."""
    days = [busy_day(seed) for seed in range(5)]
    whole = [[day.commits, day.tells, day.rules.freeze(day.state)] for day in days]
    return hashlib.sha256(json.dumps(whole, default=str).encode()).hexdigest()


def digest_under(seed: str) -> str:
    program = "from tests.decisions.desk.test_desk_determinism import scenario; print(scenario())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_two_hash_seeds_give_the_same_commits_and_states() -> None:
    assert digest_under("1") == digest_under("2") == scenario()
