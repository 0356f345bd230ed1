"""Servers on a core of their own: who asks, and the database, keep off it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CORES = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else [0]


@contextmanager
def off_the_last_core() -> Iterator[None]:
    """This process and those it starts meanwhile; nothing changes where there is one core only."""
    if len(CORES) > 1:
        os.sched_setaffinity(0, CORES[:-1])
    try:
        yield
    finally:
        if len(CORES) > 1:
            os.sched_setaffinity(0, CORES)


def give_the_last_core(pid: int) -> None:
    if len(CORES) > 1:
        os.sched_setaffinity(pid, CORES[-1:])
