"""The heart under random crashes, freezes, cuts, late writes and fail-overs, in virtual time."""

import json
import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

import structlog

from tests.streams.world import play

PROCESSES = 2
CHUNK = 5
SHOWN = ("operations", "commits", "crash", "freeze", "fail_over", "lag", "cut", "lost", "stall")

Played = tuple[Counter[str], dict[int, list[str]]]


def play_some(seeds: Sequence[int]) -> Played:
    """What was done in these schedules, and by seed what was wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    total: Counter[str] = Counter()
    violations: dict[int, list[str]] = {}
    for seed in seeds:
        found, stats = play(seed)
        total += stats
        if found:
            violations[seed] = found
    return total, violations


def _play_all(seeds: int) -> Iterator[Played]:
    chunks = [range(i, min(i + CHUNK, seeds)) for i in range(0, seeds, CHUNK)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        yield from pool.map(play_some, chunks)


def main(options: Sequence[str] = (), *, seeds: int = 300) -> int:
    """`--seeds=N`, `--json`; exit 1 when a schedule broke something."""
    for option in options:
        name, _, value = option.partition("=")
        if name == "--seeds":
            seeds = int(value)
    began = time.perf_counter()
    total: Counter[str] = Counter()
    violations: dict[int, list[str]] = {}
    for stats, found in _play_all(seeds):
        total += stats
        violations |= found
    result = {
        "seeds": seeds,
        **{name: total[name] for name in SHOWN},
        "violations": len(violations),
        "seconds": round(time.perf_counter() - began, 1),
    }
    if "--json" in options:
        print(json.dumps({**result, "broken": violations}, ensure_ascii=False))
    else:
        print("\n".join(f"{name:12}{value:>12}" for name, value in result.items()))
        for seed, broken in violations.items():
            print(f"seed {seed}: {'; '.join(broken[:4])}")
    return 1 if violations else 0
